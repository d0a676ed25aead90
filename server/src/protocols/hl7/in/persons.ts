import {
  componentOf,
  dateOf,
  deleted,
  fieldValue,
  parseTime,
  type Repetition,
  repetitionsOf,
  type Segment,
  stated,
} from "@isocenter/hl7";
import type { SaidPatient } from "../../../modules/patients/index.ts";
import { at, refusedAt } from "./place.ts";

/** Types of identifiers (table 0203) that name no patient but a visit or an account. */
const notOfPatients: ReadonlySet<string> = new Set(["AN", "VN", "ANON", "ACSN"]);
/** Types that mean the issuer's own number, so that the usual issuer may stand for one that is not named. */
const usualTypes: ReadonlySet<string> = new Set(["", "MR", "PI", "PT", "PN", "PRN", "MRN"]);
const longestIdentifier = 64;
const mostIdentifiers = 16;

type Identifier = SaidPatient["identifiers"][number];

/** Identifiers with their assigning authorities (CX), in order; what is of no patient is left out. */
function identifiersOf(segment: Segment, field: number, usualIssuer: string, sequence: number): Identifier[] {
  const place = at(segment.name, field, sequence);
  const found: Identifier[] = [];
  for (const repetition of repetitionsOf(segment, field)) {
    const value = componentOf(repetition, 1).trim();
    const type = componentOf(repetition, 5).trim().toUpperCase();
    const named = componentOf(repetition, 4).trim() || componentOf(repetition, 4, 2).trim();
    if (value === "" || value === deleted || notOfPatients.has(type)) continue;
    if (named === "" && !usualTypes.has(type)) continue;
    const issuer = named || usualIssuer;
    if (value.length > longestIdentifier || issuer.length > longestIdentifier)
      throw refusedAt(
        place,
        "hl7.too-long",
        `An identifier and its authority have at most ${longestIdentifier} characters.`,
      );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what DICOM's LO does not take
    if (/[\\\x00-\x1f]/.test(value + issuer))
      throw refusedAt(place, "hl7.characters", "An identifier has no backslash and no control characters.");
    if (!found.some((one) => one.value === value && one.issuer === issuer)) found.push({ value, issuer });
  }
  return found.slice(0, mostIdentifiers);
}

/** PID-3, or PID-2 of older messages. */
const patientIdentifiers = (pid: Segment, usualIssuer: string, sequence = 1): Identifier[] => {
  const listed = identifiersOf(pid, 3, usualIssuer, sequence);
  return listed.length > 0 ? listed : identifiersOf(pid, 2, usualIssuer, sequence);
};

/** MRG-1: whom the patient was known as before. */
export const priorIdentifiers = (mrg: Segment, usualIssuer: string, sequence = 1): Identifier[] =>
  identifiersOf(mrg, 1, usualIssuer, sequence);

const longestPart = 64;

/** A part of a name as DICOM takes it: without its separators. */
const part = (text: string): string =>
  stated(text)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a person name cannot hold
    ?.replace(/[\^=\\\x00-\x1f]/g, " ")
    .trim() ?? "";

/** A group of a person name from XPN: HL7 writes the suffix before the prefix. */
function groupOf(name: Repetition): string {
  const [family, given, middle, suffix, prefix] = [1, 2, 3, 4, 5].map((index) =>
    part(componentOf(name, index)),
  );
  return [family, given, middle, prefix, suffix].join("^").replace(/\^+$/, "");
}

