import {
  DicomError,
  type DicomJson,
  formatTag,
  fromDicomJson,
  newUid,
  parseTag,
  readDataSet,
  SopClasses,
  toDicomJson,
  writeDataSet,
} from "@isocenter/dicom";
import { type NormalizedAnswer, type NormalizedContext, Status, StatusError } from "@isocenter/dimse";
import type { PerformedSteps } from "../../modules/orders/index.ts";
import { asRefusal } from "../../platform/index.ts";
import type { Caller } from "./caller.ts";
import { errorComment } from "./statuses.ts";

const { ModalityPerformedProcedureStep, ModalityPerformedProcedureStepRetrieve } = SopClasses;

/** Error ID (0000,0903): the step may no longer be updated (PS3.4 F.7.2.2.2). */
const mayNoLongerBeUpdated = 0xa710;

/** A step names every instance that it made. */
const limits = { maxElements: 200_000, maxItems: 100_000, maxDepth: 8, maxInflatedBytes: 4 << 20 };

/** Statuses of the refusals of performed steps (PS3.7 Annex C, PS3.4 F.7.2). */
export const performedStepStatusOf: Readonly<Record<string, readonly [status: number, errorId?: number]>> = {
  "performed-step.duplicate": [Status.DuplicateSopInstance],
  "performed-step.not-found": [Status.NoSuchSopInstance],
  "performed-step.ended": [Status.ProcessingFailure, mayNoLongerBeUpdated],
  "performed-step.missing-attribute": [Status.MissingAttribute],
  "performed-step.missing-value": [Status.MissingAttributeValue],
  "performed-step.invalid-value": [Status.InvalidAttributeValue],
  forbidden: [Status.NotAuthorized],
};

function asPerformedStepStatus(error: unknown): unknown {
  const refusal = asRefusal(error);
  if (!refusal) return error;
  const [status, errorId] = performedStepStatusOf[refusal.code] ?? [Status.ProcessingFailure];
  const tags = refusal.errors.map(({ path }) => parseTag(path)).filter((tag) => tag !== null);
  return new StatusError(status, errorComment(refusal.message), tags.length > 0 ? tags : undefined, {
    errorId,
  });
}

function parse(bytes: Uint8Array | null, transferSyntax: string): DicomJson {
  if (bytes === null) throw new StatusError(Status.MissingAttribute, "no data set");
  try {
    return toDicomJson(readDataSet(bytes, transferSyntax, limits));
  } catch (error) {
    if (!(error instanceof DicomError)) throw error;
    throw new StatusError(Status.ProcessingFailure, `data set cannot be read: ${error.code}`);
  }
}

function requirePeer({ association, command }: NormalizedContext<Caller>, sopClassUid: string) {
  const { peer } = association.data;
  if (command.sopClassUid !== sopClassUid)
    throw new StatusError(Status.UnrecognizedOperation, "not an operation of this SOP class");
  if (!peer.permissions.includes("mpps"))
    throw new StatusError(Status.NotAuthorized, "may not report performed steps");
  return peer;
}

/** Modality Performed Procedure Step (PS3.4 F.7) and its Retrieve SOP class (F.8): what our listener does. */
export function performedStepHandlers(steps: PerformedSteps) {
  const refused = (error: unknown): never => {
    throw asPerformedStepStatus(error);
  };
  return {
    async nCreate(context: NormalizedContext<Caller>, dataSet: Uint8Array | null): Promise<NormalizedAnswer> {
      const peer = requirePeer(context, ModalityPerformedProcedureStep);
      const attributes = parse(dataSet, context.presentationContext.transferSyntax);
      const sopInstanceUid = context.command.sopInstanceUid || newUid();
      const input = { facilityId: peer.facilityId, sopInstanceUid, attributes };
      await steps.create(peer.viewer, input).catch(refused);
      return { status: Status.Success, affectedSopInstanceUid: sopInstanceUid };
    },
    async nSet(context: NormalizedContext<Caller>, dataSet: Uint8Array | null): Promise<NormalizedAnswer> {
      const peer = requirePeer(context, ModalityPerformedProcedureStep);
      const attributes = parse(dataSet, context.presentationContext.transferSyntax);
      const { sopInstanceUid } = context.command;
      await steps
        .change(peer.viewer, { facilityId: peer.facilityId, sopInstanceUid, attributes })
        .catch(refused);
      return { status: Status.Success };
    },
    /** All attributes, or those of the list; of what the step does not have nothing is told (PS3.4 F.8.2.1). */
    async nGet(context: NormalizedContext<Caller>): Promise<NormalizedAnswer> {
      const peer = requirePeer(context, ModalityPerformedProcedureStepRetrieve);
      const { sopInstanceUid, attributeIdentifierList } = context.command;
      const all = await steps.attributes(peer.viewer, sopInstanceUid).catch(refused);
      const wanted = attributeIdentifierList.map(formatTag);
      const told =
        wanted.length === 0
          ? all
          : Object.fromEntries(Object.entries(all).filter(([key]) => wanted.includes(key)));
      const set = fromDicomJson(told);
      return {
        status: Status.Success,
        dataSet: writeDataSet(set, context.presentationContext.transferSyntax),
      };
    },
  };
}
