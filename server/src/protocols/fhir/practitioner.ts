import {
  getPractitioner,
  type Practitioner as Person,
  type PractitionerCondition,
  searchPractitioners,
} from "../../modules/identity/index.ts";
import { mapPage } from "../../platform/index.ts";
import { humanName, numberIdentifier, plain, said } from "./datatypes.ts";
import type { ContactPoint, Practitioner } from "./r4.ts";
import { type Resource, resource, type SearchParameter } from "./resource.ts";

/** Somebody who works here: who asks for examinations, makes them, reports on them. */
export function toPractitioner(person: Person): Practitioner {
  const { id, name, family, given, profession, licenceNumber, version } = person;
  const contact = (system: ContactPoint["system"], value: string | null): ContactPoint[] =>
    plain(value) === undefined ? [] : [{ system, value: plain(value), use: "work" }];
  return said<Practitioner>({
    resourceType: "Practitioner",
    id,
    meta: { versionId: String(version) },
    identifier:
      plain(licenceNumber) === undefined || person.facilityIds[0] === undefined
        ? []
        : [numberIdentifier(person.facilityIds[0], "licence", licenceNumber!)],
    active: person.active,
    name: [humanName({ family: family ?? "", given: given === null ? [] : [given], text: name })],
    telecom: [...contact("phone", person.phone), ...contact("email", person.email)],
    qualification: plain(profession) === undefined ? [] : [{ code: { text: plain(profession) } }],
  });
}

const nameParameter = (
  by: "name" | "family" | "given",
  documentation: string,
): SearchParameter<PractitionerCondition> => ({
  type: "string",
  documentation,
  condition: (values, how) => ({ by, values, how }),
});

export const practitioners: Resource = resource<Practitioner, PractitionerCondition>({
  type: "Practitioner",
  permission: null,
  documentation: "Somebody who works at one of the viewer's facilities.",
  read: async ({ deps, viewer }, id) => toPractitioner(await getPractitioner(deps.platform.db, viewer, id)),
  search: {
    parameters: {
      name: nameParameter("name", "A word of the name begins so; :exact, :contains"),
      family: nameParameter("family", "The family name of a member of staff begins so; :exact, :contains"),
      given: nameParameter("given", "The given name of a member of staff begins so; :exact, :contains"),
      identifier: {
        type: "token",
        documentation: "The number of the licence",
        condition: (values) => ({ by: "licence", values: values.flatMap(({ code }) => code ?? []) }),
      },
      active: {
        type: "token",
        documentation: "true or false",
        condition: (values) => ({ by: "active", values: values.map(({ code }) => code === "true") }),
      },
    },
    sorts: { name: "name" },
    fallback: "name",
    find: async ({ deps, viewer }, conditions, range) =>
      mapPage(await searchPractitioners(deps.platform.db, viewer, conditions, range), toPractitioner),
  },
  summary: ["identifier", "active", "name", "telecom"],
  mandatory: [],
});
