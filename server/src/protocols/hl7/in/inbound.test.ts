import {
  type Hl7InStatus,
  hl7InTransitions,
  hl7MessageStatuses,
  orderStatuses,
  orderTransitions,
} from "@isocenter/contract";
import { fieldValue, type Message, parseMessage, readAcknowledgement, segmentOf } from "@isocenter/hl7";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { type Answer, testOrders } from "@isocenter/test/support/order-desk.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Journal } from "../../../modules/journal/index.ts";
import { followOrderMerges } from "../../../modules/orders/index.ts";
import { mergeRoutes } from "../../../modules/patients/index.ts";
import { createSystemRecognition, hl7Routes } from "../../../modules/peers/index.ts";
import { newId } from "../../../platform/index.ts";
import type { ReceiveDeps } from "./conclude.ts";
import { actAgain, receiveMessage, rejectTooLong } from "./receive.ts";

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

const local = { address: "127.0.0.1", certificateSha256: null };
let control = 0;
const nextControl = () => `C${++control}`;
let people = 0;
/** An identifier that nobody has yet. */
const nextNumber = () => `H${++people}`;

interface Wanted {
  /** MSH-9 and MSH-10; a number of its own when left out. */
  type: string;
  control?: string;
  version?: string;
  more?: string;
  from?: typeof local;
  sender?: string;
}

