import { type Static, Type } from "typebox";
import { closed, DateTime, Id, listQuery, Nullable } from "./lists.ts";

/** Which way images come in. */
export const ingestDoors = ["C_STORE", "STOW_RS", "UPLOAD", "IMPORT", "SYSTEM"] as const;
export type IngestDoorName = (typeof ingestDoors)[number];

const words = (description: string, maxLength = 64) =>
  Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength }), { minItems: 1, maxItems: 100, description }),
  );

/**
 * What a study must be like. Each condition that is there must hold, and a list holds where any of its values does; none at all is every
 * study. Text is compared without case; `*` and `?` are wildcards.
 */
export const RoutingConditions = Type.Object(
  {
    sourceAeTitles: words("AE titles that it came from by C-STORE, with wildcards", 16),
    doors: words(`Which way it came: ${ingestDoors.join(", ")}`, 16),
    modalities: words("Modalities of its series", 16),
    stationNames: words("Station names of its series, with wildcards"),
    bodyParts: words("Body parts examined of its series or of itself, with wildcards"),
    sopClassUids: words("SOP classes of its instances"),
    studyDescription: words("Study descriptions, with wildcards"),
    referringPhysician: words("Referring physicians, `Family^Given`, with wildcards"),
  },
  closed,
);
export type RoutingConditions = Static<typeof RoutingConditions>;

/** STUDY sends the whole study as soon as one of its series fits; SERIES those alone that do. */
export const routingScopes = ["STUDY", "SERIES"] as const;
export type RoutingScope = (typeof routingScopes)[number];

const body = {
  name: Type.String({ minLength: 1, maxLength: 128 }),
  enabled: Type.Boolean(),
  conditions: RoutingConditions,
  destinationId: Type.String({ format: "uuid", description: "A modality" }),
  scope: Type.String({ maxLength: 16, description: routingScopes.join(", ") }),
  sendBack: Type.Boolean({ description: "Also what came from the destination itself" }),
  commit: Nullable(Type.Boolean({ description: "Ask for storage commitment; null: as the modality has it" })),
};

/** When a study has settled and fits, it is sent to the destination, without what that has already. */
export const RoutingRule = Type.Object({
  id: Id,
  ...body,
  scope: Type.Enum([...routingScopes]),
  facilityId: Type.String({ format: "uuid", description: "Of the studies" }),
  version: Type.Integer(),
  createdAt: DateTime,
  actions: Type.Array(Type.String()),
});
export type RoutingRule = Static<typeof RoutingRule>;

export const CreateRoutingRule = Type.Object(
  {
    name: body.name,
    destinationId: body.destinationId,
    facilityId: Type.Optional(Id),
    enabled: Type.Optional(body.enabled),
    conditions: Type.Optional(body.conditions),
    scope: Type.Optional(body.scope),
    sendBack: Type.Optional(body.sendBack),
    commit: Type.Optional(body.commit),
  },
  closed,
);
export type CreateRoutingRule = Static<typeof CreateRoutingRule>;

/** `expectedVersion` here or in `If-Match`. `conditions` are replaced as a whole. */
export const ChangeRoutingRule = Type.Object(
  {
    name: Type.Optional(body.name),
    destinationId: Type.Optional(body.destinationId),
    enabled: Type.Optional(body.enabled),
    conditions: Type.Optional(body.conditions),
    scope: Type.Optional(body.scope),
    sendBack: Type.Optional(body.sendBack),
    commit: Type.Optional(body.commit),
    expectedVersion: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  closed,
);
export type ChangeRoutingRule = Static<typeof ChangeRoutingRule>;

/** In the order they were made. */
export const RoutingRuleListQuery = Type.Object({ ...listQuery }, closed);
export type RoutingRuleListQuery = Static<typeof RoutingRuleListQuery>;
