import { Status, StatusError } from "@isocenter/dimse";
import { asRefusal, type Refusal, type RefusalKind } from "../../platform/index.ts";

/** DIMSE's words for each kind of refusal: C-STORE by PS3.4 Table B.2-1, C-FIND by Table C.4-1, both by PS3.7 Annex C. */
export const statusOfRefusal: Readonly<Record<RefusalKind, { store: number; find: number }>> = {
  invalid: { store: Status.StoreCannotUnderstand, find: Status.FindIdentifierDoesNotMatchSopClass },
  unauthenticated: { store: Status.NotAuthorized, find: Status.NotAuthorized },
  forbidden: { store: Status.NotAuthorized, find: Status.NotAuthorized },
  "not-found": { store: Status.StoreCannotUnderstand, find: Status.FindUnableToProcess },
  "not-acceptable": { store: Status.StoreCannotUnderstand, find: Status.FindUnableToProcess },
  conflict: { store: Status.StoreCannotUnderstand, find: Status.FindUnableToProcess },
  "too-large": { store: Status.StoreOutOfResources, find: Status.FindOutOfResources },
  "unsupported-type": { store: Status.StoreCannotUnderstand, find: Status.FindUnableToProcess },
  unprocessable: { store: Status.StoreCannotUnderstand, find: Status.FindUnableToProcess },
  locked: { store: Status.NotAuthorized, find: Status.NotAuthorized },
  // What may work later is out of resources: the sender keeps the object and tries again.
  "too-many": { store: Status.StoreOutOfResources, find: Status.FindOutOfResources },
  unavailable: { store: Status.StoreOutOfResources, find: Status.FindOutOfResources },
  "out-of-space": { store: Status.StoreOutOfResources, find: Status.FindOutOfResources },
};

/** Refusals that have a status of their own. */
const byCode: Readonly<Record<string, number>> = {
  "dicom.uid-mismatch": Status.StoreDataSetDoesNotMatchSopClass,
  "dicom.sop-class-mismatch": Status.StoreDataSetDoesNotMatchSopClass,
};

/** An error as the status that answers it; what is no refusal is a fault, and stays as it is. */
export function asStatus(error: unknown, operation: "store" | "find"): unknown {
  if (error instanceof StatusError) return error;
  const refusal = asRefusal(error);
  if (!refusal) return error;
  const own = operation === "store" ? byCode[refusal.code] : undefined;
  return new StatusError(own ?? statusOfRefusal[refusal.kind][operation], errorComment(refusal));
}

/** Error Comment (0000,0902) is LO of the default repertoire: 64 characters, no backslash, no control. */
function errorComment(refusal: Refusal): string {
  return refusal.message.replace(/[^\x20-\x5b\x5d-\x7e]/g, "?").slice(0, 64);
}
