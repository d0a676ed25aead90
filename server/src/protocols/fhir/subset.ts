import { invalidValue } from "./outcome.ts";
import type { FhirResource, Meta } from "./r4.ts";
import type { Resource } from "./resource.ts";

/** What of each resource is told (R4 3.1.1.5.8, 3.1.1.5.9). */
export type Subset =
  | { kind: "whole" }
  | { kind: "summary" }
  | { kind: "text" }
  | { kind: "count" }
  | { kind: "elements"; names: ReadonlySet<string> };

/** @throws Refusal `invalid` */
export function subsetOf(parameters: URLSearchParams): Subset {
  const summary = parameters.get("_summary");
  const elements = parameters.get("_elements");
  if (summary !== null && summary !== "" && elements !== null && summary !== "false")
    throw invalidValue("_elements", "cannot be given with _summary");
  switch (summary) {
    case null:
    case "":
    case "false":
    // There is no narrative that could be left out.
    case "data":
      break;
    case "true":
      return { kind: "summary" };
    case "text":
    case "count":
      return { kind: summary };
    default:
      throw invalidValue("_summary", "must be true, text, data, count or false");
  }
  if (elements === null || elements.trim() === "") return { kind: "whole" };
  return { kind: "elements", names: new Set(elements.split(",").map((name) => name.trim())) };
}

const always = ["resourceType", "id", "meta", "implicitRules"];
const subsetted = { system: "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", code: "SUBSETTED" };

/** The resource with what was asked for, what it cannot be without, and the mark that it is not whole. */
export function subset(
  resource: FhirResource,
  what: Subset,
  definition: Pick<Resource, "summary" | "mandatory">,
): FhirResource {
  if (what.kind === "whole" || what.kind === "count") return resource;
  const named: Iterable<string> =
    what.kind === "summary" ? definition.summary : what.kind === "text" ? ["text"] : what.names;
  const kept = new Set([...always, ...definition.mandatory, ...named]);
  const all = resource as unknown as Record<string, unknown>;
  const some: Record<string, unknown> = {};
  // `effective` names what is `effectiveDateTime` in JSON.
  const isKept = (element: string) =>
    kept.has(element) ||
    [...kept].some(
      (name) => element.startsWith(name) && /^[A-Z]/.test(element.slice(name.length)) && choices.has(name),
    );
  for (const [element, value] of Object.entries(all)) if (isKept(element)) some[element] = value;
  const meta = (some.meta ?? {}) as Meta;
  some.meta = { ...meta, tag: [...(meta.tag ?? []), subsetted] };
  return some as unknown as FhirResource;
}

/** Elements of several types, which JSON names by the type. */
const choices: ReadonlySet<string> = new Set(["effective", "occurrence", "deceased", "multipleBirth"]);
