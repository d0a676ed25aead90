/**
 * Status codes (0000,0900), each with its place in the standard.
 */
export const Status = {
  /** PS3.7 Annex C */
  Success: 0x0000,
  /** PS3.7 Annex C */
  NoSuchAttribute: 0x0105,
  /** PS3.7 Annex C */
  InvalidAttributeValue: 0x0106,
  /** PS3.7 Annex C */
  AttributeListError: 0x0107,
  /** PS3.7 Annex C */
  ProcessingFailure: 0x0110,
  /** PS3.7 Annex C */
  DuplicateSopInstance: 0x0111,
  /** PS3.7 Annex C */
  NoSuchSopInstance: 0x0112,
  /** PS3.7 Annex C */
  NoSuchEventType: 0x0113,
  /** PS3.7 Annex C */
  NoSuchArgument: 0x0114,
  /** PS3.7 Annex C */
  InvalidArgumentValue: 0x0115,
  /** PS3.7 Annex C */
  AttributeValueOutOfRange: 0x0116,
  /** PS3.7 Annex C */
  InvalidObjectInstance: 0x0117,
  /** PS3.7 Annex C */
  NoSuchSopClass: 0x0118,
  /** PS3.7 Annex C */
  ClassInstanceConflict: 0x0119,
  /** PS3.7 Annex C */
  MissingAttribute: 0x0120,
  /** PS3.7 Annex C */
  MissingAttributeValue: 0x0121,
  /** PS3.7 Annex C */
  SopClassNotSupported: 0x0122,
  /** PS3.7 Annex C */
  NoSuchActionType: 0x0123,
  /** PS3.7 Annex C */
  NotAuthorized: 0x0124,
  /** PS3.7 Annex C */
  DuplicateInvocation: 0x0210,
  /** PS3.7 Annex C */
  UnrecognizedOperation: 0x0211,
  /** PS3.7 Annex C */
  MistypedArgument: 0x0212,
  /** PS3.7 Annex C */
  ResourceLimitation: 0x0213,

  /** PS3.4 Table B.2-1: Refused: Out of Resources */
  StoreOutOfResources: 0xa700,
  /** PS3.4 Table B.2-1: Error: Data Set does not match SOP Class */
  StoreDataSetDoesNotMatchSopClass: 0xa900,
  /** PS3.4 Table B.2-1: Error: Cannot understand */
  StoreCannotUnderstand: 0xc000,
  /** PS3.4 Table B.2-1: Warning: Coercion of Data Elements */
  StoreCoercionOfDataElements: 0xb000,
  /** PS3.4 Table B.2-1: Warning: Elements Discarded */
  StoreElementsDiscarded: 0xb006,
  /** PS3.4 Table B.2-1: Warning: Data Set does not match SOP Class */
  StoreDataSetDoesNotMatchSopClassWarning: 0xb007,

  /** PS3.4 Table C.4-1: Refused: Out of resources */
  FindOutOfResources: 0xa700,
  /** PS3.4 Table C.4-1: Error: Identifier does not match SOP Class */
  FindIdentifierDoesNotMatchSopClass: 0xa900,
  /** PS3.4 Table C.4-1: Failed: Unable to process */
  FindUnableToProcess: 0xc000,
  /** PS3.4 Table C.4-1: Cancel: Matching terminated due to Cancel request */
  Cancel: 0xfe00,
  /** PS3.4 Table C.4-1: Pending: Matches are continuing; all optional keys were supported as required keys are */
  Pending: 0xff00,
  /** PS3.4 Table C.4-1: Pending: Matches are continuing; one or more optional keys were not supported */
  PendingWithWarning: 0xff01,

  /** PS3.4 Tables C.4-2 and C.4-3: Refused: Out of resources, unable to calculate number of matches */
  RetrieveUnableToCountMatches: 0xa701,
  /** PS3.4 Tables C.4-2 and C.4-3: Refused: Out of resources, unable to perform sub-operations */
  RetrieveUnableToPerformSuboperations: 0xa702,
  /** PS3.4 Table C.4-2: Refused: Move Destination unknown */
  MoveDestinationUnknown: 0xa801,
  /** PS3.4 Tables C.4-2 and C.4-3: Failed: Identifier does not match SOP Class */
  RetrieveIdentifierDoesNotMatchSopClass: 0xa900,
  /** PS3.4 Tables C.4-2 and C.4-3: Failed: Unable to process */
  RetrieveUnableToProcess: 0xc000,
  /** PS3.4 Tables C.4-2 and C.4-3: Warning: Sub-operations complete, one or more failures or warnings */
  RetrieveCompleteWithFailures: 0xb000,
} as const;

/** Whether more responses follow one of this status (PS3.7 Annex C, Pending). */
export function isPending(status: number): boolean {
  return status === Status.Pending || status === Status.PendingWithWarning;
}

/** Whether the operation was done, perhaps with a remark (PS3.7 Annex C: 0001H, Bxxx, 0107H, 0116H). */
export function isSuccessOrWarning(status: number): boolean {
  return status === 0 || status === 1 || status >> 12 === 0xb || status === 0x0107 || status === 0x0116;
}

/** What a handler answers. Failures may as well be thrown as StatusError. */
export interface OperationResult {
  status: number;
  /** At most 64 characters reach the peer. */
  errorComment?: string;
  offendingElements?: readonly number[];
}
