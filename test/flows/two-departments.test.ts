import { beforeAll, expect, test } from "vitest";
import { type DocumentedOperation, type JsonSchema, readContract } from "../support/contract.ts";
import { type Ask, type House, type Json, remembering } from "../support/requests/house.ts";
import { requestsOf } from "../support/requests/requests.ts";
import { testHouses } from "../support/requests/server.ts";

/*
 * Two departments on one server, and every operation of the contract: asked by somebody who may do everything in the one, with one name at a time of a
 * record of the other. It is as if that were not there, and nothing changes. The same request among records of one's own does what it is for.
 */
const { database, houses, send: sendAs } = testHouses("HERE", "ELSE");
const operations = readContract().operations.filter((one) => one.path.startsWith("/api/v1/") && !one.public);

let here: House;
let there: House;
let all: Try[];

beforeAll(async () => {
  here = houses.HERE;
  there = houses.ELSE;
  all = await tries();
});

const send = (operation: DocumentedOperation, ask: Ask) =>
  sendAs(operation, { headers: here.me.headers, ...ask });

/** What may be taken although it is of another facility, and why. */
const harmless: Readonly<Record<string, string>> = {
  // What somebody notes is theirs and stays in their own facility's log, whatever it is about.
  "createLogEntry body.subject.id": "201",
  // As of any image that is not here yet: only its UID is noted beside the exam.
  "createExamImage body.sopInstanceUID": "201",
  // Whoever has no report here has none, whether they work elsewhere or nowhere.
  "listReportsByRadiologist path.radiologistId": "200",
};
/** Nothing answers where these ask; that they did is enough here. */
const unanswered = new Set(["findInModality", "moveFromModality", "fetchFromModality"]);
/** What is refused may leave: who looked, and what a request itself needs. */
const beside = ["access", "idempotency_key", "sign_in_failure", "proof_attempt", "access_watch", "session"];

/** A hash of each table's rows. */
async function tables(): Promise<Record<string, string>> {
  const names = await database.db<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = 'public' and not tablename = any(${beside}) order by tablename`;
  const hash = "coalesce(sum(hashtextextended(t::text, 0)), 0)::text";
  const rows = await database.db.unsafe<{ name: string; hash: string }[]>(
    names.map(({ name }) => `select '${name}' as name, ${hash} as hash from "${name}" t`).join(" union all "),
  );
  return Object.fromEntries(rows.map(({ name, hash }) => [name, hash]));
}

interface Named {
  at: readonly string[];
  value: string;
}
/** Places of a request where the two houses say something else, which is the name of a record, with what the second says. */
function namesIn(mine: Json, theirs: Json, at: readonly string[] = []): Named[] {
  if (typeof mine === "string" && typeof theirs === "string")
    return mine === theirs || mine.startsWith("FRESH") ? [] : [{ at, value: theirs }];
  if (typeof mine !== "object" || mine === null || ArrayBuffer.isView(mine)) return [];
  return Object.keys(mine).flatMap((key) => namesIn(mine[key], theirs?.[key], [...at, key]));
}

function withName(ask: Json, [key, ...rest]: readonly string[], value: string): Json {
  if (key === undefined) return value;
  const changed = withName(ask[key], rest, value);
  return Array.isArray(ask) ? ask.with(Number(key), changed) : { ...ask, [key]: changed };
}

interface Try {
  operation: DocumentedOperation;
  own: Ask;
  names: readonly Named[];
}
async function tries(): Promise<Try[]> {
  const [mine, theirs] = [remembering(here), remembering(there)];
  const made: Try[] = [];
  for (const operation of operations)
    for (const build of requestsOf(operation.id)) {
      const own = await build(operation.method === "GET" ? mine : here);
      // What is never reached is made once, unless an earlier request among it was in the way.
      const { headers: _, ...other } = await Promise.resolve(build(theirs)).catch(() => build(there));
      made.push({ operation, own, names: namesIn({ ...own, headers: undefined }, other) });
    }
  return made;
}

/** What is wrong with the answer to a request that names what is not there. */
function judge({ operation }: Try, { at, value }: Named, status: number, body: string): string | null {
  const name = `${operation.id} ${at.join(".")}`;
  if (harmless[name] === String(status)) return null;
  const reads = operation.method === "GET" && at[0] === "query";
  // A filter finds nothing, and what is told of nothing tells of nobody.
  if (reads && status === 200) {
    const told = body.replaceAll(value, "");
    return told.includes(there.facilityId) || told.includes(there.me.id)
      ? `${name} tells of them: ${body}`
      : null;
  }
  const expected = at[0] === "path" ? [404] : [400, 404, 409, 422];
  return expected.includes(status) ? null : `${name} is ${status}: ${body.slice(0, 300)}`;
}

test("every operation refuses what another facility's records are called, changes nothing, and works with one's own", async () => {
  const attempt = async (one: Try, named: Named) => {
    const answer = await send(one.operation, withName(one.own, named.at, named.value));
    return judge(one, named, answer.statusCode, answer.body);
  };
  const pairs = all.flatMap((one) => one.names.map((named) => ({ one, named })));
  const isHarmless = ({ one, named }: (typeof pairs)[number]) =>
    `${one.operation.id} ${named.at.join(".")}` in harmless;
  const wrong: (string | null)[] = [];
  const before = await tables();
  for (const { one, named } of pairs.filter((pair) => !isHarmless(pair)))
    wrong.push(await attempt(one, named));
  const after = await tables();
  const changed = Object.keys(after).filter((table) => after[table] !== before[table]);
  expect([wrong.filter((complaint) => complaint !== null), changed]).toEqual([[], []]);
  expect(pairs.length).toBeGreaterThan(200);

  for (const { one, named } of pairs.filter(isHarmless)) wrong.push(await attempt(one, named));
  for (const { operation, own } of all) {
    const { statusCode, body } = await send(operation, own);
    if (statusCode >= 300 && !(unanswered.has(operation.id) && statusCode === 503))
      wrong.push(`${operation.id} of one's own is ${statusCode}: ${body.slice(0, 300)}`);
  }
  expect(wrong.filter((complaint) => complaint !== null)).toEqual([]);
});

