import { newId, type Platform, systemViewer, transact } from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import { foldUsername } from "./names.ts";
import { configuredCost, createPasswordHasher, generatePassword, type PasswordCost } from "./passwords.ts";
import type { FirstStart } from "./types.ts";

const firstStartLock = 4_711_012;
const firstFacilityName = "Main facility";

/** The issuer that identifiers get in a facility where nobody said another: its name as DICOM LO. */
export const defaultIssuer = (facilityName: string): string =>
  facilityName
    .replace(/[\\\p{Cc}]/gu, " ")
    .trim()
    .slice(0, 64);

/**
 * Makes the first facility and the first administrator where there are none. A password that is made here is answered once, to be
 * shown to whoever started the program, and has to be changed.
 */
export async function ensureFirstStart(
  platform: Platform,
  journal: Journal,
  cost: PasswordCost = configuredCost(platform.config),
): Promise<FirstStart> {
  const { config, clock, db } = platform;
  const [anybody] = await db`select from app_user limit 1`;
  if (anybody) return { created: false, username: config.adminUsername, password: null };
  const password = config.adminPassword ?? generatePassword();
  const hash = await createPasswordHasher(cost).hash(password);
  return await transact(db, async (tx) => {
    await tx`select pg_advisory_xact_lock(${firstStartLock})`;
    const [somebody] = await tx`select from app_user limit 1`;
    if (somebody) return { created: false, username: config.adminUsername, password: null };
    const now = clock.now().toISOString();
    const [facility] = await tx<{ id: string }[]>`select id from facility order by created_at, id limit 1`;
    const facilityId = facility?.id ?? newId(clock);
    if (!facility) {
      const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
      await tx`insert into facility (id, name, time_zone, patient_id_issuer, created_at)
        values (${facilityId}, ${firstFacilityName}, ${zone}, ${defaultIssuer(firstFacilityName)}, ${now})`;
    }
    const userId = newId(clock);
    await tx`
      insert into app_user (id, username, username_folded, full_name, password_hash, password_changed_at, must_change_password, created_at)
      values (${userId}, ${config.adminUsername}, ${foldUsername(config.adminUsername)}, 'Administrator', ${hash}, ${now},
        ${config.adminPassword === null}, ${now})`;
    await tx`insert into user_role (user_id, role) values (${userId}, 'ADMINISTRATOR')`;
    await tx`insert into user_facility (user_id, facility_id, position) select ${userId}, id, 0 from facility`;
    const viewer = systemViewer([facilityId], "first-start");
    await journal.recordMany(tx, viewer, [
      ...(facility
        ? []
        : [{ type: "facility.created", subject: { type: "facility", id: facilityId }, facilityId }]),
      {
        type: "user.created",
        subject: { type: "user", id: userId },
        facilityId,
        people: [userId],
        data: { roles: ["ADMINISTRATOR"] },
      },
    ]);
    return {
      created: true,
      username: config.adminUsername,
      password: config.adminPassword === null ? password : null,
    };
  });
}
