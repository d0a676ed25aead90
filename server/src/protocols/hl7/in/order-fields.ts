import type { Priority } from "@isocenter/contract";
import { isUid } from "@isocenter/dicom";
import {
  componentOf,
  fieldValue,
  momentOf,
  parseTime,
  repetitionsOf,
  type Segment,
  stated,
} from "@isocenter/hl7";
import type { GivenNumbers } from "../../../modules/orders/index.ts";
import { firstMoment } from "../../../platform/index.ts";
import { firstSaid, type OrderGroup, type OrderMessage, type Placed } from "./order-groups.ts";
import { personName } from "./persons.ts";
import { at, type Place, refusedAt } from "./place.ts";

/** Somebody who orders: the numbers that they may be known by, and their name. */
export interface SaidProvider {
  numbers: string[];
  name: string;
  place: Place;
}

/** What a message says of an order; null where it says nothing. */
export interface SaidOrder {
  placer: string;
  /** Ours: the accession number. */
  filler: string;
  procedure: { codes: string[]; place: Place } | null;
  modality: { text: string; place: Place } | null;
  priority: Priority | null;
  scheduledAt: { at: Date; place: Place } | null;
  stationAeTitle: string | null;
  indication: string | null;
  notes: string | null;
  reason: string | null;
  providers: SaidProvider[];
  given: GivenNumbers;
}

/** TQ1-9, ORC-7.6 and OBR-27.6 (table 0485 and what was before it), OBR-5. */
const priorities: Readonly<Record<string, Priority>> = {
  S: "STAT",
  STAT: "STAT",
  A: "URGENT",
  ASAP: "URGENT",
  U: "URGENT",
  URGENT: "URGENT",
  T: "URGENT",
  R: "ROUTINE",
  ROUTINE: "ROUTINE",
  P: "ROUTINE",
  C: "ROUTINE",
  PRN: "ROUTINE",
};

const longestNumber = 64;
/** SH of DICOM, which a modality shows and the images carry. */
const longestShort = 16;

function numberOf(fields: Parameters<typeof firstSaid>[0], longest: number): string {
  const said = firstSaid(fields);
  if (!said) return "";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what DICOM's SH does not take
  if (said.text.length > longest || /[\\\x00-\x1f]/.test(said.text))
    throw refusedAt(
      said.place,
      "hl7.too-long",
      `The number has at most ${longest} characters, and no backslash.`,
    );
  return said.text;
}

function priorityOf({ orc, obr, timing }: OrderGroup): Priority | null {
  const said = firstSaid([
    [timing[0], 9],
    [orc, 7, 6],
    [obr, 27, 6],
    [obr, 5],
  ]);
  if (!said) return null;
  // `S^Stat`, `TS10`: what follows the letter is how long it may take.
  const word = said.text.toUpperCase();
  const priority = priorities[word] ?? (/^T[SMHDWL]\d*$/.test(word) ? "URGENT" : undefined);
  if (priority === undefined)
    throw refusedAt(
      said.place,
      "order.invalid-priority",
      `The priority ${said.text} is none of S, A, R, P, C, T.`,
    );
  return priority;
}

/** The start that is asked for. A day without a time is no appointment. */
function startOf({ orc, obr, timing }: OrderGroup, timeZone: string): SaidOrder["scheduledAt"] {
  const said = firstSaid([
    [timing[0], 7],
    [orc, 7, 4],
    [obr, 27, 4],
    [obr, 36],
  ]);
  if (!said) return null;
  const time = parseTime(said.text);
  if (time === null) throw refusedAt(said.place, "hl7.time", "The start is no date and time of HL7.");
  const start = momentOf(time, (date, minutes) => firstMoment(date, minutes, timeZone));
  return start === null ? null : { at: start, place: said.place };
}

function providersOf(placed: Placed | null, field: number): SaidProvider[] {
  if (!placed) return [];
  const { segment, sequence } = placed;
  return repetitionsOf(segment, field).flatMap((person) => {
    const number = componentOf(person, 1).trim();
    const name =
      personName({ name: segment.name, fields: [[person.slice(1, 6)]] }, 1)
        ?.replace(/\^+/g, " ")
        .trim() ?? "";
    if (number === "" && name === "") return [];
    return [{ numbers: number === "" ? [] : [number], name, place: at(segment.name, field, sequence, 1) }];
  });
}

/** CWE: its text, or the code where there is none. */
const words = (segment: Segment | undefined, field: number): string =>
  repetitionsOf(segment, field)
    .map(
      (one) =>
        stated(componentOf(one, 2)) ?? stated(componentOf(one, 9)) ?? stated(componentOf(one, 1)) ?? "",
    )
    .filter((text) => text !== "")
    .join("; ");

