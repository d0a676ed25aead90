import { createHash } from "node:crypto";
import {
  billTransitions,
  mayFollow,
  type OrderStatus,
  orderMovesByThemselves,
  orderTransitions,
  type ReportStatus,
  reportTransitions,
} from "@isocenter/contract";
import type { World } from "./world.ts";

/** Each names the record; empty when it holds. */
export type Breaches = string[];
type Invariant = (world: World) => Promise<Breaches>;

const rows = async (
  world: World,
  say: (row: Record<string, unknown>) => string,
  query: string,
): Promise<Breaches> =>
  (await world.platform.db.unsafe(query)).map((row) => say(row as Record<string, unknown>));

async function inBatches<T>(all: readonly T[], one: (item: T) => Promise<string | null>): Promise<Breaches> {
  const breaches: Breaches = [];
  for (let at = 0; at < all.length; at += 20)
    for (const found of await Promise.all(all.slice(at, at + 20).map(one))) if (found) breaches.push(found);
  return breaches;
}

const reportChains: Invariant = async (world) => {
  const reports = await world.platform.db<{ id: string; facilityId: string }[]>`
    select id, facility_id as "facilityId" from report where last_number > 0`;
  return await inBatches(reports, async ({ id, facilityId }) => {
    const reader = world.departments.find((one) => one.facilityId === facilityId)!.people.RADIOLOGIST![0]!;
    const { body } = await world.call(reader, "GET", `/reports/${id}/verify`);
    return body.intact ? null : `report ${id}: ${JSON.stringify(body.breaches ?? body)}`;
  });
};

const imagesKept: Invariant = (world) =>
  inBatches(world.images, async ({ imageId, SOPInstanceUID, sha256 }) => {
    const [row] = await world.platform.db<{ uid: string; key: string }[]>`
      select sop_instance_uid as uid, object_key as key from instance where id = ${imageId}`;
    if (row?.uid !== SOPInstanceUID) return `image ${imageId}: is not there`;
    const bytes = await world.platform.objects.read(row.key);
    const hash = createHash("sha256").update(bytes).digest("hex");
    return hash === sha256 ? null : `image ${imageId}: its bytes are others`;
  });

const ordersMove: Invariant = async (world) => {
  const moves = await world.platform.db<{ id: string; from: OrderStatus; to: OrderStatus }[]>`
    select subject_id as id, data->>'from' as from, data->>'to' as to from fact
    where type like 'order.%' and outcome = 'success' and data ? 'from' and data ? 'to' order by position`;
  const at = new Map<string, OrderStatus>();
  const breaches: Breaches = [];
  for (const { id, from, to } of moves) {
    const before = at.get(id);
    if (before !== undefined && before !== from)
      breaches.push(`order ${id}: was ${before}, and moved from ${from}`);
    if (!mayFollow(orderTransitions, from, to) && !mayFollow(orderMovesByThemselves, from, to))
      breaches.push(`order ${id}: went from ${from} to ${to}`);
    at.set(id, to);
  }
  const kept = await world.platform.db<
    { id: string; status: OrderStatus }[]
  >`select id, status from imaging_order`;
  for (const { id, status } of kept)
    if (at.has(id) && at.get(id) !== status)
      breaches.push(`order ${id}: is ${status}, and its facts say ${at.get(id)}`);
  return breaches;
};

const reportsMove: Invariant = async (world) => {
  const versions = await world.platform.db<{ id: string; status: ReportStatus }[]>`
    select report_id as id, status from report_version order by report_id, number`;
  const at = new Map<string, ReportStatus>();
  const breaches: Breaches = [];
  for (const { id, status } of versions) {
    const before = at.get(id) ?? "DRAFT";
    if (!mayFollow(reportTransitions, before, status) && before !== status)
      breaches.push(`report ${id}: ${status} after ${before}`);
    at.set(id, status);
  }
  return breaches;
};

const billsMove: Invariant = async (world) => {
  const bills = await world.platform.db<
    { id: string; status: keyof typeof billTransitions }[]
  >`select id, status from bill`;
  return bills
    .filter(({ status }) => !(status in billTransitions))
    .map(({ id, status }) => `bill ${id}: is ${status}`);
};

