import { testDatabase } from "@isocenter/test/support/database.ts";
import { type Caller, testOrders } from "@isocenter/test/support/order-desk.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { newId } from "../../platform/index.ts";
import { administrationRoutes } from "../identity/index.ts";
import { breakGlassRoutes, mergeRoutes } from "../patients/index.ts";

/*
 * An order brings its patient into the care of who asks for it. Whoever sees only patients in their care must not open records with it of whom they
 * know nothing.
 */

const database = testDatabase();
const platform = testPlatform(database, { physicianOrders: "proven" });
const orders = testOrders(platform, (journal, identity) => [
  breakGlassRoutes({ platform, journal, identity }),
  mergeRoutes({ platform, journal, followers: [] }),
  administrationRoutes(identity),
]);

let physician: Caller;
let patientId: string;
beforeEach(async () => {
  // Hours go by in what follows, and sessions end.
  for (const role of ["FRONT_DESK", "ADMINISTRATOR", "PHYSICIAN"] as const)
    await (await orders.as(role)).signIn();
  physician = await orders.someone(["PHYSICIAN"], [orders.places.here]);
  patientId = await orders.patient();
});

const ask = { modality: "CT", bodyPart: "CHEST", clinicalIndication: "cough" };
const order = (who: Caller, more: object) => who.call("POST", "/imaging-orders", { ...ask, ...more });
const sees = async (who: Caller, id = patientId) => (await who.call("GET", `/patients/${id}`)).status;
const nothing = "01900000-0000-7000-8000-000000000000";

/** What an order could have changed. */
const state = async () => {
  const [row] =
    await database.db`select (select count(*) from imaging_order) as orders, (select count(*) from care_relation) as care,
    (select count(*) from fact where type like 'access.%' or type like 'order.%') as facts, (select count(*) from notice) as notices`;
  return row;
};

