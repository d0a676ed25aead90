import { type Keyword, Tags } from "../dictionary.ts";
import type { DataSet } from "../model.ts";
import { isPrivate } from "../tags.ts";
import { registeredUid } from "../uids.ts";
import { items, readingVr, textValues } from "../values.ts";
import { vrFacts } from "../vr.ts";

/** Shorter values stand in too many words by chance. */
const minLength = 4;
/** More names than this are no study's: every text is held for one then, so that looking through them has a bound. */
const maxValues = 300;

/** Attributes whose values name a person, a place or a visit; names of people (PN) and UIDs need no list. */
const personal: readonly Keyword[] = [
  "PatientID",
  "OtherPatientIDs",
  "IssuerOfPatientID",
  "PatientBirthDate",
  "PatientAddress",
  "PatientTelephoneNumbers",
  "MedicalRecordLocator",
  "AccessionNumber",
  "AdmissionID",
  "ServiceEpisodeID",
  "StudyID",
  "PlacerOrderNumberImagingServiceRequest",
  "FillerOrderNumberImagingServiceRequest",
  "PersonAddress",
  "PersonTelephoneNumbers",
  "ReferringPhysicianAddress",
  "ReferringPhysicianTelephoneNumbers",
  "ResponsibleOrganization",
  "InsurancePlanIdentification",
];
const institution: readonly Keyword[] = [
  "InstitutionName",
  "InstitutionAddress",
  "InstitutionalDepartmentName",
  "RequestingService",
];
const device: readonly Keyword[] = ["StationName", "DeviceSerialNumber"];

/** Words that people write where a name or an institution is not known, and that mean nothing. */
const meaningless = new Set([
  "none",
  "unknown",
  "anonymous",
  "anonymized",
  "removed",
  "test",
  "phantom",
  "patient",
]);

export interface IdentityWords {
  /** The text without what names somebody, each UID replaced; the same text where there is none of that. */
  scrub(text: string, uid: (uid: string) => string): string;
  has(text: string): boolean;
}

/**
 * What names the patient and the people and places around the study, collected from the whole data set before anything is changed, so that it is found
 * again where it does not belong: a name in a series description, a record number in a comment.
 */
export function identityOf(set: DataSet, letters: ReadonlySet<string>): IdentityWords {
  const tags = new Set<number>([
    ...personal.map((keyword) => Tags[keyword]),
    ...(letters.has("i") ? [] : institution.map((keyword) => Tags[keyword])),
    ...(letters.has("e") ? [] : device.map((keyword) => Tags[keyword])),
  ]);
  const found = new Set<string>();
  const add = (value: string) => {
    const text = value.trim();
    if (text.length >= minLength && found.size <= maxValues && !meaningless.has(text.toLowerCase()))
      found.add(text);
  };
  const visit = (one: DataSet) => {
    for (const element of one.elements.values()) {
      if (isPrivate(element.tag)) continue;
      const vr = readingVr(element);
      if (vr === "SQ") items(one, element.tag).forEach(visit);
      else if (vr === "PN") {
        for (const value of textValues(one, element, vr)) {
          add(value);
          for (const component of value.split(/[\^=]/)) add(component);
        }
      } else if (tags.has(element.tag) && vrFacts(vr).kind === "text")
        for (const value of textValues(one, element, vr)) add(value);
    }
  };
  visit(set);
  if (found.size > maxValues) return { has: () => true, scrub: () => "" };
  const alternatives = [...found]
    .sort((a, b) => b.length - a.length)
    .map((value) => value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const named =
    alternatives.length === 0
      ? null
      : new RegExp(`(?<![\\p{L}\\p{N}])(?:${alternatives.join("|")})(?![\\p{L}\\p{N}])`, "giu");
  return {
    has: (text) => named !== null && text.search(named) >= 0,
    scrub(text, uid) {
      const withoutUids = text.replace(/\b\d+(?:\.\d+){4,}\b/g, (found) =>
        registeredUid(found) ? found : uid(found),
      );
      if (named === null || withoutUids.search(named) < 0) return withoutUids;
      return withoutUids.replace(named, " ").replace(/ {2,}/g, " ").trim();
    },
  };
}
