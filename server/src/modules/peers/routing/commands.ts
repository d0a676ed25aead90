import type { ChangeRoutingRule, CreateRoutingRule, RoutingRule } from "@isocenter/contract";
import {
  checkVersion,
  newId,
  Refusal,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../../platform/index.ts";
import { requireFacility } from "../commands.ts";
import type { PeersDeps } from "../deps.ts";
import { modalityRow } from "../queries.ts";
import { ruleRow } from "./queries.ts";
import { type RoutingRuleRow, readConditions, readScope, ruleOf } from "./rule.ts";

/** Each settled study is compared with every rule of its facility. */
const maxRules = 1000;

/** A destination that is not the viewer's does not exist for it. @throws Refusal `invalid` (`routing.unknown-destination`) */
async function requireDestination(tx: Tx, viewer: Viewer, id: string): Promise<void> {
  await modalityRow(tx, viewer, id).catch(() => {
    const message = "There is no such modality.";
    throw new Refusal("invalid", "routing.unknown-destination", message, {
      errors: [{ path: "destinationId", message }],
    });
  });
}

/**
 * A rule of the demonstration has to name it: made by the way, by who happens to work there, it would send invented patients to a real archive.
 * @throws Refusal `invalid` (`routing.demonstration`)
 */
async function refuseDemonstration(tx: Tx, facilityId: string): Promise<void> {
  const [found] = await tx`select from facility where id = ${facilityId} and demonstration`;
  if (!found) return;
  const message = "Name the facility: images of the demonstration are sent away by no rule that does not.";
  throw new Refusal("invalid", "routing.demonstration", message, {
    errors: [{ path: "facilityId", message }],
  });
}

/** @throws Refusal `invalid`, `forbidden`, `conflict` (`routing.too-many`) */
export async function createRule(
  deps: PeersDeps,
  tx: Tx,
  viewer: Viewer,
  input: CreateRoutingRule,
): Promise<RoutingRule> {
  requirePermission(viewer, "modalities.manage");
  const facilityId = input.facilityId ?? viewer.homeFacilityId;
  await requireFacility(tx, viewer, facilityId);
  if (input.facilityId === undefined) await refuseDemonstration(tx, facilityId);
  await requireDestination(tx, viewer, input.destinationId);
  const [count] = await tx<{ rules: number }[]>`
    select count(*) as rules from routing_rule where facility_id = ${facilityId}`;
  if (count!.rules >= maxRules)
    throw new Refusal("conflict", "routing.too-many", `A facility has at most ${maxRules} routing rules.`);
  const row = {
    id: newId(deps.clock),
    facility_id: facilityId,
    name: input.name,
    enabled: input.enabled ?? true,
    conditions: tx.json(readConditions(input.conditions ?? {})),
    destination_id: input.destinationId,
    scope: readScope(input.scope ?? "STUDY"),
    send_back: input.sendBack ?? false,
    request_commitment: input.commit ?? null,
    created_at: deps.clock.now(),
  };
  const [made] = await tx<RoutingRuleRow[]>`insert into routing_rule ${tx(row as never)} returning *`;
  await deps.journal.record(tx, viewer, {
    type: "routing-rule.created",
    subject: { type: "routing-rule", id: row.id },
    facilityId,
    data: factData(made!),
  });
  return ruleOf(made!);
}

const factData = (row: RoutingRuleRow) => ({
  destinationId: row.destination_id,
  enabled: row.enabled,
  scope: row.scope,
  sendBack: row.send_back,
  // Patterns may be names of physicians: which conditions there are is told, not what they say.
  conditions: Object.keys(row.conditions),
});

/** @throws Refusal `not-found`, `conflict` (`version.conflict`), `invalid`, `forbidden` */
export async function changeRule(
  deps: PeersDeps,
  tx: Tx,
  viewer: Viewer,
  id: string,
  input: ChangeRoutingRule,
): Promise<RoutingRule> {
  const before = await ruleRow(tx, viewer, id, true);
  checkVersion(input.expectedVersion, before.version);
  if (input.destinationId !== undefined) await requireDestination(tx, viewer, input.destinationId);
  const after = {
    name: input.name ?? before.name,
    enabled: input.enabled ?? before.enabled,
    conditions: input.conditions === undefined ? before.conditions : readConditions(input.conditions),
    destination_id: input.destinationId ?? before.destination_id,
    scope: input.scope === undefined ? before.scope : readScope(input.scope),
    send_back: input.sendBack ?? before.send_back,
    request_commitment: input.commit === undefined ? before.request_commitment : input.commit,
  };
  const changed = Object.keys(after).filter(
    (name) =>
      JSON.stringify(after[name as keyof typeof after]) !==
      JSON.stringify(before[name as keyof typeof after]),
  );
  if (changed.length === 0) return ruleOf(before);
  const [row] = await tx<RoutingRuleRow[]>`
    update routing_rule set ${tx({ ...after, conditions: tx.json(after.conditions) as never })}, version = version + 1
    where id = ${id} returning *`;
  await deps.journal.record(tx, viewer, {
    type: "routing-rule.changed",
    subject: { type: "routing-rule", id },
    facilityId: before.facility_id,
    data: { changed, ...factData(row!) },
  });
  return ruleOf(row!);
}

/** What it has put into the queue stays there. @throws Refusal `not-found`, `forbidden` */
export async function removeRule(deps: PeersDeps, tx: Tx, viewer: Viewer, id: string): Promise<void> {
  const row = await ruleRow(tx, viewer, id, true);
  await tx`delete from routing_rule where id = ${id}`;
  await deps.journal.record(tx, viewer, {
    type: "routing-rule.removed",
    subject: { type: "routing-rule", id },
    facilityId: row.facility_id,
    data: factData(row),
  });
}
