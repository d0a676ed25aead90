import type {
  Aging,
  Bill,
  BillListQuery,
  BillSummary,
  BillWithoutPrice,
  BillWithoutPriceQuery,
  MoneyMovement,
  MoneyMovementQuery,
  PatientTotal,
} from "@isocenter/contract";
import { agingBuckets, billStatuses } from "@isocenter/contract";
import {
  type Fragment,
  facilitiesAsked,
  keysetPage,
  type ListPage,
  listKey,
  mapPage,
  type Reader,
  Refusal,
  reach,
  requirePermission,
  type Viewer,
} from "../../platform/index.ts";
import { allOf, displayName, getPatient, survivorOf } from "../patients/index.ts";
import { readCurrency } from "./bill.ts";
import { noBill } from "./locked.ts";
import { type BillRow, billColumns, billOf, summaryOf } from "./rows.ts";
import { billTables, hasStatus, readBillStatuses, statusNow, todayAt, visible, withinDays } from "./sql.ts";

/** @throws Refusal `forbidden`, `not-found` (`bill.not-found`) */
export async function getBill(reader: Reader, viewer: Viewer, id: string, now: Date): Promise<Bill> {
  const [row] = await reader<BillRow[]>`
    select ${billColumns(reader, now)} from ${billTables(reader)} where b.id = ${id} and ${visible(reader, viewer)}`;
  if (!row) throw noBill();
  return billOf(reader, viewer, row);
}

function conditions(sql: Reader, viewer: Viewer, query: BillListQuery, now: Date): Fragment {
  const all = [visible(sql, viewer), withinDays(sql, "b.issued_at", query)];
  if (query.status !== undefined) all.push(hasStatus(sql, now, readBillStatuses(query.status)));
  if (query.patientId) all.push(sql`b.patient_id = ${query.patientId}`);
  if (query.orderId) all.push(sql`b.order_id = ${query.orderId}`);
  if (query.facilityId) all.push(sql`b.facility_id = ${query.facilityId}`);
  return allOf(sql, all);
}

/** The newest first when `sort` is left out. @throws Refusal `forbidden`, `invalid` (`query.invalid-sort`, `query.invalid-status`, ...) */
export async function listBills(
  db: Reader,
  viewer: Viewer,
  query: BillListQuery,
  now: Date,
): Promise<ListPage<BillSummary>> {
  const page = await keysetPage<BillRow, "issuedAt" | "dueDate">(db, query, {
    name: "bills",
    sorts: {
      issuedAt: { by: db`b.issued_at`, type: "timestamptz" },
      dueDate: { by: db`coalesce(b.due_date, '9999-12-31')`, type: "date" },
    },
    fallback: "-issuedAt",
    id: db`b.id`,
    columns: billColumns(db, now),
    from: billTables(db),
    where: conditions(db, viewer, query, now),
    facility: { column: db`b.facility_id`, ids: facilitiesAsked(viewer, query) },
    key: listKey(viewer, query),
  });
  return mapPage(page, (row) => summaryOf(viewer, row));
}

/** The bills of a patient, also under the id of one who was merged into them. @throws Refusal `forbidden`, `not-found` (`patient.not-found`) */
export async function listPatientBills(
  db: Reader,
  viewer: Viewer,
  patientId: string,
  query: BillListQuery,
  now: Date,
): Promise<ListPage<BillSummary>> {
  await getPatient(db, viewer, patientId);
  return listBills(db, viewer, { ...query, patientId: await survivorOf(db, patientId) }, now);
}

interface ShareRow {
  currency: string;
  status: keyof PatientTotal["byStatus"];
  count: number;
  total: number;
  held: number;
}

/**
 * What a patient was billed, has paid and owes, in one currency.
 * @throws Refusal `forbidden`, `not-found` (`patient.not-found`), `conflict` (`bill.several-currencies`) where none is named and the bills are of several
 */
export async function patientTotal(
  reader: Reader,
  viewer: Viewer,
  patientId: string,
  wanted: string | undefined,
  now: Date,
): Promise<PatientTotal> {
  await getPatient(reader, viewer, patientId);
  const rows = await reader<ShareRow[]>`
    select b.currency, ${statusNow(reader, now)} as status, count(*) as count, sum(b.total)::bigint as total,
      sum(b.paid - b.refunded)::bigint as held
    from bill b join facility f on f.id = b.facility_id
    where b.patient_id = ${await survivorOf(reader, patientId)} and ${visible(reader, viewer)} group by 1, 2`;
  const named = wanted === undefined ? null : readCurrency(wanted);
  const currencies = [...new Set(rows.map((row) => row.currency))].sort();
  if (named === null && currencies.length > 1)
    throw new Refusal(
      "conflict",
      "bill.several-currencies",
      `The bills of this patient are of several currencies (${currencies.join(", ")}): name one with ?currency=.`,
    );
  const currency = named ?? currencies[0] ?? null;
  const shares = rows.filter((row) => row.currency === currency);
  const byStatus = Object.fromEntries(
    billStatuses.map((status) => {
      const { count = 0, total = 0, held = 0 } = shares.find((row) => row.status === status) ?? {};
      return [status, { count, total, outstanding: status === "VOID" ? 0 : total - held }];
    }),
  ) as PatientTotal["byStatus"];
  const counted = shares.filter((row) => row.status !== "VOID");
  const total = counted.reduce((sum, row) => sum + row.total, 0);
  const paid = counted.reduce((sum, row) => sum + row.held, 0);
  return { total, paid, outstanding: total - paid, currency, byStatus };
}

