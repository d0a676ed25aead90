import type { StoredInstance } from "../../modules/archive/index.ts";

/** A presentation context as it is proposed: each with one transfer syntax, so that the receiver says of each whether it takes it. */
export interface ProposedForm {
  abstractSyntax: string;
  transferSyntaxes: readonly [string];
}

/** The most that an association can carry (PS3.8 §9.3.2.2: odd numbers of one byte). */
export const maxContexts = 128;

/** What is worth proposing of the ways in which an instance can be given; the ones after are rarer and cost more. */
const maxFormsOfInstance = 12;

/**
 * The contexts for these instances: for each SOP class the transfer syntaxes that its instances are kept in, and those in which they could be
 * given as well. Where they are more than an association carries, SOP classes are divided over several.
 */
export function contextGroups(
  instances: readonly StoredInstance[],
  syntaxesFor: (instance: StoredInstance) => readonly string[],
): ProposedForm[][] {
  const bySopClass = new Map<string, { kept: Set<string>; others: Set<string> }>();
  const seen = new Set<string>();
  for (const instance of instances) {
    const { SOPClassUID, transferSyntaxUID, bitsAllocated, samplesPerPixel, pixels } = instance;
    const kind = `${SOPClassUID} ${transferSyntaxUID} ${bitsAllocated} ${samplesPerPixel} ${pixels === null}`;
    if (seen.has(kind)) continue;
    seen.add(kind);
    let forms = bySopClass.get(SOPClassUID);
    if (!forms) {
      forms = { kept: new Set(), others: new Set() };
      bySopClass.set(SOPClassUID, forms);
    }
    const [kept, ...others] = syntaxesFor(instance);
    forms.kept.add(kept ?? transferSyntaxUID);
    for (const uid of others.slice(0, maxFormsOfInstance)) forms.others.add(uid);
  }
  const groups: ProposedForm[][] = [];
  let group: ProposedForm[] = [];
  for (const [abstractSyntax, { kept, others }] of bySopClass) {
    const forms = [...new Set([...kept, ...others])]
      .slice(0, maxContexts)
      .map((uid): ProposedForm => ({ abstractSyntax, transferSyntaxes: [uid] }));
    if (group.length + forms.length > maxContexts) {
      groups.push(group);
      group = [];
    }
    group.push(...forms);
  }
  return group.length === 0 ? groups : [...groups, group];
}
