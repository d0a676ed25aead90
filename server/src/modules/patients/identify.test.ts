import { makeFacility, viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeEach, describe, expect, test } from "vitest";
import { transact } from "../../platform/index.ts";
import { createJournal } from "../journal/index.ts";
import { changePatient, createPatient } from "./commands.ts";
import { type IdentifiedPatient, identifyPatients, type PatientClaim } from "./identify.ts";
import { getPatient } from "./queries.ts";

const database = testDatabase();
const platform = testPlatform(database);
const { clock } = platform;
let facilityId: string;
let issuer: string;
let issuers = 0;

beforeEach(async () => {
  issuer = `ISSUER ${++issuers}`;
  facilityId = await makeFacility(database.db, { issuer });
});

const claim = (more: Partial<PatientClaim> = {}): PatientClaim => ({
  facilityId,
  studyInstanceUid: "1.2.3",
  value: "P-1",
  issuer,
  name: "Doe^Jane",
  birthDate: "1970-01-02",
  sex: "F",
  attributes: {},
  ...more,
});
const identify = (...claims: PatientClaim[]): Promise<IdentifiedPatient[]> =>
  transact(database.db, (tx) => identifyPatients(tx, clock, claims));
const one = async (of: PatientClaim): Promise<IdentifiedPatient> => (await identify(of))[0]!;

describe("a known identifier", () => {
  test.each<[string, Partial<PatientClaim>]>([
    ["the same identity", {}],
    ["another case and accents", { name: "DOÉ^JANE" }],
    ["a middle name more", { name: "Doe^Jane^Quentin" }],
    ["blanks for carets", { name: "Doe Jane" }],
    ["no name", { name: "" }],
    ["a family name alone", { name: "Doe" }],
    ["no birth date", { birthDate: null }],
    ["no sex", { sex: null }],
    ["an unknown sex", { sex: "U" }],
    ["a name in other scripts beside it", { name: "Doe^Jane=田中^一子" }],
  ])("with %s is the known patient", async (_, more) => {
    const known = await one(claim());
    expect(known).toMatchObject({ created: true, doubt: null });
    expect(await one(claim(more))).toEqual({
      patientId: known.patientId,
      claimedId: known.patientId,
      created: false,
      doubt: null,
    });
  });

  test.each<[string, Partial<PatientClaim>]>([
    ["another family name", { name: "Smith^Jane" }],
    ["another given name", { name: "Doe^John" }],
    ["another birth date", { birthDate: "1970-01-03" }],
    ["another sex", { sex: "M" }],
    ["given and family name exchanged", { name: "Jane^Doe" }],
    ["another middle name", { name: "Doe^Jane^Zoe" }],
  ])("with %s is a provisional patient, the same for the same claim", async (_, more) => {
    const known = await one(claim({ name: "Doe^Jane^Quentin" }));
    const doubtful = await one(claim(more));
    expect(doubtful).toMatchObject({
      created: true,
      doubt: { kind: "conflicting-identity", knownPatientId: known.patientId },
    });
    expect(doubtful.patientId).not.toBe(known.patientId);
    expect(await one(claim({ ...more, studyInstanceUid: "1.2.4" }))).toMatchObject({
      patientId: doubtful.patientId,
      created: false,
    });
    const [row] = await database.db`select provisional from patient where id = ${doubtful.patientId}`;
    expect(row).toEqual({ provisional: true });
    expect((await one(claim({ name: "Doe^Jane^Quentin" }))).patientId).toBe(known.patientId);
  });

  test("of another issuer is another patient", async () => {
    const known = await one(claim());
    const other = await one(claim({ issuer: `${issuer} B` }));
    expect(other.doubt).toBeNull();
    expect(other.patientId).not.toBe(known.patientId);
  });
});

test("without identifier there is a provisional patient for each study, never matched to another", async () => {
  const [a, again, b] = await identify(
    claim({ value: "", studyInstanceUid: "1.1" }),
    claim({ value: "", studyInstanceUid: "1.1", name: "Somebody^Else" }),
    claim({ value: "", studyInstanceUid: "1.2" }),
  );
  expect(a).toMatchObject({ created: true, doubt: { kind: "no-identifier", knownPatientId: null } });
  expect(again!.patientId).toBe(a!.patientId);
  expect(b!.patientId).not.toBe(a!.patientId);
});

