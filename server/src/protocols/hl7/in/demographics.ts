import type { Message, Segment } from "@isocenter/hl7";
import { mergePatients, registerPatient } from "../../../modules/patients/index.ts";
import type { Tx } from "../../../platform/index.ts";
import type { Done, Inbound, InboundDeps } from "./inbound.ts";
import { priorIdentifiers, readPatient } from "./persons.ts";
import { at, refusedAt } from "./place.ts";

function pidOf(message: Message): Segment {
  const pid = message.segments.find(({ name }) => name === "PID");
  if (!pid) throw refusedAt(at("PID", 3), "hl7.segments", "The segment PID is missing.");
  return pid;
}

const needsIdentifier = (segment: string, field: number, sequence = 1) =>
  refusedAt(
    at(segment, field, sequence),
    "patient.needs-identifier",
    "No identifier with an assigning authority, or of the usual one, says which patient it is.",
  );

/** A01, A04, A05, A06, A07, A08, A28, A31: who the patient is, from whoever is in charge of it. @throws Refusal */
export async function actOnDemographics(
  tx: Tx,
  inbound: Inbound,
  deps: InboundDeps,
  message: Message,
): Promise<Done> {
  const said = readPatient(pidOf(message), inbound.place);
  if (said.identifiers.length === 0) throw needsIdentifier("PID", 3);
  const { patientId } = await registerPatient(tx, inbound.viewer, said, "update", deps);
  return { patientId, subject: null };
}

const mostMerges = 50;

/**
 * A40 and its forerunners: whom MRG names becomes whom PID names; several pairs, all or none. One that is not known yet is entered first, so that what
 * comes later by the old identifier is the survivor's, and the merge can be undone.
 * @throws Refusal
 */
export async function actOnMerge(
  tx: Tx,
  inbound: Inbound,
  deps: InboundDeps,
  message: Message,
): Promise<Done> {
  const pairs = pairsOf(message);
  let patientId: string | null = null;
  for (const { pid, mrg, sequence } of pairs) {
    const said = readPatient(pid, inbound.place, sequence);
    if (said.identifiers.length === 0) throw needsIdentifier("PID", 3, sequence);
    const prior = priorIdentifiers(mrg, inbound.place.issuer, sequence);
    if (prior.length === 0) throw needsIdentifier("MRG", 1, sequence);
    // An identifier that both have says nothing of who goes.
    const gone = prior.filter(
      (one) => !said.identifiers.some((kept) => kept.value === one.value && kept.issuer === one.issuer),
    );
    const kept = said.identifiers.filter(
      (one) => !prior.some((old) => old.value === one.value && old.issuer === one.issuer),
    );
    if (gone.length === 0 || kept.length === 0)
      throw refusedAt(at("MRG", 1, sequence), "patient.same", "MRG-1 and PID-3 name the same identifier.");
    const survivor = await registerPatient(
      tx,
      inbound.viewer,
      { ...said, identifiers: kept },
      "update",
      deps,
    );
    for (const identifier of gone) {
      // Whoever has it now is who goes: who they were said to be does not matter any more.
      const { facilityId, name } = said;
      const known = await registerPatient(
        tx,
        inbound.viewer,
        { facilityId, identifiers: [identifier], name },
        "find",
        deps,
      );
      if (known.patientId === survivor.patientId) continue;
      await mergePatients(
        tx,
        inbound.viewer,
        known.patientId,
        {
          intoPatientId: survivor.patientId,
          reason: `HL7 ${inbound.header.type}^${inbound.header.event} of ${inbound.system.name}`,
        },
        deps,
      );
    }
    patientId = survivor.patientId;
  }
  return { patientId, subject: null };
}

/** PID [PD1] MRG [PV1], repeated. */
function pairsOf(message: Message): { pid: Segment; mrg: Segment; sequence: number }[] {
  const pairs: { pid: Segment; mrg: Segment; sequence: number }[] = [];
  let pid: Segment | null = null;
  let sequence = 0;
  for (const segment of message.segments) {
    if (segment.name === "PID") {
      pid = segment;
      sequence += 1;
    } else if (segment.name === "MRG") {
      if (!pid) throw refusedAt(at("MRG", 1), "hl7.segments", "PID must come before MRG.");
      pairs.push({ pid, mrg: segment, sequence });
      pid = null;
    }
  }
  if (pairs.length === 0 || pid !== null)
    throw refusedAt(
      at("MRG", 1, Math.max(1, sequence)),
      "hl7.segments",
      "The segment MRG is missing: who is merged?",
    );
  if (pairs.length > mostMerges)
    throw refusedAt(
      at("MRG", 1, mostMerges + 1),
      "hl7.segments",
      `A message has at most ${mostMerges} merges.`,
    );
  return pairs;
}