const texts = (segment: Segment, field: number): string =>
  repetitionsOf(segment, field)
    .map((one) =>
      one
        .map((component) => component.join(" "))
        .join(" ")
        .trim(),
    )
    .filter((text) => text !== "")
    .join("\n");

const longestText = 4000;
const bounded = (text: string): string =>
  text.length <= longestText ? text : `${text.slice(0, longestText - 1)}…`;

/** What else a person who reads the order must know: notes, diagnoses, questions and their answers, allergies. */
function notesOf(group: OrderGroup, message: OrderMessage, isIndicated: string | null): string | null {
  const lines = [
    ...group.notes.map(({ segment }) => texts(segment, 3)),
    ...group.diagnoses.map(({ segment }) => {
      const text = words(segment, 3) || fieldValue(segment, 4).trim();
      return text === "" || text === isIndicated ? "" : `Diagnosis: ${text}`;
    }),
    ...group.observations.map(({ segment }) => {
      const question = words(segment, 3);
      const answer = /^(ED|RP)$/.test(fieldValue(segment, 2)) ? "" : texts(segment, 5);
      return answer === "" ? "" : `${question}: ${answer} ${words(segment, 6)}`.trim();
    }),
    ...message.allergies.map((segment) => {
      const text = [words(segment, 3), texts(segment, 5)].filter((one) => one !== "").join(", ");
      return text === "" ? "" : `Allergy: ${text}`;
    }),
    group.obr && texts(group.obr.segment, 13) !== isIndicated ? texts(group.obr.segment, 13) : "",
  ].filter((line) => line !== "" && line !== '""');
  return lines.length === 0 ? null : bounded(lines.join("\n"));
}

function studyUidOf(group: OrderGroup): string {
  const said = firstSaid([
    [group.study, 1],
    [group.imaging[0], 3],
  ]);
  if (!said) return "";
  if (!isUid(said.text)) throw refusedAt(said.place, "hl7.uid", "The study's UID is no UID of DICOM.");
  return said.text;
}

/** What one order of the message says. @throws Refusal `invalid`, with the field */
export function readOrder(group: OrderGroup, message: OrderMessage, timeZone: string): SaidOrder {
  const { orc, obr, imaging } = group;
  const [ipc] = imaging;
  const visit = message.visit && { segment: message.visit, sequence: 1 };
  const codes = obr
    ? [1, 4].map((component) => fieldValue(obr.segment, 4, component).trim()).filter((code) => code !== "")
    : [];
  const modality = firstSaid([
    [ipc, 5],
    [obr, 24],
  ]);
  const indication =
    (obr && words(obr.segment, 31)) ||
    (obr && texts(obr.segment, 13)) ||
    group.diagnoses.map(({ segment }) => words(segment, 3) || fieldValue(segment, 4).trim()).join("; ");
  const studyInstanceUid = studyUidOf(group);
  const placer = numberOf(
    [
      [orc, 2],
      [obr, 2],
    ],
    longestNumber,
  );
  const accession = numberOf(
    [
      [ipc, 1],
      [obr, 18],
    ],
    longestShort,
  );
  const requested = numberOf(
    [
      [ipc, 2],
      [obr, 19],
    ],
    longestShort,
  );
  const step = numberOf(
    [
      [ipc, 4],
      [obr, 20],
    ],
    longestShort,
  );
  return {
    placer,
    filler: numberOf(
      [
        [orc, 3],
        [obr, 3],
      ],
      longestNumber,
    ),
    procedure: codes.length === 0 ? null : { codes, place: at("OBR", 4, obr!.sequence, 1) },
    modality,
    priority: priorityOf(group),
    scheduledAt: startOf(group, timeZone),
    stationAeTitle: numberOf([[ipc, 9]], longestShort) || null,
    indication: indication ? bounded(indication) : null,
    notes: notesOf(group, message, indication || null),
    reason: words(orc.segment, 16).slice(0, 1000) || null,
    providers: [...providersOf(orc, 12), ...providersOf(obr, 16), ...providersOf(visit, 8)],
    given: {
      ...(accession === "" ? {} : { accessionNumber: accession }),
      ...(requested === "" ? {} : { requestedProcedureId: requested }),
      ...(step === "" ? {} : { stepId: step }),
      ...(studyInstanceUid === "" ? {} : { studyInstanceUid }),
      ...(placer === "" ? {} : { placerOrderNumber: placer }),
    },
  };
}