test("what the known patient lacks is taken from the image; of two that exclude each other the second conflicts", async () => {
  const known = await one(claim({ name: "", birthDate: null, sex: null }));
  const [first, second] = await identify(
    claim({ birthDate: "1970-01-02" }),
    claim({ birthDate: "1980-05-05" }),
  );
  expect(first).toMatchObject({ patientId: known.patientId, doubt: null });
  expect(second).toMatchObject({ doubt: { kind: "conflicting-identity", knownPatientId: known.patientId } });
  const viewer = viewerAt([facilityId]);
  expect(await getPatient(database.db, viewer, known.patientId)).toMatchObject({
    lastName: "Doe",
    firstName: "Jane",
    birthDate: "1970-01-02",
    sex: "F",
    version: 2,
  });
});

test("of two transactions at once that exclude each other, the second conflicts", async () => {
  const known = await one(claim({ birthDate: null }));
  let second: Promise<IdentifiedPatient> | undefined;
  const first = await transact(database.db, async (tx) => {
    const [found] = await identifyPatients(tx, clock, [claim({ birthDate: "1971-01-01" })]);
    second = one(claim({ birthDate: "1972-02-02" }));
    // Committed only when the second waits for the patient's row.
    for (let waiting = 0; waiting === 0; ) {
      const [row] = await database.db<{ n: number }[]>`
        select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      waiting = row!.n;
    }
    return found;
  });
  expect(first).toMatchObject({ patientId: known.patientId, doubt: null });
  expect(await second).toMatchObject({
    doubt: { kind: "conflicting-identity", knownPatientId: known.patientId },
  });
});

test("what a person corrected stays, and images that still say what was before fit", async () => {
  const known = await one(claim({ name: "Do^Jane", birthDate: null }));
  const viewer = viewerAt([facilityId]);
  const context = { clock, journal: createJournal(platform) };
  await transact(database.db, (tx) =>
    changePatient(
      tx,
      viewer,
      known.patientId,
      { lastName: "Doe", birthDate: null, expectedVersion: 1 },
      context,
    ),
  );
  expect((await one(claim({ name: "Do^Jane" }))).patientId).toBe(known.patientId);
  expect((await one(claim({ name: "Doe^Jane" }))).patientId).toBe(known.patientId);
  expect((await one(claim({ name: "Dough^Jane" }))).doubt).not.toBeNull();
  expect(await getPatient(database.db, viewer, known.patientId)).toMatchObject({
    lastName: "Doe",
    birthDate: null,
    version: 2,
  });
});

test("a merged patient leads to the one who survives", async () => {
  const a = await one(claim());
  const b = await one(claim({ value: "P-2" }));
  await database.db`update patient set merged_into = ${b.patientId} where id = ${a.patientId}`;
  expect(await one(claim())).toEqual({
    patientId: b.patientId,
    claimedId: a.patientId,
    created: false,
    doubt: null,
  });
});

test("a facility knows the patients whose images it got, and no other", async () => {
  const known = await one(claim());
  const elsewhere = await makeFacility(database.db, { issuer });
  const stranger = viewerAt([elsewhere]);
  await expect(getPatient(database.db, stranger, known.patientId)).rejects.toMatchObject({
    kind: "not-found",
  });
  expect((await one(claim({ facilityId: elsewhere }))).patientId).toBe(known.patientId);
  expect((await getPatient(database.db, stranger, known.patientId)).facilityIds).toEqual([elsewhere]);
});

test("many transactions with the same and other claims in any order neither deadlock nor double", async () => {
  const values = Array.from({ length: 12 }, (_, index) => `M-${index}`);
  const rounds = Array.from({ length: 10 }, (_, round) =>
    identify(
      ...(round % 2 === 0 ? values : [...values].reverse()).flatMap((value) => [
        claim({ value }),
        claim({ value, name: "Doe^John" }),
        claim({ value: "", studyInstanceUid: value }),
      ]),
    ),
  );
  const results = await Promise.all(rounds);
  const distinct = new Set(results.flat().map((patient) => patient.patientId));
  expect(distinct.size).toBe(36);
  expect(results.flat().filter((patient) => patient.created).length).toBe(36);
});

test("an identifier that a person gave is the patient's to the images as well", async () => {
  const viewer = viewerAt([facilityId]);
  const context = { clock, journal: createJournal(platform) };
  const id = await transact(database.db, (tx) =>
    createPatient(
      tx,
      viewer,
      {
        firstName: "Jane",
        lastName: "Doe",
        birthDate: "1970-01-02",
        sex: "f",
        identifiers: [{ value: "P-1" }],
      },
      context,
    ),
  );
  expect(await one(claim())).toEqual({ patientId: id, claimedId: id, created: false, doubt: null });
});
