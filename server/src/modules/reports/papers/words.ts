import type { FacilityLanguage, ReportStatus } from "@isocenter/contract";

/** The parts of a report's text. */
export type SectionKey = "findings" | "impression" | "recommendations" | "technique" | "comparison";

/** The fixed words of a report's papers: all that neither a person nor the record says. */
export interface PaperWords {
  department: string;
  title(what: string): string;
  /** The report as it stands, as it is called in a sentence. */
  status: Readonly<Record<ReportStatus, string>>;
  /** In capitals: at the head, and across the pages of what must not be taken for a report that stands. */
  banner: Readonly<Record<ReportStatus, string>>;
  doNotUse: string;
  superseded: string;
  supersededVersion(version: number): string;
  readInstead(version: number): string;
  unsigned: Readonly<Record<"DRAFT" | "PRELIMINARY" | "CANCELLED", string>>;
  takesThePlace(version: number, before: number): string;
  changed(what: string): string;
  reason(why: string): string;
  /** In capitals, of a version that was made for another than the patient whom the examination is of. */
  wrongPatient: string;
  anothers: string;
  notOf(named: string): string;
  isOf(name: string, identifier: string): string;
  /** Why a report is withdrawn from a patient. */
  anotherPatients: string;
  /** What whoever had it for another patient is told. */
  wasAnothers: string;
  markedBy(name: string, when: string): string;
  sections: Readonly<Record<SectionKey, string>>;
  measurements: string;
  critical: string;
  severity: Readonly<Record<string, string>>;
  acknowledged(by: string | null, when: string, readBack: boolean): string;
  patientId: string;
  born: string;
  bornOn(date: string): string;
  age(years: number): string;
  sex: string;
  sexes: Readonly<Record<"F" | "M" | "O" | "U", string>>;
  examination: string;
  performed: string;
  ordered: string;
  accessionNumber: string;
  modality: string;
  bodyPart: string;
  orderedBy: string;
  orderNumber: string;
  referring: string;
  indication: string;
  signedBy(name: string): string;
  notSigned: string;
  writtenBy(name: string): string;
  stands(status: string, version: number, when: string): string;
  hash(hash: string): string;
  hashBefore(hash: string): string;
  page(number: number, of: number): string;
  version(number: number): string;
  missing(characters: number): string;
}

const english: PaperWords = {
  department: "Diagnostic imaging",
  title: (what) => (what === "" ? "Imaging report" : `Imaging report: ${what}`),
  status: {
    DRAFT: "Draft",
    PRELIMINARY: "Preliminary report",
    FINAL: "Final report",
    AMENDED: "Amended report",
    CORRECTED: "Corrected report",
    APPENDED: "Report with addendum",
    CANCELLED: "Cancelled report",
    ENTERED_IN_ERROR: "Entered in error",
  },
  banner: {
    DRAFT: "DRAFT",
    PRELIMINARY: "PRELIMINARY",
    FINAL: "FINAL",
    AMENDED: "AMENDED",
    CORRECTED: "CORRECTED",
    APPENDED: "APPENDED",
    CANCELLED: "CANCELLED",
    ENTERED_IN_ERROR: "ENTERED IN ERROR",
  },
  doNotUse: "ENTERED IN ERROR: DO NOT USE THIS REPORT",
  superseded: "SUPERSEDED",
  supersededVersion: (version) => `SUPERSEDED VERSION ${version}`,
  readInstead: (version) => `Version ${version} of this report has taken its place. Read that one.`,
  unsigned: {
    DRAFT: "A draft: nobody has signed it, and it may still change.",
    PRELIMINARY: "Not yet signed by a radiologist: the final report may differ.",
    CANCELLED: "This report was cancelled before it was signed.",
  },
  takesThePlace: (version, before) => `Version ${version} takes the place of version ${before}.`,
  changed: (what) => `Changed: ${what}`,
  reason: (why) => `Reason: ${why}`,
  wrongPatient: "ANOTHER PATIENT'S: DO NOT USE THIS LETTER",
  anothers: "ANOTHER PATIENT'S",
  notOf: (named) => `The examination is not of ${named}, whom this letter names.`,
  isOf: (name, identifier) => `It is of ${name}, ${identifier}.`,
  anotherPatients: "The examination is another patient's.",
  wasAnothers: "This report was sent for another patient before.",
  markedBy: (name, when) => `Marked by ${name}, ${when}`,
  sections: {
    technique: "Technique",
    comparison: "Comparison",
    findings: "Findings",
    impression: "Impression",
    recommendations: "Recommendations",
  },
  measurements: "Measurements and structured findings",
  critical: "Critical findings",
  severity: {},
  acknowledged: (by, when, readBack) =>
    `Acknowledged${by === null ? "" : ` by ${by}`}, ${when}${readBack ? ", read back" : ""}`,
  patientId: "Patient ID",
  born: "Born",
  bornOn: (date) => `born ${date}`,
  age: (years) => `(${years} years at the examination)`,
  sex: "Sex",
  sexes: { F: "female", M: "male", O: "other", U: "unknown" },
  examination: "Examination",
  performed: "Performed",
  ordered: "Ordered",
  accessionNumber: "Accession no.",
  modality: "Modality",
  bodyPart: "Body part",
  orderedBy: "Ordered by",
  orderNumber: "Order no.",
  referring: "Referring",
  indication: "Indication",
  signedBy: (name) => `Electronically signed by ${name}`,
  notSigned: "Not signed",
  writtenBy: (name) => `Written by ${name}`,
  stands: (status, version, when) => `${status}, version ${version}, of ${when}`,
  hash: (hash) => `SHA-256 of this version: ${hash}`,
  hashBefore: (hash) => `of the version before: ${hash}`,
  page: (number, of) => `Page ${number} of ${of}`,
  version: (number) => `version ${number}`,
  missing: (characters) =>
    `${characters === 1 ? "One character" : `${characters} characters`} of this report cannot be printed in the fonts of this document and appear as □. The report itself and its structured form in the study have them.`,
};

