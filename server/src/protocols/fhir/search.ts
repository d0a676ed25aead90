import { isUuid, Refusal } from "../../platform/index.ts";
import { compile, type Given, type Table } from "./compile.ts";
import { includedOf } from "./include.ts";
import { invalidValue, notSupported, outcome } from "./outcome.ts";
import type { Bundle, BundleEntry, FhirResource, OperationOutcomeIssue } from "./r4.ts";
import type { Asked, FoundPage, Resource } from "./resource.ts";
import { type Subset, subset, subsetOf } from "./subset.ts";

const defaultCount = 25;
const mostCount = 200;
const mostParameters = 50;

/** Parameters that shape the answer rather than what is found. */
const shaping = [
  "_count",
  "_page",
  "_sort",
  "_include",
  "_revinclude",
  "_summary",
  "_elements",
  "_total",
  "_format",
  "_pretty",
];

interface Page {
  backwards: boolean;
  after: string | undefined;
}

/** `f.KEY`: what follows; `b.KEY`: what stands before. */
function pageOf(text: string | null): Page {
  if (text === null) return { backwards: false, after: undefined };
  const match = /^([fb])\.([A-Za-z0-9_-]{1,2000})$/.exec(text);
  if (!match) throw invalidValue("_page", "is the key of a page, as the links of a Bundle have it");
  return { backwards: match[1] === "b", after: match[2] };
}

function countOf(text: string | null): number {
  if (text === null || text === "") return defaultCount;
  if (!/^\d{1,9}$/.test(text)) throw invalidValue("_count", "must be a number");
  return Math.min(Number(text), mostCount);
}

/** The room's name of what is sorted by. @throws Refusal `invalid` */
function sortOf(definition: Resource, text: string | null): string | undefined {
  if (text === null || text === "") return undefined;
  const { sorts = {} } = definition.search ?? {};
  const descending = text.startsWith("-");
  const name = descending ? text.slice(1) : text;
  if (!Object.hasOwn(sorts, name)) {
    const names = Object.keys(sorts).join(", ") || "nothing";
    throw notSupported(`_sort takes one of ${names}, with - before it for descending order.`);
  }
  return `${descending ? "-" : ""}${sorts[name]}`;
}

const flipped = (sort: string): string => (sort.startsWith("-") ? sort.slice(1) : `-${sort}`);

/** A page before another is read from its end: the list the other way round, and turned again. */
async function findPage(
  definition: Resource,
  asked: Asked,
  conditions: unknown[],
  { count, sort, page }: { count: number; sort: string | undefined; page: Page },
): Promise<FoundPage & { previous: string | null }> {
  const { find, fallback } = definition.search!;
  const order = sort ?? fallback;
  const found = await find(asked, conditions as never, {
    limit: Math.max(1, count),
    sort: page.backwards ? flipped(order) : order,
    ...(page.after === undefined ? {} : { after: page.after }),
  });
  if (!page.backwards)
    return {
      ...found,
      previous: page.after === undefined || !found.back ? null : `b.${found.back}`,
      next: found.next && `f.${found.next}`,
    };
  return {
    ...found,
    data: found.data.toReversed(),
    previous: found.next && `b.${found.next}`,
    next: found.back ? `f.${found.back}` : null,
  };
}

const fullUrl = (asked: Asked, { resourceType, id }: FhirResource): string =>
  `${asked.base}/${resourceType}/${id}`;

function readGiven(parameters: URLSearchParams): Given[] {
  const given = [...parameters].map(([name, value]) => ({ name, value }));
  if (given.length > mostParameters)
    throw new Refusal("invalid", "fhir.too-costly", `A search has at most ${mostParameters} parameters.`);
  return given;
}

/** R4 3.1.1.1: what is not known is left out and said so, unless the client wants it refused. */
function warningsOf(
  definition: Resource,
  ignored: readonly Given[],
  strict: boolean,
): OperationOutcomeIssue[] {
  const issues = ignored.map(
    ({ name }): OperationOutcomeIssue => ({
      severity: "warning",
      code: "not-supported",
      diagnostics: `${definition.type} has no search parameter ${name.slice(0, 100)}: it was not used.`,
    }),
  );
  if (!strict || issues.length === 0) return issues;
  throw new Refusal(
    "invalid",
    "fhir.not-supported",
    `${definition.type} has no search parameter ${ignored[0]!.name.slice(0, 100)}.`,
    {
      errors: ignored
        .slice(0, 20)
        .map(({ name }) => ({ path: name.slice(0, 100), message: "is not known here" })),
    },
  );
}

