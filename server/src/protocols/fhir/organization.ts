import type { FacilityDetails } from "@isocenter/contract";
import { Refusal } from "../../platform/index.ts";
import { meta, plain, said } from "./datatypes.ts";
import { foundAmong } from "./few.ts";
import type { Organization } from "./r4.ts";
import { type Resource, resource, type StringMatch } from "./resource.ts";

/** A facility: who keeps the records. */
export function toOrganization({
  id,
  name,
  version,
  createdAt,
  address,
  phone,
}: FacilityDetails): Organization {
  return said<Organization>({
    resourceType: "Organization",
    id,
    meta: meta(version, createdAt),
    active: true,
    type: [
      {
        coding: [
          {
            system: "http://terminology.hl7.org/CodeSystem/organization-type",
            code: "prov",
            display: "Healthcare Provider",
          },
        ],
      },
    ],
    name: plain(name) ?? id,
    telecom: plain(phone) === undefined ? [] : [{ system: "phone", value: plain(phone) }],
    address: plain(address) === undefined ? [] : [{ text: plain(address) }],
  });
}

type OrganizationCondition = { by: "name"; values: readonly string[]; how: StringMatch } | { by: "all" };

const fold = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();

const textFits = (text: string, values: readonly string[], how: StringMatch): boolean =>
  values.some((value) => {
    if (how === "exact") return text === value;
    return how === "contains" ? fold(text).includes(fold(value)) : fold(text).startsWith(fold(value));
  });

export const organizations: Resource = resource<Organization, OrganizationCondition>({
  type: "Organization",
  permission: null,
  documentation: "A facility that the viewer works at.",
  async read(asked, id) {
    const facility = (await asked.facilities()).get(id);
    if (!facility) throw new Refusal("not-found", "facility.not-found", "There is no such facility.");
    return toOrganization(facility);
  },
  search: {
    parameters: {
      name: {
        type: "string",
        documentation: "The name begins so; :exact, :contains",
        condition: (values, how) => ({ by: "name", values, how }),
      },
      active: {
        type: "token",
        documentation: "true: all are",
        condition: (values) =>
          values.some(({ code }) => code === "true") ? { by: "all" } : ({ by: "none" } as never),
      },
    },
    sorts: { name: "name" },
    fallback: "name",
    async find(asked, conditions, range) {
      const all = [...(await asked.facilities()).values()].sort((a, b) => (a.name < b.name ? -1 : 1));
      const found = all.filter(({ id, name }) =>
        conditions.every((one) => {
          if (one.by === "none") return false;
          if (one.by === "ids") return one.values.includes(id);
          return one.by === "all" || textFits(name, one.values, one.how);
        }),
      );
      return foundAmong(found.map(toOrganization), range);
    },
  },
  summary: ["active", "type", "name"],
  mandatory: [],
});
