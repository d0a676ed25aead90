import type { OrderStatus, Priority, Role } from "@isocenter/contract";
import { sessionRoutes } from "@isocenter/server/modules/identity/index.ts";
import type { Journal } from "@isocenter/server/modules/journal/index.ts";
import { catalogueRoutes, orderRoutes } from "@isocenter/server/modules/orders/index.ts";
import { patientRoutes } from "@isocenter/server/modules/patients/index.ts";
import type { Routes } from "@isocenter/server/platform/index.ts";
import { beforeAll } from "vitest";
import { type TestServer, testServer } from "./identity.ts";
import type { TestPlatform } from "./platform.ts";

type Method = "GET" | "POST" | "PATCH" | "DELETE";
export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  body: any;
  headers: Record<string, unknown>;
}
export interface Caller {
  id: string;
  /** Anew, after time has passed. */
  signIn(): Promise<void>;
  call(method: Method, url: string, payload?: object, headers?: Record<string, string>): Promise<Answer>;
}

/**
 * A server with patients and orders, and two facilities: `here` at the clock of Paris, and `there`. Each role has somebody `here`; a patient and
 * an order are made with one line. Call at the top of the file.
 * @param more routes of higher rooms
 */
export function testOrders(
  platform: TestPlatform,
  more: (journal: Journal, identity: TestServer["identity"]) => readonly Routes[] = () => [],
) {
  const server = testServer(platform, ({ identity, journal }) => [
    ...more(journal, identity),
    sessionRoutes(identity),
    patientRoutes({ platform, journal }),
    orderRoutes({ platform, journal }),
    catalogueRoutes({ platform, journal, isTemplate: async () => false }),
  ]);
  const places = { here: "", there: "" };
  const callers = new Map<string, Caller>();

  async function someone(roles: readonly Role[], facilityIds: readonly string[]): Promise<Caller> {
    const { id, username } = await server.addUser({ roles, facilityIds });
    let signedIn = await server.signIn(username);
    return {
      id,
      async signIn() {
        signedIn = await server.signIn(username);
      },
      async call(method, url, payload, headers = {}) {
        const answer = await server.app.inject({
          method,
          url: `/api/v1${url}`,
          headers: { ...signedIn, ...headers },
          ...(payload ? { payload } : {}),
        });
        return {
          status: answer.statusCode,
          body: answer.body === "" ? null : answer.json(),
          headers: answer.headers as Record<string, unknown>,
        };
      },
    };
  }

  beforeAll(async () => {
    places.here = await server.addFacility("Here");
    places.there = await server.addFacility("There");
    await platform.db`update facility set time_zone = 'Europe/Paris'`;
  });

  let numbers = 0;
  const self = {
    server,
    places,
    someone,
    /** Somebody with the role `here`, always the same. */
    async as(role: Role): Promise<Caller> {
      const known = callers.get(role) ?? (await someone([role], [places.here]));
      callers.set(role, known);
      return known;
    },
    async patient(facilityId = places.here): Promise<string> {
      const keeper =
        facilityId === places.here
          ? await self.as("FRONT_DESK")
          : await someone(["FRONT_DESK"], [facilityId]);
      numbers += 1;
      const made = await keeper.call("POST", "/patients", {
        firstName: "Jane",
        lastName: `Doe ${numbers}`,
        birthDate: "1970-01-02",
        sex: "F",
      });
      return made.body.id;
    },
    /** What a physician repeats to order for a patient who is not in their care. */
    async proof(patientId: string): Promise<{ identifier: string; issuer: string; birthDate: string }> {
      const { identifiers, birthDate } = (
        await (await self.as("FRONT_DESK")).call("GET", `/patients/${patientId}`)
      ).body;
      const [{ value, issuer }] = identifiers;
      return { identifier: value, issuer, birthDate };
    },
    /** What is posted for an order of the physician for a new patient. */
    async wish(more: object = {}): Promise<Record<string, unknown>> {
      return {
        patientId: await self.patient(),
        providerId: (await self.as("PHYSICIAN")).id,
        modality: "CT",
        bodyPart: "CHEST",
        clinicalIndication: "cough",
        ...more,
      };
    },
    // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
    async place(more: object = {}): Promise<any> {
      const made = await (await self.as("ADMINISTRATOR")).call(
        "POST",
        "/imaging-orders",
        await self.wish(more),
      );
      if (made.status !== 201) throw new Error(JSON.stringify(made.body));
      return made.body;
    },
    /** An order in the state, its steps with it, as if it had come there by itself. */
    // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
    async placeIn(status: OrderStatus, priority: Priority = "ROUTINE"): Promise<any> {
      const order = await self.place({ priority, scheduledAt: "2026-02-02T09:00:00Z" });
      await platform.db`update imaging_order set status = ${status} where id = ${order.id}`;
      return { ...order, status };
    },
    async station(more: object = {}): Promise<{ id: string; aeTitle: string }> {
      numbers += 1;
      const made = await (await self.as("ADMINISTRATOR")).call("POST", "/stations", {
        aeTitle: `CT${numbers}`,
        modalities: ["CT"],
        ...more,
      });
      if (made.status !== 201) throw new Error(JSON.stringify(made.body));
      return made.body;
    },
  };
  return self;
}
