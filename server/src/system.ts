import { Type } from "typebox";
import type { Demo } from "./demo/index.ts";
import { joinMetrics } from "./metrics-text.ts";
import { type Platform, productVersion, type Routes } from "./platform/index.ts";

const System = Type.Object({
  version: Type.String(),
  aeTitle: Type.String(),
  dicomPort: Type.Integer(),
  hl7Port: Type.Integer(),
  host: Type.String({ description: "The address at which it is reached" }),
  demo: Type.Object({ available: Type.Boolean(), loaded: Type.Boolean() }),
});

/** `GET /system`: what a person needs to know to send the first image. */
export function systemRoutes(
  platform: Platform,
  demo: Demo,
  network: { host: string; dicomPort(): number; hl7Port(): number },
): Routes {
  return (app) => {
    const schema = { summary: "How to reach this archive", response: { 200: System } };
    app.get("/system", { config: { signedIn: true }, schema }, async (request) => {
      const mayLoad = request.viewer.roles.includes("ADMINISTRATOR");
      const state = mayLoad ? await demo.state() : null;
      const loaded = state !== null && state.state !== "FAILED" && state.state !== "REMOVED";
      return {
        version: productVersion,
        aeTitle: platform.config.aeTitle,
        dicomPort: network.dicomPort(),
        hl7Port: network.hl7Port(),
        host: network.host,
        demo: { available: mayLoad && !loaded, loaded },
      };
    });
  };
}

/** `GET /metrics` for Prometheus: of this process, and of the DIMSE listener's with the label `process="dicom"`. */
export function metricsRoutes(platform: Platform, listenerMetrics?: () => Promise<string>): Routes {
  return (app) => {
    app.get(
      "/metrics",
      { config: { permission: "metrics.read" }, schema: { hide: true } },
      async (_request, reply) => {
        reply.type(platform.metrics.registry.contentType);
        const [own, listener] = await Promise.all([platform.metrics.registry.metrics(), listenerMetrics?.()]);
        return listener ? joinMetrics(own, listener, "dicom") : own;
      },
    );
  };
}
