import type { Archive } from "../modules/archive/index.ts";
import { foundDemonstration, type IdentityWithDeps, type PasswordHasher } from "../modules/identity/index.ts";
import type { Journal } from "../modules/journal/index.ts";
import { type Clock, type Platform, type Tx, transact } from "../platform/index.ts";
import { demoIssuer } from "./catalogue.ts";
import { cast } from "./department/cast.ts";
import { must, type Person } from "./department/desk.ts";
import { type Department, establishDepartment } from "./department/establish.ts";
import { createDesk, type Injectable } from "./department/sign-in.ts";
import { createDrawing } from "./drawing.ts";
import { type Case, drawingOrders, hour } from "./life/cases.ts";
import { departmentCases, futureDays, pastDays, rooms } from "./life/days.ts";
import type { Living } from "./life/department.ts";
import { otherChest } from "./life/doubt.ts";
import { live, type Progress } from "./life/live.ts";
import { spoken } from "./life/report.ts";
import { createOwnTime } from "./own-time.ts";

/** The server once more, on a platform with a clock of its own; nobody but the rehearsal reaches it. */
export interface Rehearsed {
  app: Injectable;
  archive: Archive;
  identity: IdentityWithDeps;
  journal: Journal;
  close(): Promise<void>;
}

export interface RehearsalOptions {
  sealingClock: Clock;
  hasher: PasswordHasher;
}

export type Compose = (platform: Platform, options: RehearsalOptions) => Promise<Rehearsed>;

export interface RehearsalPlan {
  name: string;
  /** Before every user name. */
  prefix: string;
  number: number;
  timeZone: string;
  /** Of the password that everybody has afterwards. */
  passwordHash: string;
  /** The moment that everything leads to. */
  now: Date;
  /** Which examinations of all; every one when left out. */
  only?: (one: Case) => boolean;
}

/** Bills are due soon, so that a fortnight shows what becomes of them. */
const billDueDays = 6;
const atFirst = `${spoken}, at first`;
/** No hash of any password: who still has it cannot sign in. */
const givenAtFirst = "given by the administrator of the rehearsal";
const modalityHosts = "192.0.2."; // RFC 5737: nobody's.

/**
 * The rehearsal's people are known by its own word, since nobody else can speak to it: what is kept of their passwords is the hash that was
 * made before.
 */
const rehearsalHasher = (passwordHash: string): PasswordHasher => ({
  hash: async (password) => (password === spoken ? passwordHash : givenAtFirst),
  verify: async (hash, password) =>
    (hash === passwordHash && password === spoken) || (hash === givenAtFirst && password === atFirst),
  isDated: () => false,
});

async function knowMachines(
  call: Living["call"],
  { admin, facilityId, stations }: Department,
): Promise<void> {
  for (const [at, { aeTitle, modality }] of stations.entries())
    await must(
      call(admin, "POST", "/modalities", {
        aeTitle,
        host: `${modalityHosts}${11 + at}`,
        port: 104,
        description: `${modality} of the demonstration`,
        facilityId,
        permissions: ["echo", "store", "worklist", "mpps", "commit"],
      }),
    );
}

/** A past of some weeks, lived through the public API by a clock of its own. @returns what was refused on the way */
export async function rehearse(
  real: Platform,
  compose: Compose,
  plan: RehearsalPlan,
  founded: (tx: Tx, facilityId: string) => Promise<void>,
  progress: Progress,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { now, prefix, number, timeZone, passwordHash } = plan;
  const cases = departmentCases(now, timeZone).filter(plan.only ?? (() => true));
  const first = Math.min(...cases.map(({ orderedAt }) => orderedAt.getTime()));
  let rehearsed: Rehearsed | null = null;
  const drain = async () => void (await rehearsed?.journal.drain());
  const config = { ...real.config, billDueDays };
  const own = createOwnTime({ ...real, config }, new Date(first - 24 * hour), drain);
  const drawing = createDrawing([...drawingOrders(cases), otherChest]);
  try {
    rehearsed = await compose(own.platform, {
      sealingClock: real.clock,
      hasher: rehearsalHasher(passwordHash),
    });
    const { app, archive, identity } = rehearsed;
    const issuer = number === 1 ? demoIssuer : `${demoIssuer}-${number}`;
    const [chief] = cast;
    const username = `${prefix}-${chief!.username}`;
    const fullName = `${chief!.firstName} ${chief!.lastName}`;
    // Whose facility it is, is known as soon as it is there: a load that is cut short leaves none that nobody can take away.
    const { facilityId, administratorId } = await transact(real.db, async (tx) => {
      const made = await foundDemonstration(tx, identity.deps, {
        name: plan.name,
        timeZone,
        patientIdIssuer: issuer,
        administrator: { username, fullName, passwordHash },
      });
      await founded(tx, made.facilityId);
      return made;
    });
    const call = createDesk(app, { own: () => spoken, first: () => atFirst });
    const admin: Person = { id: administratorId, username, name: fullName, facilityId };
    const department = await establishDepartment(call, admin, {
      facilityId,
      timeZone,
      prefix,
      currency: "EUR",
      staff: cast.slice(1),
      rooms,
      password: () => atFirst,
      from: new Date(Math.floor((now.getTime() - pastDays * 24 * hour) / (24 * hour)) * 24 * hour),
      days: pastDays + futureDays + 10,
    });
    // Also those whom nothing will happen to: at the first sign-in they take the password that everybody has.
    for (const person of Object.values(department.people).flat())
      await must(call(person, "GET", "/users/me"));
    await knowMachines(call, department);
    const living: Living = {
      department,
      archive,
      own,
      drawing,
      call,
      log: real.log,
      issuer,
      known: new Map(),
      patients: new Map(),
      refused: [],
    };
    await live(living, cases, now, pastDays, progress, signal);
    await own.handOver();
    return living.refused;
  } finally {
    await drawing.close();
    await rehearsed?.close();
  }
}
