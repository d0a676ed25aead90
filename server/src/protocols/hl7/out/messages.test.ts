import type { OrderStatus, Patient, ReportStatus } from "@isocenter/contract";
import { orderStatuses, reportStatuses } from "@isocenter/contract";
import { fieldValue, parseMessage, type Segment, segmentOf, segmentsOf, writeMessage } from "@isocenter/hl7";
import { reportPaper } from "@isocenter/test/support/paper.ts";
import { describe, expect, test } from "vitest";
import type { Examination } from "./examination.ts";
import type { Receiver, Sender } from "./header.ts";
import { orderMessage, orderStatusWords } from "./order-message.ts";
import { messageBytes } from "./plain-text.ts";
import { type Result, resultMessage, resultStatus } from "./result-message.ts";
import { olderThan } from "./versions.ts";

const patient: Patient = {
  id: "0197d3f0-0000-7000-8000-0000000000aa",
  firstName: "Žofia",
  lastName: "Papadopoulou",
  middleName: "",
  prefix: "",
  suffix: "",
  birthDate: "1961-11-30",
  sex: "F",
  identifiers: [
    { value: "P00000123", issuer: "UKS" },
    { value: "77-4", issuer: "EHR" },
  ],
  phone: "+49 89 1",
  email: null,
  address: "Ringstraße 1\n80336 München",
  provisional: false,
  vip: false,
  mergedInto: null,
  facilityIds: [],
  version: 1,
  createdAt: "2026-01-05T08:00:00.000Z",
  updatedAt: "2026-01-05T08:00:00.000Z",
  actions: [],
};
const examination: Examination = {
  placerOrderNumber: "PL-77",
  accessionNumber: "A20261234",
  requestedProcedureId: "RP1",
  procedure: { code: "24627-2", scheme: "LN", name: "CT abdomen" },
  modality: "CT",
  priority: "URGENT",
  clinicalIndication: "Pain & fever",
  orderedBy: { id: "L-1", family: "House", given: "Gregory" },
  referring: null,
  orderedAt: new Date("2026-01-05T07:00:00Z"),
  scheduledAt: new Date("2026-01-05T08:00:00Z"),
};
const receiver: Receiver = {
  application: "EHR",
  facility: "SOUTH",
  version: "2.5.1",
  characterSet: "UNICODE UTF-8",
  patientIdIssuer: "EHR",
  pdf: false,
};
const sender: Sender = {
  application: "ISOCENTER",
  facility: "Klinik",
  controlId: "C1",
  at: new Date("2026-01-05T09:32:00Z"),
  offset: 60,
};
const result = (more: Partial<Result> = {}): Result => ({
  paper: reportPaper(),
  wasAnothers: false,
  patient,
  patientName: "Papadopoulou^Žofia^^Dr.^Jr.",
  examination,
  signer: { id: "L-9", family: "Löwe", given: "Jürgen" },
  author: null,
  pdf: null,
  ...more,
});
const linesOf = (segments: readonly Segment[]) => writeMessage(segments).split("\r").slice(0, -1);
const made = (segments: readonly Segment[]) => parseMessage(Buffer.from(writeMessage(segments)));

test("a final report is an ORU^R01 that names patient, order, study and interpreter", () => {
  expect(linesOf(resultMessage(result(), receiver, sender))).toEqual([
    "MSH|^~\\&|ISOCENTER|Klinik|EHR|SOUTH|20260105103200+0100||ORU^R01^ORU_R01|C1|P|2.5.1||||||UNICODE UTF-8",
    "PID|1||77-4^^^EHR^MR~P00000123^^^UKS^MR||Papadopoulou^Žofia^^Jr.^Dr.^^L||19611130|F|||Ringstraße 1, 80336 München||+49 89 1",
    "PV1|1|U||||||L-1^House^Gregory",
    "ORC|RE|PL-77^EHR|A20261234^ISOCENTER|||||||||L-1^House^Gregory",
    "OBR|1|PL-77^EHR|A20261234^ISOCENTER|24627-2^CT abdomen^LN|||20260105091500|||||||||L-1^House^Gregory||A20261234|RP1|||20260105103100+0100||CT|F||^^^20260105090000+0100^^A||||^Pain \\T\\ fever|L-9&Löwe&Jürgen",
    "TQ1|1||||||20260105090000+0100||A",
    "OBX|1|ST|113014^DICOM Study^DCM||1.2.3||||||O|||20260105103100+0100",
    "OBX|2|FT|59776-5^Findings^LN||A cyst of 14 × 12 mm.\\.br\\No lesion ≥ 5 mm elsewhere.||||||F|||20260105103100+0100||L-9^Löwe^Jürgen",
    "OBX|3|FT|19005-8^Impressions^LN||Hepatic cyst → no follow-up.||||||F|||20260105103100+0100||L-9^Löwe^Jürgen",
    "OBX|4|NM|Mean attenuation^Mean attenuation^L||18|[hnsf'U]^^UCUM|||||F|||20260105103100+0100||L-9^Löwe^Jürgen",
  ]);
});

