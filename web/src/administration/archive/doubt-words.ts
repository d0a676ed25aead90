import type { QuarantineAction, ReconciliationAction, ReconciliationKind } from "@isocenter/contract";
import { message, t } from "../../words/words.ts";

const kinds: Readonly<Record<ReconciliationKind, string>> = {
  CONFLICTING_IDENTITY: message("Another person under this identifier"),
  NO_IDENTIFIER: message("No identifier"),
  RESENT_AFTER_DELETION: message("Came again after deletion"),
  ORDER_CONFLICT: message("Order in doubt"),
  SEVERAL_REGISTERED: message("Several registered studies wait for it"),
};
export const doubtWord = (kind: ReconciliationKind): string => t(kinds[kind]);

interface Decision {
  word: string;
  hint: string;
}

const decisions: Readonly<Record<ReconciliationKind, Partial<Record<ReconciliationAction, Decision>>>> = {
  CONFLICTING_IDENTITY: {
    ATTACH: {
      word: message("It is the known patient"),
      hint: message("The study moves to the known patient; the images keep what they say."),
    },
    ACCEPT: {
      word: message("It is a person of their own"),
      hint: message("The provisional patient becomes a patient with an identifier of their own."),
    },
    MOVE: {
      word: message("It is another patient"),
      hint: message("The study moves to the patient that you choose."),
    },
    REJECT: { word: message("Set the study aside"), hint: message("It is deleted and can be brought back.") },
  },
  NO_IDENTIFIER: {
    ACCEPT: {
      word: message("It is a person of their own"),
      hint: message("The provisional patient becomes a patient with an identifier of their own."),
    },
    MOVE: {
      word: message("It is another patient"),
      hint: message("The study moves to the patient that you choose."),
    },
    REJECT: { word: message("Set the study aside"), hint: message("It is deleted and can be brought back.") },
  },
  RESENT_AFTER_DELETION: {
    ACCEPT: { word: message("Bring it back"), hint: message("What was deleted is in the archive again.") },
    REJECT: { word: message("It stays deleted"), hint: message("What came again is left out.") },
  },
  ORDER_CONFLICT: {
    MATCH: {
      word: message("It answers an order of this patient"),
      hint: message("The study is linked to the order that you choose."),
    },
    ATTACH: {
      word: message("It is the patient of that order"),
      hint: message("The study moves to the patient whose order its numbers name."),
    },
    ACCEPT: { word: message("It answers no order"), hint: message("The study stays without an order.") },
  },
  SEVERAL_REGISTERED: {
    MATCH: {
      word: message("It is one of the registered studies"),
      hint: message("It takes that one’s place and its order; nothing is waited for any more."),
    },
    ACCEPT: {
      word: message("It is a study of its own"),
      hint: message("It stays beside those that were registered; cancel the ones that nothing comes for."),
    },
  },
};

/** What a decision is called and what it does; the action itself where the server knows one that we do not. */
export function decisionOf(kind: ReconciliationKind, action: string): Decision {
  const known = decisions[kind][action.toUpperCase() as ReconciliationAction];
  return known ? { word: t(known.word), hint: t(known.hint) } : { word: action, hint: "" };
}

const quarantineDecisions: Readonly<Record<QuarantineAction, Decision>> = {
  KEEP: {
    word: message("Keep the archived one"),
    hint: message("The archived image stays as it is; what came is kept apart."),
  },
  REPLACE: {
    word: message("Replace it by what came"),
    hint: message("What came becomes the image; the archived one stays as a version before it."),
  },
  ADD: {
    word: message("Archive it beside"),
    hint: message("What came is archived under a new UID, and both are there."),
  },
  DISCARD: {
    word: message("Discard what came"),
    hint: message("What came is not archived; this cannot be taken back."),
  },
};

export function quarantineDecisionOf(action: string): Decision {
  const known = quarantineDecisions[action.toUpperCase() as QuarantineAction];
  return known ? { word: t(known.word), hint: t(known.hint) } : { word: action, hint: "" };
}
