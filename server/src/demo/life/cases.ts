import type { Priority } from "@isocenter/contract";
import { type DemoExamination, type DemoStudy, demoPatients, demoStudies } from "../catalogue.ts";
import {
  familyNames,
  givenNames,
  type InventedProcedure,
  procedures,
  sexOfName,
} from "../department/invented.ts";
import type { DrawingOrder } from "../drawing.ts";
import { patientOf } from "../examinations.ts";
import { type Random, seededRandom } from "../random.ts";
import { indicationsOf } from "./words.ts";

/** Somebody who comes to the department. */
export interface Visitor {
  identifier: string;
  firstName: string;
  lastName: string;
  birthDate: string;
  sex: "F" | "M" | "O";
}

/** How far an examination has come by the time at which the demonstration is looked at. */
export type End =
  | { is: "requested" | "held" | "scheduled" | "arrived" | "under-way" | "no-show" | "cancelled" | "unread" }
  | { is: "being-read" | "submitted"; readAt: Date }
  | { is: "reported"; readAt: Date; signedAt: Date; resident?: boolean };

/** One examination from its order to wherever it has come. */
export interface Case {
  visitor: Visitor;
  procedure: InventedProcedure;
  priority: Priority;
  indication: string;
  /** Which of the physicians asks for it. */
  provider: number;
  orderedAt: Date;
  /** Null: an emergency that comes unannounced. */
  appointment: { at: Date; room: string } | null;
  arrivedAt: Date;
  startedAt: Date;
  performedAt: Date;
  drawing: { key: string; examination: DemoExamination } | null;
  end: End;
}

export const minute = 60_000;
export const hour = 60 * minute;
export const after = (at: Date, ms: number): Date => new Date(at.getTime() + ms);
export const pick = <T>(random: Random, all: readonly T[]): T => all[Math.floor(random() * all.length)]!;

export const procedureOf = (code: string): InventedProcedure => {
  const found = procedures.find((procedure) => procedure.code === code);
  if (!found) throw new Error(`the demonstration has no procedure ${code}`);
  return found;
};

/** The drawing that stands for the procedure, where there is one. */
export const coarseDrawings: Readonly<Record<string, DemoExamination>> = {
  CTHEAD: { kind: "ct-head" },
  CTPA: { kind: "ct-chest", contrast: true },
  CTCHEST: { kind: "ct-chest", noduleMm: 8 },
  CTABD: { kind: "ct-abdomen", lesionMm: 22 },
  MRBRAIN: { kind: "mr-brain", lesions: 6 },
  MRSTROKE: { kind: "mr-brain", infarct: true },
  DXCHEST: { kind: "dx-chest" },
  USABD: { kind: "us-abdomen" },
};

const codeOf = ({ examination, description }: DemoStudy): string => {
  switch (examination.kind) {
    case "ct-chest":
      return description.includes("pulmonary") ? "CTPA" : "CTCHEST";
    case "ct-abdomen":
      return "CTABD";
    case "ct-head":
      return "CTHEAD";
    case "mr-brain":
      return description.includes("stroke") ? "MRSTROKE" : "MRBRAIN";
    case "dx-chest":
      return "DXCHEST";
    case "us-abdomen":
      return "USABD";
  }
};

/** The patients of the catalogue, whose whole volumes are drawn. */
const visitorOf = (study: DemoStudy): Visitor => {
  const { name, id, birthDate, sex } = patientOf(study);
  const [lastName = "", ...given] = name.split("^");
  const date = birthDate.replace(/^(\d{4})(\d{2})(\d{2})$/, "$1-$2-$3");
  return { identifier: id, firstName: given.join(" "), lastName, birthDate: date, sex };
};

