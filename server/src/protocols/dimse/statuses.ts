import { Status, StatusError } from "@isocenter/dimse";
import { asRefusal, type RefusalKind } from "../../platform/index.ts";

type Operation = "store" | "find" | "retrieve";

/**
 * DIMSE's words for each kind of refusal: C-STORE by PS3.4 Table B.2-1, C-FIND by Table C.4-1, C-MOVE and C-GET by Tables C.4-2 and C.4-3, all by
 * PS3.7 Annex C.
 */
export const statusOfRefusal: Readonly<Record<RefusalKind, Record<Operation, number>>> = {
  invalid: {
    store: Status.StoreCannotUnderstand,
    find: Status.FindIdentifierDoesNotMatchSopClass,
    retrieve: Status.RetrieveIdentifierDoesNotMatchSopClass,
  },
  unauthenticated: {
    store: Status.NotAuthorized,
    find: Status.NotAuthorized,
    retrieve: Status.NotAuthorized,
  },
  forbidden: { store: Status.NotAuthorized, find: Status.NotAuthorized, retrieve: Status.NotAuthorized },
  "not-found": {
    store: Status.StoreCannotUnderstand,
    find: Status.FindUnableToProcess,
    retrieve: Status.RetrieveUnableToProcess,
  },
  "wrong-method": {
    store: Status.StoreCannotUnderstand,
    find: Status.FindUnableToProcess,
    retrieve: Status.RetrieveUnableToProcess,
  },
  "not-acceptable": {
    store: Status.StoreCannotUnderstand,
    find: Status.FindUnableToProcess,
    retrieve: Status.RetrieveUnableToProcess,
  },
  conflict: {
    store: Status.StoreCannotUnderstand,
    find: Status.FindUnableToProcess,
    retrieve: Status.RetrieveUnableToProcess,
  },
  "too-large": {
    store: Status.StoreOutOfResources,
    find: Status.FindOutOfResources,
    retrieve: Status.RetrieveUnableToPerformSuboperations,
  },
  "unsupported-type": {
    store: Status.StoreCannotUnderstand,
    find: Status.FindUnableToProcess,
    retrieve: Status.RetrieveUnableToProcess,
  },
  unprocessable: {
    store: Status.StoreCannotUnderstand,
    find: Status.FindUnableToProcess,
    retrieve: Status.RetrieveUnableToProcess,
  },
  locked: { store: Status.NotAuthorized, find: Status.NotAuthorized, retrieve: Status.NotAuthorized },
  // What may work later is out of resources: the sender keeps the object and tries again.
  "too-many": {
    store: Status.StoreOutOfResources,
    find: Status.FindOutOfResources,
    retrieve: Status.RetrieveUnableToPerformSuboperations,
  },
  unavailable: {
    store: Status.StoreOutOfResources,
    find: Status.FindOutOfResources,
    retrieve: Status.RetrieveUnableToPerformSuboperations,
  },
  "out-of-space": {
    store: Status.StoreOutOfResources,
    find: Status.FindOutOfResources,
    retrieve: Status.RetrieveUnableToPerformSuboperations,
  },
};

/** Refusals that have a status of their own. */
const byCode: Readonly<Record<string, number>> = {
  "dicom.uid-mismatch": Status.StoreDataSetDoesNotMatchSopClass,
  "dicom.sop-class-mismatch": Status.StoreDataSetDoesNotMatchSopClass,
  // Of objects that belong to no study, the SOP class is taken where they name one all the same.
  "dicom.no-study": Status.SopClassNotSupported,
  "dicom.not-storable": Status.SopClassNotSupported,
};

/** An error as the status that answers it; what is no refusal is a fault, and stays as it is. */
export function asStatus(error: unknown, operation: Operation): unknown {
  if (error instanceof StatusError) return error;
  const refusal = asRefusal(error);
  if (!refusal) return error;
  const own = operation === "store" ? byCode[refusal.code] : undefined;
  return new StatusError(own ?? statusOfRefusal[refusal.kind][operation], errorComment(refusal.message));
}

/** Error Comment (0000,0902) is LO of the default repertoire: 64 characters, no backslash, no control. What is longer ends between words. */
export function errorComment(text: string): string {
  const plain = text.replace(/[^\x20-\x5b\x5d-\x7e]/g, "?");
  if (plain.length <= 64) return plain;
  const whole = plain.slice(0, 62).replace(/[ ,;:]+\S*$/, "");
  return `${whole.slice(0, 61)}...`;
}
