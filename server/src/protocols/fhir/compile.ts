import { isUuid, Refusal, requirePermission } from "../../platform/index.ts";
import { daySpansOf, localSpansOf, readDate, spansOf } from "./dates.ts";
import { invalidValue, notSupported } from "./outcome.ts";
import type { Reference } from "./r4.ts";
import type { Asked, Resource, ResourceType, SearchParameter, StringMatch, Target } from "./resource.ts";
import { readToken, splitEscaped, unescaped } from "./token.ts";

/** The table of resources by type. */
export type Table = ReadonlyMap<string, Resource>;

/** One parameter of a search as the client wrote it. */
export interface Given {
  name: string;
  value: string;
}

export interface Compiled {
  conditions: unknown[];
  used: Given[];
  /** Not known here. */
  ignored: Given[];
}

/** Alternatives in one value, and matches of a chain: beyond this the search is refused rather than answered in part. */
const mostValues = 200;
const mostLinked = 500;

/** The id of every resource (R4 3.1.1.4.1). */
export const idParameter: SearchParameter<unknown> = {
  type: "token",
  documentation: "The id of the resource",
  condition: (values) => idsCondition(values.map(({ code }) => code ?? "").filter(isUuid)),
};

const wordParameter: SearchParameter<unknown> = {
  type: "token",
  documentation: idParameter.documentation,
  condition: (values) => idsCondition(values.map(({ code }) => code ?? "")),
};

/** What is no id of ours is the id of nothing. */
const idsCondition = (values: readonly string[]): unknown => {
  const ids = values.map((id) => id.toLowerCase());
  return ids.length === 0 ? { by: "none" } : { by: "ids", values: ids };
};

export const parameterOf = (definition: Resource, name: string): SearchParameter<unknown> | undefined => {
  if (name === "_id") return definition.wordIds ? wordParameter : idParameter;
  const { parameters = {} } = definition.search ?? {};
  return Object.hasOwn(parameters, name) ? parameters[name] : undefined;
};

/**
 * Makes conditions of the room of what a search asks for; each parameter is one, and all must fit.
 * @throws Refusal `invalid` for values that cannot be read, and for what a parameter that is known does not do: modifiers, prefixes, chains
 */
export async function compile(
  definition: Resource,
  given: readonly Given[],
  asked: Asked,
  table: Table,
): Promise<Compiled> {
  const compiled: Compiled = { conditions: [], used: [], ignored: [] };
  for (const one of given) {
    const { base, modifier, chain } = nameParts(one.name);
    const parameter = parameterOf(definition, base);
    if (!parameter) {
      compiled.ignored.push(one);
      continue;
    }
    const values = splitEscaped(one.value, ",");
    if (values.length > mostValues)
      throw new Refusal(
        "invalid",
        "fhir.too-costly",
        `${one.name} takes at most ${mostValues} values at once.`,
      );
    // R4 3.1.1.4: a parameter without a value is as if it were not there.
    if (one.value.trim() === "") continue;
    const condition =
      parameter.type === "reference"
        ? await byReference(one.name, parameter, { modifier, chain, values }, asked, table)
        : await byValue(one.name, parameter, { modifier, chain, values }, asked);
    compiled.conditions.push(condition);
    compiled.used.push(one);
  }
  return compiled;
}

interface Written {
  modifier: string | null;
  chain: string | null;
  values: readonly string[];
}

/** `subject:Patient.name:exact` is the parameter `subject`, the modifier `Patient` and the chain `name:exact`. */
function nameParts(name: string): { base: string; modifier: string | null; chain: string | null } {
  const dot = name.indexOf(".");
  const head = dot === -1 ? name : name.slice(0, dot);
  const colon = head.indexOf(":");
  return {
    base: colon === -1 ? head : head.slice(0, colon),
    modifier: colon === -1 ? null : head.slice(colon + 1),
    chain: dot === -1 ? null : name.slice(dot + 1),
  };
}

const noSuchModifier = (name: string): Refusal => notSupported(`The modifier of ${name} is not supported.`);

