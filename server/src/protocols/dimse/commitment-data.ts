import {
  type DataSet,
  DicomError,
  dataSetOf,
  isTolerableUid,
  items,
  number,
  readDataSet,
  Tags,
  text,
  writeDataSet,
} from "@isocenter/dicom";
import { Status, StatusError } from "@isocenter/dimse";
import type { Commitment } from "../../modules/archive/index.ts";
import type { CommitmentPair, CommitmentReport } from "../../modules/peers/index.ts";

/** References in one request; more are asked for in several. */
export const maxReferences = 20_000;
const limits = {
  maxElements: 5 * maxReferences,
  maxItems: 2 * maxReferences,
  maxDepth: 4,
  maxInflatedBytes: 4 << 20,
};

/** Failure Reason (0008,1197), PS3.3 C.14.1.1 and PS3.4 J.3.3.1.1. */
const failureReasons: Readonly<Record<Exclude<Commitment["outcome"], "ok">, number>> = {
  unknown: 0x0112,
  "class-conflict": 0x0119,
  "in-doubt": 0x0110,
};

function parse(bytes: Uint8Array | null, transferSyntax: string): DataSet {
  if (bytes === null) throw new StatusError(Status.MissingAttribute, "no data set");
  try {
    return readDataSet(bytes, transferSyntax, limits);
  } catch (error) {
    if (!(error instanceof DicomError)) throw error;
    throw new StatusError(Status.ProcessingFailure, `data set cannot be read: ${error.code}`);
  }
}

function uidIn(set: DataSet, tag: number): string {
  const uid = text(set, tag);
  if (uid === undefined || uid === "")
    throw new StatusError(Status.MissingAttribute, "a UID is missing", [tag]);
  if (!isTolerableUid(uid)) throw new StatusError(Status.InvalidAttributeValue, "not a UID", [tag]);
  return uid;
}

const pairOf = (item: DataSet): CommitmentPair => [
  uidIn(item, Tags.ReferencedSOPClassUID),
  uidIn(item, Tags.ReferencedSOPInstanceUID),
];

export interface CommitmentAsked {
  transactionUid: string;
  instances: CommitmentPair[];
}

/** The action information of a request (PS3.4 Table J.3-1). @throws StatusError with the offending element */
export function readRequest(bytes: Uint8Array | null, transferSyntax: string): CommitmentAsked {
  const set = parse(bytes, transferSyntax);
  const transactionUid = uidIn(set, Tags.TransactionUID);
  const references = items(set, Tags.ReferencedSOPSequence);
  if (references.length === 0)
    throw new StatusError(Status.MissingAttribute, "nothing is asked for", [Tags.ReferencedSOPSequence]);
  if (references.length > maxReferences)
    throw new StatusError(Status.ResourceLimitation, `more than ${maxReferences} references`);
  return { transactionUid, instances: references.map(pairOf) };
}

/** The action information that asks for commitment. */
export const writeRequest =
  ({ transactionUid, instances }: CommitmentAsked) =>
  (transferSyntax: string): Uint8Array =>
    writeDataSet(
      dataSetOf({ TransactionUID: transactionUid, ReferencedSOPSequence: instances.map(reference) }),
      transferSyntax,
    );

const reference = ([ReferencedSOPClassUID, ReferencedSOPInstanceUID]: CommitmentPair) => ({
  ReferencedSOPClassUID,
  ReferencedSOPInstanceUID,
});

/** The event that answers a request (PS3.4 Table J.3-2): 1, all are kept; 2, some are not. */
export function reportOf(
  transactionUid: string,
  found: readonly Commitment[],
  aeTitle: string,
): {
  eventTypeId: 1 | 2;
  information: (transferSyntax: string) => Uint8Array;
  committed: number;
  failed: number;
} {
  const pair = ({ SOPClassUID, SOPInstanceUID }: Commitment) => reference([SOPClassUID, SOPInstanceUID]);
  const kept = found.filter(({ outcome }) => outcome === "ok").map(pair);
  const failed = found.flatMap((one) =>
    one.outcome === "ok" ? [] : [{ ...pair(one), FailureReason: failureReasons[one.outcome] }],
  );
  const set = dataSetOf({
    TransactionUID: transactionUid,
    RetrieveAETitle: aeTitle,
    ...(kept.length === 0 ? {} : { ReferencedSOPSequence: kept }),
    ...(failed.length === 0 ? {} : { FailedSOPSequence: failed }),
  });
  return {
    eventTypeId: failed.length === 0 ? 1 : 2,
    information: (transferSyntax) => writeDataSet(set, transferSyntax),
    committed: kept.length,
    failed: failed.length,
  };
}

/** What a destination answers. @throws StatusError with the offending element */
export function readReport(
  bytes: Uint8Array | null,
  transferSyntax: string,
): { transactionUid: string; report: CommitmentReport } {
  const set = parse(bytes, transferSyntax);
  const transactionUid = uidIn(set, Tags.TransactionUID);
  const committed = items(set, Tags.ReferencedSOPSequence).map((item) => pairOf(item)[1]);
  const failed = items(set, Tags.FailedSOPSequence).map(
    (item) => [pairOf(item)[1], number(item, Tags.FailureReason) ?? Status.ProcessingFailure] as const,
  );
  return { transactionUid, report: { committed: new Set(committed), failed: new Map(failed) } };
}
