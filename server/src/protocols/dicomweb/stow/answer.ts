import { Tags } from "@isocenter/dicom";
import type { DicomJson } from "../../../modules/archive/index.ts";
import { type Refusal, type RefusalKind, statusOf } from "../../../platform/index.ts";
import { element, jsonOf } from "../elements.ts";
import { resourceUrl, warning } from "../urls.ts";
import type { PartResult, StoreRun } from "./parts.ts";

/** Failure reasons of the Store Instances Response (PS3.18 I.2.2; 0111H and 0124H from PS3.7 C). */
const reasons = {
  processingFailure: 0x0110,
  duplicateInstance: 0x0111,
  sopClassNotSupported: 0x0122,
  notAuthorized: 0x0124,
  outOfResources: 0xa700,
  doesNotMatch: 0xa900,
  cannotUnderstand: 0xc000,
} as const;

const mismatches = new Set(["dicom.study-mismatch", "dicom.uid-mismatch", "dicom.sop-class-mismatch"]);

const unsupportedClasses = new Set(["dicom.no-study", "dicom.not-storable"]);

const reasonOfKind: Readonly<Record<RefusalKind, number>> = {
  invalid: reasons.cannotUnderstand,
  unauthenticated: reasons.notAuthorized,
  forbidden: reasons.notAuthorized,
  "not-found": reasons.processingFailure,
  "wrong-method": reasons.processingFailure,
  "not-acceptable": reasons.processingFailure,
  conflict: reasons.duplicateInstance,
  "too-large": reasons.outOfResources,
  "unsupported-type": reasons.cannotUnderstand,
  unprocessable: reasons.cannotUnderstand,
  locked: reasons.processingFailure,
  "too-many": reasons.outOfResources,
  unavailable: reasons.outOfResources,
  "out-of-space": reasons.outOfResources,
};

function failureReason(refusal: Refusal): number {
  if (refusal.code === "stow.failed") return reasons.processingFailure;
  if (unsupportedClasses.has(refusal.code)) return reasons.sopClassNotSupported;
  return mismatches.has(refusal.code) ? reasons.doesNotMatch : reasonOfKind[refusal.kind];
}

/** Kinds that say something of the server or of the whole request, so that they become its status where nothing was stored. */
const wholeKinds: ReadonlySet<RefusalKind> = new Set([
  "out-of-space",
  "too-large",
  "unavailable",
  "forbidden",
  "too-many",
]);

export interface StowAnswer {
  status: number;
  /** Store Instances Response (PS3.18 table I.2-1). */
  body: DicomJson;
  /** For people: why the first parts failed. */
  warnings: string[];
  retryAfter: number | undefined;
}

interface Sorted {
  /** Durable: archived, or kept in quarantine. */
  stored: Extract<PartResult, { kind: "answered" }>[];
  quarantined: Extract<PartResult, { kind: "answered" }>[];
  /** With the UIDs that the failure can be told of, where they are known. */
  failed: {
    place: string;
    sopClassUid: string | null;
    sopInstanceUid: string | null;
    reason: number;
    detail: string;
  }[];
  refusals: Refusal[];
}

const quarantinedDetail =
  "Stored in quarantine: its SOP Instance UID is archived with other data, and a person has to decide.";

function sort(results: readonly PartResult[]): Sorted {
  const sorted: Sorted = { stored: [], quarantined: [], failed: [], refusals: [] };
  for (const result of results) {
    if (result.kind === "answered") {
      sorted.stored.push(result);
      if (result.answer.outcome === "quarantined") sorted.quarantined.push(result);
    } else {
      sorted.failed.push({
        place: result.place,
        sopClassUid: result.uids?.sopClassUid ?? null,
        sopInstanceUid: result.uids?.sopInstanceUid ?? null,
        reason: failureReason(result.refusal),
        detail: result.refusal.message,
      });
      sorted.refusals.push(result.refusal);
    }
  }
  return sorted;
}

function statusFor(sorted: Sorted, broken: Refusal | null): number {
  if (broken) return statusOf[broken.kind].status;
  if (sorted.failed.length === 0) return sorted.quarantined.length === 0 ? 200 : 202;
  if (sorted.stored.length > 0) return 202;
  const first = sorted.refusals[0];
  const same = first !== undefined && sorted.refusals.every((refusal) => refusal.kind === first.kind);
  return same && wholeKinds.has(first.kind) ? statusOf[first.kind].status : 409;
}

/**
 * The answer to STOW-RS (PS3.18 10.5.3): 200 where all parts were stored, 202 where some were or with a warning, 409 where none was, or what
 * hindered them all. What is in quarantine is durable, as C-STORE says too: it is stored, with a warning, and has no URL because the instance
 * that its UID retrieves is another one. Otherwise the status of `broken` where the body could not be read to its end, with what was stored before.
 */
export function stowAnswer(run: StoreRun, broken: Refusal | null, base: string): StowAnswer {
  const sorted = sort(run.results);
  const referenced = sorted.stored.map(({ answer }) =>
    jsonOf([
      [Tags.ReferencedSOPClassUID, element("UI", answer.SOPClassUID)],
      [Tags.ReferencedSOPInstanceUID, element("UI", answer.SOPInstanceUID)],
      [
        Tags.RetrieveURL,
        answer.outcome === "quarantined" ? element("UR") : element("UR", resourceUrl(base, answer)),
      ],
    ]),
  );
  const failed: DicomJson[] = [];
  const others: DicomJson[] = [];
  for (const failure of sorted.failed) {
    const reason = [Tags.FailureReason, element("US", failure.reason)] as const;
    if (failure.sopInstanceUid === null || failure.sopClassUid === null) others.push(jsonOf([reason]));
    else
      failed.push(
        jsonOf([
          [Tags.ReferencedSOPClassUID, element("UI", failure.sopClassUid)],
          [Tags.ReferencedSOPInstanceUID, element("UI", failure.sopInstanceUid)],
          reason,
        ]),
      );
  }
  if (broken) others.push(jsonOf([[Tags.FailureReason, element("US", failureReason(broken))]]));
  const studies = new Set(sorted.stored.map(({ answer }) => answer.StudyInstanceUID));
  const [study] = studies;
  const url =
    studies.size === 1 && study !== undefined ? [resourceUrl(base, { StudyInstanceUID: study })] : [];
  const entries = [[Tags.RetrieveURL, element("UR", ...url)] as const];
  const sequences = [
    [Tags.FailedSOPSequence, failed],
    [Tags.ReferencedSOPSequence, referenced],
    [Tags.OtherFailuresSequence, others],
  ] as const;
  const body = jsonOf([
    ...entries,
    ...sequences
      .filter(([, items]) => items.length > 0)
      .map(([tag, items]) => [tag, element("SQ", ...items)] as const),
  ]);
  const details = [
    ...sorted.failed.slice(0, 5).map(({ place, detail }) => `${place}: ${detail}`),
    ...sorted.quarantined.slice(0, 5).map(({ place }) => `${place}: ${quarantinedDetail}`),
  ].map(warning);
  const notes = run.notes.slice(0, 5).map(warning);
  return {
    status: statusFor(sorted, broken),
    body,
    warnings: [...(broken ? [warning(broken.message)] : []), ...details, ...notes],
    retryAfter: (broken ?? (sorted.stored.length === 0 ? sorted.refusals[0] : undefined))?.retryAfter,
  };
}