async function byValue(
  name: string,
  parameter: Exclude<SearchParameter<unknown>, { type: "reference" }>,
  { modifier, chain, values }: Written,
  asked: Asked,
): Promise<unknown> {
  if (chain !== null) throw notSupported(`${name}: only references lead on to other resources.`);
  switch (parameter.type) {
    case "token":
      if (modifier !== null && !(modifier === "not" && parameter.not)) throw noSuchModifier(name);
      return parameter.condition(values.map(readToken), modifier === "not");
    case "string":
      if (modifier !== null && modifier !== "exact" && modifier !== "contains") throw noSuchModifier(name);
      return parameter.condition(values.map(unescaped), (modifier ?? "starts") as StringMatch);
    case "uri":
      if (modifier !== null) throw noSuchModifier(name);
      return parameter.condition(values.map(unescaped));
    case "date": {
      if (modifier !== null) throw noSuchModifier(name);
      const dates = values.map((value) => {
        const date = readDate(value.trim());
        if (date === null)
          throw invalidValue(
            name,
            "must be a date or a date and time of FHIR, with one of the prefixes eq, ne, gt, lt, ge, le, sa, eb",
          );
        return date;
      });
      if (parameter.at === "day")
        return parameter.condition(
          dates.flatMap((date) => {
            const spans = daySpansOf(date);
            if (spans === null) throw invalidValue(name, "must be a date without a time of day");
            return spans;
          }),
        );
      const zone = await timeZoneOf(asked);
      if (parameter.at === "clock")
        return parameter.condition(dates.flatMap((date) => localSpansOf(date, zone)));
      return parameter.condition(dates.flatMap((date) => spansOf(date, zone)));
    }
  }
}

/** Days are those at the clock of the viewer's home. */
async function timeZoneOf(asked: Asked): Promise<string> {
  const facilities = await asked.facilities();
  return facilities.get(asked.viewer.homeFacilityId)?.timeZone ?? "UTC";
}

async function byReference(
  name: string,
  parameter: Extract<SearchParameter<unknown>, { type: "reference" }>,
  { modifier, chain, values }: Written,
  asked: Asked,
  table: Table,
): Promise<unknown> {
  const targets =
    modifier === null || modifier === "identifier"
      ? parameter.targets
      : parameter.targets.filter((type) => type === modifier);
  if (targets.length === 0) throw noSuchModifier(name);
  if (modifier === "identifier" || chain !== null) {
    const [target, ...others] = targets;
    if (others.length > 0 || !target)
      throw notSupported(
        `${name}: say which type is meant, such as ${parameter.targets.map((type) => `:${type}`).join(", ")}.`,
      );
    const linked = { name: chain ?? "identifier", value: values.join(",") };
    return parameter.condition(await linkedTo(name, target, linked, asked, table));
  }
  return parameter.condition(
    values.flatMap((value) => targetOf(unescaped(value).trim(), targets, asked.base) ?? []),
  );
}

/** `Patient/1`, `1` where one type is meant, or our URL of it. Null: nothing that is here. @throws Refusal `invalid` */
function targetOf(text: string, targets: readonly ResourceType[], base: string): Target | null {
  const path = text.startsWith(`${base}/`) ? text.slice(base.length + 1) : text;
  const [type, id, ...more] = path.split("/");
  if (id === undefined) {
    const [only, ...others] = targets;
    if (others.length > 0 || !only)
      throw invalidValue(
        text.slice(0, 100),
        `must name a type: ${targets.map((one) => `${one}/ID`).join(", ")}`,
      );
    return { type: only, id: path.toLowerCase() };
  }
  const target = targets.find((one) => one === type);
  return target === undefined || more.length > 0 ? null : { type: target, id: id.toLowerCase() };
}

/** Whoever a chain leads to, as the viewer may see them: asked as a search of their own. */
async function linkedTo(
  name: string,
  type: ResourceType,
  given: Given,
  asked: Asked,
  table: Table,
): Promise<Target[]> {
  const definition = table.get(type);
  if (!definition?.search) throw notSupported(`${name}: ${type} cannot be searched.`);
  if (given.name.includes(".")) throw notSupported(`${name}: chains are one step long.`);
  if (definition.permission !== null) requirePermission(asked.viewer, definition.permission);
  const { conditions, ignored } = await compile(definition, [given], asked, table);
  if (ignored.length > 0) throw notSupported(`${name}: ${type} has no parameter ${given.name}.`);
  const page = await definition.search.find(asked, conditions as never, { limit: mostLinked });
  if (page.next !== null)
    throw new Refusal(
      "invalid",
      "fhir.too-costly",
      `${name} fits more than ${mostLinked} of ${type}: narrow it.`,
    );
  return page.data.map(({ id = "" }) => ({ type, id }));
}

/** The ids of targets of one type, for rooms that know them by uuid. */
export function idsOf(targets: readonly Target[], type?: ResourceType): string[] {
  return targets
    .filter((target) => (type === undefined || target.type === type) && isUuid(target.id))
    .map(({ id }) => id);
}

/** The parameter `patient`, which is `subject` as well. */
export const patientParameter = <R>(
  documentation: string,
  of: (resource: R) => readonly (Reference | undefined)[],
) =>
  ({
    type: "reference",
    targets: ["Patient"],
    documentation,
    condition: (targets: readonly Target[]) => ({ by: "patients" as const, values: idsOf(targets) }),
    of,
  }) as const;
