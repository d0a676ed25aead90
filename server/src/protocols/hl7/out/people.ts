import type { Patient } from "@isocenter/contract";
import { type FieldInput, formatDate, type RepetitionInput } from "@isocenter/hl7";

/** Somebody of the department, as XCN and CNN name them. */
export interface Clinician {
  /** The licence's number, else the user name. */
  id: string;
  family: string;
  given: string;
}

/** XCN: id, family, given. */
export const clinicianField = ({ id, family, given }: Clinician): RepetitionInput => [id, family, given];

/** NDL: the person as sub-components of the first component. */
export const interpreterField = ({ id, family, given }: Clinician): RepetitionInput => [[id, family, given]];

/** A name of DICOM, `Family^Given^Middle^Prefix^Suffix`, as XCN without an id. */
export function nameField(name: string): RepetitionInput {
  const [family = "", given = "", middle = "", prefix = "", suffix = ""] = groupsOf(name)[0] ?? [];
  return ["", family, given, middle, suffix, prefix];
}

const groupsOf = (name: string): string[][] =>
  name.split("=").map((group) => group.split("^").map((part) => part.trim()));

/** How each group of a name is written (table 4000): alphabetic, ideographic, phonetic. */
const representations = ["A", "I", "P"] as const;

/** XPN, one repetition for each group: DICOM has prefix before suffix, HL7 after it. */
function patientNames(name: string): FieldInput {
  const groups = groupsOf(name);
  const several = groups.filter((group) => group.some((part) => part !== "")).length > 1;
  const repetitions = groups.flatMap((group, index) => {
    const [family = "", given = "", middle = "", prefix = "", suffix = ""] = group;
    const parts = [family, given, middle, suffix, prefix];
    if (parts.every((part) => part === "")) return [];
    return [[...parts, "", "L", ...(several ? [representations[index] ?? "A"] : [])]];
  });
  return { repetitions };
}

/** Those of the receiver's issuer first: many systems read the first alone. */
function identifiers(patient: Patient, issuer: string | null): FieldInput {
  const own = patient.identifiers.filter((one) => one.issuer === issuer);
  const others = patient.identifiers.filter((one) => one.issuer !== issuer);
  return {
    repetitions: [...own, ...others].map(({ value, issuer }) => [value, "", "", issuer, "MR"]),
  };
}

/** Who it is about, as that is known now: identifiers with their issuers, name, birth date, sex, address, telephone. */
export function patientFields(
  patient: Patient,
  name: string,
  issuer: string | null,
): Record<number, FieldInput> {
  return {
    1: "1",
    3: identifiers(patient, issuer),
    5: patientNames(name),
    7: patient.birthDate === null ? "" : formatDate(patient.birthDate),
    8: patient.sex ?? "U",
    11: (patient.address ?? "").replace(/\s*\n\s*/g, ", "),
    13: patient.phone ?? "",
  };
}
