import { viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { type Person, testReadingRoom } from "@isocenter/test/support/reports.ts";
import { beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../platform/index.ts";
import { journalRoutes } from "../journal/index.ts";
import { mergeRoutes } from "../patients/index.ts";
import { entryNamesOf } from "./index.ts";

const database = testDatabase();
const platform = testPlatform(database);
const room = testReadingRoom(database, platform, ({ journal }) => [
  journalRoutes(platform, journal, entryNamesOf(database.db)),
  mergeRoutes({ platform, journal, followers: [], nameEntries: entryNamesOf(database.db) }),
]);
let administrator: Person;
let radiologist: Person;
let study: { studyId: string; patientId: string };
const number = newId(platform.clock).slice(-12);

beforeAll(async () => {
  administrator = await room.person(["ADMINISTRATOR"]);
  radiologist = await room.person(["RADIOLOGIST"]);
  study = await room.image({ PatientID: number, AccessionNumber: "A4711" }, room.facilityId);
});

/** What a page of the trail calls the subjects of one type. */
async function names(who: Person, type: string) {
  const answer = await room.call(who, "GET", `/audit?subjectType=${type}&limit=200`);
  expect(answer.status).toBe(200);
  return answer.body.data as { subject: { id: string }; names: unknown }[];
}

describe("names in the audit trail", () => {
  test("a study by its accession number and where it is looked at, its patient by number, people by name", async () => {
    const received = (await names(administrator, "study")).find(
      ({ subject }) => subject.id === study.studyId,
    );
    expect(received?.names).toEqual({ subject: "A4711", patient: number, studyId: study.studyId });
    const entry = { subject: { type: "user", id: radiologist.id }, patientId: null };
    expect(
      await entryNamesOf(database.db)(viewerAt([room.facilityId], { roles: ["ADMINISTRATOR"] }), [entry]),
    ).toEqual([{ subject: radiologist.name, patient: null, studyId: null }]);
  });

  test("what is of another facility, what is gone and what has no id stay without one", async () => {
    const entries = [
      { subject: { type: "study", id: newId(platform.clock) }, patientId: null },
      { subject: { type: "study", id: "1' or true" }, patientId: "nobody" },
      { subject: { type: "search", id: "studies" }, patientId: study.patientId },
      { subject: { type: "constructor", id: study.studyId }, patientId: null },
    ];
    const namer = entryNamesOf(database.db);
    const nameless = { subject: null, patient: null, studyId: null };
    const elsewhere = viewerAt([newId(platform.clock)], { roles: ["ADMINISTRATOR"] });
    expect(await namer(viewerAt([room.facilityId], { roles: ["ADMINISTRATOR"] }), entries)).toEqual([
      nameless,
      nameless,
      { ...nameless, patient: number },
      nameless,
    ]);
    expect(await namer(elsewhere, entries)).toEqual([nameless, nameless, nameless, nameless]);
  });

  test("who may not see a kind of thing is not told what it is called", async () => {
    const namer = entryNamesOf(database.db);
    const entries = [{ subject: { type: "user", id: radiologist.id }, patientId: study.patientId }];
    expect(await namer(viewerAt([room.facilityId], { roles: ["RADIOLOGIST"] }), entries)).toEqual([
      { subject: null, patient: number, studyId: null },
    ]);
    expect(await namer(viewerAt([room.facilityId], { roles: ["PHYSICIAN"] }), entries)).toEqual([
      { subject: null, patient: null, studyId: null },
    ]);
  });
});
