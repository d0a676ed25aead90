import { makeFacility, viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeAll, expect, test } from "vitest";
import { transact } from "../../platform/index.ts";
import { createJournal } from "../journal/index.ts";
import { type Registered, registerPatient } from "./register.ts";

const database = testDatabase();
const platform = testPlatform(database);
const { clock } = platform;
let facilityId: string;

beforeAll(async () => {
  facilityId = await makeFacility(database.db, { issuer: "HIS" });
});

/** Registers in a transaction of its own, and keeps it open until it is told to go on. */
function register(values: readonly string[], goOn: Promise<void> = Promise.resolve()) {
  const done = Promise.withResolvers<void>();
  const identifiers = values.map((value) => ({ issuer: "HIS", value }));
  const said = { facilityId, identifiers, name: "Doe^Jane", birthDate: "1970-01-02", sex: "F" as const };
  const committed = transact(database.db, async (tx): Promise<Registered> => {
    const context = { clock, journal: createJournal(platform) };
    const registered = await registerPatient(tx, viewerAt([facilityId]), said, "update", context);
    done.resolve();
    await goOn;
    return registered;
  });
  return { done: done.promise, committed };
}

async function somebodyWaits(): Promise<void> {
  for (;;) {
    const [row] = await database.db<{ waiting: boolean }[]>`
      select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') as waiting`;
    if (row!.waiting) return;
  }
}

test("two who bring one new patient at the same moment bring one: the second waits, and finds who came first", async () => {
  const goOn = Promise.withResolvers<void>();
  const first = register(["P-1", "P-2"], goOn.promise);
  await first.done;
  // In another order, which must be none in which they wait for each other.
  const second = register(["P-2", "P-1"]);
  await somebodyWaits();
  goOn.resolve();
  const { patientId } = await first.committed;
  expect(await second.committed).toMatchObject({ patientId });
  const rows =
    await database.db`select value from patient_identifier where patient_id = ${patientId} order by value`;
  expect(rows.map(({ value }) => value)).toEqual(["P-1", "P-2"]);
});