/**
 * Answers a search with a Bundle: the matches of a page, what they lead to where that was asked for, and the links of the pages beside it.
 * @throws Refusal `invalid`
 */
export async function search(
  definition: Resource,
  parameters: URLSearchParams,
  asked: Asked,
  table: Table,
  strict: boolean,
): Promise<Bundle> {
  const given = readGiven(parameters);
  const { conditions, used, ignored } = await compile(
    definition,
    given.filter(({ name }) => !shaping.includes(name.split(":")[0]!)),
    asked,
    table,
  );
  const warnings = warningsOf(definition, ignored, strict);
  const what = subsetOf(parameters);
  const total = parameters.get("_total");
  if (total !== null && !["none", "estimate", "accurate"].includes(total))
    throw invalidValue("_total", "must be none, estimate or accurate");
  const count = what.kind === "count" ? 0 : countOf(parameters.get("_count"));
  const page = pageOf(parameters.get("_page"));
  const found = await findPage(definition, asked, conditions, {
    count,
    sort: sortOf(definition, parameters.get("_sort")),
    page,
  });
  if (what.kind === "count" && !found.totalIsExact)
    throw new Refusal(
      "invalid",
      "fhir.too-costly",
      `There are more than ${found.total}: narrow the search to have them counted.`,
    );
  const matches = count === 0 ? [] : found.data;
  const { included, issues } = await includedOf(definition, matches, given, asked, table);
  const shape = given.filter(
    ({ name, value }) => shaping.includes(name.split(":")[0]!) && name !== "_page" && value !== "",
  );
  const link = (place: string | null) => linkOf(asked, definition, [...used, ...shape], place);
  return {
    resourceType: "Bundle",
    type: "searchset",
    ...(total === "none" || !found.totalIsExact ? {} : { total: found.total }),
    link: [
      { relation: "self", url: link(parameters.get("_page")) },
      { relation: "first", url: link(null) },
      ...(count > 0 && found.previous ? [{ relation: "previous", url: link(found.previous) }] : []),
      ...(count > 0 && found.next ? [{ relation: "next", url: link(found.next) }] : []),
    ],
    ...entriesOf(asked, table, definition, what, matches, included, [...warnings, ...issues]),
  };
}

function linkOf(asked: Asked, definition: Resource, given: readonly Given[], page: string | null): string {
  const parameters = new URLSearchParams(given.map(({ name, value }): [string, string] => [name, value]));
  if (page !== null) parameters.set("_page", page);
  const text = parameters.toString();
  return `${asked.base}/${definition.type}${text === "" ? "" : `?${text}`}`;
}

function entriesOf(
  asked: Asked,
  table: Table,
  definition: Resource,
  what: Subset,
  matches: readonly FhirResource[],
  included: readonly FhirResource[],
  issues: readonly OperationOutcomeIssue[],
): { entry?: BundleEntry[] } {
  const entry: BundleEntry[] = [
    ...matches.map((resource) => ({
      fullUrl: fullUrl(asked, resource),
      resource: subset(resource, what, definition),
      search: { mode: "match" as const },
    })),
    ...included.map((resource) => ({
      fullUrl: fullUrl(asked, resource),
      resource: subset(resource, what, table.get(resource.resourceType) ?? definition),
      search: { mode: "include" as const },
    })),
    ...(issues.length === 0 ? [] : [{ resource: outcome(...issues), search: { mode: "outcome" as const } }]),
  ];
  // An empty list is none in FHIR.
  return entry.length === 0 ? {} : { entry };
}

/** One match, or none: for whoever creates what is not there yet. @throws Refusal `conflict` (`fhir.several-match`) */
export async function matchOf(
  definition: Resource,
  parameters: URLSearchParams,
  asked: Asked,
  table: Table,
): Promise<string | null> {
  const given = readGiven(parameters);
  const { conditions, ignored } = await compile(definition, given, asked, table);
  if (ignored.length > 0 || conditions.length === 0)
    throw notSupported("If-None-Exist takes search parameters that the type has, and at least one.");
  const { data } = await definition.search!.find(asked, conditions as never, { limit: 2 });
  if (data.length > 1)
    throw new Refusal("conflict", "fhir.several-match", "More than one resource fits If-None-Exist.");
  const id = data[0]?.id;
  return id !== undefined && isUuid(id) ? id : null;
}
