import { testDatabase } from "@isocenter/test/support/database.ts";
import { testOrders } from "@isocenter/test/support/order-desk.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { describe, expect, test } from "vitest";
import { newId } from "../../platform/index.ts";

const database = testDatabase();
const platform = testPlatform(database);
const orders = testOrders(platform);
const uuid = /^[0-9a-f-]{36}$/;

describe("placing an order", () => {
  test("gives it numbers, a study UID and a step, and puts the patient in the provider's care", async () => {
    const desk = await orders.as("FRONT_DESK");
    const physician = await orders.as("PHYSICIAN");
    const wish = await orders.wish({
      modality: "mri",
      bodyPart: " KNEE ",
      priority: "urgent",
      notes: "left",
    });
    expect((await physician.call("GET", `/patients/${wish.patientId}`)).status).toBe(404);
    const made = await desk.call("POST", "/imaging-orders", wish);
    expect(made.status).toBe(201);
    expect(made.headers).toMatchObject({ etag: '"1"', location: `/api/v1/imaging-orders/${made.body.id}` });
    expect(made.body).toMatchObject({
      id: expect.stringMatching(uuid),
      facilityId: orders.places.here,
      patientId: wish.patientId,
      patient: { name: expect.stringMatching(/^Doe \d+, Jane$/), identifier: expect.stringMatching(/^P/) },
      providerId: physician.id,
      provider: { id: physician.id, name: expect.stringMatching(/^Full/) },
      accessionNumber: expect.stringMatching(/^A\d{8}$/),
      requestedProcedureId: expect.stringMatching(/^R\d{8}$/),
      studyInstanceUid: expect.stringMatching(/^2\.25\.\d+$/),
      modality: "MR",
      bodyPart: "KNEE",
      procedureName: "MR KNEE",
      priority: "URGENT",
      status: "PENDING",
      scheduledAt: null,
      durationMinutes: 30,
      notes: "left",
      orderedAt: platform.clock.now().toISOString(),
    });
    expect((await physician.call("GET", `/patients/${wish.patientId}`)).status).toBe(200);
    const steps = await desk.call("GET", `/imaging-orders/${made.body.id}/steps`);
    expect(steps.body.data).toMatchObject([
      { orderId: made.body.id, modality: "MR", description: "MR KNEE", status: "PENDING", startsAt: null },
    ]);
    expect(steps.body.data[0].stepId).toBe(`${made.body.requestedProcedureId.replace("R", "S")}-1`);
    expect(steps.body.pagination.total).toBe(1);
    const facts = await database.db`
      select type, patient_id, facility_id, people from fact where subject_id = ${made.body.id}`;
    expect(facts).toEqual([
      {
        type: "order.created",
        patient_id: wish.patientId,
        facility_id: orders.places.here,
        people: [physician.id],
      },
    ]);
  });

  test("names who may ask: the doctors who sign in where it is for, by name", async () => {
    const desk = await orders.as("FRONT_DESK");
    const [asking, reading] = [await orders.as("PHYSICIAN"), await orders.as("RADIOLOGIST")];
    const gone = await orders.someone(["PHYSICIAN"], [orders.places.here]);
    await database.db`update app_user set active = false where id = ${gone.id}`;
    const elsewhere = await orders.someone(["PHYSICIAN"], [orders.places.there]);
    const { status, body } = await desk.call("GET", "/imaging-orders/providers");
    expect(status).toBe(200);
    const offered = body.data.map(({ id }: { id: string }) => id);
    expect(offered).toEqual(expect.arrayContaining([asking.id, reading.id]));
    for (const { id } of [desk, gone, elsewhere]) expect(offered).not.toContain(id);
    const names = body.data.map(({ name }: { name: string }) => name);
    expect(names).toEqual(names.toSorted());
    const some = (await desk.call("GET", "/imaging-orders/providers?limit=1")).body;
    expect(some).toEqual({ data: [body.data[0]], more: true });
    const { name } = body.data.find(({ id }: { id: string }) => id === reading.id);
    const named = `/imaging-orders/providers?query=${encodeURIComponent(name.toUpperCase())}`;
    expect((await desk.call("GET", named)).body).toEqual({ data: [{ id: reading.id, name }], more: false });
    expect((await desk.call("GET", "/imaging-orders/providers?query=%25")).body.data).toEqual([]);
    const beyond = await desk.call("GET", `/imaging-orders/providers?facilityId=${orders.places.there}`);
    expect(beyond.status).toBe(404);
    const biller = await orders.as("BILLING");
    expect((await biller.call("GET", "/imaging-orders/providers")).status).toBe(403);
  });

  test("takes what is to be done from the catalogue", async () => {
    const admin = await orders.as("ADMINISTRATOR");
    const procedure = {
      code: "CTABD",
      name: "CT abdomen",
      modality: "CT",
      bodyPart: "ABDOMEN",
      durationMinutes: 45,
    };
    await admin.call("POST", "/procedures", procedure);
    const order = await orders.place({ modality: undefined, bodyPart: undefined, procedureCode: "CTABD" });
    expect(order).toMatchObject({
      modality: "CT",
      bodyPart: "ABDOMEN",
      procedureCode: "CTABD",
      procedureName: "CT abdomen",
      durationMinutes: 45,
    });
    const other = await admin.call(
      "POST",
      "/imaging-orders",
      await orders.wish({ procedureCode: "CTABD", modality: "MR" }),
    );
    expect([other.status, other.body.code]).toEqual([400, "order.other-modality"]);
  });

  test("two orders never have one accession number, and times are of our age", async () => {
    const desk = await orders.as("FRONT_DESK");
    const { accessionNumber } = await orders.place();
    await database.db`select setval('accession_number', ${Number(accessionNumber.slice(1))}, false)`;
    const again = await desk.call("POST", "/imaging-orders", await orders.wish());
    expect([again.status, again.body.code]).toEqual([409, "order.number-taken"]);
    const found = await desk.call("GET", `/imaging-orders?accessionNumber=${accessionNumber}`);
    expect(found.body.data).toHaveLength(1);
    expect((await desk.call("POST", "/imaging-orders", await orders.wish())).status).toBe(201);
    for (const scheduledAt of ["1899-12-31T23:59:59Z", "9999-01-01T00:00:00Z"]) {
      const wrong = await desk.call("POST", "/imaging-orders", await orders.wish({ scheduledAt }));
      expect([wrong.status, wrong.body.code]).toEqual([400, "order.invalid-time"]);
    }
  });

  test("PET_CT has a step of PT and one of CT", async () => {
    const admin = await orders.as("ADMINISTRATOR");
    const order = await orders.place({ modality: "pet/ct", scheduledAt: "2026-02-05T09:00:00Z" });
    expect(order).toMatchObject({ modality: "PET_CT", procedureName: "PET/CT CHEST" });
    const steps = await admin.call("GET", `/imaging-orders/${order.id}/steps`);
    expect(steps.body.data.map((step: { modality: string }) => step.modality)).toEqual(["PT", "CT"]);
    expect(steps.body.data[0]).toMatchObject({ actions: [] });
    const down = await admin.call("GET", `/imaging-orders/${order.id}/steps?sort=-stepId`);
    expect(down.body.data).toEqual(steps.body.data.toReversed());
    const wrong = await admin.call("GET", `/imaging-orders/${order.id}/steps?sort=size`);
    expect([wrong.status, wrong.body.code]).toEqual([400, "query.invalid-sort"]);
    const changed = await admin.call("PATCH", `/imaging-orders/${order.id}`, { modality: "PET" });
    expect(changed.body.modality).toBe("PT");
    const left = await admin.call("GET", `/imaging-orders/${order.id}/steps`);
    expect(left.body.data).toMatchObject([
      { modality: "PT", status: "SCHEDULED", startsAt: order.scheduledAt },
    ]);
  });

  test.each([
    ["no patient", { patientId: undefined }, 400, "validation", "body.patientId"],
    ["no reason for it", { clinicalIndication: " " }, 400, "validation", "body.clinicalIndication"],
    ["an unknown member", { colour: "red" }, 400, "validation", "body.colour"],
    ["no modality", { modality: undefined }, 400, "order.needs-modality", "body.modality"],
    ["no body part", { bodyPart: undefined }, 400, "order.needs-body-part", "body.bodyPart"],
    ["what is no modality", { modality: "?" }, 400, "order.invalid-modality", "body.modality"],
    ["what is no priority", { priority: "SOON" }, 400, "order.invalid-priority", "body.priority"],
    ["no provider", { providerId: undefined }, 400, "order.needs-provider", "body.providerId"],
    ["an unknown procedure", { procedureCode: "NONE" }, 400, "procedure.unknown", "body.procedureCode"],
    ["an unknown station", { stationAeTitle: "NONE" }, 400, "station.unknown", "body.stationAeTitle"],
    [
      "a time without its offset",
      { scheduledAt: "2026-02-02T09:00:00" },
      400,
      "validation",
      "body.scheduledAt",
    ],
    ["a time that is none", { scheduledAt: "2026-02-30T09:00:00Z" }, 400, "validation", "body.scheduledAt"],
    ["nobody", { patientId: "01900000-0000-7000-8000-000000000000" }, 404, "patient.not-found", null],
    ["no facility", { facilityId: "01900000-0000-7000-8000-000000000000" }, 404, "facility.not-found", null],
    [
      "a stranger",
      { providerId: "01900000-0000-7000-8000-000000000000" },
      400,
      "order.unknown-provider",
      "body.providerId",
    ],
  ])("refuses %s, and nothing is changed", async (_name, more, status, code, path) => {
    const admin = await orders.as("ADMINISTRATOR");
    const wish = await orders.wish(more);
    const [before] = await database.db`select count(*) from imaging_order`;
    const answer = await admin.call("POST", "/imaging-orders", wish);
    expect([answer.status, answer.body.code, answer.body.errors?.[0]?.path ?? null]).toEqual([
      status,
      code,
      path,
    ]);
    expect((await database.db`select count(*) from imaging_order`)[0]).toEqual(before);
  });

  test("whoever asks for it is active at the facility", async () => {
    const admin = await orders.as("ADMINISTRATOR");
    const elsewhere = await orders.someone(["PHYSICIAN"], [orders.places.there]);
    const gone = await orders.server.addUser({
      roles: ["PHYSICIAN"],
      facilityIds: [orders.places.here],
      active: false,
    });
    for (const providerId of [elsewhere.id, gone.id]) {
      const answer = await admin.call("POST", "/imaging-orders", await orders.wish({ providerId }));
      expect(answer.body.code).toBe("order.unknown-provider");
    }
  });

  test("a patient whom another of the viewer's facilities knows is known at this one from then on", async () => {
    const patientId = await orders.patient(orders.places.there);
    const both = await orders.someone(["FRONT_DESK"], [orders.places.here, orders.places.there]);
    const one = await orders.as("FRONT_DESK");
    const wish = await orders.wish({ patientId });
    expect((await one.call("POST", "/imaging-orders", wish)).status).toBe(404);
    expect((await both.call("POST", "/imaging-orders", wish)).status).toBe(201);
    expect((await one.call("GET", `/patients/${patientId}`)).status).toBe(200);
  });
});

