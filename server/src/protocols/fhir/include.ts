import { reach } from "../../platform/index.ts";
import { type Given, parameterOf, type Table } from "./compile.ts";
import { notSupported } from "./outcome.ts";
import type { FhirResource, OperationOutcomeIssue, Reference } from "./r4.ts";
import type { Asked, Resource, ResourceType, SearchParameter, Target } from "./resource.ts";

const mostAsked = 10;
/** Resources that lead to the matches, for each `_revinclude`. */
const mostReversed = 200;

interface Included {
  included: FhirResource[];
  issues: OperationOutcomeIssue[];
}

type ReferenceParameter = Extract<SearchParameter<unknown>, { type: "reference" }>;

/** `Type:parameter`, and `:Target` where one type of several is meant. @throws Refusal `invalid` */
function readPath(
  name: string,
  value: string,
  table: Table,
): { definition: Resource; parameter: ReferenceParameter; name: string; target: string | undefined } {
  const [type = "", path = "", target, ...more] = value.split(":");
  const definition = table.get(type);
  const parameter = definition && parameterOf(definition, path);
  if (!definition || parameter?.type !== "reference" || more.length > 0)
    throw notSupported(
      `${name} takes a type and its parameter of references, such as DiagnosticReport:subject.`,
    );
  if (target !== undefined && !parameter.targets.some((one) => one === target))
    throw notSupported(`${name}: ${type}:${path} does not lead to ${target.slice(0, 64)}.`);
  return { definition, parameter, name: path, target };
}

/**
 * What the matches lead to (`_include`), and what leads to them (`_revinclude`), as the viewer may see it: what they may not is left out, as if it
 * were not there. @throws Refusal `invalid` for paths that are none
 */
export async function includedOf(
  definition: Resource,
  matches: readonly FhirResource[],
  given: readonly Given[],
  asked: Asked,
  table: Table,
): Promise<Included> {
  const wanted = given.filter(({ name, value }) => /^_(rev)?include(:|$)/.test(name) && value !== "");
  if (wanted.length > mostAsked)
    throw notSupported(`A search has at most ${mostAsked} of _include and _revinclude.`);
  const odd = wanted.find(({ name }) => name.includes(":"));
  if (odd) throw notSupported(`${odd.name}: what was included leads no further.`);
  const found = new Map<string, FhirResource>();
  const issues: OperationOutcomeIssue[] = [];
  const keyOf = ({ resourceType, id }: FhirResource) => `${resourceType}/${id}`;
  const known = new Set(matches.map(keyOf));
  const keep = (resources: readonly FhirResource[]) => {
    for (const one of resources) if (!known.has(keyOf(one))) found.set(keyOf(one), one);
  };
  for (const { name, value } of wanted) {
    const path = readPath(name, value, table);
    if (name === "_include") {
      if (path.definition.type !== definition.type)
        throw notSupported(`${name}: ${value} is of another type than what is searched for.`);
      const references = matches.flatMap((match) => [...path.parameter.of(match as never)]);
      keep(await forward(asked, table, targetsOf(references, path.target)));
    } else {
      const { resources, all } = await reversed(asked, definition, path, matches);
      keep(resources);
      if (!all)
        issues.push({
          severity: "warning",
          code: "incomplete",
          diagnostics: `${value}: the first ${mostReversed} are here; search for the others.`,
        });
    }
  }
  return { included: [...found.values()], issues };
}

function targetsOf(references: readonly (Reference | undefined)[], only: string | undefined): Target[] {
  return references.flatMap((reference) => {
    const [type, id] = reference?.reference?.split("/") ?? [];
    return type && id && (only === undefined || type === only) ? [{ type: type as ResourceType, id }] : [];
  });
}

async function forward(asked: Asked, table: Table, targets: readonly Target[]): Promise<FhirResource[]> {
  const resources: FhirResource[] = [];
  for (const [type, some] of Map.groupBy(targets, (target) => target.type)) {
    const definition = table.get(type);
    if (!definition?.search || !maySee(asked, definition)) continue;
    const ids = [...new Set(some.map(({ id }) => id))];
    for (let at = 0; at < ids.length; at += mostReversed) {
      const values = ids.slice(at, at + mostReversed);
      const page = await definition.search.find(asked, [{ by: "ids", values }], { limit: values.length });
      resources.push(...page.data);
    }
  }
  return resources;
}

const maySee = ({ viewer }: Asked, { permission }: Resource): boolean =>
  permission === null || reach(viewer, permission) !== null;

async function reversed(
  asked: Asked,
  definition: Resource,
  {
    definition: other,
    parameter,
    name,
  }: { definition: Resource; parameter: ReferenceParameter; name: string },
  matches: readonly FhirResource[],
): Promise<{ resources: FhirResource[]; all: boolean }> {
  if (!parameter.targets.includes(definition.type) || parameter.single)
    throw notSupported(`_revinclude: ${other.type}:${name} is not led back to ${definition.type}.`);
  if (!other.search || matches.length === 0 || !maySee(asked, other)) return { resources: [], all: true };
  const targets = matches.map(({ id = "" }): Target => ({ type: definition.type, id }));
  const page = await other.search.find(asked, [parameter.condition(targets)] as never, {
    limit: mostReversed,
  });
  return { resources: page.data, all: page.next === null };
}
