import type { ImagingOrder, OrderStatus, Patient } from "@isocenter/contract";
import { formatTime, type Segment, segment } from "@isocenter/hl7";
import {
  type Examination,
  orderNumbers,
  referringField,
  requestFields,
  timingFields,
} from "./examination.ts";
import { headerSegment, type Receiver, type Sender } from "./header.ts";
import { patientFields } from "./people.ts";
import { olderThan } from "./versions.ts";

/** An order in a state that it came to. */
export interface OrderState {
  order: Pick<ImagingOrder, "studyInstanceUid" | "stationAeTitle">;
  examination: Examination;
  patient: Patient;
  patientName: string;
  /** That of the move, not of now: whoever listens gets every step. */
  status: OrderStatus;
  /** It was placed here just now, or what is asked for was changed without another state. */
  change: "new" | "moved" | "changed";
  reason: string | null;
  at: Date;
}

interface Said {
  /** ORC-1 (table 0119). */
  control: string;
  /** ORC-5 (table 0038). */
  status: string;
  /** OBR-25 (table 0123): what there is of results. */
  result: string;
}

/**
 * Each state as HL7 says it. Where its tables are too coarse (an order that waits, a patient who has come, one who has not) the state itself stands in ORC-25.
 */
export const orderStatusWords: Readonly<Record<OrderStatus, Said>> = {
  PENDING: { control: "SC", status: "IP", result: "O" },
  SCHEDULED: { control: "SC", status: "SC", result: "S" },
  ARRIVED: { control: "SC", status: "SC", result: "I" },
  IN_PROGRESS: { control: "SC", status: "IP", result: "I" },
  PERFORMED: { control: "SC", status: "CM", result: "I" },
  COMPLETED: { control: "SC", status: "CM", result: "F" },
  ON_HOLD: { control: "OH", status: "HD", result: "O" },
  NO_SHOW: { control: "SC", status: "HD", result: "O" },
  CANCELLED: { control: "OC", status: "CA", result: "X" },
  DISCONTINUED: { control: "OD", status: "DC", result: "X" },
};

/** ORM^O01: a new order of ours (SN), one of which something was changed (XX), or what became of one. */
export function orderMessage(state: OrderState, receiver: Receiver, sender: Sender): Segment[] {
  const { order, examination, patient, patientName, status, change, reason, at } = state;
  const { version } = receiver;
  const { offset } = sender;
  const names = { receiver: receiver.application, sender: sender.application, version, offset };
  const said = orderStatusWords[status];
  const timing = timingFields(examination, version, offset);
  const modern = !olderThan(version, "2.5");
  return [
    headerSegment(receiver, sender, ["ORM", "O01", "ORM_O01"]),
    segment("PID", patientFields(patient, patientName, receiver.patientIdIssuer)),
    segment("PV1", { 1: "1", 2: "U", 8: referringField(examination) }),
    segment("ORC", {
      1: change === "new" ? "SN" : change === "changed" ? "XX" : said.control,
      ...orderNumbers(examination, names),
      5: said.status,
      ...(modern ? {} : { 7: requestFields(examination, names)[27] ?? "" }),
      9: formatTime(at, offset),
      12: referringField(examination),
      16: reason === null ? "" : ["", reason],
      ...(modern ? { 25: [status, "", "L"] } : {}),
    }),
    ...(timing ? [segment("TQ1", timing)] : []),
    segment("OBR", {
      ...requestFields(examination, names),
      20: "",
      22: formatTime(at, offset),
      25: said.result,
    }),
    // The UID that the modality is told to make the study with (IHE RAD TF-2, 4.4).
    segment("ZDS", { 1: [order.studyInstanceUid, sender.application, "Application", "DICOM"] }),
  ];
}
