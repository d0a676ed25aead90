import { fieldValue, type Message, parseMessage, readAcknowledgement, segmentOf } from "@isocenter/hl7";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testOrders } from "@isocenter/test/support/order-desk.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeAll, beforeEach } from "vitest";
import type { Journal } from "../../../modules/journal/index.ts";
import { followOrderMerges } from "../../../modules/orders/index.ts";
import { mergeRoutes } from "../../../modules/patients/index.ts";
import { createSystemRecognition, hl7Routes } from "../../../modules/peers/index.ts";
import type { ReceiveDeps } from "./conclude.ts";
import { actAgain, receiveMessage } from "./receive.ts";

/** Where the messages come from. */
export const local = { address: "127.0.0.1", certificateSha256: null };

interface Wanted {
  /** MSH-9 and MSH-10; a number of its own when left out. */
  type: string;
  control?: string;
  version?: string;
  more?: string;
  from?: typeof local;
  sender?: string;
}

export const pid = (
  id: string,
  { name = "DOE^JANE^Q", birth = "19700203", sex = "F", issuer = "HIS", rest = "" } = {},
) => `PID|1||${id}^^^${issuer}^MR||${name}||${birth}|${sex}${rest}`;

/** A facility with a hospital that sends messages to it, and people who are there. Call at the top of the file. */
export function testInbound() {
  const database = testDatabase();
  const platform = testPlatform(database);
  const { clock } = platform;
  let db: typeof platform.db;
  let deps: ReceiveDeps;
  const orders = testOrders(platform, (journal: Journal) => {
    const followers = [followOrderMerges({ journal })];
    deps = { platform, clock, journal, recognize: createSystemRecognition(clock), followers };
    return [
      hl7Routes(platform, journal, (viewer, id) => actAgain(deps, viewer, id)),
      mergeRoutes({ platform, journal, followers, nameEntries: async () => [] }),
    ];
  });

  let control = 0;
  const nextControl = () => `C${++control}`;
  let people = 0;
  /** An identifier that nobody has yet. */
  const nextNumber = () => `H${++people}`;

  const bytesOf = (
    { type, control: id = nextControl(), version = "2.5.1", more = "", sender = "HIS|NORTH" }: Wanted,
    segments: readonly string[],
  ) =>
    Buffer.from(
      [
        `MSH|^~\\&|${sender}|ISOCENTER|RAD|20260301101500||${type}|${id}|P|${version}${more}`,
        ...segments,
      ].join("\r"),
    );

  /** Sends a message, and answers with what came back. */
  async function send(wanted: Wanted, ...segments: string[]) {
    const { answers, outcome } = await receiveMessage(deps, bytesOf(wanted, segments), wanted.from ?? local);
    const answer: Message = parseMessage(answers.at(-1)!);
    const { code, text } = readAcknowledgement(answer)!;
    const err = segmentOf(answer, "ERR");
    const place = [1, 2, 3].map((part) => fieldValue(err, 2, part)).join("^");
    return { code, text, outcome, place, condition: fieldValue(err, 3), answers, answer };
  }

  const adt = (event: string, ...segments: string[]) =>
    send({ type: `ADT^${event}^ADT_${event}` }, "EVN|", ...segments);

  const patientsOf = async (id: string) => [
    ...(await db`
      select p.id, p.name, p.birth_date as "birthDate", p.sex, p.phone, p.email, p.address, p.merged_into as "mergedInto", p.version
      from patient_identifier i join patient p on p.id = i.patient_id where i.value = ${id} and i.issuer = 'HIS'`),
  ];
  const messages = async () => [
    ...(await db`select id, status, message_type as "messageType", reason, patient_id as "patientId", subject, attempts, facility_id as "facilityId"
      from hl7_messages order by happened_at, id`),
  ];

  let administrator: Awaited<ReturnType<typeof orders.as>>;
  let physicianId = "";
  let systemId = "";

  beforeAll(async () => {
    db = platform.db;
    administrator = await orders.as("ADMINISTRATOR");
    physicianId = (await orders.as("PHYSICIAN")).id;
    for (const [code, modality] of [
      ["CTABD", "CT"],
      ["MRHEAD", "MR"],
    ])
      await administrator.call("POST", "/procedures", {
        code,
        name: `${modality} of it`,
        modality,
        bodyPart: "X",
        durationMinutes: 30,
      });
    const made = await administrator.call("POST", "/hl7/systems", {
      name: "Hospital",
      application: "HIS",
      receives: ["ADT", "ORDERS"],
      providerId: physicianId,
    });
    systemId = made.body.id;
  });
  beforeEach(async () => {
    await db`delete from hl7_messages`;
    await db`update hl7_systems set enabled = true, address = null, certificate_sha256 = null, receives = '{ADT,ORDERS}'`;
  });

  return {
    clock,
    orders,
    bytesOf,
    nextControl,
    nextNumber,
    send,
    adt,
    patientsOf,
    messages,
    /** How many identifiers were given: the newest ends in it. */
    get people() {
      return people;
    },
    get db() {
      return db;
    },
    get deps() {
      return deps;
    },
    get administrator() {
      return administrator;
    },
    get physicianId() {
      return physicianId;
    },
    get systemId() {
      return systemId;
    },
  };
}
