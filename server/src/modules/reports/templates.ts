import {
  type ChangeReportTemplate,
  type CreateReportTemplate,
  type GivenField,
  type ReportSection,
  readEnumeration,
  readModality,
  type TemplateField,
  templateFieldTypes,
} from "@isocenter/contract";
import {
  checkVersion,
  newId,
  type Reader,
  Refusal,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../platform/index.ts";
import { readText } from "./content.ts";
import type { StudyRow } from "./lock.ts";
import type { ReportContext } from "./report.ts";

export interface TemplateRow {
  id: string;
  name: string;
  version: number;
  sections: Partial<Record<ReportSection, string>>;
  fields: TemplateField[];
}

const wrong = (path: string, message: string): Refusal =>
  new Refusal("invalid", "template.invalid", `${path} ${message}.`, {
    errors: [{ path: `body.${path}`, message }],
  });

const noTemplate = (): Refusal =>
  new Refusal("not-found", "template.not-found", "There is no such template.");

const nameTaken = (): Refusal =>
  new Refusal("conflict", "template.name-taken", "Another template in use has this name.");

/** A template that reports of the facility may take. @throws Refusal `invalid` (`report.unknown-template`) */
export async function usableTemplate(
  reader: Reader,
  facilityId: string,
  templateId: string,
): Promise<TemplateRow> {
  const [row] = await reader<TemplateRow[]>`
    select id, name, version, sections, fields from report_template
    where id = ${templateId} and facility_id = ${facilityId} and active`;
  if (row) return row;
  const message = "is no template in use at the study's facility";
  throw new Refusal("invalid", "report.unknown-template", `templateId ${message}.`, {
    errors: [{ path: "body.templateId", message }],
  });
}

/** Whether reports of the facility may take it. */
export async function isUsableTemplate(
  reader: Reader,
  facilityId: string,
  templateId: string,
): Promise<boolean> {
  const rows = await reader`
    select from report_template where id = ${templateId} and facility_id = ${facilityId} and active`;
  return rows.length > 0;
}

/** The template that the study's procedure names; null where there is none in use. */
export async function defaultTemplateOf(reader: Reader, study: StudyRow): Promise<TemplateRow | null> {
  if (study.orderId === null) return null;
  const [row] = await reader<TemplateRow[]>`
    select t.id, t.name, t.version, t.sections, t.fields
    from imaging_order o join procedure p on p.id = o.procedure_id
    join report_template t on t.id = p.report_template_id and t.facility_id = ${study.facilityId} and t.active
    where o.id = ${study.orderId}`;
  return row ?? null;
}

/** @throws Refusal `forbidden`, `not-found` (`facility.not-found`), `invalid` (`template.invalid`), `conflict` (`template.name-taken`) */
export async function createTemplate(
  tx: Tx,
  viewer: Viewer,
  input: CreateReportTemplate,
  { clock, journal }: ReportContext,
): Promise<string> {
  requirePermission(viewer, "report-templates.manage");
  const facilityId = input.facilityId ?? viewer.homeFacilityId;
  if (!viewer.facilityIds.includes(facilityId))
    throw new Refusal("not-found", "facility.not-found", "There is no such facility.");
  const now = clock.now();
  const id = newId(clock);
  const inserted = await tx`
    insert into report_template ${tx({
      id,
      facility_id: facilityId,
      name: input.name.trim(),
      modality: null,
      body_part: null,
      procedure_code: null,
      ...columnsOf(tx, input),
      created_by: viewer.id,
      created_at: now,
      updated_at: now,
    })} on conflict (facility_id, lower(name)) where active do nothing`;
  if (inserted.count === 0) throw nameTaken();
  await journal.record(tx, viewer, {
    type: "report-template.created",
    subject: { type: "report-template", id },
    facilityId,
  });
  return id;
}

/**
 * Changes a template for reports to come; those that took it keep it as it was.
 * @throws Refusal `forbidden`, `not-found` (`template.not-found`), `conflict` (`version.conflict`, `template.name-taken`), `invalid`
 */
export async function changeTemplate(
  tx: Tx,
  viewer: Viewer,
  templateId: string,
  input: ChangeReportTemplate,
  { clock, journal }: ReportContext,
): Promise<void> {
  requirePermission(viewer, "report-templates.manage");
  const [row] = await tx<{ facilityId: string; version: number; name: string; active: boolean }[]>`
    select facility_id as "facilityId", version, name, active from report_template
    where id = ${templateId} and facility_id = any(${[...viewer.facilityIds]}::uuid[]) for update`;
  if (!row) throw noTemplate();
  checkVersion(input.expectedVersion, row.version);
  const name = input.name?.trim() ?? row.name;
  const active = input.active ?? row.active;
  const columns = { ...columnsOf(tx, input), name, active, updated_at: clock.now() };
  await tx`update report_template set ${tx(columns)}, version = version + 1 where id = ${templateId}`.catch(
    (error: { code?: string }) => {
      // unique_violation (PostgreSQL, appendix A).
      throw error.code === "23505" ? nameTaken() : error;
    },
  );
  await journal.record(tx, viewer, {
    type: "report-template.changed",
    subject: { type: "report-template", id: templateId },
    facilityId: row.facilityId,
    data: { fields: Object.keys(input).filter((member) => member !== "expectedVersion") },
  });
}

function columnsOf(tx: Tx, input: ChangeReportTemplate): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  if (input.modality !== undefined) columns.modality = input.modality && modalityOf(input.modality);
  if (input.bodyPart !== undefined) columns.body_part = input.bodyPart && bodyPartOf(input.bodyPart);
  if (input.procedureCode !== undefined) columns.procedure_code = input.procedureCode?.trim() ?? null;
  if (input.sections !== undefined) columns.sections = tx.json(texts(input.sections, "sections") as never);
  if (input.fields !== undefined) columns.fields = tx.json(input.fields.map(fieldOf(input.fields)) as never);
  if (input.macros !== undefined) columns.macros = tx.json(texts(input.macros, "macros") as never);
  return columns;
}

