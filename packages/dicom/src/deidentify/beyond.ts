import { dictionaryEntry, type Keyword, Tags } from "../dictionary.ts";
import { type Rule, ruleFrom } from "./table.ts";

/**
 * Attributes that Table E.1-1 does not have and that say who or where all the same, treated as the table treats their like: action, then options by
 * their letters.
 */
const beyond: Partial<Record<Keyword, readonly [action: string, options: string]>> = {
  // The birth date once more, in another calendar
  PatientBirthDateInAlternativeCalendar: ["X", ""],
  PatientDeathDateInAlternativeCalendar: ["X", ""],
  HL7InstanceIdentifier: ["D", ""],
  // Authorities that give numbers are institutions
  UniversalEntityID: ["D", "iK"],
  LocalNamespaceEntityID: ["D", "iK"],
  DeviceID: ["X", "eK"],
  SecondaryCaptureDeviceID: ["X", "eK"],
  HardcopyCreationDeviceID: ["X", "eK"],
  RadiationMachineName: ["Z", "eK"],
  NTPSourceAddress: ["X", "eK"],
  StorageMediaFileSetID: ["X", ""],
  OwnerID: ["X", ""],
  ContactDisplayName: ["X", ""],
  HangingProtocolUserGroupName: ["X", ""],
};

/** Comments and notes are what people write into, whatever the edition of the standard that brought them. */
const comment = /^Comments|(Comments?|Notes?)(Trial)?$/;
const prose = new Set(["LO", "LT", "ST", "UC", "UT"]);

let rules: Map<number, Rule> | undefined;

/** Our own rule for an attribute that the table does not have; undefined where there is none. */
export function ruleBeyond(tag: number): Rule | undefined {
  rules ??= new Map(
    Object.entries(beyond).map(([keyword, [action, options]]) => [
      Tags[keyword as Keyword],
      ruleFrom(action, options),
    ]),
  );
  const rule = rules.get(tag);
  if (rule) return rule;
  const entry = dictionaryEntry(tag);
  return entry && prose.has(entry.vr) && comment.test(entry.keyword) ? ruleFrom("X", "dC") : undefined;
}
