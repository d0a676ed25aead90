import type { OrderStatus } from "@isocenter/contract";
import { Refusal } from "../../platform/index.ts";

export const conflict = (code: string, detail: string): Refusal => new Refusal("conflict", code, detail);

/** Names the present state, and what may follow it. */
export const illegalTransition = (
  from: OrderStatus,
  to: OrderStatus,
  following: readonly OrderStatus[],
): Refusal =>
  conflict(
    "order.illegal-transition",
    `The order is ${from}, and ${to} may not follow: ${following.length > 0 ? `only ${following.join(", ")} may` : "it stays so"}.`,
  );

export const noOrder = (): Refusal => new Refusal("not-found", "order.not-found", "There is no such order.");
export const noStation = (): Refusal =>
  new Refusal("not-found", "station.not-found", "There is no such station.");

/** The database's own word for a value that is there already (SQLSTATE unique_violation). */
export const isDuplicate = (error: unknown): boolean => (error as { code?: string }).code === "23505";
