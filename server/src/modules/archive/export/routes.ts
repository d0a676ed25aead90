import { type ExportFormat, ExportQuery, ExportRequest, exportFormats, Id } from "@isocenter/contract";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { Refusal, type Routes, zipArchive } from "../../../platform/index.ts";
import { type ExportDeps, type ExportOrder, exportStudies } from "./export.ts";

/** @throws Refusal `invalid` (`export.invalid`) */
function orderOf(studyIds: readonly string[], query: ExportQuery): ExportOrder {
  const { format = "zip", set = null } = query;
  const deidentify = profileOf(query.deidentify ?? "false");
  const known = exportFormats.find((one) => one === format.toLowerCase());
  if (!known) throw invalid("format", `must be one of ${exportFormats.join(", ")}`);
  if (set !== null && deidentify === null) throw invalid("set", "says nothing without deidentify");
  return { studyIds, format: known, deidentify, set };
}

/** A plain yes is the profile without options. */
const profileOf = (asked: string): string | null =>
  asked === "false" ? null : asked === "true" ? "basic" : asked;

const invalid = (path: string, message: string): Refusal =>
  new Refusal("invalid", "export.invalid", `${path} ${message}.`, { errors: [{ path, message }] });

async function send(
  deps: ExportDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  order: ExportOrder,
): Promise<FastifyReply> {
  const entries = await exportStudies(deps, request.viewer, order);
  const archive = zipArchive(entries);
  return reply
    .header("content-disposition", `attachment; filename="${filenameOf(order)}"`)
    .header("x-content-type-options", "nosniff")
    .header("cache-control", "private, no-store")
    .type("application/zip")
    .send(archive);
}

const filenameOf = ({ deidentify, format, studyIds }: ExportOrder): string => {
  const kind: Record<ExportFormat, string> = { zip: "images", dicomdir: "medium" };
  // Our own id would lead back to the study
  if (deidentify !== null) return `deidentified-${kind[format]}.zip`;
  return studyIds.length === 1 ? `study-${studyIds[0]}-${kind[format]}.zip` : `studies-${kind[format]}.zip`;
};

/** `GET /studies/:id/export` and `POST /exports`: studies as a ZIP archive or a medium, as they are or without identity. */
export function exportRoutes(deps: ExportDeps): Routes {
  return (app) => {
    const tags = ["Studies"];
    const config = { permission: "images.export", deferrable: true } as const;
    app.get(
      "/studies/:id/export",
      {
        config,
        schema: {
          tags,
          summary: "A study as a ZIP archive or a medium with DICOMDIR, also de-identified",
          params: Type.Object({ id: Id }),
          querystring: ExportQuery,
          produces: ["application/zip"],
        },
      },
      (request, reply) => send(deps, request, reply, orderOf([request.params.id], request.query)),
    );
    app.post(
      "/exports",
      {
        config,
        schema: {
          tags,
          summary: "Several studies as one ZIP archive or medium, also de-identified",
          body: ExportRequest,
          produces: ["application/zip"],
        },
      },
      (request, reply) => {
        const { studyIds, ...query } = request.body;
        return send(deps, request, reply, orderOf(studyIds, query));
      },
    );
  };
}