/** Members that name nothing of a facility, or that no request of ours can name. */
const free: Readonly<Record<string, string>> = {
  "retryJob id": "background work is of no facility",
  "letKnockingCallerIn id": "who knocks is of no facility yet",
  "letKnockingCallerIn facilityId": "as createModality's",
  "dismissKnockingCaller id": "who knocks is of no facility yet",
  "createRoutingRule sopClassUids": "classes are the standard's",
  "updateRoutingRule sopClassUids": "classes are the standard's",
  "registerStudy studyInstanceUid": "UIDs are known within a facility",
  "registerStudyImage sopInstanceUid": "UIDs are known within a facility",
  "registerStudyImage seriesInstanceUid": "UIDs are known within a facility",
  "updateStudy studyId": "Study ID, a text of the image",
  "listReportTemplates procedureCode": "codes are compared as text",
  "createReportTemplate procedureCode": "codes are compared as text",
  "updateReportTemplate procedureCode": "codes are compared as text",
  "listCriticalFindingsBySeverity severity": "a word of the contract",
};
/** What is asked of another archive is of that archive. */
const elsewhere = /^(move|fetch)FromModality (patientId|\w+InstanceUids)$/;
const isName = (name: string, schema: JsonSchema): boolean =>
  schema.format === "uuid" ||
  /(^i|I)ds?$|(Uid|UID)s?$|^(stationAeTitle|procedureCode|recipients)$/.test(name);

/** Names of members of a body that name records. */
function namingMembers(schema: JsonSchema | null, name = ""): string[] {
  if (schema === null) return [];
  const { properties = {}, items, anyOf = [] } = schema;
  const below = [
    ...Object.entries(properties).flatMap(([key, one]) => namingMembers(one, key)),
    ...(items ? namingMembers(items, name) : []),
    ...anyOf.flatMap((one) => namingMembers(one, name)),
  ];
  const itself = name !== "" && !items && !Object.keys(properties).length && isName(name, schema);
  return [...new Set([...below, ...(itself ? [name] : [])])];
}

test("every name of a record in the contract is tried: write a request for what is new", () => {
  const missing: string[] = [];
  for (const operation of operations) {
    const tried = all
      .filter((one) => one.operation.id === operation.id)
      .flatMap(({ names }) => names.map(({ at }) => at.filter((key) => !/^\d+$/.test(key)).at(-1)));
    const ofPath = operation.parameters.filter((one) => one.in === "path").map(({ name }) => name);
    const ofQuery = operation.parameters
      .filter((one) => one.in === "query" && isName(one.name, one.schema))
      .map(({ name }) => name);
    for (const name of [...ofPath, ...ofQuery, ...namingMembers(operation.body)])
      missing.push(...(tried.includes(name) ? [] : [`${operation.id} ${name}`]));
  }
  expect(missing.filter((name) => !(name in free) && !elsewhere.test(name))).toEqual([]);
});