const noOrderStuck: Invariant = async (world) => [
  ...(await rows(
    world,
    ({ id, status, study }) => `order ${id}: is ${status}, its study ${study} was reported`,
    `select o.id, o.status, s.id as study from imaging_order o join study s on s.order_id = o.id
     where s.status = 'FINAL' and o.status not in ('COMPLETED', 'CANCELLED', 'DISCONTINUED')`,
  )),
  ...(await rows(
    world,
    ({ id, study, status }) => `order ${id}: was performed, its study ${study} is ${status}`,
    `select o.id, s.id as study, s.status from imaging_order o join study s on s.order_id = o.id
     where o.status in ('PERFORMED', 'COMPLETED') and s.status not in ('COMPLETED', 'PRELIMINARY', 'FINAL')`,
  )),
  ...(await rows(
    world,
    ({ id }) => `order ${id}: is under way, and all its images settled`,
    `select o.id from imaging_order o where o.status in ('ARRIVED', 'IN_PROGRESS')
       and exists (select from study s where s.order_id = o.id and s.settled_at is not null)`,
  )),
  ...(await rows(
    world,
    ({ id, order }) => `step ${id} of the order ${order}: has not ended as its order has`,
    `select ss.id, o.id as order from scheduled_step ss join imaging_order o on o.id = ss.order_id
     where o.status = 'COMPLETED' and ss.status not in ('COMPLETED', 'DISCONTINUED', 'CANCELED')`,
  )),
];

const stationsOnce: Invariant = (world) =>
  rows(
    world,
    ({ one, other, station }) => `steps ${one} and ${other}: both on ${station} at a time`,
    `select a.id as one, b.id as other, a.station_ae_title as station from scheduled_step a
       join scheduled_step b on a.facility_id = b.facility_id and a.station_ae_title = b.station_ae_title and a.id < b.id
         and a.order_id <> b.order_id and a.starts_at < b.ends_at and b.starts_at < a.ends_at
     where a.status in ('SCHEDULED', 'ARRIVED', 'READY') and b.status in ('SCHEDULED', 'ARRIVED', 'READY')`,
  );

const money: Invariant = async (world) => [
  ...(await rows(
    world,
    ({ id }) => `bill ${id}: is of no order that was reported`,
    `select b.id from bill b left join report r on r.id = b.report_id left join imaging_order o on o.id = b.order_id
     where b.drafted and (o.id is null or r.signed_number is null
       or not exists (select from study s where s.order_id = o.id and s.id = r.study_id))`,
  )),
  ...(await rows(
    world,
    ({ id }) => `bill ${id}: its sums are not those of its payments and refunds`,
    `select b.id from bill b
     where b.paid <> (select coalesce(sum(amount), 0) from payment p where p.bill_id = b.id)
       or b.refunded <> (select coalesce(sum(amount), 0) from refund r where r.bill_id = b.id)
       or b.total <> (select coalesce(sum(quantity * unit_amount), 0) from bill_line l where l.bill_id = b.id)
       or b.paid - b.refunded > b.total
       or (b.status = 'PAID') <> (b.paid - b.refunded = b.total and b.status <> 'VOID')`,
  )),
  ...(await rows(
    world,
    ({ id }) => `order ${id}: was reported, and nobody is billed for it`,
    `select o.id from imaging_order o where o.status = 'COMPLETED'
       and not exists (select from bill b where b.order_id = o.id)
       and not exists (select from bill_without_price w where w.order_id = o.id)`,
  )),
  ...(await rows(
    world,
    ({ facility, year }) => `facility ${facility}: the numbers of its bills of ${year} have a gap`,
    `select b.facility_id as facility, c.year from bill b join bill_counter c on c.facility_id = b.facility_id
       and c.year = extract(year from b.issued_on) group by b.facility_id, c.year, c.last having count(*) <> c.last`,
  )),
  ...(await rows(
    world,
    ({ id }) => `bill ${id}: its last day has passed, and it is not overdue`,
    `select id from bill where status in ('PENDING', 'PARTIALLY_PAID')
       and due_date < '${world.platform.clock.now().toISOString().slice(0, 10)}'::date - 1`,
  )),
];

