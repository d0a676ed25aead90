/**
 * The demonstration: a department of invented people and patients with the weeks that lie behind it and the days before it, lived through the public
 * API by a clock of its own, its pictures drawn by this program. It has a facility of its own, marked as such, and touches nothing of another.
 *
 * Owns the table `demonstration`. What it does is recorded like anything else, as what was rehearsed: readers by the time that it really is leave it
 * alone. Its people share one password, which is answered once.
 */
import type { RemoveDemoQuery } from "@isocenter/contract";
import { configuredCost, createPasswordHasher, generatePassword } from "../modules/identity/index.ts";
import { type Platform, Refusal, type Tx, transact } from "../platform/index.ts";
import { requireNoNewcomers } from "./newcomers.ts";
import { type Compose, type RehearsalPlan, rehearse } from "./rehearsal.ts";
import { type RetireDeps, retire } from "./retire.ts";
import { demoRoutes } from "./routes.ts";
import {
  begin,
  type DemoState,
  finish,
  lockState,
  readState,
  setFacility,
  setProgress,
  setRemoved,
} from "./state.ts";
import { type Demo, type DemoAnswer, peopleOf } from "./types.ts";

export type { Compose, RehearsalOptions, Rehearsed } from "./rehearsal.ts";
export type { DemoState } from "./state.ts";
export type { Demo, DemoAnswer } from "./types.ts";

const jobName = "demo.live";
const demoFacilityName = "Northgate General (demonstration)";
const progressEveryMs = 400;

interface Payload {
  number: number;
  prefix: string;
  passwordHash: string;
}

/** @param only which examinations of all; for tests, which have not a minute */
export function createDemo(
  platform: Platform,
  compose: Compose,
  deps: RetireDeps,
  only?: RehearsalPlan["only"],
): Demo {
  const { config, db, clock, jobs, log } = platform;

  async function run({ number, prefix, passwordHash }: Payload, signal: AbortSignal): Promise<void> {
    const before = await readState(db);
    if (before?.number !== number || before.state !== "LOADING" || before.facilityId !== null) return;
    const startedAt = performance.now();
    let saidAt = 0;
    const progress = async (done: number, total: number, doing: string) => {
      if (performance.now() - saidAt < progressEveryMs) return;
      saidAt = performance.now();
      await setProgress(db, number, { done, total, doing });
    };
    try {
      const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
      const name = number === 1 ? demoFacilityName : `${demoFacilityName} ${number}`;
      const plan = {
        number,
        prefix,
        passwordHash,
        timeZone,
        name,
        now: clock.now(),
        ...(only ? { only } : {}),
      };
      const founded = (tx: Tx, facilityId: string) => setFacility(tx, number, facilityId);
      const refused = await rehearse(platform, compose, plan, founded, progress, signal);
      await finish(db, clock, number, "READY");
      const seconds = Math.round((performance.now() - startedAt) / 1000);
      log.info({ seconds, refused: refused.length }, "demonstration loaded");
      for (const line of refused) log.warn({ line }, "the demonstration was refused something");
    } catch (error) {
      log.error({ err: error }, "the demonstration could not be loaded");
      await finish(db, clock, number, "FAILED");
    }
  }

  jobs.define<Payload>({ name: jobName, maxAttempts: 1, run });

  async function putAway(tx: Tx, before: DemoState | null, withPatients = false): Promise<void> {
    if (!before || before.state === "REMOVED") return;
    if (before.facilityId) {
      if (before.state === "READY")
        await requireNoNewcomers(tx, before.facilityId, before.prefix, withPatients);
      await retire(tx, platform, deps, before.facilityId);
    }
    await setRemoved(tx, before.number);
  }

  const remove = ({ withPatients }: RemoveDemoQuery = {}): Promise<void> =>
    transact(db, async (tx) => putAway(tx, await lockState(tx), withPatients));

  async function plan(): Promise<DemoAnswer> {
    const password = generatePassword();
    const passwordHash = await createPasswordHasher(configuredCost(config)).hash(password);
    return await transact(db, async (tx) => {
      const before = await lockState(tx);
      if (before?.state === "READY")
        throw new Refusal("conflict", "demo.loaded", "The demonstration is there already.");
      await putAway(tx, before);
      const { number, prefix } = await begin(tx, clock, before);
      await jobs.add(tx, jobName, { number, prefix, passwordHash } satisfies Payload, { key: jobName });
      return { facility: demoFacilityName, password, people: peopleOf(prefix) };
    });
  }

  const demo = { state: () => readState(db), plan, remove };
  return { ...demo, routes: demoRoutes(demo) };
}
