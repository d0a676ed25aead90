import type {
  ApiKey,
  ApiKeyListQuery,
  ApiKeyWithSecret,
  apiKeySortFields,
  CreateApiKeyRequest,
  Role,
} from "@isocenter/contract";
import {
  keysetPage,
  type ListPage,
  mapPage,
  newId,
  type Reader,
  Refusal,
  type Tx,
  type Viewer,
} from "../../platform/index.ts";
import { checkFacilities, onlyPeople, readRoles } from "./access-rules.ts";
import { announceChange, type IdentityDeps } from "./deps.ts";
import { apiKeyPrefix, newApiKey, secretHash } from "./tokens.ts";

const hintCharacters = apiKeyPrefix.length + 6;

interface KeyRow {
  id: string;
  name: string;
  hint: string;
  roles: Role[];
  facilityIds: string[];
  createdById: string;
  createdByName: string;
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
}

const columns = (db: Reader) => db`
  k.id, k.name, k.hint, k.roles, k.created_at as "createdAt", k.expires_at as "expiresAt", k.last_used_at as "lastUsedAt",
  array(select facility_id from api_key_facility f where f.api_key_id = k.id order by position, facility_id) as "facilityIds",
  k.created_by as "createdById", (select full_name from app_user u where u.id = k.created_by) as "createdByName"`;

/** A key is the viewer's to see where all its facilities are: with less, its power would be shown and not be the viewer's to end. */
const visible = (db: Reader, viewer: Viewer) => db`
  k.revoked_at is null and not exists (select from api_key_facility f where f.api_key_id = k.id and f.facility_id <> all(${viewer.facilityIds as string[]}::uuid[]))`;

const toKey = (viewer: Viewer, { createdById, createdByName, ...row }: KeyRow): ApiKey => ({
  ...row,
  createdBy: { id: createdById, name: createdByName },
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt?.toISOString() ?? null,
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  actions: viewer.kind === "user" ? ["revoke"] : [],
});

export async function listApiKeys(
  db: Reader,
  viewer: Viewer,
  query: ApiKeyListQuery,
): Promise<ListPage<ApiKey>> {
  const page = await keysetPage<KeyRow, (typeof apiKeySortFields)[number]>(db, query, {
    name: "api-keys",
    sorts: {
      name: { by: db`lower(k.name)`, type: "text" },
      createdAt: { by: db`k.created_at`, type: "timestamptz" },
    },
    fallback: "name",
    id: db`k.id`,
    columns: columns(db),
    from: db`api_key k`,
    where: visible(db, viewer),
  });
  return mapPage(page, (row) => toKey(viewer, row));
}

/**
 * Makes a key for a machine; the key itself is in this answer alone.
 * @throws Refusal `invalid` (`role.unknown`, `facility.unknown`, `api-key.expired`), `forbidden` for keys
 */
export async function createApiKey(
  tx: Tx,
  deps: IdentityDeps,
  viewer: Viewer,
  input: CreateApiKeyRequest,
): Promise<ApiKeyWithSecret> {
  onlyPeople(viewer);
  const { clock } = deps.platform;
  const now = clock.now();
  const roles = readRoles(input.roles, "body.roles");
  const facilityIds = input.facilityIds ?? [viewer.homeFacilityId];
  await checkFacilities(tx, viewer, facilityIds, "body.facilityIds");
  const expiresAt = input.expiresAt ? new Date(input.expiresAt) : null;
  if (expiresAt !== null && expiresAt.getTime() <= now.getTime()) {
    const message = "must be in the future";
    throw new Refusal("invalid", "api-key.expired", `expiresAt ${message}.`, {
      errors: [{ path: "body.expiresAt", message }],
    });
  }
  const id = newId(clock);
  const key = newApiKey();
  await tx`insert into api_key (id, name, hint, hash, roles, created_by, created_at, expires_at)
    values (${id}, ${input.name.trim()}, ${key.slice(0, hintCharacters)}, ${secretHash(key)}, ${roles}::text[], ${viewer.id}, ${now.toISOString()},
      ${expiresAt?.toISOString() ?? null})`;
  await tx`insert into api_key_facility (api_key_id, facility_id, position)
    select ${id}::uuid, id, ordinal from unnest(${facilityIds as string[]}::uuid[]) with ordinality as f (id, ordinal)`;
  await deps.journal.record(tx, viewer, {
    type: "api-key.created",
    subject: { type: "api-key", id },
    facilityId: facilityIds[0] ?? null,
    data: { roles, facilityIds, expiresAt: expiresAt?.toISOString() ?? null },
  });
  const [row] = await tx<KeyRow[]>`select ${columns(tx)} from api_key k where k.id = ${id}`;
  return { ...toKey(viewer, row!), key };
}

/** The key is refused from now on; what it did stays in the journal. @throws Refusal `not-found` (`api-key.not-found`) */
export async function revokeApiKey(tx: Tx, deps: IdentityDeps, viewer: Viewer, id: string): Promise<void> {
  onlyPeople(viewer);
  const [row] = await tx<{ facilityIds: string[] }[]>`
    update api_key k set revoked_at = ${deps.platform.clock.now().toISOString()} where k.id = ${id} and ${visible(tx, viewer)}
    returning array(select facility_id from api_key_facility f where f.api_key_id = k.id order by position) as "facilityIds"`;
  if (!row) throw new Refusal("not-found", "api-key.not-found", "There is no such API key.");
  await announceChange(tx, deps);
  await deps.journal.record(tx, viewer, {
    type: "api-key.revoked",
    subject: { type: "api-key", id },
    facilityId: row.facilityIds[0] ?? null,
  });
}
