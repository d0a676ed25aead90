import { composeHttp, composeModules, type Modules } from "@isocenter/server/compose.ts";
import { type Answer, type Call, must, type Person } from "@isocenter/server/demo/department/desk.ts";
import { type Department, establishDepartment } from "@isocenter/server/demo/department/establish.ts";
import { createDesk } from "@isocenter/server/demo/department/sign-in.ts";
import { type Random, seededRandom } from "@isocenter/server/demo/random.ts";
import { ensureFirstStart } from "@isocenter/server/modules/identity/index.ts";
import { type App, prepareJobs } from "@isocenter/server/platform/index.ts";
import { inject } from "vitest";
import { testPasswordCost } from "../identity.ts";
import type { TestPlatform } from "../platform.ts";
import { virtualTime } from "./virtual-time.ts";

export interface Patient {
  id: string;
  facilityId: string;
  identifier: string;
  firstName: string;
  lastName: string;
}
export interface StoredImage {
  imageId: string;
  studyId: string;
  SOPInstanceUID: string;
  /** SHA-256 of the file that was sent, in hexadecimal. */
  sha256: string;
}

/** Everything a simulation knows of: the server, who works in it, and what it saw. */
export interface World {
  platform: TestPlatform;
  app: App;
  modules: Modules;
  random: Random;
  departments: readonly Department[];
  patients: Patient[];
  images: StoredImage[];
  /** How often each code of a refusal came where people meet. */
  conflicts: Map<string, number>;
  /** What should not have come: the call and the answer. */
  surprises: string[];
  calls: number;
  /** A call that may meet another's: a 409 is counted, everything else that is no success is a surprise. Null where it did not succeed. */
  // biome-ignore lint/suspicious/noExplicitAny: the bodies of the API's many answers
  attempt(...args: Parameters<Call>): Promise<any>;
  call: Call;
  advance(minutes: number): Promise<void>;
  close(): Promise<void>;
}

/** Refusals other than 409 that come because another was first. */
const meetings = new Set(["bill.over-paid"]);
const password = "a long test passphrase";
const zones = ["Europe/Berlin", "America/New_York"] as const;

export async function openWorld(
  platform: TestPlatform,
  databaseName: string,
  { seed, days }: { seed: number; days: number },
): Promise<World> {
  await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: databaseName });
  await platform.objects.check();
  const time = virtualTime(platform);
  const modules = await composeModules(time.platform, { passwordCost: testPasswordCost });
  const { username } = await ensureFirstStart(time.platform, modules.journal, testPasswordCost);
  await modules.identity.start();
  const app = await composeHttp(time.platform, modules, [], {
    host: "127.0.0.1",
    dicomPort: () => 0,
    hl7Port: () => 0,
  });
  await app.ready();
  const desk = createDesk(app, {
    own: (name) => (name === username ? platform.config.adminPassword! : `${password} of its own`),
    first: () => `${password} at first`,
  });

  const first = await platform.db<{ id: string; facilityId: string }[]>`
    select u.id, f.facility_id as "facilityId" from app_user u join user_facility f on f.user_id = u.id`;
  const admin: Person = {
    id: first[0]!.id,
    username,
    name: "Administrator",
    facilityId: first[0]!.facilityId,
  };
  const second = await must(
    desk(admin, "POST", "/facilities", { name: "Harbour Clinic", timeZone: zones[1] }),
  );
  const home = await must(desk(admin, "GET", `/facilities/${admin.facilityId}`));
  await must(
    desk(admin, "PATCH", `/facilities/${home.id}`, { timeZone: zones[0], expectedVersion: home.version }),
  );
  const from = new Date(platform.clock.now().toISOString().slice(0, 10));
  const departments: Department[] = [];
  for (const [at, facilityId] of [admin.facilityId, second.id].entries())
    departments.push(
      await establishDepartment(desk, admin, {
        facilityId,
        timeZone: zones[at]!,
        prefix: ["north", "harbour"][at]!,
        currency: ["EUR", "USD"][at]!,
        staff: { PHYSICIAN: 4, RADIOLOGIST: 3, RESIDENT: 2, TECHNOLOGIST: 3, FRONT_DESK: 2, BILLING: 2 },
        password: () => `${password} at first`,
        from,
        days: days + 60,
      }),
    );

  const world: World = {
    platform: time.platform,
    app,
    modules,
    random: seededRandom(seed),
    departments,
    patients: [],
    images: [],
    conflicts: new Map(),
    surprises: [],
    calls: 0,
    async call(...args): Promise<Answer> {
      world.calls += 1;
      return await desk(...args);
    },
    async attempt(...args) {
      const { status, body } = await world.call(...args);
      if (status < 300) return body ?? {};
      if (status === 409 || meetings.has(body.code))
        world.conflicts.set(body.code, (world.conflicts.get(body.code) ?? 0) + 1);
      else
        world.surprises.push(`${args[0].username} ${args[1]} ${args[2]}: ${status} ${JSON.stringify(body)}`);
      return null;
    },
    advance: (minutes) => time.advance(minutes * 60_000, () => modules.journal.drain()),
    async close() {
      await app.close();
      await modules.identity.stop();
      await modules.journal.stop();
      await modules.imaging.close();
      await modules.rendering.close();
    },
  };
  return world;
}

export const pick = <T>(random: Random, all: readonly T[]): T => all[Math.floor(random() * all.length)]!;
