import type {
  ChangeProcedure,
  CreateProcedure,
  Procedure,
  ProcedureListQuery,
  procedureSortFields,
} from "@isocenter/contract";
import { modalitiesOfOrder } from "@isocenter/contract";
import {
  checkVersion,
  escapeLike,
  type Fragment,
  invalidAt,
  keysetPage,
  type ListPage,
  mapPage,
  newId,
  type Reader,
  Refusal,
  reach,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../platform/index.ts";
import { allOf } from "../patients/index.ts";
import type { CatalogueContext } from "./context.ts";
import { readModalityOf } from "./examination.ts";
import { ofFacilities, placeOf } from "./facility.ts";
import { conflict, isDuplicate } from "./refusals.ts";

interface ProcedureRow extends Omit<Procedure, "createdAt" | "updatedAt" | "actions"> {
  createdAt: Date;
  updatedAt: Date;
}

const columns = (sql: Reader): Fragment => sql`
  c.id, c.facility_id as "facilityId", c.code, c.coding_scheme as "codingScheme", c.name, c.modality, c.body_part as "bodyPart",
  c.duration_minutes as "durationMinutes", c.preparation, c.protocol, c.subspecialty, c.price_amount as price,
  c.price_currency as currency, c.report_template_id as "reportTemplateId", c.active, c.version, c.created_at as "createdAt",
  c.updated_at as "updatedAt"`;

const toProcedure = (viewer: Viewer, row: ProcedureRow): Procedure => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
  actions: [
    ...(reach(viewer, "catalogue.manage") === null ? [] : ["change"]),
    ...(reach(viewer, "prices.manage") === null ? [] : ["change-price"]),
  ],
});

const noProcedure = (): Refusal =>
  new Refusal("not-found", "procedure.not-found", "There is no such procedure.");

/** @throws Refusal `not-found` (`procedure.not-found`), also where it is of a facility that is not the viewer's */
export async function getProcedure(reader: Reader, viewer: Viewer, id: string): Promise<Procedure> {
  const [row] = await reader<ProcedureRow[]>`
    select ${columns(reader)} from procedure c where c.id = ${id} and ${ofFacilities(reader, viewer, "c.facility_id")}`;
  if (!row) throw noProcedure();
  return toProcedure(viewer, row);
}

/** By code where `sort` is left out. */
export async function listProcedures(
  reader: Reader,
  viewer: Viewer,
  query: ProcedureListQuery,
): Promise<ListPage<Procedure>> {
  const sql = reader;
  const where = [ofFacilities(sql, viewer, "c.facility_id")];
  if (query.facilityId !== undefined) where.push(sql`c.facility_id = ${query.facilityId}`);
  if (query.code !== undefined) where.push(sql`c.code = ${query.code.trim()}`);
  if (query.active !== undefined) where.push(sql`c.active = ${query.active}`);
  if (query.subspecialty !== undefined)
    where.push(sql`lower(c.subspecialty) = lower(${query.subspecialty.trim()})`);
  if (query.modality !== undefined) {
    const codes = modalitiesOfOrder(readModalityOf(query.modality, "querystring.modality"));
    const both = codes.some((code) => code === "PT" || code === "CT") ? ["PET_CT"] : [];
    where.push(sql`c.modality = any(${[...codes, ...both]}::text[])`);
  }
  if (query.query !== undefined) {
    const part = `%${escapeLike(query.query.trim())}%`;
    where.push(sql`(c.code ilike ${part} or c.name ilike ${part})`);
  }
  const page = await keysetPage<ProcedureRow, (typeof procedureSortFields)[number]>(reader, query, {
    name: "procedures",
    sorts: { code: { by: sql`c.code`, type: "text" }, name: { by: sql`lower(c.name)`, type: "text" } },
    fallback: "code",
    id: sql`c.id`,
    columns: columns(sql),
    from: sql`procedure c`,
    where: allOf(sql, where),
  });
  return mapPage(page, (row) => toProcedure(viewer, row));
}

const currencies = new Set(Intl.supportedValuesOf("currency"));

interface Price {
  price_amount: number | null;
  price_currency: string | null;
}

/** Amount and currency, both or neither. @throws Refusal `invalid` (`procedure.invalid-price`, `procedure.unknown-currency`) */
function readPrice(
  input: { price?: number | null; currency?: string | null },
  before: Price = { price_amount: null, price_currency: null },
): Price {
  const amount = input.price === undefined ? before.price_amount : input.price;
  const currency =
    input.currency === undefined ? before.price_currency : (input.currency?.toUpperCase() ?? null);
  // Taking the price away takes its currency along.
  if (amount === null && (input.currency === undefined || currency === null))
    return { price_amount: null, price_currency: null };
  if (amount === null || currency === null)
    throw invalidAt("procedure.invalid-price", "body.price", "comes together with currency");
  if (!currencies.has(currency))
    throw invalidAt(
      "procedure.unknown-currency",
      "body.currency",
      "must be a currency of ISO 4217, such as EUR",
    );
  return { price_amount: amount, price_currency: currency };
}

