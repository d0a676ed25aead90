import {
  type RemoteFind,
  type RemoteGet,
  type RemoteMatches,
  type RemoteMove,
  type RemoteMoved,
  remoteLevels,
  remoteModels,
} from "@isocenter/contract";
import { TransferSyntaxes } from "@isocenter/dicom";
import {
  type ClientAssociation,
  DimseError,
  isAeTitle,
  type OpenOptions,
  openAssociation,
  Status,
  StatusError,
  type StoreContext,
} from "@isocenter/dimse";
import type { Archive } from "../../modules/archive/index.ts";
import type { Journal } from "../../modules/journal/index.ts";
import { associationWith, fetchedFrom, type ModalityRow, modalityRow } from "../../modules/peers/index.ts";
import {
  type Platform,
  Refusal,
  readMember,
  requirePermission,
  transact,
  type Viewer,
} from "../../platform/index.ts";
import {
  findAt,
  modelOf,
  type RetrieveProgress,
  type RetrieveQuestion,
  requireKeys,
  retrieveFrom,
  retrieveModelOf,
} from "./ask.ts";
import { getContexts, getRoles } from "./get-contexts.ts";
import { sentenceOf } from "./send-queue.ts";
import { takeFrom } from "./store.ts";

export interface RemoteDeps {
  platform: Platform;
  journal: Journal;
}

const transferSyntaxes = [TransferSyntaxes.ExplicitVRLittleEndian, TransferSyntaxes.ImplicitVRLittleEndian];
const defaultLimit = 100;
const defaultSeconds = { find: 30, retrieve: 600 };
/** So long a peer has to end what was cancelled, before the association is aborted. */
const cancelGraceMs = 10_000;

type Wanted = Pick<OpenOptions, "contexts" | "roles">;

const named = <T extends string>(values: readonly T[], text: string, path: string): T =>
  readMember(values, text, "query.invalid", path);

/**
 * Works on an association with the modality, for a bounded time.
 * @param gone whoever asks has gone: cancels as well
 * @throws Refusal `unavailable` (`modality.unreachable`), `unprocessable` (`modality.refused`) with what the modality says
 */
async function onAssociation<T>(
  { config }: Platform,
  row: ModalityRow,
  wanted: Wanted,
  seconds: number,
  gone: AbortSignal,
  work: (association: ClientAssociation, cancel: AbortSignal) => Promise<T>,
): Promise<T> {
  const cancel = AbortSignal.any([gone, AbortSignal.timeout(seconds * 1000)]);
  try {
    const association = await openAssociation({
      ...associationWith(config, row),
      ...wanted,
      timeouts: {
        connectMs: 10_000,
        associateMs: 20_000,
        responseMs: 120_000,
        releaseMs: 5000,
        artimMs: 2000,
      },
    });
    let abort: NodeJS.Timeout | undefined;
    const abortLater = () => {
      abort = setTimeout(() => association.abort(), cancelGraceMs).unref();
    };
    cancel.addEventListener("abort", abortLater, { once: true });
    try {
      return await work(association, cancel);
    } finally {
      cancel.removeEventListener("abort", abortLater);
      clearTimeout(abort);
      await association.release().catch(() => {});
    }
  } catch (error) {
    if (error instanceof StatusError)
      throw new Refusal(
        "unprocessable",
        "modality.refused",
        `${row.ae_title} answered with ${error.message}.`,
      );
    if (!(error instanceof DimseError)) throw error;
    if (error.code === "context-not-accepted")
      throw new Refusal(
        "unprocessable",
        "modality.not-offered",
        `${row.ae_title} does not offer this service.`,
      );
    throw new Refusal("unavailable", "modality.unreachable", `${row.ae_title}: ${sentenceOf(error)}`);
  }
}

/** C-FIND. @throws Refusal `not-found`, `invalid`, `forbidden`, and as `onAssociation` */
export async function findRemote(
  { platform, journal }: RemoteDeps,
  viewer: Viewer,
  modalityId: string,
  input: RemoteFind,
  gone: AbortSignal,
): Promise<RemoteMatches> {
  requirePermission(viewer, "remote.query");
  const row = await modalityRow(platform.db, viewer, modalityId);
  const level = named(remoteLevels, input.level, "level");
  const model = named(remoteModels, input.model ?? "STUDY", "model");
  const limit = input.limit ?? defaultLimit;
  const question = { level, keys: input.keys ?? {}, model };
  requireKeys(question);
  await journal.access(viewer, {
    action: "modality.searched",
    subject: { type: "modality", id: modalityId },
    facilityId: row.facility_id,
    data: { level },
  });
  const seconds = input.timeoutSeconds ?? defaultSeconds.find;
  return onAssociation(
    platform,
    row,
    { contexts: [contextOf(modelOf("find", model, level))] },
    seconds,
    gone,
    async (association, cancel) => {
      const data: RemoteMatches["data"] = [];
      for await (const match of findAt(association, question, cancel)) {
        if (data.length === limit) return { data, complete: false };
        data.push(match);
      }
      return { data, complete: !cancel.aborted };
    },
  );
}

