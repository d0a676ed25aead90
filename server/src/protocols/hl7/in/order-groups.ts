import { fieldValue, type Message, type Segment } from "@isocenter/hl7";
import { at, refusedAt } from "./place.ts";

/** A segment, and which of its name in the message it is, from 1. */
export interface Placed {
  segment: Segment;
  sequence: number;
}

/** One order of a message (ORM^O01, OMG^O19, OMI^O23): ORC, what is asked for, and what goes with it. */
export interface OrderGroup {
  orc: Placed;
  obr: Placed | null;
  timing: Placed[];
  notes: Placed[];
  diagnoses: Placed[];
  observations: Placed[];
  /** The study's UID (IHE RAD TF-2, 4.4). */
  study: Placed | null;
  /** What the imaging procedure is known by (IPC). */
  imaging: Placed[];
}

export interface OrderMessage {
  pid: Segment;
  visit: Segment | null;
  allergies: Segment[];
  groups: OrderGroup[];
}

const groupOf = (orc: Placed): OrderGroup => ({
  orc,
  obr: null,
  timing: [],
  notes: [],
  diagnoses: [],
  observations: [],
  study: null,
  imaging: [],
});

const mostGroups = 100;

/** @throws Refusal `invalid` (`hl7.segments`) where the segments are in no order that says what belongs together */
export function readOrderMessage(message: Message): OrderMessage {
  const counts = new Map<string, number>();
  let pid: Segment | null = null;
  let visit: Segment | null = null;
  const allergies: Segment[] = [];
  const groups: OrderGroup[] = [];
  for (const segment of message.segments) {
    const { name } = segment;
    const sequence = (counts.get(name) ?? 0) + 1;
    counts.set(name, sequence);
    const placed = { segment, sequence };
    const group = groups.at(-1);
    if (name === "PID") {
      if (pid)
        throw refusedAt(at("PID", 1, sequence), "hl7.segments", "An order message is about one patient.");
      pid = segment;
    } else if (name === "PV1") visit ??= segment;
    else if (name === "AL1") allergies.push(segment);
    else if (name === "ORC") groups.push(groupOf(placed));
    else if (name === "OBR") {
      // A further request of the same order control.
      if (!group) throw refusedAt(at("OBR", 1, sequence), "hl7.segments", "ORC must come before OBR.");
      const own = group.obr === null ? group : groupOf(group.orc);
      if (own !== group) groups.push(own);
      own.obr = placed;
    } else if (group) {
      if (name === "TQ1") group.timing.push(placed);
      else if (name === "NTE") group.notes.push(placed);
      else if (name === "DG1") group.diagnoses.push(placed);
      else if (name === "OBX") group.observations.push(placed);
      else if (name === "ZDS") group.study ??= placed;
      else if (name === "IPC") group.imaging.push(placed);
    }
    if (groups.length > mostGroups)
      throw refusedAt(at("ORC", 1, sequence), "hl7.segments", `A message has at most ${mostGroups} orders.`);
  }
  if (!pid) throw refusedAt(at("PID", 3), "hl7.segments", "The segment PID is missing: whose order is it?");
  if (groups.length === 0) throw refusedAt(at("ORC", 1), "hl7.segments", "The segment ORC is missing.");
  return { pid, visit, allergies, groups };
}

/** The first of the fields that says something, with where it stands. */
export function firstSaid(
  fields: readonly (readonly [Placed | null | undefined, number, number?])[],
): { text: string; place: ReturnType<typeof at> } | null {
  for (const [placed, field, component = 1] of fields) {
    if (!placed) continue;
    const text = fieldValue(placed.segment, field, component).trim();
    if (text !== "" && text !== '""')
      return { text, place: at(placed.segment.name, field, placed.sequence, component) };
  }
  return null;
}
