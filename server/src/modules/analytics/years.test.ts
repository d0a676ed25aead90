import { testDatabase } from "@isocenter/test/support/database.ts";
import { testServer } from "@isocenter/test/support/identity.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { addOrder } from "@isocenter/test/support/priced-orders.ts";
import { beforeAll, expect, test } from "vitest";
import { newId } from "../../platform/index.ts";
import { sessionRoutes } from "../identity/index.ts";
import { analyticsRoutes, rebuildExaminations } from "./index.ts";

/** Figures over years at facilities of several time zones, against the plain computation of the same rows. */
const database = testDatabase();
const platform = testPlatform(database);
const server = testServer(platform, ({ identity, journal }) => [
  sessionRoutes(identity),
  analyticsRoutes({ platform, journal }),
]);

const zones = ["Europe/Berlin", "America/St_Johns", "Pacific/Apia"] as const;
const modalities = ["CT", "MR", "US"] as const;
const steps = ["ordered_at", "scheduled_at", "arrived_at", "performed_at"] as const;
interface Row {
  facilityId: string;
  zone: string;
  modality: string;
  times: Record<(typeof steps)[number], Date>;
}
const rows: Row[] = [];
let headers: { authorization: string };

/** The same numbers each time (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

beforeAll(async () => {
  const facilities = await Promise.all(
    zones.map(async (zone) => {
      const id = await server.addFacility(zone);
      await database.db`update facility set time_zone = ${zone} where id = ${id}`;
      return { id, zone };
    }),
  );
  const chief = await server.addUser({ roles: ["RADIOLOGIST"], facilityIds: facilities.map(({ id }) => id) });
  headers = await server.signIn(chief.username);
  const patientId = newId(platform.clock);
  const now = platform.clock.now();
  await database.db`insert into patient (id, created_at, updated_at) values (${patientId}, ${now}, ${now})`;
  const dice = random(7);
  const start = Date.parse("2022-12-25T00:00:00Z");
  const years = 3 * 365 * 86_400_000;
  // Some in the very hours in which clocks change.
  const changes = [
    "2023-03-26T00:30:00Z",
    "2023-10-29T00:30:00Z",
    "2024-03-10T05:00:00Z",
    "2024-11-03T04:00:00Z",
  ];
  for (let n = 0; n < 240; n++) {
    const { id: facilityId, zone } = facilities[n % facilities.length]!;
    const base =
      n < 24 ? Date.parse(changes[n % changes.length]!) + dice() * 7_200_000 : start + dice() * years;
    const times = {} as Row["times"];
    let at = Math.round(base);
    for (const step of steps) {
      times[step] = new Date(at);
      at += Math.round(dice() * dice() * 20 * 86_400_000);
    }
    const modality = modalities[n % modalities.length === 0 ? 0 : Math.floor(dice() * modalities.length)]!;
    await addOrder(platform, { facilityId, patientId, providerId: chief.id, modality, times });
    rows.push({ facilityId, zone, modality, times });
  }
  await rebuildExaminations(database.db);
});

const dayAt = (zone: string, time: Date): string =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" }).format(time);

/** Between the two values about the place, as SQL's percentile_cont. */
function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = part * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return low + (place - Math.floor(place)) * (high - low);
}

const groupings: Readonly<Record<string, (row: Row, day: string) => object>> = {
  "": () => ({}),
  modality: ({ modality }) => ({ modality }),
  "month,modality": ({ modality }, day) => ({ month: day.slice(0, 7), modality }),
  day: (_row, day) => ({ day }),
};

test.each([
  ["ordered", "2023-01-01", "2025-12-31", ""],
  ["ordered", "2023-01-01", "2025-12-31", "modality"],
  ["ordered", "2023-02-01", "2024-11-03", "month,modality"],
  ["ordered", "2023-03-01", "2023-10-29", "day"],
  ["performed", "2023-10-29", "2025-06-30", "modality"],
] as const)(
  "by %s from %s to %s, grouped by '%s': as counted one by one",
  async (basis, from, to, groupBy) => {
    const answer = await server.app.inject({
      url: `/api/v1/analytics/turnaround?basis=${basis}&from=${from}&to=${to}&groupBy=${groupBy}`,
      headers,
    });
    const expected = new Map<string, { group: object; rows: Row[] }>();
    for (const row of rows) {
      const day = dayAt(row.zone, row.times[basis === "ordered" ? "ordered_at" : "performed_at"]);
      if (day < from || day > to) continue;
      const group = groupings[groupBy]!(row, day);
      const key = JSON.stringify(group);
      const entry = expected.get(key) ?? { group, rows: [] };
      expected.set(key, entry);
      entry.rows.push(row);
    }
    const { data } = answer.json() as {
      data: {
        group: object;
        examinations: number;
        segments: { segment: string; count: number; medianSeconds: number; p90Seconds: number }[];
      }[];
    };
    expect(new Set(data.map(({ group }) => JSON.stringify(group)))).toEqual(new Set(expected.keys()));
    for (const { group, examinations, segments } of data) {
      const members = expected.get(JSON.stringify(group))!.rows;
      expect(examinations).toBe(members.length);
      for (const [index, name] of [
        "ORDERED_TO_SCHEDULED",
        "SCHEDULED_TO_ARRIVED",
        "ARRIVED_TO_PERFORMED",
      ].entries()) {
        const seconds = members.map(
          ({ times }) => (times[steps[index + 1]!].getTime() - times[steps[index]!].getTime()) / 1000,
        );
        const figures = segments.find(({ segment }) => segment === name)!;
        expect(figures.count).toBe(seconds.length);
        expect(figures.medianSeconds).toBeCloseTo(percentile(seconds, 0.5), 5);
        expect(figures.p90Seconds).toBeCloseTo(percentile(seconds, 0.9), 5);
      }
    }
  },
);
