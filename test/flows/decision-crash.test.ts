import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import fs from "node:fs/promises";
import path from "node:path";
import { connect, type Db } from "@isocenter/server/platform/database/database.ts";
import { embeddedSocketPath } from "@isocenter/server/platform/database/embedded-postgres.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { giveCluster } from "../support/cluster.ts";
import { testPassword } from "../support/identity.ts";
import { ctSeries, type MadeInstance } from "../support/instances.ts";
import {
  cleanEnvironment,
  eventually,
  type Program,
  startProgram,
  temporaryFolder,
} from "../support/program.ts";

const entry = path.resolve(import.meta.dirname, "../../server/bin/isocenter.js");
const cleanups: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Stored {
  studyId: string;
  patientId: string;
}

async function newFolder(): Promise<string> {
  const folder = await temporaryFolder();
  cleanups.push(() => fs.rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  return folder;
}

async function started(dataDir: string): Promise<Program> {
  const program = await startProgram({ dataDir });
  cleanups.push(() => program.stop("SIGKILL"));
  return program;
}

/** A command of the program; `kill` ends it where it stands. */
function command(dataDir: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [entry, ...args], {
    cwd: dataDir,
    env: { ...cleanEnvironment(), DATA_DIR: dataDir, DISK_RESERVE_BYTES: "0", ...env },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      said += chunk;
    });
  const ended = new Promise<{ code: number | null; said: string }>((resolve) =>
    child.once("close", (code) => resolve({ code, said })),
  );
  cleanups.push(() => killed(child));
  return { child, ended };
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

// biome-ignore lint/suspicious/noExplicitAny: what it answers the test knows
type Ask = (method: string, path: string, body?: object) => Promise<any>;

/** Asks the API. An answer that is a refusal is its status and code. */
function asker(program: Program, headers: { authorization: string }): Ask {
  return async (method, url, body) => {
    const answer = await fetch(`${program.url}/api/v1${url}`, {
      method,
      headers: { ...headers, ...(body ? { "content-type": "application/json" } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    const read = text === "" ? null : JSON.parse(text);
    return answer.ok ? read : { status: answer.status, code: read?.code };
  };
}

async function signIn(program: Program, username: string, password: string) {
  const answer = await fetch(`${program.url}/api/v1/users/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username, password }),
  });
  return { authorization: `Bearer ${((await answer.json()) as { accessToken: string }).accessToken}` };
}

const second = { username: "second", password: `${testPassword} again` };

async function signedIn(program: Program) {
  const headers = await program.login();
  const other = asker(program, await signIn(program, second.username, second.password));
  return { headers, one: asker(program, headers), other };
}

/** The first program has one administrator; two are needed to purge. */
async function addSecond(program: Program, one: Ask): Promise<Ask> {
  await one("POST", "/users", {
    username: second.username,
    password: testPassword,
    fullName: "Second Administrator",
    roles: ["ADMINISTRATOR"],
    email: "second@example.org",
  });
  const fresh = asker(program, await signIn(program, second.username, testPassword));
  await fresh("POST", "/users/me/password", {
    currentPassword: testPassword,
    newPassword: second.password,
  });
  return asker(program, await signIn(program, second.username, second.password));
}

async function openDatabase(dataDir: string): Promise<Db> {
  const db = connect({ url: null, socketPath: embeddedSocketPath(path.join(dataDir, "pg")), max: 3 });
  cleanups.push(() => db.end({ timeout: 0 }));
  return db;
}

/** Facts that the decisions of this file end with. */
const decisions = [
  "study.deleted",
  "study.purged",
  "study.moved",
  "patient.merged",
  "patient.merge-undone",
  "reconciliation.resolved",
  "study.received",
] as const;
const lockClass = 4711;

/**
 * Fault points: whoever writes a fact of these kinds waits, `within` the transaction or at its `commit`, until `release`. What waits at the commit has
 * nothing left to ask: the commit is done whether or not the program lives to hear of it.
 */
async function hold(db: Db, at: "within" | "commit") {
  await db.unsafe(`
    create or replace function hold_fact() returns trigger language plpgsql as
      $$ begin perform pg_advisory_xact_lock_shared(${lockClass}, hashtext(new.type)); return null; end $$;
    drop trigger if exists hold_fact on fact;
    create ${at === "commit" ? "constraint" : ""} trigger hold_fact after insert on fact
      ${at === "commit" ? "deferrable initially deferred" : ""} for each row execute function hold_fact()`);
  const holder = await db.reserve();
  for (const type of decisions) await holder`select pg_advisory_lock(${lockClass}, hashtext(${type}))`;
  return {
    held: (count: number) =>
      eventually(async () => {
        const [waiting] = await db<{ count: number }[]>`
          select count(*)::int as count from pg_locks
          where locktype = 'advisory' and classid = ${lockClass} and not granted`;
        return waiting?.count === count;
      }),
    release: (type: (typeof decisions)[number]) =>
      holder`select pg_advisory_unlock(${lockClass}, hashtext(${type}))`,
    async releaseAll() {
      await holder`select pg_advisory_unlock_all()`;
      holder.release();
    },
  };
}

/** Everything that decisions write, so that what was undone is as before. */
const decided = ["study", "series", "instance", "deletion", "purged_instance", "reconciliation_item"].concat([
  "patient",
  "patient_identifier",
  "patient_facility",
  "patient_merge",
  "care_relation",
]);
async function contents(db: Db): Promise<string[]> {
  const rows: string[] = [];
  for (const table of decided) {
    const [row] = await db<{ count: number; hash: string | null }[]>`
      select count(*)::int as count, md5(string_agg(to_jsonb(t)::text, ' ' order by to_jsonb(t)::text)) as hash from ${db(table)} t`;
    rows.push(`${table}: ${row!.count} ${row!.hash}`);
  }
  const facts = await db<{ type: string; count: number }[]>`
    select type, count(*)::int as count from fact where type = any(${[...decisions]}) group by type order by type`;
  return [...rows, ...facts.map(({ type, count }) => `${type}: ${count}`)];
}

const objects = (dataDir: string) => path.join(dataDir, "objects", "instances");

async function objectFiles(dataDir: string): Promise<string[]> {
  const found: string[] = [];
  for (const one of await fs.readdir(objects(dataDir), { recursive: true, withFileTypes: true })) {
    const file = path.join(one.parentPath, one.name);
    // What is empty was made ahead.
    if (one.isFile() && (await fs.stat(file)).size > 0) found.push(file);
  }
  return found;
}

/** The sweep at the next start takes what is older than a day for left behind. */
async function age(dataDir: string): Promise<void> {
  const then = new Date(Date.now() - 2 * 86_400_000);
  for (const file of await objectFiles(dataDir)) await fs.utimes(file, then, then);
}

async function namedKeys(db: Db): Promise<string[]> {
  const rows = await db<{ key: string }[]>`select object_key as key from instance order by 1`;
  return rows.map(({ key }) => path.basename(key));
}

/** No object without a row, and no row without an object. */
const expectNoOrphans = (dataDir: string, db: Db) =>
  expect
    .poll(async () => {
      const files = (await objectFiles(dataDir)).map((file) => path.basename(file));
      const named = new Set(await namedKeys(db));
      return { unnamed: files.filter((name) => !named.has(name)), missing: named.size - files.length };
    })
    .toEqual({ unnamed: [], missing: 0 });

/** Puts a pipe in the place of a file, so that whoever opens it waits there. */
async function pipeInPlaceOf(file: string) {
  const bytes = await fs.readFile(file);
  const make = async () => {
    await fs.rm(file);
    execFileSync("mkfifo", [file]);
  };
  await make();
  return {
    /** Answers when somebody waits; whoever comes next waits again. */
    async met() {
      const flags = fs.constants.O_WRONLY | fs.constants.O_NONBLOCK;
      const end = await eventually(() => fs.open(file, flags).catch(() => null));
      await make();
      return {
        close: () => end.close(),
        /** Gives them what they came for. */
        async fill() {
          await end.write(bytes);
          await end.close();
        },
      };
    },
    async takeAway() {
      await fs.rm(file);
      await fs.writeFile(file, bytes);
    },
  };
}

const verified = async (dataDir: string) => {
  const { code, said } = await command(dataDir, ["verify", "--quiet"]).ended;
  expect(said).toMatch(/0 missing, 0 damaged, 0 orphaned\. 0 wrong totals\..* intact/);
  expect(code).toBe(0);
};

describe("kill -9 in the middle", { timeout: 180_000 }, () => {
  let dataDir: string;
  let program: Program;
  let headers: { authorization: string };
  let one: Ask;
  let other: Ask;
  let db: Db;
  let key: string;
  let ids: Awaited<ReturnType<typeof prepared>>;
  const series = (PatientID: string, count: number, more: object = {}) =>
    ctSeries(count, { PatientID, PatientName: `Doe^${PatientID}`, AccessionNumber: PatientID, ...more });
  const imported = series("IMPORTED", 10);

  async function store(made: readonly MadeInstance[], status = 201): Promise<Stored> {
    const form = new FormData();
    for (const { bytes } of made) form.append("file", new Blob([bytes as Uint8Array<ArrayBuffer>]), "x.dcm");
    const answer = await fetch(`${program.url}/api/v1/images`, {
      method: "POST",
      headers,
      body: form,
    });
    expect(answer.status).toBe(status);
    // One is answered as itself, several as a list.
    const body = (await answer.json()) as Stored & { data?: Stored[] };
    return body.data?.[0] ?? body;
  }

  async function prepared() {
    await one("PUT", "/retention-rules", { data: [{ modality: "", years: 0, untilAge: null }] });
    const deleted = await store(series("DELETED", 3));
    const purged = await store(series("PURGED", 3));
    await one("DELETE", `/studies/${purged.studyId}?reason=wrong`);
    await store(series("KNOWN", 1));
    const moved = await store(
      series("KNOWN", 2, { PatientName: "Miller^Paul", PatientBirthDate: "19500505" }),
    );
    const target = await store(series("TARGET", 1));
    const [into, merged] = [await store(series("INTO", 1)), await store(series("MERGED", 2))];
    const [joined, parted] = [await store(series("JOINED", 1)), await store(series("PARTED", 2))];
    const { mergeId } = await one("POST", `/patients/${parted.patientId}/merge`, {
      intoPatientId: joined.patientId,
      reason: "the same person",
    });
    const many = series("MANY", 40);
    const returned = await store(many);
    await one("DELETE", `/studies/${returned.studyId}?reason=wrong`);
    // Refused for now: a person decides whether it comes back.
    await store(many, 422);
    const items = (await one("GET", "/reconciliation")).data as { id: string; kind: string }[];
    const itemOf = (kind: string) => items.find((item) => item.kind === kind)!.id;
    const { data: deletions } = await one("GET", "/deletions");
    return {
      deleted,
      purged,
      moved,
      target,
      into,
      merged,
      joined,
      parted,
      returned,
      mergeId,
      moveItem: itemOf("CONFLICTING_IDENTITY"),
      manyItem: itemOf("RESENT_AFTER_DELETION"),
      deletionId: deletions.find((one: { studyId: string }) => one.studyId === purged.studyId).id,
    };
  }

  /** What a person decided, one after another; each answers, or is cut off. */
  const decide = {
    delete: () => one("DELETE", `/studies/${ids.deleted.studyId}?reason=wrong`),
    purge: () => other("POST", `/deletions/${ids.deletionId}/purge`, { reason: "retention is over" }),
    move: () =>
      one("POST", `/reconciliation/${ids.moveItem}/resolve`, {
        action: "move",
        patientId: ids.target.patientId,
      }),
    merge: () =>
      one("POST", `/patients/${ids.merged.patientId}/merge`, {
        intoPatientId: ids.into.patientId,
        reason: "the same person",
      }),
    undo: () => one("POST", `/patients/merges/${ids.mergeId}/undo`),
    bringBack: () => one("POST", `/reconciliation/${ids.manyItem}/resolve`, { action: "accept" }),
  };

  const importing = () =>
    command(dataDir, ["import", "images", "--journal", "images.jsonl"], {
      ISOCENTER_URL: program.url,
      ISOCENTER_API_KEY: key,
    });

  async function goOn(): Promise<void> {
    await age(dataDir);
    program = await started(dataDir);
    ({ headers, one, other } = await signedIn(program));
    db = await openDatabase(dataDir);
  }

  /** Whose the studies are, and how many images REST and DICOMweb show of each. */
  async function shown(): Promise<Record<string, string>> {
    const { data } = await one("GET", "/studies?limit=100");
    const answer = await fetch(`${program.url}/dicomweb/instances?limit=1000`, {
      headers,
    });
    const found = (await answer.json()) as { "0020000D": { Value: [string] } }[];
    const owners = new Map(
      Object.entries(ids).map(([name, id]) => [(id as { patientId?: string }).patientId, name]),
    );
    return Object.fromEntries(
      Object.entries(ids).flatMap(([name, id]) => {
        const study = data.find((study: { id: string }) => study.id === (id as { studyId?: string }).studyId);
        if (!study) return [];
        const listed = found.filter((row) => row["0020000D"].Value[0] === study.studyInstanceUid).length;
        return [[name, `${study.numberOfInstances}/${listed} of ${owners.get(study.patient.id)}`]];
      }),
    );
  }

  beforeAll(async () => {
    dataDir = await newFolder();
    program = await started(dataDir);
    headers = await program.login();
    one = asker(program, headers);
    other = await addSecond(program, one);
    ({ key } = await one("POST", "/api-keys", { name: "import", roles: ["INTEGRATION"] }));
    await fs.mkdir(path.join(dataDir, "images"));
    for (const [n, { bytes }] of imported.entries())
      await fs.writeFile(path.join(dataDir, "images", `IM${n}`), bytes);
    ids = await prepared();
    db = await openDatabase(dataDir);
  });

  test("of decisions and of an import nothing has happened, and no object stays that no row names", async () => {
    const before = await contents(db);
    const { held } = await hold(db, "within");
    const cut = Object.values(decide).map((ask) => ask().catch(() => "cut off"));
    const { child } = importing();
    await held(cut.length + 1);
    await killed(program.child);
    await killed(child);
    expect(await Promise.all(cut)).toEqual(cut.map(() => "cut off"));
    await goOn();
    expect(await contents(db)).toEqual(before);
    await expectNoOrphans(dataDir, db);
  });

  test("of what was committed and not heard all is done once, and a purge goes on where it was", async () => {
    const { held, release, releaseAll } = await hold(db, "commit");
    const { purge, ...rest } = decide;
    const purging = purge();
    const cut = Object.values(rest).map((ask) => ask().catch(() => "cut off"));
    const { child } = importing();
    await held(cut.length + 2);
    // The job that removes what was purged waits before its first object; of the three one is gone, as if it had waited behind it.
    const inTheWay = await openDatabase(dataDir);
    const locked = inTheWay.begin(async (tx) => {
      await tx`lock table instance_original in access exclusive mode`;
      await new Promise(() => {});
    });
    locked.catch(() => {});
    const waits = (query: string) =>
      eventually(
        async () =>
          (await db`select 1 from pg_stat_activity where wait_event_type = 'Lock' and query ~* ${query}`)
            .length > 0,
      );
    await waits("^lock table instance_original");
    await release("study.purged");
    expect(await purging).toMatchObject({ status: "PURGED" });
    await waits("unnest");
    const [first] = await db<
      { key: string }[]
    >`select object_key as key from purged_instance order by 1 limit 1`;
    const isFirst = (file: string) => path.basename(file) === path.basename(first!.key);
    await fs.rm((await objectFiles(dataDir)).find(isFirst)!);
    program.child.kill("SIGSTOP");
    await releaseAll();
    await eventually(async () => {
      const [busy] =
        await db`select 1 from pg_stat_activity where query ~* '^(commit|end)' and state <> 'idle'`;
      return !busy;
    });
    await killed(program.child);
    await killed(child);
    expect(await Promise.all(cut)).toEqual(cut.map(() => "cut off"));

    await goOn();
    await db`drop trigger hold_fact on fact`;
    expect(await shown()).toEqual({
      moved: "2/2 of target",
      target: "1/1 of target",
      into: "1/1 of into",
      merged: "2/2 of into",
      joined: "1/1 of joined",
      parted: "2/2 of parted",
      returned: "40/40 of returned",
    });
    const again = [];
    for (const ask of Object.values(decide)) again.push((await ask()).code);
    expect(again).toEqual([
      "study.not-found",
      "deletion.purged",
      "reconciliation.resolved",
      "patient.merged",
      "merge.undone",
      "reconciliation.resolved",
    ]);
    await expectNoOrphans(dataDir, db);
    const { code, said } = await importing().ended;
    // Of those that came at once the first had a commit of its own, for which the others waited.
    expect([code, said]).toEqual([0, expect.stringContaining("9 stored, 1 were there already, 0 refused.")]);
    await verified(dataDir);
  });

  test("of a back-up the next one is whole, and of a restore the system is empty until it is whole", async () => {
    const target = path.join(await newFolder(), "backup");
    const [victim] = await objectFiles(dataDir);
    const pipe = await pipeInPlaceOf(victim!);
    const cut = command(dataDir, ["backup", target, "--quiet"]);
    const held = await pipe.met();
    await killed(cut.child);
    await held.close();
    await pipe.takeAway();
    // None is to be chosen from: this one has the name of one that is on its way.
    expect(await fs.readdir(path.join(target, "backups"))).toEqual([expect.stringMatching(/\.part$/)]);
    const whole = await command(dataDir, ["backup", target]).ended;
    expect([whole.code, whole.said]).toEqual([0, expect.stringContaining("is whole")]);

    const fresh = await newFolder();
    await giveCluster(fresh);
    const restore = () => command(fresh, ["restore", target, "--quiet"]);
    const copy = path.join(target, "objects", path.relative(path.join(dataDir, "objects"), victim!));
    const object = await pipeInPlaceOf(copy);
    const inObjects = restore();
    const first = await object.met();
    await killed(inObjects.child);
    await first.close();
    await object.takeAway();

    const [name] = await fs.readdir(path.join(target, "backups"));
    const table = await pipeInPlaceOf(path.join(target, "backups", name!, "series.copy.gz"));
    const inRows = restore();
    // Read once to be checked, and once within the transaction that brings the rows.
    await (await table.met()).fill();
    const second = await table.met();
    await killed(inRows.child);
    await second.close();
    await table.takeAway();

    const restored = await restore().ended;
    expect([restored.code, restored.said]).toEqual([0, expect.stringContaining("is back")]);
    await verified(fresh);
  });
});
