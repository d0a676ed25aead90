import type { ImagingOrder, Schedule } from "@isocenter/contract";
import { expect, test } from "vitest";
import { examinationsOf, grouped, leftOver, namedApart, waitOf } from "./station.ts";
import { readStationState } from "./station-state.ts";

const order = (id: string, more: Partial<ImagingOrder> = {}) =>
  ({ id, modality: "CT", priority: "ROUTINE", status: "SCHEDULED", ...more }) as ImagingOrder;
const at = (minute: number) => `2026-03-02T09:${String(minute).padStart(2, "0")}:00.000Z`;
const appointment = (one: ImagingOrder, minute: number) => ({
  orderId: one.id,
  startsAt: at(minute),
  endsAt: at(minute + 10),
  modalities: [one.modality],
  order: one,
});
const column = (
  aeTitle: string | null,
  modalities: string[],
  ...appointments: ReturnType<typeof appointment>[]
) => ({
  station: aeTitle === null ? null : { id: aeTitle, aeTitle, name: aeTitle, modalities, active: true },
  open: [],
  appointments,
});

test("a station has its own and what any station of its kind may do; an order of several steps stands once", () => {
  const [a, b, c, d] = [order("a"), order("b"), order("c"), order("d", { modality: "MR" })];
  const day: Pick<Schedule, "data"> = {
    data: [
      column("CT1", ["CT"], appointment(a, 0), appointment(a, 10)),
      column("CT2", ["CT"], appointment(b, 5)),
      column(null, [], appointment(c, 20), appointment(d, 30)),
    ],
  };
  const ids = (station: string) => examinationsOf(day, station).map(({ id }) => id);
  expect(ids("CT1")).toEqual(["a", "c"]);
  expect(ids("*")).toEqual(["a", "b", "c", "d"]);
  expect(ids("NONE")).toEqual([]);
});

test("who waits or is examined at midnight is still there after it, once, and nothing else of the day before", () => {
  const [a, b, c, d] = [
    order("a", { status: "ARRIVED" }),
    order("b", { status: "IN_PROGRESS" }),
    order("c", { status: "PERFORMED", performedAt: "2026-03-01T23:59:00.000Z" }),
    order("d", { status: "ARRIVED" }),
  ];
  const ended = order("f", { status: "PERFORMED", performedAt: "2026-03-02T00:01:00.000Z" });
  const before = {
    data: [
      column("CT1", ["CT"], appointment(a, 0), appointment(b, 5), appointment(c, 10), appointment(d, 15)),
      column("MR1", ["MR"], appointment(order("e", { status: "ARRIVED" }), 20)),
      column("CT2", ["CT"], appointment(ended, 25)),
    ],
  };
  const day = { from: "2026-03-02T00:00:00.000Z", data: [column("CT1", ["CT"], appointment(d, 0))] };
  const ids = (station: string) => leftOver(before, day, station).map(({ id }) => id);
  expect(ids("CT1")).toEqual(["a", "b"]);
  expect(ids("*")).toEqual(["a", "b", "e", "f"]);
});

test("who is in the room stands first, who waits by urgency and arrival, and what is done the newest first", () => {
  const all = [
    order("expected"),
    order("waits-later", { status: "ARRIVED", arrivedAt: at(9) }),
    order("waits", { status: "ARRIVED", arrivedAt: at(3) }),
    order("waits-stat", { status: "ARRIVED", arrivedAt: at(11), priority: "STAT" }),
    order("done", { status: "PERFORMED", performedAt: at(1) }),
    order("done-newer", { status: "COMPLETED", performedAt: at(2) }),
    order("runs", { status: "IN_PROGRESS" }),
    order("absent", { status: "NO_SHOW" }),
  ].map((one, index) => ({ id: one.id, startsAt: at(index), order: one, station: null }));
  expect(grouped(all).map(({ id, items }) => [id, ...items.map((one) => one.id)])).toEqual([
    ["now", "runs"],
    ["waiting", "waits-stat", "waits", "waits-later"],
    ["expected", "expected"],
    ["done", "done-newer", "done"],
    ["not", "absent"],
  ]);
});

test("waiting counts from the arrival, an examination from its start, lateness from the appointment", () => {
  const now = Date.parse(at(30));
  const of = (more: Partial<ImagingOrder>) => waitOf({ startsAt: at(20), order: order("a", more) }, now);
  expect(of({ status: "ARRIVED", arrivedAt: at(18) })).toEqual({ kind: "waits", minutes: 12 });
  expect(of({ status: "IN_PROGRESS", startedAt: at(25) })).toEqual({ kind: "runs", minutes: 5 });
  expect(of({})).toEqual({ kind: "late", minutes: 10 });
  expect(waitOf({ startsAt: at(40), order: order("a") }, now)).toBeNull();
  expect(of({ status: "PERFORMED" })).toBeNull();
});

test("an address says what makes sense, and nothing else", () => {
  const id = "0198aca3-9b20-71c7-aed4-08ab2d141073";
  expect(readStationState({ station: "CT1", date: "2026-03-02", order: id, facility: "x" })).toEqual({
    station: "CT1",
    date: "2026-03-02",
    order: id,
  });
  expect(readStationState({ station: "*", date: "2026-02-30", order: 4 })).toEqual({ station: "*" });
});

test("two of one name and number are told apart by their birth dates", () => {
  const one = { name: "Müllner, Jörg", identifier: "318220", sex: "M", birthDate: "2008-12-17" } as const;
  expect(namedApart(one as never)).toBe("Müllner, Jörg, 318220, M, born 17 Dec 2008");
  expect(namedApart({ ...one, name: "", birthDate: null } as never)).toBe("No name, 318220, M");
});
