import { type ReportTemplate, type ReportTemplateListQuery, reportSections } from "@isocenter/contract";
import {
  type Fragment,
  keysetPage,
  type ListPage,
  mapPage,
  type Reader,
  Refusal,
  reach,
  requirePermission,
  type Viewer,
} from "../../platform/index.ts";
import { allOf, facilities } from "../patients/index.ts";
import { bodyPartOf, modalityOf } from "./templates.ts";

interface Row extends Omit<ReportTemplate, "createdAt" | "updatedAt" | "actions"> {
  createdAt: Date;
  updatedAt: Date;
}

const columns = (sql: Reader): Fragment => sql`
  t.id, t.facility_id as "facilityId", t.name, t.modality, t.body_part as "bodyPart", t.procedure_code as "procedureCode", t.sections,
  t.fields, t.macros, t.active, t.version, t.created_at as "createdAt", t.updated_at as "updatedAt"`;

const visible = (sql: Reader, viewer: Viewer): Fragment =>
  sql`t.facility_id = any(${facilities(viewer)}::uuid[])`;

const toTemplate =
  (viewer: Viewer) =>
  (row: Row): ReportTemplate => ({
    ...row,
    sections: Object.fromEntries(
      reportSections.map((section) => [section, row.sections[section] ?? ""]),
    ) as ReportTemplate["sections"],
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    actions: reach(viewer, "report-templates.manage") === null ? [] : ["change"],
  });

/** @throws Refusal `not-found` (`template.not-found`) */
export async function getTemplate(
  reader: Reader,
  viewer: Viewer,
  templateId: string,
): Promise<ReportTemplate> {
  requirePermission(viewer, "reports.read");
  const [row] = await reader<Row[]>`
    select ${columns(reader)} from report_template t where t.id = ${templateId} and ${visible(reader, viewer)}`;
  if (!row) throw new Refusal("not-found", "template.not-found", "There is no such template.");
  return toTemplate(viewer)(row);
}

/** By name when `sort` is left out. */
export async function listTemplates(
  reader: Reader,
  viewer: Viewer,
  query: ReportTemplateListQuery,
): Promise<ListPage<ReportTemplate>> {
  requirePermission(viewer, "reports.read");
  const { modality, bodyPart, procedureCode, active = true } = query;
  const fits = (column: string, value: string): Fragment =>
    reader`(t.${reader.unsafe(column)} is null or t.${reader.unsafe(column)} = ${value})`;
  const where = [visible(reader, viewer), reader`t.active = ${active}`];
  if (modality !== undefined) where.push(fits("modality", modalityOf(modality)));
  if (bodyPart !== undefined) where.push(fits("body_part", bodyPartOf(bodyPart)));
  if (procedureCode !== undefined) where.push(fits("procedure_code", procedureCode.trim()));
  const page = await keysetPage<Row, "name" | "createdAt">(reader, query, {
    name: "report-templates",
    sorts: {
      name: { by: reader`t.name`, type: "text" },
      createdAt: { by: reader`t.created_at`, type: "timestamptz" },
    },
    fallback: "name",
    id: reader`t.id`,
    columns: columns(reader),
    from: reader`report_template t`,
    where: allOf(reader, where),
  });
  return mapPage(page, toTemplate(viewer));
}
