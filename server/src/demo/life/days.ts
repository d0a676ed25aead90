import type { Priority } from "@isocenter/contract";
import { addDays, firstMoment, localTime } from "../../platform/index.ts";
import { openOn, type Room } from "../department/establish.ts";
import { type Random, seededRandom } from "../random.ts";
import {
  after,
  type Case,
  catalogueCases,
  coarseDrawings,
  type End,
  hour,
  inventVisitors,
  minute,
  pick,
  procedureOf,
  type Visitor,
} from "./cases.ts";
import { indicationsOf } from "./words.ts";

export const pastDays = 13;
export const futureDays = 4;

/** CT and X-ray work through the night, for the emergency department. */
export const rooms: readonly Room[] = [
  {
    aeTitle: "CT1",
    name: "CT 1, emergency",
    modality: "CT",
    openingHours: openOn("1234567", "00:00", "24:00"),
  },
  { aeTitle: "CT2", name: "CT 2", modality: "CT", openingHours: openOn("12345", "07:00", "19:00") },
  { aeTitle: "MR1", name: "MR 1, 3 T", modality: "MR", openingHours: openOn("123456", "07:00", "21:00") },
  { aeTitle: "DX1", name: "X-ray 1", modality: "DX", openingHours: openOn("1234567", "00:00", "24:00") },
  { aeTitle: "US1", name: "Ultrasound 1", modality: "US", openingHours: openOn("12345", "08:00", "18:00") },
];

const roundTheClock: Readonly<Record<string, string>> = { CT: "CT1", DX: "DX1" };
/** Where appointments are made, and from which minute of the day on. */
const byDay: Readonly<Record<string, { room: string; from: number }>> = {
  CT: { room: "CT2", from: 8 * 60 },
  MR: { room: "MR1", from: 7 * 60 + 30 },
  DX: { room: "DX1", from: 8 * 60 },
  US: { room: "US1", from: 8 * 60 + 15 },
};
const weekdayCodes = [
  "CTHEAD",
  "CTCHEST",
  "CTABD",
  "MRBRAIN",
  "MRSTROKE",
  "DXCHEST",
  "DXCHEST",
  "USABD",
  "USABD",
];
const futureCodes = [...weekdayCodes, "CTSPINE", "MRKNEE", "MRLSPINE", "DXHAND", "DXHIP", "USTHYR", "USLEG"];

interface Draft {
  code: string;
  visitor: Visitor;
  priority: Priority;
  appointment: Case["appointment"];
  /** When the patient is there, or is to be. */
  at: Date;
  orderedAt: Date;
  end: (performedAt: Date) => End;
}

function caseOf(random: Random, draft: Draft): Case {
  const procedure = procedureOf(draft.code);
  const examination = coarseDrawings[draft.code];
  const startedAt = after(draft.at, Math.round(4 + random() * 9) * minute);
  const performedAt = after(
    startedAt,
    Math.round(procedure.durationMinutes * (0.5 + random() * 0.4)) * minute,
  );
  return {
    visitor: draft.visitor,
    procedure,
    priority: draft.priority,
    indication: pick(random, indicationsOf[draft.code]!),
    provider: Math.floor(random() * 4),
    orderedAt: draft.orderedAt,
    appointment: draft.appointment,
    arrivedAt: draft.at,
    startedAt,
    performedAt,
    drawing: examination ? { key: draft.code, examination } : null,
    end: draft.end(performedAt),
  };
}

/** When the day's examinations were read: emergencies soon, the rest within hours, what came late on the next morning. */
function readLater(random: Random, priority: Priority, performedAt: Date): End {
  const wait =
    priority === "STAT"
      ? 12 + random() * 25
      : priority === "URGENT"
        ? 30 + random() * 90
        : 60 + random() * 420;
  const readAt = after(performedAt, Math.round(wait) * minute);
  return {
    is: "reported",
    readAt,
    signedAt: after(readAt, Math.round(5 + random() * 14) * minute),
    resident: random() < 0.3,
  };
}

/** Every examination of the weeks before `now` and of the days after, in no order. */
export function departmentCases(now: Date, zone: string): Case[] {
  const random = seededRandom(20260);
  const visitors = inventVisitors(96);
  let next = 0;
  const visitor = () => visitors[next++ % visitors.length]!;
  const today = localTime(now, zone).date;
  const atClock = (date: string, minutes: number) => firstMoment(date, minutes, zone);
  const cases = catalogueCases(now, (daysAgo, time) =>
    atClock(addDays(today, -daysAgo), Number(time.slice(0, 2)) * 60 + Number(time.slice(2, 4))),
  );
  const add = (draft: Draft) => void cases.push(caseOf(random, draft));

  for (let day = -pastDays; day < 0; day++) {
    const date = addDays(today, day);
    const weekend = new Date(`${date}T12:00:00Z`).getUTCDay() % 6 === 0;
    const free = new Map<string, number>();
    const codes = weekend ? ["CTHEAD", "DXCHEST"] : weekdayCodes.filter(() => random() < 0.72);
    for (const code of codes) {
      const { modality, durationMinutes } = procedureOf(code);
      const emergency = weekend || random() < 0.2;
      const { room, from } = byDay[modality]!;
      const start = free.get(room) ?? from + Math.floor(random() * 12) * 5;
      free.set(room, start + durationMinutes + 5 * Math.floor(1 + random() * 14));
      const at = atClock(date, emergency ? 9 * 60 + Math.floor(random() * 780) : start);
      const priority: Priority = emergency ? "STAT" : random() < 0.25 ? "URGENT" : "ROUTINE";
      const gone = emergency ? 1 : random();
      const appointment = emergency ? null : { at, room };
      add({
        code,
        visitor: visitor(),
        priority,
        appointment,
        at: after(at, emergency ? 0 : -Math.round(3 + random() * 12) * minute),
        orderedAt: after(at, emergency ? -30 * minute : -Math.round(20 + random() * 60) * hour),
        end: (performedAt) =>
          gone < 0.06
            ? { is: "no-show" }
            : gone < 0.1
              ? { is: "cancelled" }
              : readLater(random, priority, performedAt),
      });
    }
  }
  addToday(now, add, visitor);
  addWaiting(now, add, visitor);
  addComing({ now, today, zone, random, add, visitor });
  // What would be read after now is not read yet.
  for (const one of cases)
    if (one.end.is === "reported" && one.end.signedAt > after(now, -5 * minute)) one.end = { is: "unread" };
  return cases;
}

