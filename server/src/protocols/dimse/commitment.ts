import { SopClasses, TransferSyntaxes } from "@isocenter/dicom";
import {
  type AssociationInfo,
  type Choice,
  DimseError,
  firstSupported,
  type NormalizedAnswer,
  type NormalizedContext,
  openAssociation,
  type ProposedContext,
  Status,
  StatusError,
} from "@isocenter/dimse";
import type { Archive } from "../../modules/archive/index.ts";
import {
  associationWith,
  type ClaimedCommitment,
  type ClaimedRequest,
  type CommitmentRequests,
  type Peer,
  type SentCommitments,
} from "../../modules/peers/index.ts";
import { newId, type Platform, Refusal, systemViewer } from "../../platform/index.ts";
import type { Caller } from "./caller.ts";
import { maxReferences, readReport, readRequest, reportOf, writeRequest } from "./commitment-data.ts";
import { sentenceOf } from "./send-queue.ts";
import { asStatus } from "./statuses.ts";

const sopClassUid = SopClasses.StorageCommitmentPushModel;
/** The well-known instance (PS3.4 J.3.5). */
const sopInstanceUid = "1.2.840.10008.1.20.1.1";
/** So long an answer has on the association of the request, before it takes one of its own. */
const sameAssociationMs = 20_000;
const defaultAnswerMs = 5000;
const timeouts = {
  connectMs: 10_000,
  associateMs: 30_000,
  responseMs: 60_000,
  releaseMs: 5000,
  artimMs: 2000,
};
const transferSyntaxes = [TransferSyntaxes.ExplicitVRLittleEndian, TransferSyntaxes.ImplicitVRLittleEndian];

/**
 * Answers the context of Storage Commitment for callers that we know: whether they ask us, which takes the permission `commit`, or answer what we
 * asked of them, says what they do on it. Everything else is for `others` to say.
 */
export function commitmentOffer(
  peer: Peer,
  others: (context: ProposedContext) => Choice,
): (context: ProposedContext) => Choice {
  const supported = new Set<string>(transferSyntaxes);
  return (context) =>
    context.abstractSyntax === sopClassUid && peer.known
      ? firstSupported(context, supported)
      : others(context);
}

export interface CommitmentDeps {
  platform: Pick<Platform, "config" | "log" | "clock">;
  archive: Pick<Archive, "commitment">;
  requests: CommitmentRequests;
  sent: SentCommitments;
  /** So long a destination may take to answer on the association on which it was asked. */
  answerMs?: number;
}

/** Storage Commitment (PS3.4 Annex J): what our listener does when it is asked, and when it is told. */
export function commitmentHandlers(deps: CommitmentDeps) {
  const { platform, requests, sent } = deps;
  return {
    async nAction(context: NormalizedContext<Caller>, dataSet: Uint8Array | null): Promise<NormalizedAnswer> {
      const { association, presentationContext, command } = context;
      const { peer } = association.data;
      if (command.sopClassUid !== sopClassUid)
        throw new StatusError(Status.UnrecognizedOperation, "not an operation of this SOP class");
      if (command.sopInstanceUid !== sopInstanceUid)
        throw new StatusError(Status.NoSuchSopInstance, "only the Storage Commitment Push Model is offered");
      if (command.actionTypeId !== 1) throw new StatusError(Status.NoSuchActionType, "no such action");
      if (!peer.known || !peer.permissions.includes("commit"))
        throw new StatusError(Status.NotAuthorized, "may not ask for commitment");
      const asked = readRequest(dataSet, presentationContext.transferSyntax);
      const claimed = await requests
        .ask(
          association.callingAeTitle,
          peer.viewer,
          asked.transactionUid,
          asked.instances,
          sameAssociationMs,
        )
        .catch((error: unknown) => {
          throw asStatus(error, "store");
        });
      if (!claimed) throw new StatusError(Status.DuplicateInvocation, "transaction UID is in use");
      // After the answer to the request has gone.
      setImmediate(() => {
        answerHere(deps, association, claimed).catch((error: unknown) =>
          platform.log.error(
            { err: error },
            "a commitment was not answered on its association; it is tried again",
          ),
        );
      });
      return { status: Status.Success };
    },
    async nEventReport(
      context: NormalizedContext<Caller>,
      dataSet: Uint8Array | null,
    ): Promise<NormalizedAnswer> {
      const { association, command, presentationContext } = context;
      // Of the SOP classes that we offer this one alone has events: performed steps notify nobody here (PS3.4 F.7.2, F.9).
      if (command.sopClassUid !== sopClassUid)
        throw new StatusError(Status.UnrecognizedOperation, "not an operation of this SOP class");
      return take(
        sent,
        association.callingAeTitle,
        command.eventTypeId,
        dataSet,
        presentationContext.transferSyntax,
      );
    },
  };
}

