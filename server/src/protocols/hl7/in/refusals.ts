import type { AcknowledgementError } from "@isocenter/hl7";
import { asRefusal, type Refusal, type RefusalKind } from "../../../platform/index.ts";
import { placeOfPath } from "./place.ts";

interface Said {
  /** AE: understood, and not to be done as it is. AR: not looked into; the sender may repeat it when that has changed. */
  code: "AE" | "AR";
  /** Table 0357. */
  condition: AcknowledgementError["condition"];
}

/** HL7's words for each kind of refusal. */
const saidOfRefusal: Readonly<Record<RefusalKind, Said>> = {
  invalid: { code: "AE", condition: "102" },
  unauthenticated: { code: "AR", condition: "207" },
  forbidden: { code: "AE", condition: "207" },
  "not-found": { code: "AE", condition: "204" },
  "wrong-method": { code: "AR", condition: "201" },
  "not-acceptable": { code: "AR", condition: "200" },
  conflict: { code: "AE", condition: "207" },
  "too-large": { code: "AR", condition: "207" },
  "unsupported-type": { code: "AR", condition: "200" },
  unprocessable: { code: "AE", condition: "207" },
  locked: { code: "AE", condition: "206" },
  "too-many": { code: "AR", condition: "207" },
  unavailable: { code: "AR", condition: "207" },
  "out-of-space": { code: "AR", condition: "207" },
};

/** Refusals that have a condition of their own. */
const conditions: readonly (readonly [RegExp, AcknowledgementError["condition"]])[] = [
  [/(^|[.-])needs-/, "101"],
  [/^(procedure|station)\.unknown$|\.invalid-(priority|modality|sex|status)$|\.unknown-control$/, "103"],
  [/unknown-provider$/, "204"],
  [/number-taken$|identifier-taken$|control-id-reused$/, "205"],
  [/^version\.conflict$/, "206"],
  [/^hl7\.processing-id$/, "202"],
  [/^hl7\.version$/, "203"],
  [/^hl7\.event$/, "201"],
  [/^hl7\.segments$/, "100"],
];

export interface SaidRefusal {
  code: "AE" | "AR";
  errors: AcknowledgementError[];
  /** A sentence for a person. */
  reason: string;
}

/** A refusal as HL7 says it; null for what is none: a fault of ours. */
export function saidOf(error: unknown): SaidRefusal | null {
  const refusal = asRefusal(error);
  return refusal ? said(refusal) : null;
}

function said(refusal: Refusal): SaidRefusal {
  const { code, condition } = saidOfRefusal[refusal.kind];
  const own = conditions.find(([pattern]) => pattern.test(refusal.code))?.[1] ?? condition;
  const places = refusal.errors.flatMap(({ path, message }) => {
    const place = placeOfPath(path);
    return place ? [{ ...place, text: message === refusal.message ? message : refusal.message }] : [];
  });
  const errors = (places.length > 0 ? places : [{ text: refusal.message }]).map((one) => ({
    ...one,
    condition: own,
    code: refusal.code,
  }));
  return { code, errors, reason: refusal.message };
}

export const internalError: SaidRefusal = {
  code: "AE",
  errors: [
    {
      condition: "207",
      code: "internal",
      text: "It failed here; the message is kept, and can be acted upon again.",
    },
  ],
  reason: "It failed here.",
};
