import { Export, Id, Problem } from "@isocenter/contract";
import { Type } from "typebox";
import type { Deferral, Deferred, Routes } from "../../../platform/index.ts";

/** What `deferrable` export routes are asked by. */
const exportPaths = "^/api(/v1)?/(exports|studies/[^/]+/export)$";

function toExport({ url, body, answerHeaders, answerBytes, ...deferred }: Deferred): Export {
  const asked = {
    ...Object.fromEntries(new URLSearchParams(url.split("?")[1] ?? "")),
    ...(body as { studyIds?: string[]; format?: string; deidentify?: string } | null),
  };
  const done = deferred.state === "DONE";
  return {
    id: deferred.id,
    state: deferred.state,
    format: asked.format ?? "zip",
    deidentify: asked.deidentify === undefined || asked.deidentify === "false" ? null : asked.deidentify,
    studies: asked.studyIds?.length ?? 1,
    name: (done && /filename="([^"]+)"/.exec(answerHeaders?.["content-disposition"] ?? "")?.[1]) || null,
    size: deferred.state === "FAILED" ? null : answerBytes,
    status: deferred.status,
    createdAt: deferred.createdAt.toISOString(),
    finishedAt: deferred.finishedAt?.toISOString() ?? null,
    expiresAt: deferred.expiresAt.toISOString(),
  };
}

/** `GET /exports`: what one has asked for and did not wait for (`Prefer: respond-async`), and giving it up. */
export function askedExportRoutes({ deferral }: { deferral: Pick<Deferral, "list" | "drop"> }): Routes {
  const tags = ["Studies"];
  const config = { permission: "images.export" } as const;
  return (app) => {
    app.get(
      "/exports",
      {
        config,
        schema: {
          tags,
          summary: "Exports that one asked to be made without waiting, the newest first; at most 100",
          response: { 200: Type.Object({ data: Type.Array(Export) }) },
        },
      },
      async ({ viewer }) => ({ data: (await deferral.list(viewer, exportPaths)).map(toExport) }),
    );
    app.delete(
      "/exports/:id",
      {
        config,
        schema: {
          tags,
          summary: "Stops an export of one's own, or forgets its file before its time",
          params: Type.Object({ id: Id }),
          response: { 204: Type.Null(), "4xx": Problem },
        },
      },
      async ({ viewer, params }, reply) => {
        await deferral.drop(viewer, params.id, exportPaths);
        return reply.code(204).send(null);
      },
    );
  };
}
