import type { Role } from "@isocenter/contract";
import { createIdentity } from "@isocenter/server/modules/identity/index.ts";
import { createJournal, type Journal } from "@isocenter/server/modules/journal/index.ts";
import { type App, createHttpServer, newId, type Routes } from "@isocenter/server/platform/index.ts";
import { afterAll, beforeAll } from "vitest";
import type { TestPlatform } from "./platform.ts";

type Identity = ReturnType<typeof createIdentity>;

/** Cheap, so that tests that sign in are quick. */
export const testPasswordCost = { memoryKiB: 64, passes: 1 };
export const testPassword = "a long test passphrase";

export interface TestServer {
  readonly app: App;
  readonly journal: Journal;
  readonly identity: Identity;
  addFacility(name?: string): Promise<string>;
  addUser(input: {
    username?: string;
    roles: readonly Role[];
    facilityIds: readonly string[];
    mustChangePassword?: boolean;
    active?: boolean;
  }): Promise<{ id: string; username: string }>;
  /** @returns headers that a request of the user carries */
  signIn(username: string, password?: string): Promise<{ authorization: string }>;
}

/** An HTTP server with identity and the given routes, without a port. Call at the top of the file. */
export function testServer(
  platform: TestPlatform,
  routes: (parts: { identity: Identity; journal: Journal }) => readonly Routes[],
  root: (parts: { identity: Identity; journal: Journal }) => readonly Routes[] = () => [],
): TestServer {
  let parts: { app: App; journal: Journal; identity: Identity } | undefined;
  let users = 0;
  const get = () => {
    if (!parts) throw new Error("the test server opens in beforeAll");
    return parts;
  };
  beforeAll(async () => {
    const journal = createJournal(platform);
    const identity = createIdentity(platform, journal, { passwordCost: testPasswordCost });
    const app = await createHttpServer({
      config: platform.config,
      log: platform.log,
      metrics: platform.metrics,
      authentication: (server) => identity.installAuthentication(server),
      idempotency: platform,
      root: root({ identity, journal }),
      api: routes({ identity, journal }),
    });
    await identity.start();
    await app.ready();
    parts = { app, journal, identity };
  });
  afterAll(async () => {
    await parts?.app.close();
    await parts?.identity.stop();
    await parts?.journal.stop();
  });
  return {
    get app() {
      return get().app;
    },
    get journal() {
      return get().journal;
    },
    get identity() {
      return get().identity;
    },
    async addFacility(name = "Facility") {
      const id = newId(platform.clock);
      await platform.db`insert into facility (id, name, time_zone, patient_id_issuer, created_at)
        values (${id}, ${name}, 'Europe/Berlin', ${name}, ${platform.clock.now().toISOString()})`;
      return id;
    },
    async addUser({ roles, facilityIds, mustChangePassword = false, active = true, ...input }) {
      const { db, clock } = platform;
      const id = newId(clock);
      users += 1;
      const username = input.username ?? `user${users}`;
      const hash = await get().identity.deps.hasher.hash(testPassword);
      const now = clock.now().toISOString();
      await db`insert into app_user (id, username, username_folded, full_name, password_hash, password_changed_at, must_change_password, active, created_at)
        values (${id}, ${username}, ${username.toLowerCase()}, ${`Full ${username}`}, ${hash}, ${now}, ${mustChangePassword}, ${active}, ${now})`;
      for (const role of roles) await db`insert into user_role values (${id}, ${role})`;
      for (const [position, facilityId] of facilityIds.entries())
        await db`insert into user_facility values (${id}, ${facilityId}, ${position})`;
      return { id, username };
    },
    async signIn(username, password = testPassword) {
      const answer = await get().app.inject({
        method: "POST",
        url: "/api/v1/users/login",
        payload: { username, password },
      });
      if (answer.statusCode !== 200) throw new Error(answer.body);
      return { authorization: `Bearer ${answer.json().accessToken}` };
    },
  };
}