const french: PaperWords = {
  department: "Imagerie médicale",
  title: (what) => (what === "" ? "Compte rendu d’imagerie" : `Compte rendu d’imagerie : ${what}`),
  status: {
    DRAFT: "Brouillon",
    PRELIMINARY: "Compte rendu préliminaire",
    FINAL: "Compte rendu définitif",
    AMENDED: "Compte rendu modifié",
    CORRECTED: "Compte rendu corrigé",
    APPENDED: "Compte rendu avec addendum",
    CANCELLED: "Compte rendu annulé",
    ENTERED_IN_ERROR: "Saisi par erreur",
  },
  banner: {
    DRAFT: "BROUILLON",
    PRELIMINARY: "PRÉLIMINAIRE",
    FINAL: "DÉFINITIF",
    AMENDED: "MODIFIÉ",
    CORRECTED: "CORRIGÉ",
    APPENDED: "ADDENDUM",
    CANCELLED: "ANNULÉ",
    ENTERED_IN_ERROR: "SAISI PAR ERREUR",
  },
  doNotUse: "SAISI PAR ERREUR : NE PAS UTILISER CE COMPTE RENDU",
  superseded: "REMPLACÉ",
  supersededVersion: (version) => `VERSION ${version} REMPLACÉE`,
  readInstead: (version) => `La version ${version} de ce compte rendu l’a remplacée : lisez celle-là.`,
  unsigned: {
    DRAFT: "Brouillon : personne ne l’a signé, et il peut encore changer.",
    PRELIMINARY: "Pas encore signé par un radiologue : le compte rendu définitif peut différer.",
    CANCELLED: "Ce compte rendu a été annulé avant d’être signé.",
  },
  takesThePlace: (version, before) => `La version ${version} remplace la version ${before}.`,
  changed: (what) => `Modifié : ${what}`,
  reason: (why) => `Motif : ${why}`,
  wrongPatient: "AUTRE PATIENT : NE PAS UTILISER CETTE LETTRE",
  anothers: "AUTRE PATIENT",
  notOf: (named) => `L’examen n’est pas celui de ${named}, que cette lettre nomme.`,
  isOf: (name, identifier) => `C’est celui de ${name}, ${identifier}.`,
  anotherPatients: "L’examen est celui d’un autre patient.",
  wasAnothers: "Ce compte rendu a d’abord été transmis pour un autre patient.",
  markedBy: (name, when) => `Signalé par ${name}, ${when}`,
  sections: {
    technique: "Technique",
    comparison: "Comparaison",
    findings: "Résultats",
    impression: "Conclusion",
    recommendations: "Recommandations",
  },
  measurements: "Mesures et résultats structurés",
  critical: "Résultats critiques",
  severity: { CRITICAL: "CRITIQUE", HIGH: "ÉLEVÉ", MODERATE: "MODÉRÉ", LOW: "FAIBLE" },
  acknowledged: (by, when, readBack) =>
    `Accusé de réception${by === null ? "" : ` par ${by}`}, ${when}${readBack ? ", relu à haute voix" : ""}`,
  patientId: "Identifiant",
  born: "Naissance",
  bornOn: (date) => `naissance ${date}`,
  age: (years) => `(${years} ${years < 2 ? "an" : "ans"} lors de l’examen)`,
  sex: "Sexe",
  sexes: { F: "féminin", M: "masculin", O: "autre", U: "inconnu" },
  examination: "Examen",
  performed: "Réalisé le",
  ordered: "Demande",
  accessionNumber: "N° d’accès",
  modality: "Modalité",
  bodyPart: "Région",
  orderedBy: "Demandeur",
  orderNumber: "N° de demande",
  referring: "Adressé par",
  indication: "Indication",
  signedBy: (name) => `Signé électroniquement par ${name}`,
  notSigned: "Non signé",
  writtenBy: (name) => `Rédigé par ${name}`,
  stands: (status, version, when) => `${status}, version ${version}, du ${when}`,
  hash: (hash) => `SHA-256 de cette version : ${hash}`,
  hashBefore: (hash) => `de la version précédente : ${hash}`,
  page: (number, of) => `Page ${number} sur ${of}`,
  version: (number) => `version ${number}`,
  missing: (characters) =>
    `${characters === 1 ? "Un caractère de ce compte rendu ne peut être imprimé" : `${characters} caractères de ce compte rendu ne peuvent être imprimés`} dans les polices de ce document (□). Le compte rendu lui-même et sa forme structurée dans l’examen les contiennent.`,
};

const words: Readonly<Record<FacilityLanguage, PaperWords>> = { en: english, fr: french };

/** The words of a language (RFC 5646); English where they are in no other. */
export const wordsOf = (language: string): PaperWords =>
  Object.hasOwn(words, language) ? words[language as FacilityLanguage] : english;
