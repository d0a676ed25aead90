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
      /** Roles granted; what was not asked for is left out (PS3.7 D.3.3.4.2). */
      roles?: readonly RoleSelection[];
      extendedNegotiations?: readonly ExtendedNegotiation[];
      /**
       * The user identity was accepted (PS3.7 D.3.3.7.2): empty for a user name, else a Kerberos server ticket, SAML response or JSON web
       * token. Sent only where the requestor asked for it; left out, nothing is said.
       */
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

/**
 * Answers role selection (PS3.7 D.3.3.4.2): for each SOP class that was proposed, once, the roles that were asked for and are granted.
 * A role that was not asked for is answered with 0.
 */
export function answerRoles(
  { contexts, user }: AssociateRequest,
  grant: (sopClassUid: string) => { scu: boolean; scp: boolean },
): RoleSelection[] {
  const proposed = new Set(contexts.map(({ abstractSyntax }) => abstractSyntax));
  const answers = new Map<string, RoleSelection>();
  for (const { sopClassUid, scu, scp } of user.roles) {
    if (!proposed.has(sopClassUid) || answers.has(sopClassUid)) continue;
    const granted = grant(sopClassUid);
    answers.set(sopClassUid, { sopClassUid, scu: scu && granted.scu, scp: scp && granted.scp });
  }
  return [...answers.values()];
}

/** Of the accepted contexts those of whose SOP class the association requestor is SCP. */
export function requestorScpContexts(
  contexts: Iterable<PresentationContext>,
  roles: readonly RoleSelection[],
): PresentationContext[] {
  const scp = new Set(roles.filter((role) => role.scp).map(({ sopClassUid }) => sopClassUid));
  return [...contexts].filter(({ abstractSyntax }) => scp.has(abstractSyntax));
}
