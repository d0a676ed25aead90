import {
  ingestDoors,
  type RoutingConditions,
  type RoutingRule,
  type RoutingScope,
  readEnumeration,
  readModality,
  routingScopes,
} from "@isocenter/contract";
import { Refusal } from "../../../platform/index.ts";

export interface RoutingRuleRow {
  id: string;
  facility_id: string;
  name: string;
  enabled: boolean;
  conditions: RoutingConditions;
  destination_id: string;
  scope: RoutingScope;
  send_back: boolean;
  request_commitment: boolean | null;
  version: number;
  created_at: Date;
}

export const ruleOf = (row: RoutingRuleRow): RoutingRule => ({
  id: row.id,
  name: row.name,
  enabled: row.enabled,
  facilityId: row.facility_id,
  conditions: row.conditions,
  destinationId: row.destination_id,
  scope: row.scope,
  sendBack: row.send_back,
  commit: row.request_commitment,
  version: row.version,
  createdAt: row.created_at.toISOString(),
  actions: ["change", "remove"],
});

function invalid(path: string, message: string): Refusal {
  return new Refusal("invalid", "routing.invalid", message, { errors: [{ path, message }] });
}

/** @throws Refusal `invalid` (`routing.invalid`) */
export function readScope(text: string): RoutingScope {
  const scope = readEnumeration(routingScopes, text);
  if (scope) return scope;
  throw invalid("scope", `scope must be one of ${routingScopes.join(", ")}.`);
}

/** Conditions as they are kept: doors and modalities by their codes. @throws Refusal `invalid` (`routing.invalid`) */
export function readConditions(given: RoutingConditions): RoutingConditions {
  const { doors, modalities, sopClassUids } = given;
  const wrongUid = sopClassUids?.find((uid) => !/^[0-9]+(?:\.[0-9]+)+$/.test(uid));
  if (wrongUid !== undefined) throw invalid("conditions.sopClassUids", `${wrongUid} is no UID.`);
  return {
    ...given,
    ...(doors && {
      doors: doors.map((text) => {
        const door = readEnumeration(ingestDoors, text.replaceAll("-", "_"));
        if (door) return door;
        throw invalid("conditions.doors", `${text} is not one of ${ingestDoors.join(", ")}.`);
      }),
    }),
    ...(modalities && {
      modalities: modalities.map((text) => {
        const modality = readModality(text);
        if (modality) return modality;
        throw invalid("conditions.modalities", `${text} is no modality.`);
      }),
    }),
  };
}
