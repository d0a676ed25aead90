import {
  type ImagingOrder,
  type ImagingOrderListQuery,
  type imagingOrderSortFields,
  modalitiesOfOrder,
  type OrderProviderQuery,
  type OrderProviders,
  orderStatusAliases,
  orderStatuses,
  priorities,
  type Role,
  readEnumeration,
  readOrderModality,
  type ScheduledStep,
} from "@isocenter/contract";
import {
  blameCursor,
  dayOf,
  type Fragment,
  facilitiesAsked,
  invalidAt,
  keysetPage,
  type ListPage,
  listKey,
  mapPage,
  type Reader,
  type Viewer,
} from "../../platform/index.ts";
import { activeUsersWith } from "../identity/index.ts";
import { allOf, getPatient, survivorOf } from "../patients/index.ts";
import { placeOf } from "./facility.ts";
import { noOrder } from "./refusals.ts";
import { type OrderRow, orderColumns, type StepRow, stepColumns, toOrder, toStep } from "./rows.ts";
import { orderVisible } from "./sql.ts";

/** @throws Refusal `not-found` (`order.not-found`), also where it is not visible to the viewer */
export async function getOrder(reader: Reader, viewer: Viewer, orderId: string): Promise<ImagingOrder> {
  const [row] = await reader<OrderRow[]>`
    select ${orderColumns(reader)} from imaging_order o where o.id = ${orderId} and ${orderVisible(reader, viewer)}`;
  if (!row) throw noOrder();
  return toOrder(viewer, row);
}

/** What the code of the order's procedure is of; null where it has none. Who may see the order was asked before. */
export async function codingSchemeOf(reader: Reader, orderId: string): Promise<string | null> {
  const [row] = await reader<{ scheme: string | null }[]>`
    select procedure_coding_scheme as scheme from imaging_order where id = ${orderId}`;
  return row?.scheme ?? null;
}

/** The scheduled steps of an order that the viewer may see. @throws Refusal `not-found` (`order.not-found`) */
export async function listSteps(reader: Reader, viewer: Viewer, orderId: string): Promise<ScheduledStep[]> {
  const rows = await reader<(StepRow & { there: boolean })[]>`
    select ${stepColumns(reader)} from imaging_order o left join scheduled_step st on st.order_id = o.id
    where o.id = ${orderId} and ${orderVisible(reader, viewer)} order by st.step_id`;
  if (rows.length === 0) throw noOrder();
  return rows.filter(({ id }) => id !== null).map(toStep);
}

const doctors: readonly Role[] = ["PHYSICIAN", "RADIOLOGIST", "RESIDENT"];

/** Who may be named as asking for an order at the facility, and whether there are more. @throws Refusal `not-found` (`facility.not-found`) */
export async function listProviders(
  reader: Reader,
  viewer: Viewer,
  query: OrderProviderQuery,
): Promise<OrderProviders> {
  const { facilityId } = await placeOf(reader, viewer, query.facilityId);
  const { query: text = "", limit = 50 } = query;
  const found = await activeUsersWith(reader, facilityId, {
    roles: doctors,
    text: text.trim(),
    limit: limit + 1,
  });
  return { data: found.slice(0, limit), more: found.length > limit };
}

/** What a filter names, several with commas. @throws Refusal `invalid` (`query.invalid-<name>`) */
function readSeveral<T extends string>(
  name: string,
  text: string,
  read: (word: string) => T | null,
  values: string,
): T[] {
  return text.split(",").map((word) => {
    const value = read(word);
    if (value === null) throw invalidAt(`query.invalid-${name}`, `querystring.${name}`, `must be ${values}`);
    return value;
  });
}

const dateOnly = /^\d{4}-\d{2}-\d{2}$/;
const dateTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/i;

/** A moment, or a day at the facility's clock: from its beginning, or until its end. */
function readPoint(
  name: "scheduledFrom" | "scheduledTo",
  text: string,
  timeZone: string,
): { at: Date; included: boolean } {
  const wrong = () =>
    invalidAt(
      `query.invalid-${name}`,
      `querystring.${name}`,
      "must be a date, or a date and time with its offset (a + is written %2B)",
    );
  const time = Date.parse(dateOnly.test(text) ? `${text}T00:00:00Z` : text);
  const year = new Date(time).getUTCFullYear();
  // A day either side of those that the database knows is for the time zone.
  if (Number.isNaN(time) || year < 2 || year > 9998) throw wrong();
  if (dateOnly.test(text)) {
    // The 30th of February would be taken for a day of March.
    if (!new Date(time).toISOString().startsWith(text)) throw wrong();
    const { from, to } = dayOf(text, timeZone);
    return name === "scheduledFrom" ? { at: from, included: true } : { at: to, included: false };
  }
  if (!dateTime.test(text)) throw wrong();
  return { at: new Date(time), included: true };
}