describe("changing an order", () => {
  test("makes a new version; versions are compared in the body and in If-Match", async () => {
    const admin = await orders.as("ADMINISTRATOR");
    const order = await orders.place();
    const url = `/imaging-orders/${order.id}`;
    const changed = await admin.call("PATCH", url, { notes: "right", priority: "stat", expectedVersion: 1 });
    expect(changed.body).toMatchObject({ notes: "right", priority: "STAT", version: 2, status: "PENDING" });
    expect(changed.headers.etag).toBe('"2"');
    expect((await admin.call("PATCH", url, { notes: "x", expectedVersion: 1 })).body.code).toBe(
      "version.conflict",
    );
    expect((await admin.call("PATCH", url, { notes: "x" }, { "if-match": '"1"' })).body.code).toBe(
      "version.conflict",
    );
    expect((await admin.call("DELETE", url, { expectedVersion: 1 })).body.code).toBe("version.conflict");
    expect((await admin.call("PATCH", url, {})).body.version).toBe(2);
    expect((await admin.call("PATCH", url, { reason: "x" })).body.code).toBe("order.reason-without-status");
    expect((await admin.call("PATCH", url, { colour: "x" })).body.errors[0].path).toBe("body.colour");
    const facts =
      await database.db`select type, data from fact where subject_id = ${order.id} order by id desc limit 1`;
    expect(facts).toEqual([
      { type: "order.changed", data: { fields: ["notes", "priority"], status: "PENDING" } },
    ]);
  });

  test("the patient comes into the care of another provider", async () => {
    const admin = await orders.as("ADMINISTRATOR");
    const order = await orders.place();
    const other = await orders.someone(["PHYSICIAN"], [orders.places.here]);
    expect((await other.call("GET", `/imaging-orders/${order.id}`)).status).toBe(404);
    const changed = await admin.call("PATCH", `/imaging-orders/${order.id}`, { providerId: other.id });
    expect(changed.body.provider.id).toBe(other.id);
    expect((await other.call("GET", `/imaging-orders/${order.id}`)).status).toBe(200);
  });

  test("what is done is fixed once it has begun, and nothing is changed after the end", async () => {
    const admin = await orders.as("ADMINISTRATOR");
    for (const status of ["IN_PROGRESS", "PERFORMED"] as const) {
      const order = await orders.placeIn(status);
      const url = `/imaging-orders/${order.id}`;
      for (const change of [
        { bodyPart: "HEAD" },
        { modality: "CT" },
        { scheduledAt: "2026-02-03T09:00:00Z" },
      ]) {
        const answer = await admin.call("PATCH", url, change);
        expect([answer.status, change]).toEqual([409, change]);
      }
      expect((await admin.call("PATCH", url, { notes: "moved" })).status).toBe(200);
    }
    for (const status of ["COMPLETED", "CANCELLED", "DISCONTINUED"] as const) {
      const order = await orders.placeIn(status);
      const answer = await admin.call("PATCH", `/imaging-orders/${order.id}`, { notes: "late" });
      expect([answer.status, answer.body.code]).toEqual([409, "order.closed"]);
      expect((await admin.call("DELETE", `/imaging-orders/${order.id}`)).body.code).toBe(
        "order.illegal-transition",
      );
    }
  });
});

