import { reachOf } from "@isocenter/contract/permissions";
import { useMe } from "../api/client.ts";

/** Whether the person may place orders, everybody's or their own: whoever may only move them on is not asked for one that the server refuses. */
export const useMayOrder = (): boolean =>
  useMe()?.roles.some((role) => ["all", "own"].includes(reachOf([role], "orders.write") ?? "")) ?? false;
