import { type Delimiters, delimitersOf } from "./delimiters.ts";
import { fieldValue, type Message, repetitionsOf, type Segment, segmentOf } from "./message.ts";
import { headLine, parseSegment } from "./parse.ts";

/** What MSH says. Texts are empty where it says nothing. */
export interface Header {
  delimiters: Delimiters;
  /** MSH-3 and MSH-4: the namespace, or the universal id where there is none (HD). */
  sendingApplication: string;
  sendingFacility: string;
  receivingApplication: string;
  receivingFacility: string;
  /** The whole fields, as an answer gives them back. */
  sender: { application: Segment["fields"][number]; facility: Segment["fields"][number] };
  receiver: { application: Segment["fields"][number]; facility: Segment["fields"][number] };
  /** MSH-7 as it stands. */
  time: string;
  /** `ADT`, `A08`. */
  type: string;
  event: string;
  controlId: string;
  /** `P`, `T`, `D`. */
  processingId: string;
  version: string;
  acceptCondition: string;
  applicationCondition: string;
  characterSets: readonly string[];
}

function headerOfSegment(msh: Segment | undefined, delimiters: Delimiters): Header {
  const field = (number: number) => msh?.fields[number - 1] ?? [];
  const structure = fieldValue(msh, 9, 3);
  const named = (number: number) => fieldValue(msh, number).trim() || fieldValue(msh, number, 2).trim();
  return {
    delimiters,
    sendingApplication: named(3),
    sendingFacility: named(4),
    receivingApplication: named(5),
    receivingFacility: named(6),
    sender: { application: field(3), facility: field(4) },
    receiver: { application: field(5), facility: field(6) },
    time: fieldValue(msh, 7).trim(),
    type: fieldValue(msh, 9).trim().toUpperCase(),
    // Some say the event in the structure alone (`ORM^^ORM_O01`).
    event: (fieldValue(msh, 9, 2).trim() || (structure.split("_")[1] ?? "")).trim().toUpperCase(),
    controlId: fieldValue(msh, 10).trim(),
    processingId: fieldValue(msh, 11).trim().toUpperCase(),
    version: fieldValue(msh, 12).trim(),
    acceptCondition: fieldValue(msh, 15).trim().toUpperCase(),
    applicationCondition: fieldValue(msh, 16).trim().toUpperCase(),
    characterSets: repetitionsOf(msh, 18).map((repetition) => repetition[0]?.[0]?.trim() ?? ""),
  };
}

export const headerOf = (message: Message): Header =>
  headerOfSegment(segmentOf(message, "MSH"), message.delimiters);

/** Of what may be unreadable as a whole: null where not even that can be read. Never throws. */
export function readHeader(bytes: Uint8Array): Header | null {
  try {
    const line = headLine(bytes);
    const delimiters = delimitersOf(line);
    return headerOfSegment(
      parseSegment(line, delimiters, () => ""),
      delimiters,
    );
  } catch {
    return null;
  }
}