type Add = (draft: Draft) => void;

/** The rooms that never close have people in them whenever one looks. */
function addToday(now: Date, add: Add, visitor: () => Visitor): void {
  const slot = (minutesAgo: number) =>
    new Date(Math.round((now.getTime() - minutesAgo * minute) / (5 * minute)) * 5 * minute);
  const here: readonly [string, number, End["is"]][] = [
    ["CTABD", 240, "no-show"],
    ["DXCHEST", 150, "no-show"],
    ["CTCHEST", 45, "under-way"],
    ["DXHIP", 30, "under-way"],
    ["CTHEAD", 10, "arrived"],
    ["DXHAND", 15, "arrived"],
    ["DXCHEST", 0, "arrived"],
    ["CTSPINE", -20, "scheduled"],
    ["DXCHEST", -25, "scheduled"],
    ["CTABD", -50, "scheduled"],
    ["DXHIP", -60, "scheduled"],
    ["CTCHEST", -95, "scheduled"],
    ["DXCHEST", -110, "scheduled"],
    ["CTHEAD", -130, "scheduled"],
  ];
  for (const [code, minutesAgo, is] of here) {
    const at = slot(minutesAgo);
    const room = roundTheClock[procedureOf(code).modality]!;
    const arrived = is === "arrived" || is === "under-way";
    add({
      code,
      visitor: visitor(),
      priority: code === "CTHEAD" || code === "CTSPINE" ? "URGENT" : "ROUTINE",
      appointment: { at, room },
      at: arrived ? new Date(Math.min(at.getTime() - 6 * minute, now.getTime() - 9 * minute)) : at,
      orderedAt: after(now, -(26 + minutesAgo / 60) * hour),
      end: () => ({ is }) as End,
    });
  }
}

/** What waits to be read, of different age and urgency. */
function addWaiting(now: Date, add: Add, visitor: () => Visitor): void {
  const waiting: readonly [string, number, Priority][] = [
    ["CTHEAD", 25, "STAT"],
    ["CTPA", 95, "URGENT"],
    ["DXCHEST", 150, "ROUTINE"],
    ["USABD", 320, "ROUTINE"],
    ["MRSTROKE", 55, "STAT"],
    ["CTABD", 420, "URGENT"],
    ["MRBRAIN", 1180, "ROUTINE"],
    ["DXCHEST", 1290, "ROUTINE"],
    ["CTCHEST", 2750, "ROUTINE"],
  ];
  for (const [code, minutesAgo, priority] of waiting) {
    const at = after(now, -minutesAgo * minute - 30 * minute);
    add({
      code,
      visitor: visitor(),
      priority: priority,
      appointment: null,
      at,
      orderedAt: after(at, -50 * minute),
      end: () => ({ is: "unread" }),
    });
  }
}

interface Coming {
  now: Date;
  today: string;
  zone: string;
  random: Random;
  add: Add;
  visitor: () => Visitor;
}

/** The next days' appointments, and what has none yet. */
function addComing({ now, today, zone, random, add, visitor }: Coming): void {
  for (let day = 1; day <= futureDays; day++) {
    const date = addDays(today, day);
    if (new Date(`${date}T12:00:00Z`).getUTCDay() % 6 === 0) continue;
    const free = new Map<string, number>();
    for (const code of futureCodes.filter(() => random() < 0.8 - day * 0.1)) {
      const { modality, durationMinutes } = procedureOf(code);
      const { room, from } = byDay[modality]!;
      const start = free.get(room) ?? from;
      free.set(room, start + durationMinutes + 5 * Math.floor(random() * 8));
      const at = firstMoment(date, start, zone);
      add({
        code,
        visitor: visitor(),
        priority: random() < 0.2 ? "URGENT" : "ROUTINE",
        appointment: { at, room },
        at,
        orderedAt: after(now, -Math.round(2 + random() * 70) * hour),
        end: () => ({ is: "scheduled" }),
      });
    }
  }
  for (const [n, code] of ["MRKNEE", "CTABD", "USTHYR", "MRLSPINE", "DXHIP", "CTHEAD", "MRBRAIN"].entries())
    add({
      code,
      visitor: visitor(),
      priority: n === 5 ? "STAT" : n % 3 === 1 ? "URGENT" : "ROUTINE",
      appointment: null,
      at: after(now, 48 * hour),
      orderedAt: after(now, -(n === 5 ? 6 : 35 + n * 190) * minute),
      end: () => ({ is: n === 3 || n === 6 ? "held" : "requested" }),
    });
}
