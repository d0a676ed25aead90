/**
 * The DICOM upper layer (PS3.8) and the DIMSE services (PS3.7) over sockets: `createDimseServer` answers associations,
 * `openAssociation` asks for them. Data sets pass as bytes; nothing here looks into them.
 */
export { isAeTitle } from "./ae-title.ts";
export { defaultLimits, type Limits } from "./association.ts";
export { collect } from "./chunk-queue.ts";
export {
  type ClientAssociation,
  type ClientHandlers,
  type OpenOptions,
  openAssociation,
  otherCertificate,
} from "./client.ts";
export { priorities } from "./commands.ts";
export type { DataSetBytes } from "./conversation.ts";
export { DimseError, type DimseErrorCode, StatusError, type SubOperations } from "./errors.ts";
export type { FindRequest, FoundMatch } from "./find-scu.ts";
export type {
  FindMatch,
  Handlers,
  NormalizedAnswer,
  NormalizedContext,
  OperationContext,
  RetrieveContext,
  RetrieveResult,
  StoreContext,
} from "./handlers.ts";
export {
  answerContexts,
  answerRoles,
  type Choice,
  type Decision,
  firstSupported,
  type PresentationContext,
} from "./negotiation.ts";
export type {
  ActionRequest,
  AttributesRequest,
  CreateRequest,
  DeleteRequest,
  EventReportRequest,
  NormalizedRequests,
  NormalizedResult,
  SetRequest,
} from "./normalized-scu.ts";
export {
  type AnsweredContext,
  type AssociateRequest,
  type ContextResult,
  contextResults,
  describeRejection,
  type ExtendedNegotiation,
  type ProposedContext,
  type Rejection,
  type RoleSelection,
  rejections,
  type UserIdentity,
} from "./pdu.ts";
export { holdReceived, release } from "./received.ts";
export type { AssociationInfo, PeerRequests } from "./requests.ts";
export type { GetRequest, MoveRequest, RetrieveResponse } from "./retrieve-scu.ts";
export { createDimseServer, type DimseServer } from "./server.ts";
export type { DimseServerOptions, IncomingRequest, ServerObserver } from "./server-options.ts";
export {
  type Action,
  actions,
  type Event,
  events,
  type State,
  states,
  transition,
} from "./state-table.ts";
export { isPending, isSuccessOrWarning, type OperationResult, Status } from "./status.ts";
export type { StoreRequest } from "./store-scu.ts";
export { defaultTimeouts, type Timeouts } from "./timeouts.ts";
export type { ClientTls, PeerTls, ServerTls } from "./tls.ts";
export { applicationContextName, implicitVrLittleEndian, verificationSopClass } from "./uids.ts";
export { type Identity, readUserIdentity, userIdentityOf } from "./user-identity.ts";
