import type { RoutingRule, RoutingRuleListQuery } from "@isocenter/contract";
import {
  keysetPage,
  type ListPage,
  mapPage,
  type Reader,
  Refusal,
  requirePermission,
  type Viewer,
} from "../../../platform/index.ts";
import { type RoutingRuleRow, ruleOf } from "./rule.ts";

/** @throws Refusal `not-found` (`routing.not-found`), also at a facility that is not the viewer's, `forbidden` */
export async function ruleRow(
  reader: Reader,
  viewer: Viewer,
  id: string,
  forUpdate = false,
): Promise<RoutingRuleRow> {
  requirePermission(viewer, "modalities.manage");
  const [row] = await reader<RoutingRuleRow[]>`
    select * from routing_rule where id = ${id} and facility_id = any(${viewer.facilityIds as string[]}::uuid[])
    ${forUpdate ? reader`for update` : reader``}`;
  if (!row) throw new Refusal("not-found", "routing.not-found", "There is no such routing rule.");
  return row;
}

export const getRule = async (reader: Reader, viewer: Viewer, id: string): Promise<RoutingRule> =>
  ruleOf(await ruleRow(reader, viewer, id));

/** In the order they were made. @throws Refusal `forbidden` */
export async function listRules(
  reader: Reader,
  viewer: Viewer,
  query: RoutingRuleListQuery,
): Promise<ListPage<RoutingRule>> {
  requirePermission(viewer, "modalities.manage");
  const page = await keysetPage<RoutingRuleRow, "createdAt">(reader, query, {
    name: "routing-rules",
    sorts: { createdAt: { by: reader`r.created_at`, type: "timestamptz" } },
    fallback: "createdAt",
    id: reader`r.id`,
    columns: reader`r.*`,
    from: reader`routing_rule r`,
    where: reader`r.facility_id = any(${viewer.facilityIds as string[]}::uuid[])`,
  });
  return mapPage(page, ruleOf);
}