test("every status of a report has its letters, and a draft none", () => {
  const letters = (status: ReportStatus) => {
    const message = made(resultMessage(result({ paper: reportPaper({ status }) }), receiver, sender));
    return [fieldValue(segmentOf(message, "OBR"), 25), fieldValue(segmentsOf(message, "OBX")[1], 11)].join(
      " ",
    );
  };
  expect(Object.fromEntries(reportStatuses.map((status) => [status, letters(status)]))).toEqual({
    DRAFT: " ",
    PRELIMINARY: "P P",
    FINAL: "F F",
    AMENDED: "C C",
    CORRECTED: "C C",
    APPENDED: "C C",
    CANCELLED: "X X",
    ENTERED_IN_ERROR: "X W",
  });
  expect(resultStatus.DRAFT).toBeNull();
});

test("an amendment says in a note what it changed and why; what is wrong says nothing of its old text", () => {
  const amended = reportPaper({
    status: "AMENDED",
    version: 2,
    amendment: { reason: "Side", changed: ["Impression"], previousVersion: 1 },
  });
  const note = segmentOf(made(resultMessage(result({ paper: amended }), receiver, sender)), "NTE");
  expect(fieldValue(note, 3)).toBe(
    "Amended report: Version 2 takes the place of version 1. Changed: Impression. Reason: Side",
  );
  const wrong = reportPaper({
    status: "ENTERED_IN_ERROR",
    enteredInError: { reason: "Wrong patient", name: "L", at: new Date() },
  });
  const text = writeMessage(resultMessage(result({ paper: wrong }), receiver, sender));
  expect(text).toContain("NTE|1|L|ENTERED IN ERROR: DO NOT USE THIS REPORT. Reason: Wrong patient");
  expect(text).not.toContain("cyst");
});

test("a final report that was sent for another patient is a correction that says so; an amended one says both", () => {
  const said = (more: object) => {
    const message = made(
      resultMessage(result({ paper: reportPaper(more), wasAnothers: true }), receiver, sender),
    );
    return [
      fieldValue(segmentOf(message, "OBR"), 25),
      fieldValue(segmentsOf(message, "OBX")[1], 11),
      ...segmentsOf(message, "NTE").map((note) => fieldValue(note, 3)),
    ];
  };
  const sent = "This report was sent for another patient before.";
  expect(said({})).toEqual(["C", "C", sent]);
  expect(said({ status: "PRELIMINARY" })).toEqual(["P", "P", sent]);
  const amendment = { reason: "Side", changed: ["Impression"], previousVersion: 1 };
  expect(said({ status: "AMENDED", version: 2, amendment })).toEqual([
    "C",
    "C",
    sent,
    expect.stringMatching(/^Amended report/),
  ]);
});

test("a critical finding is flagged, at the impression as well", () => {
  const findings = [{ severity: "CRITICAL", description: "Free air", communicated: "Told to House" }];
  const message = made(
    resultMessage(result({ paper: reportPaper({ findings, fields: [] }) }), receiver, sender),
  );
  expect(
    segmentsOf(message, "OBX").map((obx) => [fieldValue(obx, 3), fieldValue(obx, 5), fieldValue(obx, 8)]),
  ).toEqual([
    ["113014", "1.2.3", ""],
    ["59776-5", expect.stringContaining("cyst"), ""],
    ["19005-8", "Hepatic cyst → no follow-up.", "AA"],
    ["121071", "Critical findings (CRITICAL): Free air\nTold to House", "AA"],
  ]);
});

test("the letter goes along as PDF in base64, whole", () => {
  const pdf = Buffer.from("%PDF-1.7 ~^&|\\");
  const message = made(resultMessage(result({ pdf }), receiver, sender));
  const letter = segmentsOf(message, "OBX").at(-1);
  expect([
    fieldValue(letter, 2),
    fieldValue(letter, 5, 2),
    fieldValue(letter, 5, 3),
    fieldValue(letter, 5, 4),
  ]).toEqual(["ED", "application", "pdf", "Base64"]);
  expect(Buffer.from(fieldValue(letter, 5, 5), "base64").equals(pdf)).toBe(true);
});

test("each version of HL7 gets what it knows", () => {
  const names = (version: string) =>
    resultMessage(result(), { ...receiver, version }, sender).map(({ name }) => name);
  expect(names("2.3")).not.toContain("TQ1");
  expect(names("2.5")).toContain("TQ1");
  const first = (version: string) => linesOf(resultMessage(result(), { ...receiver, version }, sender))[0];
  expect(first("2.3")).toContain("|ORU^R01|C1|P|2.3|");
  expect(first("2.3.1")).toContain("|ORU^R01^ORU_R01|C1|P|2.3.1|");
  const seven = made(resultMessage(result(), { ...receiver, version: "2.7" }, sender));
  expect(fieldValue(segmentOf(seven, "OBR"), 27, 6)).toBe("");
  expect([olderThan("2.3", "2.3.1"), olderThan("2.5.1", "2.5"), olderThan("2.7", "2.7")]).toEqual([
    true,
    false,
    false,
  ]);
});

