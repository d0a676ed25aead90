import { formatTime, type Segment, segment } from "@isocenter/hl7";
import { olderThan } from "./versions.ts";

/** Whom a message is for, and how it is written. */
export interface Receiver {
  application: string;
  facility: string | null;
  version: string;
  characterSet: string;
  /** Whose identifiers it knows patients by. */
  patientIdIssuer: string | null;
  pdf: boolean;
}

/** Who sends, and when; `offset` of the facility's zone in minutes. */
export interface Sender {
  application: string;
  facility: string;
  controlId: string;
  at: Date;
  offset: number;
}

/** @param structure such as `ORU_R01`, which is named from v2.3.1 on */
export function headerSegment(
  { application, facility, version, characterSet }: Receiver,
  sender: Sender,
  [type, event, structure]: readonly [string, string, string],
): Segment {
  return segment("MSH", {
    3: sender.application,
    4: sender.facility,
    5: application,
    6: facility ?? "",
    7: formatTime(sender.at, sender.offset),
    9: olderThan(version, "2.3.1") ? [type, event] : [type, event, structure],
    10: sender.controlId,
    11: "P",
    12: version,
    18: characterSet === "ASCII" ? "" : characterSet,
  });
}