const bytesOf = (
  { type, control: id = nextControl(), version = "2.5.1", more = "", sender = "HIS|NORTH" }: Wanted,
  segments: readonly string[],
) =>
  Buffer.from(
    [`MSH|^~\\&|${sender}|ISOCENTER|RAD|20260301101500||${type}|${id}|P|${version}${more}`, ...segments].join(
      "\r",
    ),
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
const pid = (
  id: string,
  { name = "DOE^JANE^Q", birth = "19700203", sex = "F", issuer = "HIS", rest = "" } = {},
) => `PID|1||${id}^^^${issuer}^MR||${name}||${birth}|${sex}${rest}`;

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

describe("demographics", () => {
  test.each(["A01", "A04", "A05", "A08", "A28", "A31"])(
    "%s enters a patient who is new, with all that it says",
    async (event) => {
      const id = nextNumber();
      const { code } = await adt(
        event,
        `PID|1||${id}^^^HIS&1.2&ISO^MR~999^^^SSA^SS~A1^^^HIS^AN||MÜLLER^JÜRGEN^K^JR^DR^^L||19700203|M|||1 ROAD^FLAT 2^TOWN^ST^12345^DE||0301234^PRN^PH~^NET^Internet^j@m.example`,
      );
      expect(code).toBe("AA");
      expect(await patientsOf(id)).toMatchObject([
        {
          name: "MÜLLER^JÜRGEN^K^DR^JR",
          birthDate: "1970-02-03",
          sex: "M",
          phone: "0301234",
          email: "j@m.example",
          address: "1 ROAD\nFLAT 2\n12345 ST TOWN\nDE",
        },
      ]);
      expect((await patientsOf("A1")).length).toBe(0);
      const [{ patientId }] = (await messages()) as [{ patientId: string }];
      expect(await messages()).toMatchObject([
        { status: "ACCEPTED", messageType: `ADT^${event}`, attempts: 1 },
      ]);
      expect((await administrator.call("GET", `/patients/${patientId}`)).body.lastName).toBe("MÜLLER");
      await db`delete from patient_identifier where value = '999'`;
    },
  );

  test("A08 changes what is said, deletes what is to be deleted, and leaves what is not said", async () => {
    const id = nextNumber();
    await adt("A04", pid(id, { rest: `|||1 ROAD^^TOWN||030` }));
    await adt("A08", `PID|1||${id}^^^HIS||ROE^JANE^Q|||""|||""`);
    expect(await patientsOf(id)).toMatchObject([
      { name: "ROE^JANE^Q", birthDate: "1970-02-03", sex: null, address: null, phone: "030" },
    ]);
    const { version } = (await patientsOf(id))[0]!;
    await adt("A31", `PID|1||${id}^^^HIS||ROE^JANE^Q`);
    expect((await patientsOf(id))[0]!.version).toBe(version);
  });

  test("names come in their alphabets, and stay in those that are not said", async () => {
    const id = nextNumber();
    await send(
      { type: "ADT^A04", more: "||||||UNICODE UTF-8" },
      `PID|1||${id}^^^HIS||YAMADA^TARO^^^^^L^A~山田^太郎^^^^^L^I~やまだ^たろう^^^^^L^P~ALIAS^X^^^^^A||19700203|M`,
    );
    expect((await patientsOf(id))[0]!.name).toBe("YAMADA^TARO=山田^太郎=やまだ^たろう");
    await adt("A08", pid(id, { name: "YAMADA^TAROU", sex: "M" }));
    expect((await patientsOf(id))[0]!.name).toBe("YAMADA^TAROU=山田^太郎=やまだ^たろう");
  });

  test("an identifier without authority is the usual issuer's; a further one is added to the patient", async () => {
    const id = nextNumber();
    await db`update hl7_systems set patient_id_issuer = 'HIS'`;
    await adt("A04", `PID|1||${id}||DOE^JO||19700101|F`);
    await db`update hl7_systems set patient_id_issuer = null`;
    const other = nextNumber();
    await adt("A08", `PID|1||${id}^^^HIS~${other}^^^HIS||DOE^JO||19700101|F`);
    expect((await patientsOf(other))[0]!.id).toBe((await patientsOf(id))[0]!.id);
  });

  test("identifiers of two patients are refused, and nothing is changed", async () => {
    const [one, two] = [nextNumber(), nextNumber()];
    await adt("A04", pid(one));
    await adt("A04", pid(two));
    expect(await adt("A08", `PID|1||${one}^^^HIS~${two}^^^HIS||NEW^NAME`)).toMatchObject({
      code: "AE",
      condition: "207",
    });
    expect((await patientsOf(one))[0]!.name).toBe("DOE^JANE^Q");
  });

  test.each([
    ["PID|1||^^^HIS||DOE^J", "PID^1^3", "101"],
    ["PID|1||X1^^^HIS||DOE^J||19701301", "PID^1^7", "102"],
    ["PID|1||X1^^^HIS||DOE^J||1970|Q", "PID^1^8", "103"],
    ["PID|1||X1^^^HIS||", "PID^1^5", "101"],
    [`PID|1||${"9".repeat(65)}^^^HIS||DOE^J`, "PID^1^3", "102"],
    ["PV1|1", "PID^1^3", "100"],
  ])("%s is refused at its place", async (segment, place, condition) => {
    expect(await adt("A08", segment)).toMatchObject({ code: "AE", place, condition });
    expect(await messages()).toMatchObject([{ status: "REFUSED" }]);
  });

  test("the event stands in EVN alone, and the phone and the mail in one repetition, as some write them", async () => {
    const id = nextNumber();
    const said = await send({ type: "ADT" }, "EVN|A04", pid(id, { rest: "|||||^^^J@M.EXAMPLE^^^915369804" }));
    expect(said.code).toBe("AA");
    expect(await patientsOf(id)).toMatchObject([{ phone: "915369804", email: "J@M.EXAMPLE" }]);
  });

  test("what is of visits is taken, and nothing is done", async () => {
    const id = nextNumber();
    for (const event of ["A02", "A03", "A11"]) expect((await adt(event, pid(id))).code).toBe("AA");
    expect(await patientsOf(id)).toEqual([]);
  });

  test("A40 merges whom MRG names into whom PID names, once, and the merge can be undone", async () => {
    const [kept, gone, strange] = [nextNumber(), nextNumber(), nextNumber()];
    await adt("A04", pid(kept));
    await adt("A04", pid(gone, { name: "DOE^J" }));
    expect((await adt("A40", pid(kept), `MRG|${gone}^^^HIS`, pid(kept), `MRG|${strange}^^^HIS`)).code).toBe(
      "AA",
    );
    const [survivor] = await patientsOf(kept);
    expect(await patientsOf(gone)).toMatchObject([{ mergedInto: survivor!.id }]);
    expect(await patientsOf(strange)).toMatchObject([{ mergedInto: survivor!.id }]);
    expect((await adt("A40", pid(kept), `MRG|${gone}^^^HIS`)).code).toBe("AA");
    const merges = await administrator.call("GET", `/patients/${survivor!.id}/merges`);
    const merge = merges.body.data.find((one: { fromPatientId: string }) => one.fromPatientId !== "");
    expect(merge.reason).toBe("HL7 ADT^A40 of Hospital");
    expect((await administrator.call("POST", `/patients/merges/${merge.id}/undo`, {})).status).toBe(200);
  });

  test("A40 of several pairs is done as a whole or not at all", async () => {
    const [kept, gone] = [nextNumber(), nextNumber()];
    await adt("A04", pid(kept));
    await adt("A04", pid(gone));
    expect(await adt("A40", pid(kept), `MRG|${gone}^^^HIS`, pid(kept), "MRG|")).toMatchObject({
      code: "AE",
      place: "MRG^2^1",
    });
    expect((await patientsOf(gone))[0]!.mergedInto).toBeNull();
  });
});

describe("who may speak", () => {
  const rejected = { code: "AR", outcome: "rejected" };

  test("a sender that nobody knows is rejected, and its message acted upon when it is put down", async () => {
    const id = nextNumber();
    expect(await send({ type: "ADT^A04", sender: "NEWHIS|SOUTH" }, pid(id))).toMatchObject({
      ...rejected,
      text: expect.stringContaining("NEWHIS at SOUTH"),
    });
    const [kept] = (await administrator.call("GET", "/hl7/messages?status=rejected")).body.data;
    expect(kept).toMatchObject({
      systemId: null,
      sender: { application: "NEWHIS", facility: "SOUTH", address: "127.0.0.1" },
      actions: ["retry", "dismiss"],
    });
    const again = (): Promise<Answer> => administrator.call("POST", `/hl7/messages/${kept.id}/retry`);
    expect((await again()).body).toMatchObject({ status: "REJECTED", attempts: 2 });
    const made = await administrator.call("POST", "/hl7/systems", {
      name: "New",
      application: kept.sender.application,
      sendingFacility: kept.sender.facility,
      receives: ["ADT"],
    });
    expect((await again()).body).toMatchObject({
      status: "ACCEPTED",
      systemId: made.body.id,
      reason: null,
      actions: [],
    });
    expect(await patientsOf(id)).toHaveLength(1);
    expect((await again()).status).toBe(409);
    await administrator.call("DELETE", `/hl7/systems/${made.body.id}`);
  });

  test.each(hl7MessageStatuses.filter((status) => status in hl7InTransitions))(
    "a message that is %s is acted upon again where the table says so",
    async (status) => {
      await adt("A04", pid(nextNumber()));
      const [{ id }] = (await messages()) as [{ id: string }];
      await db`update hl7_messages set status = ${status} where id = ${id}`;
      const again = await administrator.call("POST", `/hl7/messages/${id}/retry`);
      const may = hl7InTransitions[status as Hl7InStatus].includes("ACCEPTED");
      expect([again.status, again.body.code ?? again.body.status]).toEqual(
        may ? [200, "ACCEPTED"] : [409, "hl7-message.illegal-transition"],
      );
    },
  );

  test("another address, another certificate, and a system that is switched off", async () => {
    const from = (address: string, certificateSha256: string | null = null) =>
      send(
        { type: "ADT^A04", from: { address, certificateSha256: certificateSha256 as null } },
        pid(nextNumber()),
      );
    expect(await from("10.0.0.9")).toMatchObject(rejected);
    await db`update hl7_systems set address = '10.0.0.9'`;
    expect((await from("::ffff:10.0.0.9")).code).toBe("AA");
    expect(await from("127.0.0.1")).toMatchObject(rejected);
    const print = "ab".repeat(32);
    await db`update hl7_systems set certificate_sha256 = ${print}`;
    expect(await from("10.0.0.9")).toMatchObject(rejected);
    expect((await from("10.7.7.7", print)).code).toBe("AA");
    await db`update hl7_systems set enabled = false`;
    expect(await from("10.7.7.7", print)).toMatchObject({
      ...rejected,
      text: expect.stringContaining("switched off"),
    });
    // Whoever looks after the system sees what came in its name, and nobody else.
    expect(
      (await messages()).filter(({ status }) => status === "REJECTED").map(({ facilityId }) => facilityId),
    ).toEqual(Array(4).fill(orders.places.here));
  });

  test("what it is not put down for, and what is not acted upon here", async () => {
    await db`update hl7_systems set receives = '{ORDERS}'`;
    expect(await adt("A08", pid("1"))).toMatchObject({ ...rejected, condition: "200" });
    expect(await send({ type: "SIU^S12" })).toMatchObject({ ...rejected, condition: "200" });
    await db`update hl7_systems set receives = '{ADT}'`;
    expect(await adt("A99", pid("1"))).toMatchObject({ ...rejected, condition: "201" });
    expect(await send({ type: "ADT^A08", version: "3.0" }, pid("1"))).toMatchObject({
      ...rejected,
      text: expect.stringContaining("version 3.0"),
    });
    const training = bytesOf({ type: "ADT^A08" }, [pid("1")])
      .toString()
      .replace("|P|", "|T|");
    const { answers } = await receiveMessage(deps, Buffer.from(training), local);
    expect(String(answers[0])).toContain("|202^");
    expect((await messages()).every(({ status }) => status === "REJECTED")).toBe(true);
  });

  test("what cannot be read is kept and answered", async () => {
    const { answers } = await receiveMessage(deps, Buffer.from("GET / HTTP/1.1\r\n\0"), local);
    expect(String(answers[0])).toContain("MSA|AR");
    expect(await send({ type: "ADT^A08" }, "rubbish")).toMatchObject(rejected);
    expect(await send({ type: "ADT^A08", more: "||||||KLINGON" }, pid("1"))).toMatchObject(rejected);
    expect(await send({ type: "ADT^A08", control: "" }, pid("1"))).toMatchObject({
      code: "AE",
      condition: "101",
    });
    expect((await messages()).length).toBe(4);
  });

  test("of what is too long the header is kept, and nothing is acted upon", async () => {
    const id = nextNumber();
    const { answers, outcome } = await rejectTooLong(
      deps,
      bytesOf({ type: "ADT^A04" }, [pid(id)]),
      local,
      100,
    );
    expect([outcome, String(answers[0]).includes("MSA|AR")]).toEqual(["rejected", true]);
    const [kept] = (await administrator.call("GET", "/hl7/messages")).body.data;
    expect(kept).toMatchObject({
      systemId,
      status: "REJECTED",
      reason: expect.stringContaining("longer than 100 bytes"),
    });
    const again = await administrator.call("POST", `/hl7/messages/${kept.id}/retry`);
    expect(again.body).toMatchObject({ status: "REFUSED" });
    expect(await patientsOf(id)).toEqual([]);
  });

  test("of strangers the newest messages are kept", async () => {
    const row = (at: number) => ({
      id: newId(clock),
      direction: "IN",
      control_id: "1",
      message_type: "ADT^A08",
      status: "REJECTED",
      text: Buffer.from("x"),
      happened_at: new Date(at),
    });
    await db`insert into hl7_messages ${db(Array.from({ length: 205 }, (_, index) => row(index)))}`;
    await send({ type: "ADT^A08", sender: "STRANGER|" }, pid("1"));
    expect((await messages()).length).toBe(200);
  });
});

describe("once", () => {
  test("the same message again is answered as it was, and not acted upon", async () => {
    const id = nextNumber();
    const same = nextControl();
    const first = await send({ type: "ADT^A04", control: same }, pid(id));
    await adt("A08", pid(id, { name: "LATER^NAME" }));
    const second = await send({ type: "ADT^A04", control: same }, pid(id));
    expect([second.code, second.outcome]).toEqual(["AA", "repeated"]);
    expect(second.answers).toEqual(first.answers);
    expect((await patientsOf(id))[0]!.name).toBe("LATER^NAME");
    expect(await messages()).toHaveLength(2);
  });

  test("the same message at once over many connections acts once", async () => {
    const order = `O${nextControl()}`;
    const bytes = bytesOf({ type: "ORM^O01" }, [pid(nextNumber()), `ORC|NW|${order}`, "OBR|1|||CTABD"]);
    const all = await Promise.all(Array.from({ length: 5 }, () => receiveMessage(deps, bytes, local)));
    expect(all.map(({ outcome }) => outcome).sort()).toEqual(["accepted", ...Array(4).fill("repeated")]);
    expect(new Set(all.map(({ answers }) => String(answers))).size).toBe(1);
    const [{ count }] =
      (await db`select count(*)::int as count from imaging_order where placer_order_number = ${order}`) as unknown as [
        { count: number },
      ];
    expect(count).toBe(1);
  });

  test("one new patient who comes in two messages at once is one patient", async () => {
    const id = nextNumber();
    const answers = await Promise.all([adt("A04", pid(id)), adt("A08", pid(id)), adt("A01", pid(id))]);
    expect(answers.map(({ code }) => code)).toEqual(["AA", "AA", "AA"]);
    expect(await patientsOf(id)).toHaveLength(1);
  });

  test("a message that was refused is looked at anew when it comes again", async () => {
    const same = nextControl();
    const order = ["ORM^O01", `ORC|NW|P-${same}`, "OBR|1|||LATE"] as const;
    const id = nextNumber();
    expect(await send({ type: order[0], control: same }, pid(id), order[1], order[2])).toMatchObject({
      code: "AE",
    });
    await administrator.call("POST", "/procedures", {
      code: "LATE",
      name: "Late",
      modality: "CT",
      bodyPart: "X",
      durationMinutes: 30,
    });
    expect(await send({ type: order[0], control: same }, pid(id), order[1], order[2])).toMatchObject({
      code: "AA",
    });
    expect(await messages()).toMatchObject([{ status: "ACCEPTED", attempts: 2, reason: null }]);
  });

  test("another message of a control id that was used is refused for a day", async () => {
    const same = nextControl();
    await send({ type: "ADT^A04", control: same }, pid(nextNumber()));
    const other = nextNumber();
    expect(await send({ type: "ADT^A04", control: same }, pid(other))).toMatchObject({
      code: "AE",
      condition: "205",
      place: "MSH^1^10",
    });
    expect(await patientsOf(other)).toEqual([]);
    await db`update hl7_messages set happened_at = happened_at - interval '2 days'`;
    expect(await send({ type: "ADT^A04", control: same }, pid(other))).toMatchObject({ code: "AA" });
  });

  test("who wants to hear that a message is kept, and not what became of it, hears of a refusal all the same", async () => {
    const kept = (...segments: string[]) => send({ type: "ADT^A04", more: "|||AL|NE" }, ...segments);
    const taken = await kept(pid(nextNumber()));
    expect([taken.code, taken.answers.length]).toEqual(["CA", 1]);
    expect(await kept("PID|1||")).toMatchObject({ code: "CE", condition: "101" });
  });

  test("in the enhanced mode it is said that the message is kept, and what became of it", async () => {
    const { answers } = await send({ type: "ADT^A04", more: "|||AL|AL" }, pid(nextNumber()));
    expect(answers.map((one) => String(one).split("\r")[1]!.split("|").slice(0, 2))).toEqual([
      ["MSA", "CA"],
      ["MSA", "AA"],
    ]);
    expect(
      (await receiveMessage(deps, bytesOf({ type: "ADT^A04", more: "|||NE|NE" }, [pid(nextNumber())]), local))
        .answers,
    ).toEqual([]);
  });
});

describe("orders", () => {
  const orm = (id: string, ...segments: string[]) => send({ type: "ORM^O01^ORM_O01" }, pid(id), ...segments);
  const orderOf = async (placer: string) => {
    const [row] = await db<
      { id: string }[]
    >`select id from imaging_order where placer_order_number = ${placer}`;
    return row ? (await administrator.call("GET", `/imaging-orders/${row.id}`)).body : null;
  };
  let placers = 0;
  const nextPlacer = () => `PL${++placers}`;
  /** A patient with an order that has been placed. */
  async function placed(obr = "OBR|1|||CTABD", orc = "") {
    const [id, placer] = [nextNumber(), nextPlacer()];
    expect((await orm(id, `ORC|NW|${placer}${orc}`, obr)).text).toBe("");
    return { id, placer, order: await orderOf(placer) };
  }

  test("NW places an order with everything that it says", async () => {
    const [id, placer] = [nextNumber(), nextPlacer()];
    const { code, text } = await send(
      { type: "ORM^O01" },
      pid(id),
      "PV1|1|I||||||9^REFERRER^R",
      "AL1|1|DA|^PENICILLIN",
      `ORC|NW|${placer}^HIS|||||^^^202603021030^^S|||||77^HOUSE^GREGORY^^^DR`,
      `OBR|1|${placer}^HIS||CTABD^CT abdomen^L||||||||||||||ACC-${people}|RP-${people}|SP-${people}||||CT|||^^^202603021030^^S||||^Abdominal pain`,
      "NTE|1||Needs an interpreter\\.br\\and time",
      "DG1|1||R10^Pain in abdomen^I10",
      "OBX|1|NM|2160-0^Creatinine||88|umol/L",
      `ZDS|1.2.3.${people}^HIS^Application^DICOM`,
    );
    expect([code, text]).toEqual(["AA", ""]);
    const order = await orderOf(placer);
    expect(order).toMatchObject({
      status: "SCHEDULED",
      scheduledAt: "2026-03-02T09:30:00.000Z",
      priority: "STAT",
      procedureCode: "CTABD",
      providerId: physicianId,
      accessionNumber: `ACC-${people}`,
      requestedProcedureId: `RP-${people}`,
      studyInstanceUid: `1.2.3.${people}`,
      clinicalIndication: "Abdominal pain",
      notes:
        "Ordered by HOUSE GREGORY DR (77)\nNeeds an interpreter\nand time\nDiagnosis: Pain in abdomen\nCreatinine: 88 umol/L\nAllergy: PENICILLIN",
    });
    const steps = await administrator.call("GET", `/imaging-orders/${order.id}/steps`);
    expect(steps.body.data).toMatchObject([{ stepId: `SP-${people}`, status: "SCHEDULED", modality: "CT" }]);
    expect(await messages()).toMatchObject([{ status: "ACCEPTED", subject: order.id }]);
  });

  test("OMG^O19 says the start and the priority in TQ1, OMI^O23 the numbers in IPC", async () => {
    const [id, placer] = [nextNumber(), nextPlacer()];
    const said = await send(
      { type: "OMI^O23^OMI_O23" },
      pid(id),
      `ORC|NW|${placer}`,
      "TQ1|1||||||20260302113000+0100||A",
      "OBR|1|||MRHEAD",
      `IPC|IPC-${people}|IR-${people}|1.2.4.${people}|IS-${people}|MR`,
    );
    expect(said.code).toBe("AA");
    expect(await orderOf(placer)).toMatchObject({
      scheduledAt: "2026-03-02T10:30:00.000Z",
      priority: "URGENT",
      accessionNumber: `IPC-${people}`,
      requestedProcedureId: `IR-${people}`,
      studyInstanceUid: `1.2.4.${people}`,
    });
    const other = nextPlacer();
    expect(
      (
        await send(
          { type: "OMG^O19" },
          pid(id),
          `ORC|NW|${other}`,
          "TQ1|1||||||20260303||R",
          "OBR|1|||MRHEAD",
        )
      ).code,
    ).toBe("AA");
    expect(await orderOf(other)).toMatchObject({ status: "PENDING", scheduledAt: null, priority: "ROUTINE" });
  });

  test("who orders is known by licence or user name; unknown without a stand-in is refused", async () => {
    const [id, placer] = [nextNumber(), nextPlacer()];
    const someone = await orders.someone(["PHYSICIAN"], [orders.places.here]);
    const [{ username }] = (await db`select username from app_user where id = ${someone.id}`) as unknown as [
      { username: string },
    ];
    await orm(id, `ORC|NW|${placer}`, `OBR|1|||CTABD||||||||||||${username}^X`);
    expect(await orderOf(placer)).toMatchObject({ providerId: someone.id, notes: null });
    await db`update hl7_systems set provider_id = null`;
    const unknown = await orm(id, `ORC|NW|${nextPlacer()}||||||||||404^WHO`, "OBR|1|||CTABD");
    expect(unknown).toMatchObject({ code: "AE", place: "ORC^1^12", condition: "204" });
    expect(await orm(id, `ORC|NW|${nextPlacer()}`, "OBR|1|||CTABD")).toMatchObject({
      place: "ORC^1^12",
      condition: "101",
    });
    await db`update hl7_systems set provider_id = ${physicianId}`;
  });

  test("several orders of a message are placed together or not at all, and the refusal says which", async () => {
    const id = nextNumber();
    const [one, two] = [nextPlacer(), nextPlacer()];
    const refused = await orm(id, `ORC|NW|${one}`, "OBR|1|||CTABD", `ORC|NW|${two}`, "OBR|2|||NONSENSE");
    expect(refused).toMatchObject({
      code: "AE",
      place: "OBR^2^4",
      condition: "103",
      text: expect.stringContaining("NONSENSE"),
    });
    expect(await orderOf(one)).toBeNull();
    // The patient neither: nothing was done.
    expect(await patientsOf(id)).toEqual([]);
    expect((await orm(id, `ORC|NW|${one}`, "OBR|1|||CTABD", `ORC|NW|${two}`, "OBR|2|||MRHEAD")).code).toBe(
      "AA",
    );
    expect(await orderOf(two)).toMatchObject({ procedureCode: "MRHEAD" });
  });

  test("a patient of another identity is never guessed", async () => {
    const { id } = await placed();
    const refused = await send(
      { type: "ORM^O01" },
      pid(id, { name: "ROE^RICHARD", birth: "19500101", sex: "M" }),
      `ORC|NW|${nextPlacer()}`,
      "OBR|1|||CTABD",
    );
    expect(refused).toMatchObject({ code: "AE", text: expect.stringContaining("another name") });
    expect((await patientsOf(id))[0]!.name).toBe("DOE^JANE^Q");
  });

  test.each([
    ["OBR|1|||CTABD||||||||||||||TOO-LONG-FOR-A-NUMBER", "OBR^1^18", "102"],
    ["OBR|1|||", "OBR^1^4", "101"],
    ["OBR|1|||CTABD||||||||||||||||||||MR", "OBR^1^24", "102"],
    ["OBR|1|||CTABD|||||||||||||||||||||||^^^tomorrow", "OBR^1^27", "102"],
    ["OBR|1|||CTABD|||||||||||||||||||||||^^^^^Q", "OBR^1^27", "103"],
  ])("%s is refused at its place", async (obr, place, condition) => {
    expect(await orm(nextNumber(), `ORC|NW|${nextPlacer()}`, obr)).toMatchObject({
      code: "AE",
      place,
      condition,
    });
  });

  test("the numbers of another order are refused", async () => {
    const { id, placer } = await placed();
    expect(await orm(id, `ORC|NW|${placer}`, "OBR|1|||CTABD")).toMatchObject({
      code: "AE",
      condition: "205",
    });
  });

  test("XO changes what it says and leaves the rest; nothing new changes nothing", async () => {
    const { id, placer, order } = await placed("OBR|1|||CTABD|||||||||||||||||||||||||||^Pain");
    const changed = await orm(
      id,
      `ORC|XO|${placer}`,
      "OBR|1|||MRHEAD|||||||||||||||||||||||^^^202603051200^^S",
    );
    expect(changed.text).toBe("");
    const now = await orderOf(placer);
    expect(now).toMatchObject({
      procedureCode: "MRHEAD",
      modality: "MR",
      priority: "STAT",
      status: "SCHEDULED",
      scheduledAt: "2026-03-05T11:00:00.000Z",
      clinicalIndication: "Pain",
      accessionNumber: order.accessionNumber,
    });
    await orm(id, `ORC|XO||${now.accessionNumber}`, "OBR|1|||MRHEAD");
    expect((await orderOf(placer)).version).toBe(now.version);
  });

  test("an order is found by either number, and only for its own patient", async () => {
    const { placer, order } = await placed();
    const other = await placed();
    expect(await orm(other.id, `ORC|CA|${placer}`)).toMatchObject({ code: "AE", place: "PID^1^3" });
    expect(await orm(other.id, `ORC|CA|${other.placer}|${order.accessionNumber}`)).toMatchObject({
      code: "AE",
      place: "ORC^1^3",
    });
    expect(await orm(other.id, "ORC|CA|NOBODYS")).toMatchObject({
      code: "AE",
      place: "ORC^1^2",
      condition: "204",
    });
    expect(await orm(other.id, "ORC|CA|")).toMatchObject({ code: "AE", place: "ORC^1^2", condition: "101" });
    expect((await orderOf(placer)).status).toBe("PENDING");
  });

  test.each(orderStatuses)(
    "CA cancels an order that is %s where the states allow it, and else says what may follow",
    async (status) => {
      const { id, placer, order } = await placed();
      await db`update imaging_order set status = ${status} where id = ${order.id}`;
      const said = await orm(id, `ORC|CA|${placer}||||||||||||||^Not needed`);
      const may = orderTransitions[status].includes("CANCELLED") || status === "CANCELLED";
      expect(said.code).toBe(may ? "AA" : "AE");
      if (!may) expect(said.text).toMatch(/CANCELLED may not follow/);
      const now = await orderOf(placer);
      expect(now.status).toBe(may ? "CANCELLED" : status);
      if (may && status !== "CANCELLED") expect(now.statusReason).toBe("Not needed");
    },
  );

  test("HD holds, RL releases, SC says a state, DC ends what is under way", async () => {
    const { id, placer } = await placed();
    const after = async (...orc: string[]) => {
      const { code } = await orm(id, orc[0]!.replace("#", placer), ...orc.slice(1));
      return `${code} ${(await orderOf(placer)).status}`;
    };
    expect(await after("ORC|HD|#")).toBe("AA ON_HOLD");
    expect(await after("ORC|RL|#")).toBe("AA PENDING");
    expect(await after("ORC|SC|#|||IP")).toBe("AE PENDING");
    expect(await after("ORC|SC|#|||SC||^^^202603051200")).toBe("AA SCHEDULED");
    expect(await after(`ORC|SC|#${"|".repeat(23)}ARRIVED`)).toBe("AA ARRIVED");
    expect(await after("ORC|SC|#|||IP")).toBe("AA IN_PROGRESS");
    expect(await after("ORC|DC|#")).toBe("AA DISCONTINUED");
    expect(await after("ORC|SC|#|||ZZ")).toBe("AE DISCONTINUED");
    expect(await after("ORC|ZZ|#")).toBe("AE DISCONTINUED");
  });

  test("orders of another facility are not there", async () => {
    const { id, placer } = await placed();
    await db`update hl7_systems set facility_id = ${orders.places.there}`;
    expect(await orm(id, `ORC|CA|${placer}`)).toMatchObject({ code: "AE", condition: "204" });
    await db`update hl7_systems set facility_id = ${orders.places.here}`;
    expect((await orderOf(placer)).status).toBe("PENDING");
  });
});

test("a fault of ours is answered and kept, and a database that is away is not answered", async () => {
  const broken = { ...deps, followers: [async () => Promise.reject(new TypeError("bug"))] };
  const [kept, gone] = [nextNumber(), nextNumber()];
  await adt("A04", pid(kept));
  await adt("A04", pid(gone));
  await db`delete from hl7_messages`;
  const bytes = bytesOf({ type: "ADT^A40" }, [pid(kept), `MRG|${gone}^^^HIS`]);
  const { outcome, answers } = await receiveMessage(broken, bytes, local);
  expect([outcome, String(answers[0]).includes("MSA|AE")]).toEqual(["refused", true]);
  expect(await messages()).toMatchObject([{ status: "REFUSED", reason: "It failed here." }]);
  expect((await patientsOf(gone))[0]!.mergedInto).toBeNull();
  const away = {
    ...deps,
    recognize: async () => Promise.reject(Object.assign(new Error(), { code: "ECONNREFUSED" })),
  };
  await expect(receiveMessage(away, bytes, local)).rejects.toThrow();
  expect((await receiveMessage(deps, bytes, local)).outcome).toBe("accepted");
});