/** PID-5: the legal name in its alphabets (XPN-8: A, I, P), as PS3.5 6.2.1 writes it. Undefined where there is none. */
export function personName(segment: Segment, field: number, sequence = 1): string | undefined {
  const names = repetitionsOf(segment, field).filter((name) => groupOf(name) !== "");
  const typed = (...types: string[]) =>
    names.filter((name) => types.includes(componentOf(name, 7).trim().toUpperCase()));
  // Legal or without a type, then whatever is not an alias or a former name.
  const wanted = [typed("L", "C", "D", ""), typed("B", "U"), names].find((some) => some.length > 0) ?? [];
  const ofAlphabet = (...codes: string[]) =>
    wanted.find((name) => codes.includes(componentOf(name, 8).trim().toUpperCase()));
  const groups = [ofAlphabet("A", ""), ofAlphabet("I"), ofAlphabet("P")].map((name) =>
    name ? groupOf(name) : "",
  );
  const name = groups.join("=").replace(/=+$/, "");
  if (name === "") return undefined;
  if (name.split(/[\^=]/).some((text) => text.length > longestPart))
    throw refusedAt(
      at(segment.name, field, sequence),
      "hl7.too-long",
      `A part of a name has at most ${longestPart} characters.`,
    );
  return name;
}

/** Table 0001, and what is used beside it. */
const sexes: Readonly<Record<string, SaidPatient["sex"]>> = {
  F: "F",
  M: "M",
  O: "O",
  U: "U",
  A: "O",
  N: "O",
  D: "O",
  X: "O",
};

function sexOf(pid: Segment): SaidPatient["sex"] {
  const said = stated(fieldValue(pid, 8));
  if (said === undefined || said === null) return said;
  const sex = sexes[said.toUpperCase()];
  if (sex === undefined)
    throw refusedAt(at("PID", 8), "patient.invalid-sex", "The sex is none of F, M, O, U, A, N (table 0001).");
  return sex;
}

function birthDateOf(pid: Segment): string | null | undefined {
  const said = stated(fieldValue(pid, 7));
  if (said === undefined || said === null) return said;
  const time = parseTime(said);
  if (time === null)
    throw refusedAt(at("PID", 7), "patient.invalid-birth-date", "The birth date is no date.");
  // A year alone says no day.
  return dateOf(time) ?? undefined;
}

/** XTN: as it is written, or from its parts. */
function numberOf(phone: Repetition): string {
  const whole =
    [1, 12].map((index) => componentOf(phone, index).trim()).find((text) => /^[^@]+$/.test(text)) ?? "";
  if (whole !== "") return whole;
  const parts = [5, 6, 7].map((index) => componentOf(phone, index).trim()).filter((text) => text !== "");
  const extension = componentOf(phone, 8).trim();
  return parts.join(" ") + (parts.length > 0 && extension !== "" ? ` ext. ${extension}` : "");
}

const isDeleted = (segment: Segment, field: number) => fieldValue(segment, field) === deleted;

function contactsOf(pid: Segment): Pick<SaidPatient, "phone" | "email" | "address"> {
  const phones = repetitionsOf(pid, 13);
  const mail = (one: Repetition) =>
    componentOf(one, 4).trim() || (/@/.test(componentOf(one, 1)) ? componentOf(one, 1).trim() : "");
  const number = phones.map(numberOf).find((text) => text !== "" && text !== deleted);
  const email = phones.map(mail).find((text) => text !== "");
  const home = repetitionsOf(pid, 11)[0];
  const town = [5, 4]
    .map((index) => part(componentOf(home, index)))
    .filter((text) => text !== "")
    .join(" ");
  const lines = [
    part(componentOf(home, 1)),
    part(componentOf(home, 2)),
    [town, part(componentOf(home, 3))].filter((text) => text !== "").join(" "),
    part(componentOf(home, 6)),
  ].filter((text) => text !== "");
  return {
    phone: isDeleted(pid, 13) ? null : number?.slice(0, 64),
    email: isDeleted(pid, 13) ? undefined : email?.slice(0, 254),
    address: isDeleted(pid, 11) ? null : lines.length === 0 ? undefined : lines.join("\n").slice(0, 1024),
  };
}

/** What PID says of the patient. @throws Refusal `invalid`, with the field */
export function readPatient(
  pid: Segment,
  place: { facilityId: string; issuer: string },
  sequence = 1,
): SaidPatient {
  return {
    facilityId: place.facilityId,
    identifiers: patientIdentifiers(pid, place.issuer, sequence),
    name: personName(pid, 5, sequence),
    birthDate: birthDateOf(pid),
    sex: sexOf(pid),
    ...contactsOf(pid),
  };
}