describe("a first order for a patient who is not in the physician's care", () => {
  test("by an id alone is refused, and says the same of whom there is not", async () => {
    const before = await state();
    const elsewhere = await orders.patient(orders.places.there);
    const details = new Set<string>();
    for (const id of [patientId, nothing, elsewhere]) {
      const answer = await order(physician, { patientId: id });
      expect([answer.status, answer.body.code]).toEqual([403, "order.not-in-care"]);
      details.add(answer.body.detail);
      expect(await sees(physician, id)).toBe(404);
    }
    expect(details.size).toBe(1);
    expect(await state()).toEqual(before);
  });

  test("repeats identifier and birth date, with the id or without it, and cares for them from then on", async () => {
    for (const withId of [true, false]) {
      const id = await orders.patient();
      const patientProof = await orders.proof(id);
      const made = await order(physician, { patientProof, ...(withId ? { patientId: id } : {}) });
      expect([made.status, made.body.patientId, made.body.providerId]).toEqual([201, id, physician.id]);
      expect(await sees(physician, id)).toBe(200);
      expect((await order(physician, { patientId: id })).status).toBe(201);
      const care = await database.db`
        select source from care_relation where patient_id = ${id} and person_id = ${physician.id} order by source`;
      expect(care.map(({ source }) => source)).toEqual(["order", "order-proof"]);
    }
  });

  test("is marked in the journal, and told to the privacy officer, or to the administrators where there is none", async () => {
    const [admin, officer] = [await orders.as("ADMINISTRATOR"), await orders.as("FRONT_DESK")];
    const noticesOf = async (who: Caller) =>
      (
        await database.db`select kind, level from notice where recipient_id = ${who.id} and patient_id = ${patientId}`
      ).map(({ kind, level }) => `${kind} ${level}`);
    const first = await order(physician, { patientProof: await orders.proof(patientId) });
    expect([await noticesOf(admin), await noticesOf(officer)]).toEqual([["access.care-claimed INFO"], []]);
    const facts = await database.db`
      select actor_id as actor, facility_id as facility, data from fact where type = 'access.care-claimed' and patient_id = ${patientId}`;
    expect(facts).toEqual([
      { actor: physician.id, facility: orders.places.here, data: { orderId: first.body.id, by: "proof" } },
    ]);
    await orders.server.journal.drain();
    const accesses = await admin.call("GET", `/patients/${patientId}/accesses?action=access.care-claimed`);
    expect(accesses.body.data).toMatchObject([{ actor: { id: physician.id } }]);

    await database.db`update facility set privacy_officer_id = ${officer.id} where id = ${orders.places.here}`;
    patientId = await orders.patient();
    await order(physician, { patientProof: await orders.proof(patientId) });
    expect([await noticesOf(admin), await noticesOf(officer)]).toEqual([[], ["access.care-claimed INFO"]]);
    // The second order opens nothing.
    await order(physician, { patientId });
    expect(await noticesOf(officer)).toHaveLength(1);
    await database.db`update facility set privacy_officer_id = null`;
  });

  test("with what does not fit is refused as for whom there is not, changes nothing, and is written down", async () => {
    const right = await orders.proof(patientId);
    const other = await orders.patient();
    const elsewhere = await orders.patient(orders.places.there);
    const [foreign] = await database.db<
      { value: string }[]
    >`select value from patient_identifier where patient_id = ${elsewhere}`;
    const before = await state();
    const bodies = [
      { patientId, patientProof: { ...right, birthDate: "1970-01-03" } },
      { patientId, patientProof: { ...right, identifier: "none" } },
      { patientId, patientProof: { ...right, issuer: "none" } },
      { patientId, patientProof: await orders.proof(other) },
      { patientId: nothing, patientProof: right },
      { patientProof: { ...right, birthDate: "1970-01-03" } },
      { patientProof: { identifier: foreign!.value, birthDate: "1970-01-02" } },
    ];
    const answers = [];
    for (const body of bodies) {
      const { status, body: said } = await order(physician, body);
      answers.push([status, said.code, said.detail, said.errors ?? null]);
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]!.slice(0, 2)).toEqual([422, "order.proof-wrong"]);
    expect(await state()).toEqual(before);
    expect(await sees(physician)).toBe(404);
    const admin = await orders.as("ADMINISTRATOR");
    await orders.server.journal.drain();
    const written = await admin.call("GET", `/patients/${patientId}/accesses?action=order.created`);
    expect(written.body.data).toHaveLength(4);
    expect(written.body.data[0]).toMatchObject({ actor: { id: physician.id }, outcome: "REFUSED" });
  });

  test("cannot be used to ask who is a patient by what else is wrong with it", async () => {
    const right = await orders.proof(patientId);
    for (const patientProof of [right, { ...right, birthDate: "1970-01-03" }])
      expect((await order(physician, { patientProof, procedureCode: "NONE" })).body.code).toBe(
        "procedure.unknown",
      );
    expect(await database.db`select 1 from proof_attempt where user_id = ${physician.id}`).toHaveLength(0);
  });

  test("is not guessed: ten wrong ones in an hour, however many are sent at once, and other physicians are not held up", async () => {
    const right = await orders.proof(patientId);
    const guess = (day: number) =>
      order(physician, {
        patientId,
        patientProof: { ...right, birthDate: `1971-01-${String(day).padStart(2, "0")}` },
      });
    const statuses = (await Promise.all(Array.from({ length: 14 }, (_, day) => guess(day + 1)))).map(
      ({ status }) => status,
    );
    expect(statuses.filter((status) => status === 422)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(4);
    const held = await order(physician, { patientId, patientProof: right });
    expect([held.status, held.body.code, Number(held.headers["retry-after"])]).toEqual([
      429,
      "patient.too-many-proofs",
      3600,
    ]);
    const other = await orders.someone(["PHYSICIAN"], [orders.places.here]);
    expect((await order(other, { patientId, patientProof: right })).status).toBe(201);
    platform.clock.advance(3_600_000);
    const signedIn = await orders.someone(["PHYSICIAN"], [orders.places.here]);
    expect((await order(signedIn, { patientId, patientProof: right })).status).toBe(201);
  });

  test("under a request's key is done once, and a wrong proof does not use the key up", async () => {
    const right = await orders.proof(patientId);
    const headers = { "idempotency-key": `order-${patientId}` };
    const send = (patientProof: object) =>
      physician.call("POST", "/imaging-orders", { ...ask, patientProof }, headers);
    expect((await send({ ...right, birthDate: "1970-01-03" })).status).toBe(422);
    const [made, again] = [await send(right), await send(right)];
    expect([made.status, again.status, again.body.id]).toEqual([201, 201, made.body.id]);
    expect(await database.db`select 1 from imaging_order where patient_id = ${patientId}`).toHaveLength(1);
  });

  test("that succeeded does not count", async () => {
    for (let count = 0; count < 11; count++) {
      const id = await orders.patient();
      expect((await order(physician, { patientProof: await orders.proof(id) })).status).toBe(201);
    }
  });

  test("names the issuer where two patients have identifier and birth date", async () => {
    const twin = await orders.patient();
    const { identifier, birthDate } = await orders.proof(patientId);
    await database.db`insert into patient_identifier ${database.db({
      id: newId(platform.clock),
      patient_id: twin,
      value: identifier,
      issuer: "another",
      position: 1,
    })}`;
    const patientProof = { identifier, birthDate };
    expect((await order(physician, { patientProof })).body.code).toBe("patient.ambiguous");
    const made = await order(physician, { patientProof: { ...patientProof, issuer: "another" } });
    expect(made.body.patientId).toBe(twin);
    expect((await order(physician, { patientProof, patientId })).body.patientId).toBe(patientId);
  });

  test("under an identifier of whom was merged is for the survivor", async () => {
    const admin = await orders.as("ADMINISTRATOR");
    const before = await orders.proof(patientId);
    const into = await orders.patient();
    const merged = await admin.call("POST", `/patients/${patientId}/merge`, {
      intoPatientId: into,
      reason: "the same",
    });
    expect(merged.status).toBe(200);
    expect((await order(physician, { patientId, patientProof: before })).body.code).toBe("order.proof-wrong");
    expect((await order(physician, { patientProof: before })).body.patientId).toBe(into);
  });

  test("or breaks the glass with a reason", async () => {
    const glass = await physician.call("POST", "/break-glass", { patientId, reason: "unconscious" });
    expect(glass.status).toBe(201);
    const made = await order(physician, { patientId });
    expect(made.status).toBe(201);
    expect(await database.db`select source from care_relation where patient_id = ${patientId}`).toEqual([
      { source: "order-glass" },
    ]);
    const [fact] =
      await database.db`select data from fact where type = 'access.care-claimed' and patient_id = ${patientId}`;
    expect(fact!.data).toEqual({ orderId: made.body.id, by: "glass" });
  });

  test("after the glass has ended is refused again", async () => {
    await physician.call("POST", "/break-glass", { patientId, reason: "unconscious" });
    platform.clock.advance(3_600_000);
    await physician.signIn();
    expect((await order(physician, { patientId })).body.code).toBe("order.not-in-care");
  });
});