/** Those who come besides; the same whenever they are asked for. */
export function inventVisitors(count: number): Visitor[] {
  const random = seededRandom(4711);
  const latin = (name: string) => /^\p{Script=Latin}/u.test(name);
  return Array.from({ length: count }, (_, at) => {
    const family = (at * 3 + Math.floor(at / familyNames.length)) % familyNames.length;
    const given = (at * 7 + 3) % givenNames.length;
    // Both names of one script: the lists have the same tongues in the same order.
    const alike = latin(familyNames[family]!) && latin(givenNames[given]!) ? given : family;
    return visitor(at, familyNames[family]!, givenNames[alike]!);
  });

  function visitor(at: number, lastName: string, firstName: string): Visitor {
    return {
      identifier: `DEMO-3${String(10_000 + at * 137).padStart(5, "0")}`,
      firstName,
      lastName,
      birthDate: `${1934 + Math.floor(random() * 76)}-${String(1 + Math.floor(random() * 12)).padStart(2, "0")}-${String(1 + Math.floor(random() * 28)).padStart(2, "0")}`,
      sex: sexOfName(firstName),
    };
  }
}

/** How far each study of the catalogue has come, by its accession number there; what is not named is reported. */
const fates: Readonly<
  Record<string, { end: End["is"]; minutesAgo?: number; signedMinutesAgo?: number; priority?: Priority }>
> = {
  IC118411: { end: "unread", minutesAgo: 40 },
  IC118397: { end: "unread", minutesAgo: 65, priority: "STAT" },
  IC118402: { end: "reported", minutesAgo: 130, signedMinutesAgo: 100, priority: "STAT" },
  IC118369: { end: "submitted", minutesAgo: 200 },
  IC118340: { end: "being-read", minutesAgo: 290 },
  IC118361: { end: "unread", priority: "URGENT" },
  IC118372: { end: "unread", priority: "URGENT" },
  IC118355: { end: "reported", signedMinutesAgo: 25, priority: "URGENT" },
  IC118277: { end: "unread" },
};

/** The examinations of the catalogue, in the order of their time; `at`: the moment of a day so many days ago at a time HHMMSS. */
export function catalogueCases(now: Date, at: (daysAgo: number, time: string) => Date): Case[] {
  return demoStudies
    .map((study, index): Case => {
      const fate = fates[study.accessionNumber] ?? { end: "reported" as const };
      const performedAt =
        fate.minutesAgo === undefined ? at(study.daysAgo, study.time) : after(now, -fate.minutesAgo * minute);
      const procedure = procedureOf(codeOf(study));
      const startedAt = after(performedAt, -Math.ceil(procedure.durationMinutes * 0.6) * minute);
      const readAt = after(performedAt, (20 + ((index * 37) % 80)) * minute);
      const signedAt =
        fate.signedMinutesAgo === undefined
          ? after(readAt, (6 + (index % 5) * 3) * minute)
          : after(now, -fate.signedMinutesAgo * minute);
      const begun = fate.signedMinutesAgo === undefined ? readAt : after(signedAt, -8 * minute);
      return {
        visitor: visitorOf(study),
        procedure,
        priority: fate.priority ?? "ROUTINE",
        indication: pick(seededRandom(index + 1), indicationsOf[procedure.code]!),
        provider: index % 4,
        orderedAt: after(startedAt, -(45 + (index % 4) * 35) * minute),
        appointment: null,
        arrivedAt: after(startedAt, -(6 + (index % 6)) * minute),
        startedAt,
        performedAt,
        drawing: { key: study.accessionNumber, examination: study.examination },
        end:
          fate.end === "reported"
            ? { is: "reported", readAt: begun, signedAt }
            : fate.end === "being-read" || fate.end === "submitted"
              ? { is: fate.end, readAt: after(now, -(fate.end === "submitted" ? 70 : 12) * minute) }
              : ({ is: fate.end } as End),
      };
    })
    .sort((a, b) => a.performedAt.getTime() - b.performedAt.getTime());
}

/** What is to be drawn, in the order in which it is needed: the whole volumes by their time, and the coarse ones that days are made of. */
export function drawingOrders(cases: readonly Case[]): DrawingOrder[] {
  const orders = new Map<string, DrawingOrder>();
  for (const one of [...cases].sort((a, b) => a.performedAt.getTime() - b.performedAt.getTime())) {
    if (!one.drawing || orders.has(one.drawing.key)) continue;
    const { key, examination } = one.drawing;
    const study = demoStudies.find(({ accessionNumber }) => accessionNumber === key);
    const patient = study && demoPatients.find(({ id }) => id === study.patient);
    orders.set(key, { key, examination, seed: patient?.seed ?? 29, coarse: study === undefined });
  }
  return [...orders.values()];
}
