/**
 * Peers: the applications that we know by AE title and address, and who may do what; what is sent to them, and by which rules.
 *
 * Owns the tables `modality`, `knocking_caller`, `send_item`, `sent_batch`, `routing_rule`, `commitment_request`, `hl7_systems`, `hl7_messages`, `hl7_told`. Records the facts `modality.created`,
 * `modality.changed`, `modality.removed`, `modality.echoed`, `modality.refused`, `modality.knock-dismissed`, `send.queued`, `send.retried`,
 * `send.cancelled`, `send.sent`, `send.failed` (the alarm), `send.committed`, `send.commitment-failed`, `commitment.requested`,
 * `commitment.reported`, `commitment.undeliverable`, `routing-rule.created`, `routing-rule.changed`, `routing-rule.removed`,
 * `routing-rule.failed`, `hl7-system.created`, `hl7-system.changed`, `hl7-system.removed`, `hl7-system.tested`, `hl7-message.received`, `hl7-message.dismissed`, `hl7-message.retried`, `hl7-message.sent`, `hl7-message.refused`, `hl7-message.failed` (the alarm). Keeps: an AE title is one application; a caller is let in as what its title and its address (or its certificate) say,
 * within its facility; a caller that is not known comes in from this machine alone; who was refused is put down, within a bound; to a
 * destination goes one item at a time, in the order they were asked for, and what it has confirmed is not sent again for the same item.
 */

import type { KnockReason } from "@isocenter/contract";
import type { Platform, Viewer } from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import { type Resolve, resolveByDns } from "./address.ts";
import type { PeerAddress } from "./connection.ts";
import { findDestination } from "./destination.ts";
import { type Caller, createRecognition, type Peer } from "./recognize.ts";

export type { Resolve } from "./address.ts";
export { removeModality } from "./commands.ts";
export {
  type ClaimedRequest,
  type CommitmentPair,
  type CommitmentRequests,
  createCommitmentRequests,
} from "./commitment/requests.ts";
export {
  type ClaimedCommitment,
  type CommitmentReport,
  createSentCommitments,
  type SentCommitments,
} from "./commitment/sent.ts";
export { addressOf, associationWith, type PeerAddress } from "./connection.ts";
export type { PeersDeps } from "./deps.ts";
export { removeSystem as removeHl7System } from "./hl7/commands.ts";
export { connectTo, Hl7ConnectionError } from "./hl7/connect.ts";
export {
  createSystemRecognition,
  type EarlierMessage,
  earlierMessage,
  type Hl7Sender,
  putDown,
  type ReceivedMessage,
  type RecognizeSystem,
  systemAsViewer,
} from "./hl7/inbox.ts";
export { defineHl7Jobs } from "./hl7/jobs.ts";
export { type Hl7MessageRow, requireMove, type WholeMessageRow } from "./hl7/message.ts";
export { messageRow } from "./hl7/messages.ts";
export { type SentEnd, stuckAfterMs } from "./hl7/out-rules.ts";
export {
  type Alarm as Hl7Alarm,
  type ClaimedSystem,
  createOutWork,
  type OutMessage,
  type OutWork,
  type QueueLength,
} from "./hl7/out-work.ts";
export {
  type Asking,
  followMergeOfMessages,
  type OutSystem,
  queueMessages,
  type ToTell,
  whoAskedFor,
  whoWasTold,
} from "./hl7/outbox.ts";
export { systemRow } from "./hl7/queries.ts";
export { hl7Routes } from "./hl7/routes.ts";
export type { Hl7SystemRow } from "./hl7/system.ts";
export type { ModalityRow } from "./modality.ts";
export { fetchedFrom } from "./peer-viewer.ts";
export { modalityRow } from "./queries.ts";
export { enqueue, maxSelected } from "./queue/commands.ts";
export { type SendItemRow, type SendSelection, sendItemOf } from "./queue/item.ts";
export { sendQueueRoutes } from "./queue/routes.ts";
export type { AttemptEnd } from "./queue/rules.ts";
export {
  type AttemptCounts,
  type Claimed,
  type Confirmed,
  createQueueWork,
  type Failure,
  type QueueWork,
} from "./queue/work.ts";
export type { Caller, Peer } from "./recognize.ts";
export { modalityRoutes } from "./routes.ts";
export { applyRules, rulesAt } from "./routing/apply.ts";
export type { RoutedSeries, RoutedStudy } from "./routing/match.ts";
export { routingRuleRoutes } from "./routing/routes.ts";
export { troubleOf } from "./trouble.ts";

/** The door of peers for protocols. */
export interface Peers {
  /** Who calls, or null for a caller that may not come in; it is then found under `/modalities/knocking`. */
  recognize(caller: Caller): Promise<Peer | null>;
  /** Puts a caller that was refused for another reason under `/modalities/knocking`. Never throws. */
  knock(caller: Caller, reason: KnockReason): Promise<void>;
  /** Whom an AE title names as destination of a C-MOVE; null where the viewer's facilities have none of that title. */
  destination(viewer: Viewer, aeTitle: string): Promise<PeerAddress | null>;
}

export function createPeers(
  platform: Platform,
  journal: Journal,
  options: { resolve?: Resolve } = {},
): Peers {
  return {
    ...createRecognition(platform, journal, options.resolve ?? resolveByDns),
    destination: (viewer, aeTitle) => findDestination(platform, viewer, aeTitle),
  };
}
