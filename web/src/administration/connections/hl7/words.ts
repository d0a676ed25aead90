import type { Hl7MessageItem, Hl7MessageStatus, Hl7Receives, Hl7Sends } from "@isocenter/contract";
import type { Tone } from "../../../kit/Tag.tsx";
import { message, t } from "../../../words/words.ts";

export const statuses: Readonly<Record<Hl7MessageStatus, { word: string; tone: Tone }>> = {
  ACCEPTED: { word: message("Accepted"), tone: "ok" },
  REFUSED: { word: message("Refused"), tone: "crit" },
  REJECTED: { word: message("Rejected"), tone: "crit" },
  QUEUED: { word: message("Waiting"), tone: "beam" },
  ACKNOWLEDGED: { word: message("Accepted by its receiver"), tone: "ok" },
  FAILED: { word: message("Failed"), tone: "crit" },
  DISMISSED: { word: message("Dismissed"), tone: "line" },
};

export const receives: Readonly<Record<Hl7Receives, string>> = {
  ADT: message("Patients (ADT)"),
  ORDERS: message("Orders (ORM, OMG)"),
};

export const sends: Readonly<Record<Hl7Sends, string>> = {
  RESULTS: message("Signed reports (ORU)"),
  PRELIMINARY: message("Preliminary reports as well"),
  ORDER_STATUS: message("What becomes of orders (ORM)"),
};

const patient: Readonly<Record<number, string>> = {
  2: message("Patient number, external"),
  3: message("Patient identifiers"),
  4: message("Alternate patient identifier"),
  5: message("Patient name"),
  6: message("Mother's maiden name"),
  7: message("Date of birth"),
  8: message("Sex"),
  9: message("Alias"),
  11: message("Address"),
  13: message("Telephone, home"),
  14: message("Telephone, work"),
  15: message("Language"),
  16: message("Marital status"),
  18: message("Account number"),
  19: message("Social security number"),
  23: message("Place of birth"),
  29: message("Date of death"),
  30: message("Died"),
};

const visit: Readonly<Record<number, string>> = {
  2: message("Patient class"),
  3: message("Location"),
  7: message("Attending doctor"),
  8: message("Referring doctor"),
  9: message("Consulting doctor"),
  10: message("Hospital service"),
  17: message("Admitting doctor"),
  19: message("Visit number"),
  44: message("Admitted"),
  45: message("Discharged"),
};

const order: Readonly<Record<number, string>> = {
  1: message("What is to be done"),
  2: message("Placer order number"),
  3: message("Filler order number"),
  4: message("Placer group number"),
  5: message("Order status"),
  7: message("Quantity and timing"),
  8: message("Parent"),
  9: message("Time of the transaction"),
  10: message("Entered by"),
  12: message("Ordering provider"),
  15: message("Effective from"),
  16: message("Reason"),
  17: message("Entering organization"),
  21: message("Ordering facility"),
  25: message("State of the order"),
};

const request: Readonly<Record<number, string>> = {
  2: message("Placer order number"),
  3: message("Filler order number"),
  4: message("Procedure"),
  5: message("Priority"),
  6: message("Requested for"),
  7: message("Time of the examination"),
  13: message("Clinical information"),
  16: message("Ordering provider"),
  18: message("Accession number"),
  19: message("Requested procedure"),
  20: message("Scheduled step"),
  21: message("Filler's field"),
  22: message("Time of the report"),
  24: message("Section or modality"),
  25: message("Status of the result"),
  27: message("Quantity and timing"),
  31: message("Reason for the examination"),
  32: message("Interpreted by"),
  33: message("Assisted by"),
  34: message("Technologist"),
  44: message("Procedure code"),
};

const observation: Readonly<Record<number, string>> = {
  2: message("Kind of value"),
  3: message("What it says"),
  4: message("Sub-identifier"),
  5: message("Value"),
  6: message("Unit"),
  7: message("Reference range"),
  8: message("Abnormal"),
  11: message("Status of the result"),
  14: message("Time of the observation"),
  16: message("Responsible"),
};

/** What the common segments are called, and their fields by number; what is not here is shown by its number alone. */
const segments: Readonly<Record<string, { word: string; fields: Readonly<Record<number, string>> }>> = {
  MSH: {
    word: message("Message header"),
    fields: {
      1: message("Field separator"),
      2: message("Encoding characters"),
      3: message("Sending application"),
      4: message("Sending facility"),
      5: message("Receiving application"),
      6: message("Receiving facility"),
      7: message("Time of the message"),
      9: message("Kind of message"),
      10: message("Control id"),
      11: message("Processing"),
      12: message("HL7 version"),
      15: message("Answer on acceptance"),
      16: message("Answer of the application"),
      18: message("Character set"),
    },
  },
  EVN: {
    word: message("Event"),
    fields: {
      1: message("Kind of event"),
      2: message("Recorded"),
      5: message("Entered by"),
      6: message("Happened"),
    },
  },
  PID: { word: message("Patient"), fields: patient },
  MRG: {
    word: message("Merged patient"),
    fields: { 1: message("Identifiers before"), 7: message("Name before") },
  },
  PV1: { word: message("Visit"), fields: visit },
  ORC: { word: message("Order"), fields: order },
  OBR: { word: message("Request"), fields: request },
  OBX: { word: message("Observation"), fields: observation },
  NTE: { word: message("Note"), fields: { 2: message("Source"), 3: message("Comment") } },
  TQ1: {
    word: message("Timing"),
    fields: { 7: message("Start"), 8: message("End"), 9: message("Priority") },
  },
  IPC: {
    word: message("Imaging procedure"),
    fields: {
      1: message("Accession number"),
      2: message("Requested procedure"),
      3: message("UID of the study"),
      4: message("Scheduled step"),
      5: message("Modality"),
      9: message("Station"),
    },
  },
  ZDS: { word: message("Study"), fields: { 1: message("UID of the study") } },
  DG1: { word: message("Diagnosis"), fields: { 3: message("Diagnosis code"), 4: message("Diagnosis") } },
  AL1: {
    word: message("Allergy"),
    fields: { 2: message("Kind"), 3: message("Substance"), 4: message("Severity"), 5: message("Reaction") },
  },
  MSA: {
    word: message("Answer"),
    fields: { 1: message("Code of the answer"), 2: message("Control id"), 3: message("Text") },
  },
  ERR: {
    word: message("Error"),
    fields: { 1: message("Where"), 2: message("Where"), 3: message("Kind"), 8: message("Text") },
  },
};

export const segmentWord = (name: string): string | undefined => segments[name]?.word;
export const fieldWord = (name: string, field: number): string | undefined => segments[name]?.fields[field];

/** The system, or what an unknown sender calls itself. */
export const systemOf = ({ systemName, sender }: Hl7MessageItem): string =>
  systemName ?? (sender?.application || sender?.address || t("Nobody known"));
