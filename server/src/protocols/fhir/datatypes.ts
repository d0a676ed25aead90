import type { PatientSummary } from "@isocenter/contract";
import type { CodeableConcept, Coding, HumanName, Identifier, Meta, Reference } from "./r4.ts";
import type { ResourceType } from "./resource.ts";

export const systems = {
  dicomUid: "urn:dicom:uid",
  dicom: "http://dicom.nema.org/resources/ontology/DCM",
  loinc: "http://loinc.org",
  snomed: "http://snomed.info/sct",
  identifierType: "http://terminology.hl7.org/CodeSystem/v2-0203",
  diagnosticService: "http://terminology.hl7.org/CodeSystem/v2-0074",
} as const;

/** Schemes of DICOM (PS3.16 8) that have a URI in FHIR. */
const schemes: Readonly<Record<string, string>> = {
  LN: systems.loinc,
  SCT: systems.snomed,
  DCM: systems.dicom,
  RADLEX: "http://radlex.org",
  C4: "http://www.ama-assn.org/go/cpt",
  I10P: "http://www.cms.gov/Medicare/Coding/ICD10",
};
const ownScheme = "urn:isocenter:code-system:";

/** The URI of a coding scheme; `99ISO` is our own. */
export const systemOfScheme = (scheme: string | null): string =>
  schemes[scheme ?? ""] ?? `${ownScheme}${encodeURIComponent(scheme ?? "99ISO")}`;

/** The scheme that the URI is of; undefined where none of ours is. */
export function schemeOfSystem(system: string): string | undefined {
  const known = Object.entries(schemes).find(([, uri]) => uri === system)?.[0];
  if (known !== undefined) return known;
  return system.startsWith(ownScheme) ? decoded(system.slice(ownScheme.length)) : undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const isUri = (text: string): boolean => /^(urn:[a-z0-9][a-z0-9-]{0,31}:\S+|https?:\/\/\S+)$/i.test(text);
const isOid = (text: string): boolean => /^[0-2](\.(0|[1-9]\d*))+$/.test(text);
const issuerSystem = "urn:isocenter:issuer:";

/** The URI of whoever gives identifiers of patients: as it is where it is one, an OID as such, and else one of ours with its name in it. */
export function systemOfIssuer(issuer: string): string {
  if (isUri(issuer)) return issuer;
  return isOid(issuer) ? `urn:oid:${issuer}` : `${issuerSystem}${encodeURIComponent(issuer)}`;
}

/** The issuer that a system names; its plain name is taken as well. */
export function issuerOfSystem(system: string): string {
  if (system.startsWith("urn:oid:") && isOid(system.slice(8))) return system.slice(8);
  if (system.startsWith(issuerSystem)) return decoded(system.slice(issuerSystem.length)) ?? system;
  return system;
}

/** Numbers that a facility gives, or that are kept there. */
const numberKinds = {
  "accession-number": "ACSN",
  "placer-order-number": "PLAC",
  "requested-procedure-id": "FILL",
  "scheduled-procedure-step-id": "FILL",
  licence: "MD",
} as const;
export type NumberKind = keyof typeof numberKinds;

export const numberSystem = (facilityId: string, kind: NumberKind): string =>
  `urn:isocenter:facility:${facilityId}:${kind}`;

/** Which number of which facility a system is of. */
export function readNumberSystem(system: string): { facilityId: string; kind: NumberKind } | null {
  const match = /^urn:isocenter:facility:([0-9a-f-]{36}):([a-z-]+)$/.exec(system);
  const kind = match?.[2];
  return match && kind !== undefined && kind in numberKinds
    ? { facilityId: match[1]!, kind: kind as NumberKind }
    : null;
}

export const numberIdentifier = (facilityId: string, kind: NumberKind, value: string): Identifier => ({
  type: { coding: [{ system: systems.identifierType, code: numberKinds[kind] }] },
  system: numberSystem(facilityId, kind),
  value,
});

export const uidIdentifier = (uid: string): Identifier => ({
  system: systems.dicomUid,
  value: `urn:oid:${uid}`,
});

/** The UID of a token's code, which is written as a URN or as it is. */
export const uidOf = (code: string): string => code.replace(/^urn:oid:/, "");

/** Without elements that say nothing: FHIR knows no null, no empty text and no empty list. */
export function said<T extends object>(resource: T): T {
  for (const [name, value] of Object.entries(resource))
    if (value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0))
      delete (resource as Record<string, unknown>)[name];
  return resource;
}

/** Texts of FHIR have no blanks at their ends and no control characters (R4 2.24.0.1). */
export const plain = (text: string | null | undefined): string | undefined =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
    ?.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]+/g, " ")
    .trim() || undefined;

export const meta = (versionId: string | number, lastUpdated: string): Meta => ({
  versionId: String(versionId),
  lastUpdated,
});

export const referTo = (type: ResourceType, id: string, display?: string): Reference =>
  said({ reference: `${type}/${id}`, type, display: plain(display) });

export const patientReference = ({ id, name, identifier, issuer }: PatientSummary): Reference =>
  said({
    ...referTo("Patient", id, name),
    identifier:
      identifier === ""
        ? undefined
        : said({ system: issuer === "" ? undefined : systemOfIssuer(issuer), value: identifier }),
  });

export const concept = (text: string | null | undefined, ...coding: readonly Coding[]): CodeableConcept =>
  said({ coding: coding.map((one) => said({ ...one })), text: plain(text) });

/** A modality of DICOM; PET_CT is ours, and has the codes of both. */
export const modalityCodings = (modality: string): Coding[] =>
  (modality === "PET_CT" ? ["PT", "CT"] : [modality]).map((code) => ({ system: systems.dicom, code }));

/** `Family, Given Middle` in its parts. */
export function humanName(parts: {
  family: string;
  given: readonly string[];
  prefix?: string;
  suffix?: string;
  text?: string;
}): HumanName {
  const given = parts.given.map(plain).filter((one) => one !== undefined);
  const family = plain(parts.family);
  const prefix = plain(parts.prefix);
  const suffix = plain(parts.suffix);
  return said({
    use: "official" as const,
    text:
      plain(parts.text) ?? [prefix, ...given, family, suffix].filter((one) => one !== undefined).join(" "),
    family,
    given,
    prefix: prefix === undefined ? [] : [prefix],
    suffix: suffix === undefined ? [] : [suffix],
  });
}
