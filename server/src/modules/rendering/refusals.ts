import { ImagingError, type ImagingErrorCode } from "@isocenter/imaging";
import { Refusal, type RefusalKind } from "../../platform/index.ts";

/** What an imaging error is to whoever asked for the picture. */
const kinds: Readonly<Record<ImagingErrorCode, { kind: RefusalKind; code: string; retryAfter?: number }>> = {
  option: { kind: "invalid", code: "image.invalid-options" },
  "no-pixels": { kind: "not-acceptable", code: "image.no-pixels" },
  invalid: { kind: "not-acceptable", code: "image.not-renderable" },
  mismatch: { kind: "not-acceptable", code: "image.not-renderable" },
  corrupt: { kind: "not-acceptable", code: "image.not-renderable" },
  unsupported: { kind: "not-acceptable", code: "image.not-renderable" },
  "too-large": { kind: "not-acceptable", code: "image.not-renderable" },
  timeout: { kind: "not-acceptable", code: "image.not-renderable" },
  crashed: { kind: "not-acceptable", code: "image.not-renderable" },
  busy: { kind: "unavailable", code: "image.busy", retryAfter: 1 },
  aborted: { kind: "unavailable", code: "image.busy", retryAfter: 1 },
  closed: { kind: "unavailable", code: "image.busy", retryAfter: 5 },
};

/** An imaging error as a Refusal; any other error as it is. */
export function refusalOf(error: unknown): unknown {
  if (!(error instanceof ImagingError)) return error;
  const { kind, code, retryAfter } = kinds[error.code];
  return new Refusal(kind, code, error.message, {
    cause: error,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}

/** Whether asking again later would give the same: it is the object's fault. */
export const isLasting = (error: unknown): error is Refusal =>
  error instanceof Refusal && error.kind === "not-acceptable";