test("a study that nobody ordered here goes out with what the images say", () => {
  const bare: Examination = {
    ...examination,
    placerOrderNumber: null,
    requestedProcedureId: null,
    procedure: { code: null, scheme: null, name: "CT abdomen" },
    priority: null,
    clinicalIndication: "",
    orderedBy: null,
    referring: "Иванов^Пётр^^Dr.",
    scheduledAt: null,
  };
  const lines = linesOf(resultMessage(result({ examination: bare }), receiver, sender));
  expect(lines[2]).toBe("PV1|1|U||||||^Иванов^Пётр^^^Dr.");
  expect(lines[3]).toBe("ORC|RE||A20261234^ISOCENTER|||||||||^Иванов^Пётр^^^Dr.");
  expect(lines[4]).toContain("|^CT abdomen|");
  expect(lines.some((line) => line.startsWith("TQ1"))).toBe(false);
});

test("a name with several groups has a repetition for each", () => {
  const patientName = "Yamada^Tarou=山田^太郎=やまだ^たろう";
  const pid = linesOf(resultMessage(result({ patientName }), receiver, sender))[1];
  expect(pid).toContain("|Yamada^Tarou^^^^^L^A~山田^太郎^^^^^L^I~やまだ^たろう^^^^^L^P|");
});

const state = (status: OrderStatus, more = {}) => ({
  order: { studyInstanceUid: "1.2.9", stationAeTitle: "CT1" },
  examination,
  patient,
  patientName: "Doe^Jane",
  status,
  change: "moved" as const,
  reason: null,
  at: new Date("2026-01-05T09:00:00Z"),
  ...more,
});

describe("order messages", () => {
  test("say what became of the order", () => {
    const said = (status: OrderStatus) => {
      const message = made(orderMessage(state(status), receiver, sender));
      const orc = segmentOf(message, "ORC");
      const obr = segmentOf(message, "OBR");
      return [fieldValue(orc, 1), fieldValue(orc, 5), fieldValue(obr, 25), fieldValue(orc, 25)].join(" ");
    };
    expect(Object.fromEntries(orderStatuses.map((status) => [status, said(status)]))).toEqual({
      PENDING: "SC IP O PENDING",
      SCHEDULED: "SC SC S SCHEDULED",
      ARRIVED: "SC SC I ARRIVED",
      IN_PROGRESS: "SC IP I IN_PROGRESS",
      PERFORMED: "SC CM I PERFORMED",
      COMPLETED: "SC CM F COMPLETED",
      ON_HOLD: "OH HD O ON_HOLD",
      CANCELLED: "OC CA X CANCELLED",
      NO_SHOW: "SC HD O NO_SHOW",
      DISCONTINUED: "OD DC X DISCONTINUED",
    });
    expect(Object.keys(orderStatusWords).sort()).toEqual([...orderStatuses].sort());
  });

  test("name the order, its start and why it was cancelled; before v2.5 as that knew it", () => {
    const lines = linesOf(orderMessage(state("CANCELLED", { reason: "Pregnant" }), receiver, sender));
    expect(lines.map((line) => line.slice(0, 3))).toEqual(["MSH", "PID", "PV1", "ORC", "TQ1", "OBR", "ZDS"]);
    expect(lines[3]).toBe(
      "ORC|OC|PL-77^EHR|A20261234^ISOCENTER||CA||||20260105100000+0100|||L-1^House^Gregory||||^Pregnant|||||||||CANCELLED^^L",
    );
    expect(lines.at(-1)).toBe("ZDS|1.2.9^ISOCENTER^Application^DICOM");
    const old = made(
      orderMessage(state("PENDING", { change: "new" }), { ...receiver, version: "2.3.1" }, sender),
    );
    const orc = segmentOf(old, "ORC");
    expect([
      fieldValue(orc, 1),
      fieldValue(orc, 7, 4),
      fieldValue(orc, 7, 6),
      fieldValue(orc, 25),
      segmentOf(old, "TQ1"),
    ]).toEqual(["SN", "20260105090000+0100", "A", "", undefined]);
  });
});

test("what a character set lacks is written with what it has, or refused, never left out", () => {
  expect(Buffer.from(messageBytes("é ≥ → ő", "8859/1")).toString("latin1")).toBe("é >= -> o");
  expect(Buffer.from(messageBytes("Große – 5 µm", "ASCII")).toString()).toBe("Grosse - 5 um");
  expect(Buffer.from(messageBytes("é ≥", "UNICODE UTF-8")).toString()).toBe("é ≥");
  for (const text of ["山田", "a＆b", "a｜b"])
    expect(() => messageBytes(text, "8859/1")).toThrow(/UNICODE UTF-8/);
});