/** @throws Refusal `invalid` (`procedure.unknown-template`) */
async function requireTemplate(
  tx: Tx,
  facilityId: string,
  templateId: string | null | undefined,
  { isTemplate }: Pick<CatalogueContext, "isTemplate">,
): Promise<void> {
  if (templateId === undefined || templateId === null || (await isTemplate(tx, facilityId, templateId)))
    return;
  throw invalidAt(
    "procedure.unknown-template",
    "body.reportTemplateId",
    "is no template in use at the procedure's facility",
  );
}

const trimmed = (text: string | null | undefined): string | null => text?.trim() ?? null;

/**
 * Puts a procedure into the catalogue of a facility of the viewer's. A price needs `prices.manage` too.
 * @throws Refusal `forbidden`, `not-found` (`facility.not-found`), `conflict` (`procedure.code-taken`), `invalid`
 */
export async function createProcedure(
  tx: Tx,
  viewer: Viewer,
  input: CreateProcedure,
  context: CatalogueContext,
): Promise<string> {
  requirePermission(viewer, "catalogue.manage");
  if (input.price !== undefined || input.currency !== undefined) requirePermission(viewer, "prices.manage");
  const { facilityId } = await placeOf(tx, viewer, input.facilityId);
  await requireTemplate(tx, facilityId, input.reportTemplateId, context);
  const { clock, journal } = context;
  const id = newId(clock);
  const row = {
    id,
    facility_id: facilityId,
    code: input.code,
    coding_scheme: input.codingScheme ?? "99ISO",
    name: input.name.trim(),
    modality: readModalityOf(input.modality, "body.modality"),
    body_part: trimmed(input.bodyPart),
    duration_minutes: input.durationMinutes,
    preparation: trimmed(input.preparation),
    protocol: trimmed(input.protocol),
    subspecialty: trimmed(input.subspecialty),
    ...readPrice(input),
    report_template_id: input.reportTemplateId ?? null,
    active: input.active ?? true,
    created_at: clock.now(),
    updated_at: clock.now(),
  };
  await tx`insert into procedure ${tx(row)}`.catch((error: unknown) => {
    throw isDuplicate(error)
      ? conflict("procedure.code-taken", `The facility's catalogue has the code ${input.code} already.`)
      : error;
  });
  await journal.record(tx, viewer, {
    type: "procedure.created",
    subject: { type: "procedure", id },
    facilityId,
    data: { code: input.code },
  });
  return id;
}

/** What one who may change it changes. Orders that were placed keep what was said then. @throws as `createProcedure`, `conflict` (`version.conflict`) */
export async function changeProcedure(
  tx: Tx,
  viewer: Viewer,
  id: string,
  { expectedVersion, price, currency, ...input }: ChangeProcedure,
  context: CatalogueContext,
): Promise<void> {
  const ofPrice = price !== undefined || currency !== undefined;
  const details = Object.keys(input);
  if (ofPrice) requirePermission(viewer, "prices.manage");
  if (details.length > 0 || !ofPrice) requirePermission(viewer, "catalogue.manage");
  const [before] = await tx<(Price & { version: number; facilityId: string })[]>`
    select version, price_amount, price_currency, facility_id as "facilityId" from procedure c
    where c.id = ${id} and ${ofFacilities(tx, viewer, "c.facility_id")} for no key update`;
  if (!before) throw noProcedure();
  checkVersion(expectedVersion, before.version);
  await requireTemplate(tx, before.facilityId, input.reportTemplateId, context);
  const { clock, journal } = context;
  const changes = {
    ...(input.name === undefined ? {} : { name: input.name.trim() }),
    ...(input.modality === undefined ? {} : { modality: readModalityOf(input.modality, "body.modality") }),
    ...(input.bodyPart === undefined ? {} : { body_part: trimmed(input.bodyPart) }),
    ...(input.durationMinutes === undefined ? {} : { duration_minutes: input.durationMinutes }),
    ...(input.preparation === undefined ? {} : { preparation: trimmed(input.preparation) }),
    ...(input.protocol === undefined ? {} : { protocol: trimmed(input.protocol) }),
    ...(input.subspecialty === undefined ? {} : { subspecialty: trimmed(input.subspecialty) }),
    ...(input.reportTemplateId === undefined ? {} : { report_template_id: input.reportTemplateId }),
    ...(input.active === undefined ? {} : { active: input.active }),
    ...(ofPrice
      ? readPrice(
          { ...(price === undefined ? {} : { price }), ...(currency === undefined ? {} : { currency }) },
          before,
        )
      : {}),
  };
  if (Object.keys(changes).length === 0) return;
  await tx`update procedure set ${tx({ ...changes, updated_at: clock.now() })}, version = version + 1 where id = ${id}`;
  const priceNow = ofPrice ? { price: changes.price_amount, currency: changes.price_currency } : {};
  await journal.record(tx, viewer, {
    type: "procedure.changed",
    subject: { type: "procedure", id },
    facilityId: before.facilityId,
    data: { fields: [...details, ...(ofPrice ? ["price"] : [])], ...priceNow },
  });
}