/** C-MOVE, to this archive or another system. @throws Refusal `not-found`, `invalid`, `forbidden`, and as `onAssociation` */
export async function moveRemote(
  deps: RemoteDeps,
  viewer: Viewer,
  modalityId: string,
  { destinationAeTitle, ...input }: RemoteMove,
  gone: AbortSignal,
): Promise<RemoteMoved> {
  requirePermission(viewer, "remote.query");
  const row = await modalityRow(deps.platform.db, viewer, modalityId);
  const destination = destinationAeTitle ?? deps.platform.config.aeTitle;
  if (!isAeTitle(destination)) {
    const message = "is no AE title";
    throw new Refusal("invalid", "query.invalid", `destinationAeTitle ${message}.`, {
      errors: [{ path: "destinationAeTitle", message }],
    });
  }
  const question = questionOf(input);
  const association = { contexts: [contextOf(retrieveModelOf("move", question))] };
  const retrieve = (open: ClientAssociation, cancel: AbortSignal) =>
    retrieveFrom(open, question, { destination }, cancel);
  return retrieveRemote(deps, viewer, row, input, gone, { destination, association, retrieve });
}

/**
 * C-GET into this archive, on the association of the question: for a system that cannot call us back. What comes counts as sent by the modality, at its
 * facility. @throws Refusal `not-found`, `invalid`, `forbidden`, and as `onAssociation`
 */
export async function getRemote(
  deps: RemoteDeps & { archive: Pick<Archive, "ingest"> },
  viewer: Viewer,
  modalityId: string,
  input: RemoteGet,
  gone: AbortSignal,
): Promise<RemoteMoved> {
  requirePermission(viewer, "remote.query");
  const { platform, archive } = deps;
  const row = await modalityRow(platform.db, viewer, modalityId);
  const question = questionOf(input);
  const model = retrieveModelOf("get", question);
  const sender = {
    viewer: fetchedFrom(row, viewer),
    facilityId: row.facility_id,
    patientIdIssuer: row.patient_id_issuer,
    aeTitle: row.ae_title,
  };
  const store = async (context: StoreContext<undefined>, chunks: AsyncIterable<Uint8Array>) => {
    try {
      return await takeFrom(archive, sender, context, chunks);
    } catch (error) {
      // The peer is answered with 0110H, and counts it; nobody else would hear of it.
      if (!(error instanceof StatusError || error instanceof DimseError))
        platform.log.error({ err: error, requestId: viewer.requestId }, "an object could not be fetched");
      throw error;
    }
  };
  return retrieveRemote(deps, viewer, row, input, gone, {
    destination: platform.config.aeTitle,
    association: { contexts: [contextOf(model), ...getContexts], roles: getRoles },
    retrieve: (open, cancel) => retrieveFrom(open, question, { store }, cancel),
  });
}

const contextOf = (abstractSyntax: string) => ({ abstractSyntax, transferSyntaxes });

function questionOf(input: RemoteGet): RetrieveQuestion {
  const { patientId, studyInstanceUids, seriesInstanceUids, sopInstanceUids } = input;
  return {
    ...(patientId === undefined ? {} : { patientId }),
    ...(studyInstanceUids ? { studyInstanceUid: studyInstanceUids } : {}),
    ...(seriesInstanceUids ? { seriesInstanceUid: seriesInstanceUids } : {}),
    ...(sopInstanceUids ? { sopInstanceUid: sopInstanceUids } : {}),
    model: named(remoteModels, input.model ?? "STUDY", "model"),
  };
}

/** A retrieval to its end, which is a fact however it ends. */
async function retrieveRemote(
  { platform, journal }: RemoteDeps,
  viewer: Viewer,
  row: ModalityRow,
  { studyInstanceUids, timeoutSeconds }: RemoteGet,
  gone: AbortSignal,
  way: {
    destination: string;
    association: Wanted;
    retrieve(
      association: ClientAssociation,
      cancel: AbortSignal,
    ): AsyncGenerator<RetrieveProgress, void, undefined>;
  },
): Promise<RemoteMoved> {
  const { destination } = way;
  const note = (outcome: "success" | "failed", counts: object) =>
    transact(platform.db, (tx) =>
      journal.record(tx, viewer, {
        type: "modality.retrieved",
        subject: { type: "modality", id: row.id },
        facilityId: row.facility_id,
        outcome,
        data: { destination, studies: studyInstanceUids?.length ?? 0, ...counts },
      }),
    );
  let last: RetrieveProgress | undefined;
  const seconds = timeoutSeconds ?? defaultSeconds.retrieve;
  try {
    await onAssociation(platform, row, way.association, seconds, gone, async (association, cancel) => {
      for await (const progress of way.retrieve(association, cancel)) last = progress;
    });
  } catch (error) {
    await note("failed", { completed: last?.completed ?? 0 });
    throw error;
  }
  const { completed = 0, failed = 0, warning = 0, remaining = null, status = 0 } = last ?? {};
  const cancelled = status === Status.Cancel;
  await note(failed > 0 || cancelled ? "failed" : "success", { completed, failed, warnings: warning });
  return {
    outcome: cancelled ? "CANCELLED" : failed > 0 ? "WITH_FAILURES" : "DONE",
    completed,
    warnings: warning,
    failed,
    remaining,
    destinationAeTitle: destination,
  };
}
