import {
  type AnsweredContext,
  type AssociateRequest,
  type ContextResult,
  contextResults,
  type ExtendedNegotiation,
  type ProposedContext,
  type Rejection,
  type RoleSelection,
} from "./pdu.ts";
import { implicitVrLittleEndian, isUid } from "./uids.ts";

/** A presentation context that both sides agreed on. */
export interface PresentationContext {
  id: number;
  abstractSyntax: string;
  transferSyntax: string;
}

/** What answers an A-ASSOCIATE-RQ. `data` stays with the association and comes back in each handler. */
export type Decision<T> =
  | {
      accept: true;
      contexts: readonly AnsweredContext[];
      /** Roles granted, of those asked for (PS3.7 D.3.3.4.2). */
      roles?: readonly RoleSelection[];
      extendedNegotiations?: readonly ExtendedNegotiation[];
      /** PS3.7 D.3.3.7.2; sent only where the requestor asked for it. */
      userIdentityResponse?: Uint8Array;
      data: T;
    }
  | { accept: false; rejection: Rejection };

/** The transfer syntax chosen, or why there is none. */
export type Choice = string | { refused: Exclude<ContextResult, 0> };

/** Answers every proposed context, in order (PS3.8 §7.1.1.14). A context whose abstract syntax is no UID is refused unasked. */
export function answerContexts(
  request: AssociateRequest,
  choose: (context: ProposedContext) => Choice,
): AnsweredContext[] {
  return request.contexts.map((context) => {
    // The transfer syntax of a refused context means nothing, and must be there all the same (PS3.8 §9.3.3.2).
    const unused = context.transferSyntaxes[0] ?? implicitVrLittleEndian;
    if (!isUid(context.abstractSyntax)) {
      return { id: context.id, result: contextResults.abstractSyntaxNotSupported, transferSyntax: unused };
    }
    const choice = choose(context);
    if (typeof choice === "string") {
      return { id: context.id, result: contextResults.acceptance, transferSyntax: choice };
    }
    return { id: context.id, result: choice.refused, transferSyntax: unused };
  });
}

/** The first transfer syntax proposed that is among the supported ones; the requestor puts first what it likes best. */
export function firstSupported(context: ProposedContext, supported: ReadonlySet<string>): Choice {
  const uid = context.transferSyntaxes.find((transferSyntax) => supported.has(transferSyntax));
  return uid ?? { refused: contextResults.transferSyntaxesNotSupported };
}

/** The contexts that were proposed and accepted, by id. */
export function acceptedContexts(
  proposed: readonly ProposedContext[],
  answered: readonly AnsweredContext[],
): Map<number, PresentationContext> {
  const accepted = new Map<number, PresentationContext>();
  for (const { id, result, transferSyntax } of answered) {
    const proposal = proposed.find((context) => context.id === id);
    if (result !== contextResults.acceptance || !proposal?.transferSyntaxes.includes(transferSyntax))
      continue;
    accepted.set(id, { id, abstractSyntax: proposal.abstractSyntax, transferSyntax });
  }
  return accepted;
}