test("the steps of an order say what modalities performed of each: station, times, status, series", async () => {
  const order = await orders.place();
  const desk = await orders.as("TECHNOLOGIST");
  const steps = async () => (await desk.call("GET", `/imaging-orders/${order.id}/steps`)).body.data;
  const [scheduled] = await steps();
  expect(scheduled.performed).toEqual([]);
  const ps = newId(platform.clock);
  const attributes = {
    "00080060": { vr: "CS", Value: ["CT"] },
    "00400254": { vr: "LO", Value: ["Thorax"] },
    "00400340": {
      vr: "SQ",
      Value: [
        {
          "0020000E": { vr: "UI", Value: ["1.2.3.4"] },
          "00181030": { vr: "LO", Value: ["Low dose"] },
          "00081140": { vr: "SQ", Value: [{}, {}] },
          "00400220": { vr: "SQ", Value: [{}] },
        },
      ],
    },
  };
  await database.db`
    insert into performed_step (id, facility_id, sop_instance_uid, order_id, study_instance_uid, status, station_ae_title, attributes,
      started_at, created_at, updated_at)
    values (${ps}, ${orders.places.here}, '1.2.77', ${order.id}, ${order.studyInstanceUid}, 'IN PROGRESS', 'CT1', ${attributes as never},
      '2026-02-02T09:00:00Z', now(), now())`;
  await database.db`insert into performed_of_scheduled values (${ps}, ${scheduled.id})`;
  const performed = {
    id: ps,
    sopInstanceUid: "1.2.77",
    studyInstanceUid: order.studyInstanceUid,
    stationAeTitle: "CT1",
    modality: "CT",
    description: "Thorax",
    status: "IN_PROGRESS",
    startedAt: "2026-02-02T09:00:00.000Z",
    endedAt: null,
    series: [
      { seriesInstanceUid: "1.2.3.4", description: null, protocolName: "Low dose", numberOfInstances: 3 },
    ],
  };
  expect(await steps()).toEqual([{ ...scheduled, performed: [performed] }]);
});
