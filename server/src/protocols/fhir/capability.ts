import { productVersion } from "../../platform/index.ts";
import { idParameter } from "./compile.ts";
import type { CapabilityStatement, CapabilityStatementRestResource } from "./r4.ts";
import type { Resource } from "./resource.ts";

/** What the routes of the table answer, said of the table itself. */
export function capabilityStatement(
  resources: readonly Resource[],
  base: string,
  date: string,
): CapabilityStatement {
  return {
    resourceType: "CapabilityStatement",
    url: `${base}/metadata`,
    version: productVersion,
    name: "Isocenter",
    title: "Isocenter, the FHIR face of an imaging department",
    status: "active",
    date,
    kind: "instance",
    software: { name: "Isocenter", version: productVersion },
    implementation: {
      description: "An imaging department: orders, images, reports, critical findings",
      url: base,
    },
    fhirVersion: "4.0.1",
    format: ["application/fhir+json", "json"],
    rest: [
      {
        mode: "server",
        documentation:
          "The same records, rights and journal as the REST API: whoever asks sees what they would see there.",
        security: {
          cors: true,
          description:
            "Authorization: Bearer with an access token of POST /api/v1/users/login or an API key. Each type needs a permission, which its documentation names.",
        },
        resource: resources.map((one) => resourceOf(one, resources)),
      },
    ],
  };
}

function resourceOf(definition: Resource, resources: readonly Resource[]): CapabilityStatementRestResource {
  const { type, permission, documentation, create, vread, history, search } = definition;
  const needs = permission === null ? "Anyone who is signed in." : `Needs the permission ${permission}.`;
  const references = (one: Resource) =>
    Object.entries(one.search?.parameters ?? {}).flatMap(([name, parameter]) =>
      parameter.type === "reference" ? [{ name, parameter }] : [],
    );
  const includes = references(definition).map(({ name }) => `${type}:${name}`);
  const reverse = resources.flatMap((one) =>
    references(one)
      .filter(({ parameter }) => parameter.targets.includes(type) && !parameter.single)
      .map(({ name }) => `${one.type}:${name}`),
  );
  return {
    type,
    profile: `http://hl7.org/fhir/StructureDefinition/${type}`,
    documentation: [documentation, needs, create?.documentation].filter(Boolean).join(" "),
    interaction: [
      { code: "read" },
      ...(vread ? [{ code: "vread" as const }] : []),
      ...(history ? [{ code: "history-instance" as const }] : []),
      ...(create ? [{ code: "create" as const }] : []),
      ...(search ? [{ code: "search-type" as const }] : []),
    ],
    versioning: vread ? "versioned" : "no-version",
    readHistory: vread !== undefined,
    conditionalCreate: create !== undefined && search !== undefined,
    conditionalRead: "not-match",
    ...(search
      ? {
          ...(includes.length > 0 ? { searchInclude: includes } : {}),
          ...(reverse.length > 0 ? { searchRevInclude: reverse } : {}),
          searchParam: Object.entries({ _id: idParameter, ...search.parameters }).map(
            ([name, parameter]) => ({
              name,
              type: parameter.type,
              documentation: parameter.documentation,
            }),
          ),
        }
      : {}),
  };
}
