import { makeFacility, viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { type Attributes, chunked, ctInstance } from "@isocenter/test/support/instances.ts";
import { type MadeOrder, makeOrder, makePatient, makeProvider } from "@isocenter/test/support/orders.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeAll, beforeEach, expect, inject, test } from "vitest";
import { newId, prepareJobs, transact, type Viewer } from "../../platform/index.ts";
import { createJournal, type Journal } from "../journal/index.ts";
import { changeOrder } from "../orders/index.ts";
import { createArchive } from "./archive.ts";
import { orderReader, performedStepReader } from "./order-readers.ts";
import { settleStudy } from "./settle.ts";
import type { Archive } from "./types.ts";

const database = testDatabase();
const platform = testPlatform(database);
let journal: Journal;
let archive: Archive;
let viewer: Viewer;
let facility: string;
let patient: string;
let provider: string;
let identifier: string;
let n = 0;

beforeAll(async () => {
  await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
  await platform.objects.check();
  journal = createJournal(platform);
  archive = createArchive(platform, journal);
  journal.registerReader(orderReader(platform, journal));
  journal.registerReader(performedStepReader(platform, journal));
  provider = await makeProvider(database.db);
});
beforeEach(async () => {
  facility = await makeFacility(database.db);
  viewer = viewerAt([facility]);
  identifier = `O-${++n}`;
  patient = await makePatient(database.db, facility, {
    name: "Doe^Jane",
    identifier,
    birthDate: null,
    sex: null,
  });
  // A reader that begins now begins behind what there is.
  await journal.drain();
});

const place = (more: Partial<MadeOrder> = {}) =>
  makeOrder(database.db, { facilityId: facility, patientId: patient, providerId: provider, ...more });
const receive = async (attributes: Attributes = {}) => {
  const made = ctInstance({ PatientID: identifier, AccessionNumber: "", ...attributes });
  const answer = await archive.ingest(viewer, { chunks: chunked(made.bytes), door: "c-store" });
  await journal.drain();
  return { ...made, ...answer };
};
const orderOf = async (studyId: string) => (await archive.getStudy(viewer, studyId)).orderId;
const state = async ({ orderId, scheduledStepId }: Awaited<ReturnType<typeof place>>) => {
  const [row] = await database.db<{ order: string; step: string }[]>`
    select o.status as "order", ss.status as step from imaging_order o join scheduled_step ss on ss.id = ${scheduledStepId} where o.id = ${orderId}`;
  return [row?.step, row?.order];
};

test.each([
  [
    "accession number",
    (order: Awaited<ReturnType<typeof place>>) => ({ AccessionNumber: order.accessionNumber }),
  ],
  ["study UID", (order: Awaited<ReturnType<typeof place>>) => ({ StudyInstanceUID: order.studyInstanceUid })],
  [
    "Request Attributes Sequence",
    (order: Awaited<ReturnType<typeof place>>) => ({
      RequestAttributesSequence: [{ ScheduledProcedureStepID: order.stepId }],
    }),
  ],
])(
  "images link their study to its order by %s; it is in progress, and performed when the study settles",
  async (_by, said) => {
    const order = await place();
    const { studyId } = await receive(said(order));
    expect([await orderOf(studyId), ...(await state(order))]).toEqual([
      order.orderId,
      "STARTED",
      "IN_PROGRESS",
    ]);
    platform.clock.advance(61_000);
    expect(await settleStudy(platform, journal, studyId)).toBe(true);
    expect(await state(order)).toEqual(["COMPLETED", "PERFORMED"]);
  },
);

test("an accession number of another patient's order links nothing and moves nothing", async () => {
  const other = await makePatient(database.db, facility, { name: "Smith^John" });
  const order = await place({ patientId: other });
  const { studyId } = await receive({ AccessionNumber: order.accessionNumber });
  expect([await orderOf(studyId), ...(await state(order))]).toEqual([null, "SCHEDULED", "SCHEDULED"]);
  platform.clock.advance(61_000);
  await settleStudy(platform, journal, studyId);
  expect(await state(order)).toEqual(["SCHEDULED", "SCHEDULED"]);
});

test("cancelling against images that arrive: one is first, order and step agree, and no image is lost", async () => {
  for (let round = 0; round < 8; round++) {
    const order = await place();
    const cancel = transact(platform.db, (tx) =>
      changeOrder(
        tx,
        viewer,
        order.orderId,
        { status: "CANCELLED", expectedVersion: 1 },
        { clock: platform.clock, journal },
      ),
    );
    const images = receive({ AccessionNumber: order.accessionNumber });
    const [cancelled, { studyId }] = await Promise.all([
      cancel.then(
        () => true,
        () => false,
      ),
      images,
    ]);
    await journal.drain();
    const now = await state(order);
    expect([
      ["CANCELED", "CANCELLED"],
      ["STARTED", "IN_PROGRESS"],
    ]).toContainEqual(now);
    expect(now[1] === "CANCELLED").toBe(cancelled);
    expect([await orderOf(studyId), (await archive.getStudy(viewer, studyId)).numberOfInstances]).toEqual([
      order.orderId,
      1,
    ]);
  }
});

test("of an order for two modalities the study performs its own step", async () => {
  const order = await place({ modality: "CT" });
  await database.db`
    insert into scheduled_step (id, order_id, facility_id, step_id, modality, description, status, updated_at)
    values (${newId(platform.clock)}, ${order.orderId}, ${facility}, ${`PT${n}`}, 'PT', 'PET', 'SCHEDULED', now())`;
  const { studyId } = await receive({ AccessionNumber: order.accessionNumber });
  platform.clock.advance(61_000);
  await settleStudy(platform, journal, studyId);
  expect(await state(order)).toEqual(["COMPLETED", "IN_PROGRESS"]);
});

async function performed(order: { orderId: string; studyInstanceUid: string }, instances: string[]) {
  const id = newId(platform.clock);
  await database.db`
    insert into performed_step (id, facility_id, sop_instance_uid, order_id, study_instance_uid, status, station_ae_title, attributes,
      referenced_instances, created_at, updated_at)
    values (${id}, ${facility}, ${`1.2.${n}`}, ${order.orderId}, ${order.studyInstanceUid}, 'COMPLETED', 'CT1', '{}', ${instances}, now(), now())`;
  await database.db.begin((tx) =>
    journal.record(tx as never, viewer, {
      type: "performed-step.completed",
      subject: { type: "performed-step", id },
      facilityId: facility,
    }),
  );
  await journal.drain();
}
const statusOf = async (studyId: string) => (await archive.getStudy(viewer, studyId)).status;

test("a completed performed step settles its study at once where all that it names is here, else it waits", async () => {
  const order = await place();
  const { studyId, SOPInstanceUID } = await receive({ StudyInstanceUID: order.studyInstanceUid });
  await performed(order, [SOPInstanceUID, "1.2.3.999"]);
  expect(await statusOf(studyId)).toBe("IN_PROGRESS");
  n += 1;
  await performed(order, [SOPInstanceUID]);
  expect(await statusOf(studyId)).toBe("COMPLETED");
});

test("while another performed step of the study is at work, one that is completed settles nothing; the last one does", async () => {
  const order = await place();
  const { studyId, SOPInstanceUID } = await receive({ StudyInstanceUID: order.studyInstanceUid });
  const other = newId(platform.clock);
  await database.db`
    insert into performed_step (id, facility_id, sop_instance_uid, order_id, study_instance_uid, status, station_ae_title, attributes, created_at, updated_at)
    values (${other}, ${facility}, ${`1.2.${n}.1`}, ${order.orderId}, ${order.studyInstanceUid}, 'IN PROGRESS', 'CT2', '{}', now(), now())`;
  await performed(order, [SOPInstanceUID]);
  expect(await statusOf(studyId)).toBe("IN_PROGRESS");
  await database.db`update performed_step set status = 'COMPLETED' where id = ${other}`;
  n += 1;
  await performed(order, [SOPInstanceUID]);
  expect(await statusOf(studyId)).toBe("COMPLETED");
});

test("images after the report mark the study, which settles again in its state; the report's own documents do not", async () => {
  const { studyId, StudyInstanceUID } = await receive();
  platform.clock.advance(61_000);
  await settleStudy(platform, journal, studyId);
  await database.db`update study set status = 'FINAL' where id = ${studyId}`;
  const mark = async () => {
    const [row] = await database.db<
      { at: Date | null }[]
    >`select images_after_report_at as at from study where id = ${studyId}`;
    return row?.at ?? null;
  };
  await receive({ StudyInstanceUID, Modality: "SR" });
  expect(await mark()).toBeNull();
  await receive({ StudyInstanceUID });
  expect(await mark()).toEqual(platform.clock.now());
  platform.clock.advance(61_000);
  expect(await settleStudy(platform, journal, studyId)).toBe(true);
  expect(await settleStudy(platform, journal, studyId)).toBe(false);
  expect(await statusOf(studyId)).toBe("FINAL");
  await journal.drain();
  const facts = await database.db<{ type: string }[]>`
    select type from fact where subject_id = ${studyId} and type like 'study.changed%'`;
  expect(facts).toEqual([{ type: "study.changed-after-report" }]);
});

const arrive = (attributes: Attributes) =>
  archive.ingest(viewer, {
    chunks: chunked(ctInstance({ PatientID: identifier, AccessionNumber: "", ...attributes }).bytes),
    door: "c-store",
  });

test("studies are locked for their orders as images that come in lock them, so that neither waits for the other in a circle", async () => {
  const orders = [await place(), await place()].sort((a, b) =>
    a.studyInstanceUid < b.studyInstanceUid ? 1 : -1,
  );
  const studies = [];
  for (const { studyInstanceUid } of orders)
    studies.push((await arrive({ StudyInstanceUID: studyInstanceUid })).studyId);
  const [last, first] = studies as [string, string];
  let linked = Promise.resolve();
  await database.db.begin(async (tx) => {
    await tx`select 1 from study where id = ${first} for no key update`;
    linked = journal.drain();
    for (let waiting = false; !waiting; ) {
      const [row] = await database.db<{ waiting: boolean }[]>`
        select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') as waiting`;
      waiting = row!.waiting;
    }
    expect(await tx`select 1 from study where id = ${last} for no key update skip locked`).toHaveLength(1);
  });
  await linked;
  expect([await orderOf(last), await orderOf(first)]).toEqual(orders.map(({ orderId }) => orderId));
});

test("a study that answers no order waits for nobody", async () => {
  const { studyId } = await arrive({});
  await database.db.begin(async (tx) => {
    await tx`select 1 from study where id = ${studyId} for no key update`;
    await journal.drain();
  });
  expect(await orderOf(studyId)).toBeNull();
});