/** A destination tells what it keeps. */
async function take(
  sent: SentCommitments,
  aeTitle: string,
  eventTypeId: number,
  dataSet: Uint8Array | null,
  transferSyntax: string,
): Promise<NormalizedAnswer> {
  if (eventTypeId !== 1 && eventTypeId !== 2) throw new StatusError(Status.NoSuchEventType, "no such event");
  const { transactionUid, report } = readReport(dataSet, transferSyntax);
  const known = await sent.report(aeTitle, transactionUid, report).catch((error: unknown) => {
    throw asStatus(error, "store");
  });
  if (!known) throw new StatusError(Status.InvalidArgumentValue, "no such transaction");
  return { status: Status.Success };
}

async function evaluate({ archive, platform }: CommitmentDeps, { request }: ClaimedRequest) {
  const viewer = systemViewer([request.facility_id], `commitment-${request.id}`);
  const references = request.instances.map(([SOPClassUID, SOPInstanceUID]) => ({
    SOPClassUID,
    SOPInstanceUID,
  }));
  const found = [];
  for (let from = 0; from < references.length; from += 1000)
    found.push(...(await archive.commitment(viewer, references.slice(from, from + 1000))));
  return reportOf(request.transaction_uid, found, platform.config.aeTitle);
}

async function answerHere(
  deps: CommitmentDeps,
  association: AssociationInfo<Caller>,
  claimed: ClaimedRequest,
): Promise<void> {
  const { requests } = deps;
  try {
    const report = await evaluate(deps, claimed);
    if (!association.requests.open)
      return await requests.unreported(claimed, "The association was closed.", true);
    const { eventTypeId, information } = report;
    await association.requests.nEventReport({ sopClassUid, sopInstanceUid, eventTypeId, information });
    await requests.reported(claimed, report.committed, report.failed);
  } catch (error) {
    await requests.unreported(claimed, problemOf(error), true);
  }
}

/** Answers one request that is due, on an association of ours. @returns whether there was one */
export async function answerNext(deps: CommitmentDeps): Promise<boolean> {
  const { requests, platform } = deps;
  const claimed = await requests.claim();
  if (!claimed) return false;
  try {
    const report = await evaluate(deps, claimed);
    const association = await openAssociation({
      ...associationWith(platform.config, claimed.modality),
      contexts: [{ abstractSyntax: sopClassUid, transferSyntaxes }],
      // It is we who perform the service, although it is we who call (PS3.4 J.3.3.1.3).
      roles: [{ sopClassUid, scu: false, scp: true }],
      timeouts,
    });
    try {
      const { eventTypeId, information } = report;
      await association.nEventReport({ sopClassUid, sopInstanceUid, eventTypeId, information });
    } finally {
      await association.release().catch(() => {});
    }
    await requests.reported(claimed, report.committed, report.failed);
  } catch (error) {
    await requests.unreported(claimed, problemOf(error));
  }
  return true;
}

/** Asks for one commitment that is due. @returns whether there was one */
export async function askNext(deps: CommitmentDeps): Promise<boolean> {
  const { sent, platform } = deps;
  if ((await sent.expire()) > 0) return true;
  const claimed = await sent.claim(() => uidOf(newId(platform.clock)));
  if (!claimed) return false;
  try {
    await ask(deps, claimed);
  } catch (error) {
    const hopeless =
      error instanceof StatusError || (error instanceof DimseError && error.code === "context-not-accepted");
    await sent.unasked(claimed, problemOf(error), hopeless);
  }
  return true;
}

async function ask(
  { sent, platform, answerMs = defaultAnswerMs }: CommitmentDeps,
  claimed: ClaimedCommitment,
): Promise<void> {
  const { item, destination, transactionUid } = claimed;
  const instances = await sent.instancesOf(item);
  if (instances.length > maxReferences)
    throw new StatusError(
      Status.ResourceLimitation,
      `more than ${maxReferences} instances were sent at once`,
    );
  const answered = Promise.withResolvers<void>();
  const association = await openAssociation({
    ...associationWith(platform.config, destination),
    contexts: [{ abstractSyntax: sopClassUid, transferSyntaxes }],
    handlers: {
      async nEventReport({ command, presentationContext }, dataSet) {
        const answer = await take(
          sent,
          destination.ae_title,
          command.eventTypeId,
          dataSet,
          presentationContext.transferSyntax,
        );
        // Released when the answer has gone.
        setImmediate(answered.resolve);
        return answer;
      },
    },
    timeouts,
  });
  try {
    const information = writeRequest({ transactionUid, instances });
    await association.nAction({ sopClassUid, sopInstanceUid, actionTypeId: 1, information });
    await sent.asked(claimed);
    const late = new Promise<void>((resolve) => setTimeout(resolve, answerMs).unref());
    await Promise.race([answered.promise, late, association.closed]);
  } finally {
    await association.release().catch(() => {});
  }
}

/** A UID of ours from a UUID (PS3.5 B.2). */
const uidOf = (uuid: string): string => `2.25.${BigInt(`0x${uuid.replaceAll("-", "")}`)}`;

function problemOf(error: unknown): string {
  if (error instanceof StatusError) return `It answered with ${error.message}.`;
  if (error instanceof DimseError)
    return error.code === "context-not-accepted"
      ? "It does not offer storage commitment."
      : sentenceOf(error);
  if (error instanceof Refusal) return error.message;
  throw error;
}
