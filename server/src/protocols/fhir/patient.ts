import type { Patient as PatientItem } from "@isocenter/contract";
import { getPatient, type PatientCondition, searchPatients } from "../../modules/patients/index.ts";
import { mapPage } from "../../platform/index.ts";
import { humanName, issuerOfSystem, meta, plain, referTo, said, systemOfIssuer } from "./datatypes.ts";
import type { ContactPoint, Patient } from "./r4.ts";
import { type Resource, resource, type SearchParameter } from "./resource.ts";
import { named } from "./token.ts";

const genders = { F: "female", M: "male", O: "other", U: "unknown" } as const;

/** A patient as the lists of the department show them. */
export function toPatient(item: PatientItem, organization?: string): Patient {
  const {
    id,
    version,
    updatedAt,
    lastName: family,
    firstName,
    middleName,
    prefix,
    suffix,
    sex,
    mergedInto,
  } = item;
  const contact = (system: ContactPoint["system"], value: string | null): ContactPoint[] =>
    plain(value) === undefined ? [] : [{ system, value: plain(value) }];
  return said<Patient>({
    resourceType: "Patient",
    id,
    meta: meta(version, updatedAt),
    identifier: item.identifiers.map(({ value, issuer }) =>
      said({
        system: issuer === "" ? undefined : systemOfIssuer(issuer),
        value,
        assigner: issuer === "" ? undefined : { display: issuer },
      }),
    ),
    // Who was merged into another is not used any more.
    active: mergedInto === null,
    name: [humanName({ family, given: [firstName, middleName], prefix, suffix })].filter(({ text }) => text),
    telecom: [...contact("phone", item.phone), ...contact("email", item.email)],
    gender: sex === null ? undefined : genders[sex],
    birthDate: item.birthDate ?? undefined,
    address: plain(item.address) === undefined ? [] : [{ text: plain(item.address) }],
    managingOrganization: organization === undefined ? undefined : referTo("Organization", organization),
    link: mergedInto === null ? [] : [{ other: referTo("Patient", mergedInto), type: "replaced-by" }],
  });
}

const only = (item: PatientItem): string | undefined =>
  item.facilityIds.length === 1 ? item.facilityIds[0] : undefined;

const nameParameter = (
  by: "name" | "family" | "given",
  documentation: string,
): SearchParameter<PatientCondition> => ({
  type: "string",
  documentation,
  condition: (values, how) => ({ by, values, how }),
});

export const patients: Resource = resource<Patient, PatientCondition>({
  type: "Patient",
  permission: "patients.read",
  documentation:
    "Who is examined. One who was merged into another is read as inactive with a link to them, and found by them alone.",
  async read({ deps: { platform, journal }, viewer }, id) {
    const item = await getPatient(platform.db, viewer, id);
    await journal.access(viewer, {
      action: "patient.viewed",
      subject: { type: "patient", id },
      patientId: id,
      facilityId: item.facilityIds[0] ?? null,
    });
    return toPatient(item, only(item));
  },
  search: {
    parameters: {
      identifier: {
        type: "token",
        documentation:
          "Of any issuer, or `system|value`; the plain name of the issuer is taken as its system",
        condition: (values) => ({
          by: "identifier",
          values: values
            .filter(({ system, code }) => code !== null || typeof system === "string")
            .map(({ system, code }) => ({
              value: code,
              issuer: system === undefined ? null : system === null ? "" : issuerOfSystem(system),
            })),
        }),
      },
      name: nameParameter("name", "Any part of the name begins so; :exact, :contains"),
      family: nameParameter("family", "The family name begins so; :exact, :contains"),
      given: nameParameter("given", "A given name begins so; :exact, :contains"),
      birthdate: {
        type: "date",
        at: "day",
        documentation: "The date of birth",
        condition: (spans) => ({ by: "birthDate", spans }),
      },
      gender: {
        type: "token",
        not: true,
        documentation: "male, female, other, unknown",
        condition: (values, not) => ({
          by: "sex",
          values: named(values, "http://hl7.org/fhir/administrative-gender", genders, not),
          absent: not,
        }),
      },
      active: {
        type: "token",
        documentation: "true: who was merged into another is never found",
        condition: (values) => (values.some(({ code }) => code === "true") ? { by: "any" } : { by: "none" }),
      },
      organization: {
        type: "reference",
        targets: ["Organization"],
        documentation: "A facility that knows the patient",
        condition: (targets) => ({ by: "facilities", values: targets.map(({ id }) => id) }),
        of: ({ managingOrganization }: Patient) => [managingOrganization],
      },
      _lastUpdated: {
        type: "date",
        at: "moment",
        documentation: "When it last changed",
        condition: (spans) => ({ by: "updatedAt", spans }),
      },
    },
    sorts: { name: "name", family: "name", birthdate: "birthDate", _lastUpdated: "updatedAt" },
    fallback: "name",
    async find({ deps: { platform, journal }, viewer }, conditions, range) {
      const page = await searchPatients(platform.db, viewer, conditions, range);
      await journal.access(viewer, {
        action: "patient.searched",
        subject: { type: "search", id: "patients" },
        data: { found: page.total },
      });
      return mapPage(page, (item) => toPatient(item, only(item)));
    },
  },
  summary: [
    "identifier",
    "active",
    "name",
    "telecom",
    "gender",
    "birthDate",
    "address",
    "managingOrganization",
    "link",
  ],
  mandatory: [],
});