/** @throws Refusal `invalid` (`template.invalid`) */
export function modalityOf(text: string): string {
  const code = readModality(text);
  if (code === null) throw wrong("modality", "is not a DICOM modality code");
  return code;
}

/** As DICOM writes it (Body Part Examined, a code string). */
export const bodyPartOf = (text: string): string => text.trim().toUpperCase();

const texts = (given: Readonly<Record<string, string>>, path: string): Record<string, string> =>
  Object.fromEntries(Object.entries(given).map(([name, text]) => [name, readText(text, `${path}.${name}`)]));

/** Reads one field of those given. @throws Refusal `invalid` (`template.invalid`) where it contradicts itself or bears another's key */
const fieldOf =
  (all: readonly GivenField[]) =>
  (given: GivenField, index: number): TemplateField => {
    const at = `fields.${index}`;
    const type = readEnumeration(templateFieldTypes, given.type);
    if (type === null) throw wrong(`${at}.type`, `must be one of ${templateFieldTypes.join(", ")}`);
    if (all.findIndex(({ key }) => key === given.key) !== index)
      throw wrong(`${at}.key`, `is the key of another field: ${given.key}`);
    const { unit = null, minimum = null, maximum = null, choices = [] } = given;
    if (type !== "NUMBER" && (unit !== null || minimum !== null || maximum !== null))
      throw wrong(at, "has a unit, minimum or maximum, which only a NUMBER has");
    if (minimum !== null && maximum !== null && minimum > maximum)
      throw wrong(`${at}.minimum`, "is over the maximum");
    if ((type === "CHOICE") !== choices.length > 0)
      throw wrong(`${at}.choices`, "are given with CHOICE, and only then");
    if (new Set(choices).size < choices.length) throw wrong(`${at}.choices`, "has one twice");
    const { key, label, required = false } = given;
    return { key, label: readText(label, `${at}.label`), type, unit, minimum, maximum, choices, required };
  };
