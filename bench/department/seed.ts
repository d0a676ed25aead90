/**
 * A department of some years in a database, by COPY: `npx node bench/department/seed.ts FOLDER [orders]` fills the data folder of a server that was
 * started once and is stopped. Orders with steps, studies and series (rows without objects), reports with versions that verify, findings, bills with payments, notices, facts
 * and accesses in their chain. The same number until the same day gives the same rows.
 */
import { configuredCost, createPasswordHasher } from "@isocenter/server/modules/identity/passwords.ts";
import { createSigner, type Signer } from "@isocenter/server/modules/journal/signing.ts";
import type { Db } from "@isocenter/server/platform/database/database.ts";
import { createLog, openForOperator, readConfig } from "@isocenter/server/platform/index.ts";
import { dropIndexes, gatherRows } from "./copy.ts";
import { day } from "./course.ts";
import { addExamination } from "./examinations.ts";
import { openJournal } from "./journal.ts";
import { addPatient, addPeople } from "./people.ts";
import { random } from "./random.ts";

/** Of everybody whom the seed makes. */
export const seededPassword = "seeded-department-2026";

/** In the order in which their rows may refer to each other. */
const tables = [
  "facility",
  "app_user",
  "user_role",
  "user_facility",
  "station",
  "procedure",
  "patient",
  "patient_identifier",
  "patient_facility",
  "care_relation",
  "imaging_order",
  "scheduled_step",
  "study",
  "series",
  "report",
  "report_version",
  "report_person",
  "report_reader",
  "report_delivery",
  "notice",
  "finding",
  "finding_event",
  "finding_recipient",
  "finding_follow_up",
  "bill",
  "bill_line",
  "payment",
  "refund",
  "bill_without_price",
  "fact",
  "access",
];

export interface SeedOptions {
  orders: number;
  /** The present of the department. */
  until: Date;
  years?: number;
  ordersPerPatient?: number;
  /** Which part of the signed reports has a critical finding. */
  findings?: number;
  signer: Signer;
  passwordHash: string;
  /** Indexes are made afterwards and references are not looked up: for many rows. */
  bulk?: boolean;
  say?: (text: string) => void;
}

const batch = 5000;

/** Fills the database. @returns the rows of each table */
export async function seedDepartment(
  db: Db,
  options: SeedOptions,
): Promise<Readonly<Record<string, number>>> {
  const {
    orders,
    years = 5,
    ordersPerPatient = 5.5,
    findings = 0.02,
    bulk = false,
    say = () => {},
  } = options;
  const until = options.until.getTime();
  const from = until - years * 365 * day;
  const rows = gatherRows(tables);
  const journal = await openJournal(db, rows);
  const dice = random(orders);
  const indexes = bulk ? await dropIndexes(db, tables) : [];
  if (bulk)
    await db`select set_config('session_replication_role', 'replica', false), set_config('synchronous_commit', 'off', false)`;
  const facilities = addPeople(rows, from, options.passwordHash);
  const everyone = Math.max(1, Math.round(orders / ordersPerPatient));
  const patients = Array.from({ length: everyone }, (_, n) =>
    addPatient(rows, facilities, dice, from + n, n),
  );
  const seeding = { rows, dice, journal, until, findings, billNumbers: new Map<string, number>() };
  let writing = rows.write(db);
  for (let n = 0; n < orders; n++) {
    const patient = dice.of(patients);
    const orderedAt = Math.floor(from + ((n + dice.next()) * (until - from)) / orders);
    addExamination(seeding, patient, orderedAt, n);
    if (dice.chance(0.2))
      journal.access(
        orderedAt,
        "patient.read",
        patient.physician,
        { patient },
        { type: "patient", id: patient.id },
      );
    if (n % batch === batch - 1) {
      await writing;
      writing = rows.write(db);
      if (n % 100_000 === 99_999) say(`${n + 1} orders`);
    }
  }
  await writing;
  await rows.write(db);
  for (const [key, last] of seeding.billNumbers) {
    const [facilityId, year] = key.split(" ") as [string, string];
    await db`insert into bill_counter (facility_id, year, last) values (${facilityId}, ${Number(year)}, ${last})`;
  }
  await db`select setval('accession_number', ${orders}), setval('patient_number', ${everyone})`;
  await journal.close(db, options.signer, until);
  if (bulk) {
    await db`select set_config('session_replication_role', 'origin', false), set_config('maintenance_work_mem', '1GB', false)`;
    say(`${indexes.length} indexes`);
    for (const definition of indexes) await db.unsafe(definition);
  }
  say("statistics");
  return rows.counts();
}

async function main(folder: string, orders: number): Promise<void> {
  const say = (text: string) => process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
  const config = readConfig({ DATA_DIR: folder });
  const { connection, close } = await openForOperator(config, createLog({ logLevel: "error" }), {
    database: "current",
  });
  const { connect } = await import("@isocenter/server/platform/database/database.ts");
  // One connection: what is set for the session is set for all that follows.
  const db = connect({ ...connection, max: 1 });
  try {
    say(`seeding ${orders} orders`);
    const counts = await seedDepartment(db, {
      orders,
      until: new Date(),
      signer: createSigner(config),
      passwordHash: await createPasswordHasher(configuredCost(config)).hash(seededPassword),
      bulk: true,
      say,
    });
    await db`vacuum analyze`;
    say(JSON.stringify(counts));
  } finally {
    await db.end();
    await close();
  }
}

if (import.meta.main) await main(process.argv[2]!, Number(process.argv[3] ?? 1_100_000));