const findings: Invariant = async (world) => {
  const now = world.platform.clock.now().toISOString();
  return [
    ...(await rows(
      world,
      ({ id }) => `finding ${id}: was not acknowledged in time, and is not flagged`,
      `select id from finding where acknowledge_due_at is not null and not acknowledge_late and status <> 'VOID'
         and coalesce(acknowledged_at, '${now}') > acknowledge_due_at`,
    )),
    ...(await rows(
      world,
      ({ id }) => `finding ${id}: nobody was reached in time, and it is not flagged`,
      `select id from finding where contact_due_at is not null and not contact_late and status <> 'VOID'
         and coalesce(contacted_at, acknowledged_at, '${now}') > contact_due_at`,
    )),
    ...(await rows(
      world,
      ({ id }) => `finding ${id}: is late, and no alarm was raised`,
      `select f.id from finding f where acknowledge_late and coalesce(acknowledged_at, '${now}') > acknowledge_due_at
         and not exists (select from finding_recipient r where r.finding_id = f.id and r.target = 'ALARM')`,
    )),
    ...(await rows(
      world,
      ({ id }) => `finding ${id}: nobody was told`,
      `select f.id from finding f where not exists (select from finding_recipient r where r.finding_id = f.id)`,
    )),
  ];
};

const oneEach: Invariant = async (world) => [
  ...(await rows(
    world,
    ({ recipient, key }) => `notice ${key}: was given to ${recipient} twice`,
    "select recipient_id as recipient, key from notice group by recipient_id, key having count(*) > 1",
  )),
  ...(await rows(
    world,
    ({ study }) => `study ${study}: has two claims`,
    "select study_id as study from reading_claim group by study_id having count(*) > 1",
  )),
  ...(await rows(
    world,
    ({ study }) => `study ${study}: has two reports that count`,
    `select study_id as study from report where status not in ('CANCELLED', 'ENTERED_IN_ERROR') group by study_id having count(*) > 1`,
  )),
];

/** Nobody of one department sees a record of the other, in lists or by its id. */
const apart: Invariant = async (world) => {
  const breaches: Breaches = [];
  for (const here of world.departments) {
    const there = world.departments.find((one) => one !== here)!;
    const lists = [
      ["RADIOLOGIST", "/worklist?limit=200"],
      ["RADIOLOGIST", "/imaging-orders?limit=200"],
      ["TECHNOLOGIST", "/studies?limit=200"],
      ["RADIOLOGIST", "/critical-findings?limit=200"],
      ["FRONT_DESK", "/billing?limit=200"],
      ["BILLING", "/billing/payments?limit=200"],
    ] as const;
    for (const [role, url] of lists) {
      const { body } = await world.call(here.people[role]![0]!, "GET", url);
      for (const item of body.data ?? [])
        if (item.facilityId === there.facilityId)
          breaches.push(`${item.id} of ${url}: is seen at the other facility`);
    }
    const tables = ["report", "imaging_order", "bill", "finding", "study", "patient_facility"] as const;
    const urls = ["/reports", "/imaging-orders", "/billing", "/critical-findings", "/studies", "/patients"];
    for (const [at, table] of tables.entries()) {
      const column = table === "patient_facility" ? "patient_id" : "id";
      const found = await world.platform.db.unsafe(
        `select ${column} as id from ${table} where facility_id = '${there.facilityId}' limit 5`,
      );
      for (const { id } of found) {
        for (const role of ["RADIOLOGIST", "PHYSICIAN", "FRONT_DESK", "BILLING"] as const) {
          const { status } = await world.call(here.people[role]![0]!, "GET", `${urls[at]}/${id}`);
          if (status !== 404 && status !== 403)
            breaches.push(`${urls[at]}/${id}: answers ${status} at the other facility`);
        }
      }
    }
  }
  return breaches;
};

const journalIntact: Invariant = async (world) => {
  await world.modules.journal.drain();
  const found = await world.modules.journal.verify();
  return found.intact ? [] : found.breaches.map((breach) => `journal: ${JSON.stringify(breach)}`);
};

/** What must hold of a department whatever happened in it. */
export const invariants: Readonly<Record<string, Invariant>> = {
  "every submitted and signed report's chain of versions verifies": reportChains,
  "every image that was acknowledged has its bytes": imagesKept,
  "orders move by the tables": ordersMove,
  "reports move by the tables": reportsMove,
  "bills are in a state of the tables": billsMove,
  "no order is stuck": noOrderStuck,
  "no station is booked twice at a time": stationsOnce,
  "every bill has its examination, and the sums agree": money,
  "every critical finding was answered in time, or is flagged and alarmed": findings,
  "one notice for a key, one claim and one report for a study": oneEach,
  "nobody sees another facility": apart,
  "the journal is intact": journalIntact,
};
