import type { ReadingItem } from "@isocenter/contract";
import { byPriority } from "../orders/priorities.ts";

type Waiting = Pick<ReadingItem, "id" | "priority" | "dueAt" | "actions" | "report">;

const byUrgency = (one: Waiting, other: Waiting): number =>
  byPriority(one, other) || one.dueAt.localeCompare(other.dueAt);

/**
 * What a reader goes on with, the most urgent first: what nobody reads, and what is their own already, as when it was assigned to them. What they have
 * begun a report of comes last: they left it for a reason.
 */
export function toGoOnWith<T extends Waiting>(
  free: readonly T[],
  own: readonly T[],
  exceptStudyId: string,
): T[] {
  const waits = ({ id, actions }: T) => id !== exceptStudyId && actions.includes("claim");
  const begun = own.filter(({ report }) => report !== null);
  const fresh = [...free, ...own.filter(({ report }) => report === null)];
  return [...fresh.sort(byUrgency), ...begun.sort(byUrgency)].filter(waits);
}