/** What is owed, by the days since it was due. @throws Refusal `forbidden` */
export async function aging(
  reader: Reader,
  viewer: Viewer,
  { facilityId }: { facilityId?: string },
  now: Date,
): Promise<Aging> {
  const days = reader`(${todayAt(reader, now)} - b.due_date)`;
  const rows = await reader<{ currency: string; bucket: string; count: number; outstanding: number }[]>`
    select b.currency, case when b.due_date is null or ${days} <= 0 then 'CURRENT' when ${days} <= 30 then '1-30'
      when ${days} <= 60 then '31-60' when ${days} <= 90 then '61-90' else 'OVER_90' end as bucket,
      count(*) as count, sum(b.total - b.paid + b.refunded)::bigint as outstanding
    from bill b join facility f on f.id = b.facility_id
    where ${visible(reader, viewer)} and b.status in ('PENDING', 'PARTIALLY_PAID', 'OVERDUE')
      ${facilityId ? reader`and b.facility_id = ${facilityId}` : reader``}
    group by 1, 2 order by 1`;
  const data = [...Map.groupBy(rows, (row) => row.currency)].map(([currency, shares]) => {
    const buckets = agingBuckets.map((bucket) => {
      const { count = 0, outstanding = 0 } = shares.find((row) => row.bucket === bucket) ?? {};
      return { bucket, count, outstanding };
    });
    return {
      currency,
      count: buckets.reduce((sum, { count }) => sum + count, 0),
      outstanding: buckets.reduce((sum, { outstanding }) => sum + outstanding, 0),
      buckets,
    };
  });
  return { asOf: now.toISOString(), data };
}

/** Payments and refunds, the newest first when `sort` is left out. @throws Refusal `forbidden`, `invalid` */
export async function listMovements(
  db: Reader,
  viewer: Viewer,
  query: MoneyMovementQuery,
): Promise<ListPage<MoneyMovement>> {
  // Without a join within, so that an index of each gives the order and only the page's bills are looked up.
  const moved = db`(
    select id, bill_id, facility_id, received_at as at, 'PAYMENT' as kind, amount, method, reference, null::text as reason,
      received_by as by_id, received_by_name as by_name from payment
    union all
    select id, bill_id, facility_id, refunded_at, 'REFUND', -amount, null, null, reason, refunded_by, refunded_by_name from refund) v`;
  const page = await keysetPage<Omit<MoneyMovement, "at"> & { at: Date }, "at">(db, query, {
    name: "payments",
    sorts: { at: { by: db`v.at`, type: "timestamptz" } },
    fallback: "-at",
    id: db`v.id`,
    columns: db`v.id, v.kind, v.amount, v.method, v.reference, v.reason, v.at, json_build_object('id', v.by_id, 'name', v.by_name) as by,
      b.id as "billId", b.number as "billNumber", b.patient_id as "patientId", b.facility_id as "facilityId", b.currency`,
    from: db`${moved} join bill b on b.id = v.bill_id join facility f on f.id = v.facility_id`,
    where: allOf(db, [visible(db, viewer), withinDays(db, "v.at", query)]),
    facility: { column: db`v.facility_id`, ids: facilitiesAsked(viewer, query) },
    key: listKey(viewer, query),
  });
  return mapPage(page, (row) => ({ ...row, at: row.at.toISOString() }));
}

/** Orders that were reported and wait for a price, the longest first. @throws Refusal `forbidden` */
export async function listWithoutPrice(
  db: Reader,
  viewer: Viewer,
  query: BillWithoutPriceQuery,
): Promise<ListPage<BillWithoutPrice>> {
  requirePermission(viewer, "bills.read");
  const actions = reach(viewer, "bills.write") === null ? [] : ["dismiss"];
  type Names = Pick<BillRow, "family" | "given" | "middle">;
  type Row = Omit<BillWithoutPrice, "since" | "actions" | "patientName"> &
    Names & { id: string; since: Date };
  const page = await keysetPage<Row, "since">(db, query, {
    name: "bills-without-price",
    sorts: { since: { by: db`w.since`, type: "timestamptz" } },
    fallback: "since",
    id: db`w.order_id`,
    columns: db`w.order_id as id, w.order_id as "orderId", w.facility_id as "facilityId", o.patient_id as "patientId",
      p.family, p.given, p.middle, p.birth_date as "patientBirthDate",
      o.accession_number as "accessionNumber", o.procedure_code as "procedureCode", o.procedure_name as "procedureName",
      w.report_id as "reportId", w.since`,
    from: db`bill_without_price w join imaging_order o on o.id = w.order_id join patient p on p.id = o.patient_id`,
    where: db`w.settled_at is null and w.facility_id = any(${[...viewer.facilityIds]}::uuid[])
      ${query.facilityId ? db`and w.facility_id = ${query.facilityId}` : db``}`,
  });
  return mapPage(page, ({ id: _, since, family, given, middle, ...row }) => ({
    ...row,
    patientName: displayName({ family, given, middle, prefix: "", suffix: "" }),
    since: since.toISOString(),
    actions,
  }));
}
