import Fastify from "fastify";
import type { Archive } from "../modules/archive/index.ts";
import type { Rendering } from "../modules/rendering/index.ts";
import type { App } from "../platform/index.ts";
import { dicomwebRoutes } from "../protocols/dicomweb/index.ts";
import { table } from "./markdown.ts";

/** Every route that the protocol registers, with its methods. */
async function resources(): Promise<[path: string, methods: string][]> {
  const found = new Map<string, Set<string>>();
  const app = Fastify({ routerOptions: { ignoreTrailingSlash: true } });
  app.addHook("onRoute", ({ url, method }) => {
    const methods = found.get(url) ?? new Set();
    for (const one of [method].flat()) methods.add(one);
    found.set(url, methods);
  });
  // The routes are only looked at: nothing is asked of what stands behind them.
  const routes = dicomwebRoutes({
    config: { publicUrl: null, maxUploadBytes: 0, jwtSecret: null, dataDir: "" },
    archive: {} as Archive,
    rendering: {} as Rendering,
  });
  await app.register(async (scope) => routes(scope as unknown as App));
  await app.ready();
  await app.close();
  return [...found]
    .map(([url, methods]): [string, string] => [
      url.replaceAll(/:(\w+)/g, "{$1}").replace(/\*$/, "{tagPath}"),
      [...methods]
        .filter((method) => method !== "HEAD")
        .sort()
        .join(", "),
    ])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What DICOMweb answers (PS3.18). */
export async function dicomwebStatement(): Promise<string> {
  const rows = (await resources()).map(([path, methods]) => [`\`${path}\``, methods]);
  return [
    "## DICOMweb",
    "QIDO-RS, WADO-RS, STOW-RS and WADO-URI at `/dicomweb`, with `Authorization: Bearer`. Media types are negotiated by `Accept`, quoted or not, or by the query parameter `accept`; what " +
      "cannot be given is refused with 406 and a problem document that names what can. Every GET answers HEAD.",
    "The rendered resource of a presentation state (grayscale, color, pseudo-color, XA/XRF) is the first frame that it references, presented as it says: modality, VOI and presentation LUT, palette, shutters, " +
      "overlays, spatial transformation, displayed area, graphics and text. WADO-URI takes `presentationUID` with `presentationSeriesUID`. Mask subtraction and edge enhancement are refused with 406.",
    table(["resource", "methods"], rows),
  ].join("\n\n");
}