async function conditions(reader: Reader, viewer: Viewer, query: ImagingOrderListQuery): Promise<Fragment[]> {
  const sql = reader;
  const all = [orderVisible(sql, viewer)];
  const { status, modality, priority, scheduledFrom, scheduledTo } = query;
  if (query.facilityId !== undefined) all.push(sql`o.facility_id = ${query.facilityId}`);
  if (query.patientId !== undefined)
    all.push(sql`o.patient_id = ${await survivorOf(reader, query.patientId)}`);
  if (query.providerId !== undefined) all.push(sql`o.provider_id = ${query.providerId}`);
  if (query.accessionNumber !== undefined)
    all.push(sql`o.accession_number = ${query.accessionNumber.trim()}`);
  if (query.stationAeTitle !== undefined) all.push(sql`o.station_ae_title = ${query.stationAeTitle.trim()}`);
  if (status !== undefined) {
    const read = (word: string) =>
      orderStatusAliases[word.trim().toUpperCase()] ?? readEnumeration(orderStatuses, word);
    const named = readSeveral("status", status, read, orderStatuses.join(", "));
    all.push(named.length === 1 ? sql`o.status = ${named[0]!}` : sql`o.status = any(${named}::text[])`);
  }
  if (priority !== undefined) {
    const read = (word: string) => readEnumeration(priorities, word);
    all.push(
      sql`o.priority = any(${readSeveral("priority", priority, read, priorities.join(", "))}::text[])`,
    );
  }
  if (modality !== undefined) {
    const named = readSeveral("modality", modality, readOrderModality, "modalities, such as CT or PET_CT");
    const codes = named.flatMap((name) => [...modalitiesOfOrder(name)]);
    // What is ordered as PET_CT is of PT and of CT.
    const both = codes.some((code) => code === "PT" || code === "CT") ? ["PET_CT"] : [];
    all.push(sql`o.modality = any(${[...codes, ...both]}::text[])`);
  }
  if (scheduledFrom === undefined && scheduledTo === undefined) return all;
  const { timeZone } = await placeOf(reader, viewer, query.facilityId);
  if (scheduledFrom !== undefined)
    all.push(sql`o.scheduled_at >= ${readPoint("scheduledFrom", scheduledFrom, timeZone).at}`);
  if (scheduledTo !== undefined) {
    const { at, included } = readPoint("scheduledTo", scheduledTo, timeZone);
    all.push(included ? sql`o.scheduled_at <= ${at}` : sql`o.scheduled_at < ${at}`);
  }
  return all;
}

/** The newest first where `sort` is left out. @throws Refusal `invalid` */
export async function listOrders(
  reader: Reader,
  viewer: Viewer,
  query: ImagingOrderListQuery,
): Promise<ListPage<ImagingOrder>> {
  const where = allOf(reader, await conditions(reader, viewer, query));
  const page = await keysetPage<OrderRow, (typeof imagingOrderSortFields)[number]>(reader, query, {
    name: "imaging-orders",
    sorts: {
      orderedAt: { by: reader`o.ordered_at`, type: "timestamptz" },
      scheduledAt: {
        by: reader`coalesce(o.scheduled_at, timestamptz '9999-12-31 00:00:00+00')`,
        type: "timestamptz",
      },
      updatedAt: { by: reader`o.updated_at`, type: "timestamptz" },
    },
    fallback: "-orderedAt",
    id: reader`o.id`,
    columns: orderColumns(reader),
    from: reader`imaging_order o`,
    where,
    facility: { column: reader`o.facility_id`, ids: facilitiesAsked(viewer, query) },
    keyed: query.patientId !== undefined || query.accessionNumber !== undefined,
    key: listKey(viewer, query),
  }).catch(blameCursor(query.after === undefined ? null : { value: "", id: "" }));
  return mapPage(page, (row) => toOrder(viewer, row));
}

/** Those of a patient whom the viewer may see; of the survivor where they were merged. @throws Refusal `not-found` (`patient.not-found`) */
export async function listOrdersOfPatient(
  reader: Reader,
  viewer: Viewer,
  patientId: string,
  query: Omit<ImagingOrderListQuery, "patientId">,
): Promise<ListPage<ImagingOrder>> {
  await getPatient(reader, viewer, patientId);
  return await listOrders(reader, viewer, { ...query, patientId });
}
