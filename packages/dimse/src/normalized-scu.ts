import type { Association } from "./association.ts";
import { type CommandSet, dataSetPresent, noDataSet } from "./command-set.ts";
import { commandFields, responseBit } from "./commands.ts";
import { contextFor, type DataSetBytes, encoded } from "./conversation.ts";
import { StatusError } from "./errors.ts";
import type { Exchanges } from "./exchanges.ts";
import type { PresentationContext } from "./negotiation.ts";
import { isSuccessOrWarning } from "./status.ts";

interface NormalizedRequest {
  sopClassUid: string;
  sopInstanceUid: string;
  /** Of the presentation context, where that is a meta SOP class (PS3.4 B.3, H.3); the SOP class when left out. */
  abstractSyntax?: string;
}

/** N-EVENT-REPORT (PS3.7 §10.1.1). */
export interface EventReportRequest extends NormalizedRequest {
  eventTypeId: number;
  information?: DataSetBytes;
}

/** N-ACTION (PS3.7 §10.1.4). */
export interface ActionRequest extends NormalizedRequest {
  actionTypeId: number;
  information?: DataSetBytes;
}

/** N-CREATE (PS3.7 §10.1.5). */
export interface CreateRequest extends Omit<NormalizedRequest, "sopInstanceUid"> {
  /** Left out: the peer gives it. */
  sopInstanceUid?: string;
  attributes?: DataSetBytes;
}

/** N-SET (PS3.7 §10.1.3). */
export interface SetRequest extends NormalizedRequest {
  modifications: DataSetBytes;
}

/** N-GET (PS3.7 §10.1.2). */
export interface AttributesRequest extends NormalizedRequest {
  /** Tags; all attributes when left out. */
  attributeIdentifierList?: readonly number[];
}

/** N-DELETE (PS3.7 §10.1.6). */
export type DeleteRequest = NormalizedRequest;

/** Success or a warning. */
export interface NormalizedResult {
  status: number;
  errorComment?: string;
  /** As the peer says it; of an N-CREATE the UID of what was made. */
  affectedSopInstanceUid: string | undefined;
  attributeIdentifierList?: readonly number[];
  dataSet: Buffer | null;
  transferSyntax: string;
}

/** The N-services as the side that asks for them. @throws StatusError for a failure, DimseError when the association ends first */
export interface NormalizedRequests {
  nEventReport(request: EventReportRequest): Promise<NormalizedResult>;
  nAction(request: ActionRequest): Promise<NormalizedResult>;
  nCreate(request: CreateRequest): Promise<NormalizedResult>;
  nSet(request: SetRequest): Promise<NormalizedResult>;
  nGet(request: AttributesRequest): Promise<NormalizedResult>;
  nDelete(request: DeleteRequest): Promise<NormalizedResult>;
}

/** On the contexts that were accepted (PS3.7 §10.3). */
export function normalizedRequests(
  association: Association,
  exchanges: Exchanges,
  contexts: readonly PresentationContext[],
): NormalizedRequests {
  const ask = async (
    { sopClassUid, abstractSyntax }: { sopClassUid: string; abstractSyntax?: string },
    command: Omit<CommandSet, "commandDataSetType">,
    dataSet?: DataSetBytes,
  ): Promise<NormalizedResult> => {
    const context = contextFor(contexts, abstractSyntax ?? sopClassUid);
    return exchanges.run(async ({ messageId, next }) => {
      const bytes = dataSet === undefined ? undefined : encoded(dataSet, context.transferSyntax);
      const commandDataSetType = bytes === undefined ? noDataSet : dataSetPresent;
      await association.send(context.id, { ...command, messageId, commandDataSetType }, bytes);
      return resultOf(await next(command.commandField | responseBit), context.transferSyntax);
    });
  };
  const requested = ({ sopClassUid, sopInstanceUid }: NormalizedRequest) => ({
    requestedSopClassUid: sopClassUid,
    requestedSopInstanceUid: sopInstanceUid,
  });
  return {
    nEventReport(request) {
      const { sopClassUid, sopInstanceUid, eventTypeId, information } = request;
      const command = {
        affectedSopClassUid: sopClassUid,
        commandField: commandFields.nEventReportRequest,
        affectedSopInstanceUid: sopInstanceUid,
        eventTypeId,
      };
      return ask(request, command, information);
    },
    nAction(request) {
      const { actionTypeId, information } = request;
      const command = {
        ...requested(request),
        commandField: commandFields.nActionRequest,
        actionTypeId,
      };
      return ask(request, command, information);
    },
    nCreate(request) {
      const { sopClassUid, sopInstanceUid, attributes } = request;
      const command = {
        affectedSopClassUid: sopClassUid,
        commandField: commandFields.nCreateRequest,
        affectedSopInstanceUid: sopInstanceUid,
      };
      return ask(request, command, attributes);
    },
    nSet: (request) =>
      ask(request, { ...requested(request), commandField: commandFields.nSetRequest }, request.modifications),
    nGet(request) {
      const { attributeIdentifierList } = request;
      const command = {
        ...requested(request),
        commandField: commandFields.nGetRequest,
        attributeIdentifierList,
      };
      return ask(request, command);
    },
    nDelete: (request) => ask(request, { ...requested(request), commandField: commandFields.nDeleteRequest }),
  };
}

function resultOf(
  { command, dataSet }: { command: CommandSet; dataSet: Buffer | null },
  transferSyntax: string,
): NormalizedResult {
  const { errorComment, offendingElements, errorId, attributeIdentifierList } = command;
  const status = command.status ?? -1;
  if (!isSuccessOrWarning(status)) {
    const detail = { errorId, dataSet: dataSet ?? undefined };
    throw new StatusError(status, errorComment, offendingElements, detail);
  }
  return {
    status,
    ...(errorComment === undefined ? {} : { errorComment }),
    affectedSopInstanceUid: command.affectedSopInstanceUid,
    ...(attributeIdentifierList === undefined ? {} : { attributeIdentifierList }),
    dataSet,
    transferSyntax,
  };
}