test("where proof is not asked for, the id is enough, and the same is written down and told", async () => {
  platform.config.physicianOrders = "known";
  onTestFinished(() => {
    platform.config.physicianOrders = "proven";
  });
  expect(await sees(physician)).toBe(404);
  const made = await order(physician, { patientId });
  expect([made.status, await sees(physician)]).toEqual([201, 200]);
  const facts =
    await database.db`select data from fact where type = 'access.care-claimed' and patient_id = ${patientId}`;
  expect(facts).toEqual([{ data: { orderId: made.body.id, by: "id" } }]);
  const told = await database.db`select kind from notice where patient_id = ${patientId}`;
  expect(told.map(({ kind }) => kind)).toContain("access.care-claimed");
  const elsewhere = await orders.patient(orders.places.there);
  for (const id of [nothing, elsewhere]) {
    const answer = await order(physician, { patientId: id });
    expect([answer.status, answer.body.code]).toEqual([404, "patient.not-found"]);
  }
  const patientProof = { ...(await orders.proof(patientId)), birthDate: "1970-01-03" };
  expect((await order(physician, { patientId, patientProof })).body.code).toBe("order.proof-wrong");
});

test("who sees all patients, or orders for others, orders as before", async () => {
  const providerId = (await orders.as("PHYSICIAN")).id;
  for (const role of ["FRONT_DESK", "ADMINISTRATOR"] as const) {
    const made = await order(await orders.as(role), { patientId, providerId });
    expect([made.status, made.body.patientId]).toEqual([201, patientId]);
  }
  expect(await database.db`select source from care_relation where patient_id = ${patientId}`).toEqual([
    { source: "order" },
  ]);
  const reads = await orders.someone(["PHYSICIAN", "RADIOLOGIST"], [orders.places.here]);
  expect((await order(reads, { patientId: await orders.patient() })).status).toBe(201);
  const bills = await orders.someone(["PHYSICIAN", "BILLING"], [orders.places.here]);
  expect((await order(bills, { patientId: await orders.patient() })).body.code).toBe("order.not-in-care");
  const desk = await orders.as("FRONT_DESK");
  const proven = await order(desk, { providerId, patientProof: await orders.proof(patientId) });
  expect(proven.body.patientId).toBe(patientId);
  expect((await order(desk, { providerId })).body).toMatchObject({
    code: "validation",
    errors: [{ path: "body.patientId" }],
  });
});
