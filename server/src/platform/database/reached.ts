import { Refusal } from "../refusal.ts";
import type { Db } from "./database.ts";

/**
 * Asks PostgreSQL for the first time.
 * @param url as configured; null: the embedded one, which says itself what is wrong with it
 * @throws Refusal `unavailable` (`database.unreachable`) that says what to do
 */
export async function requireDatabase(db: Db, url: string | null): Promise<void> {
  try {
    await db`select 1`;
  } catch (error) {
    const detail = url === null ? null : databaseTrouble(error, url);
    if (detail === null) throw error;
    throw new Refusal("unavailable", "database.unreachable", detail);
  }
}

/** What is wrong, as a sentence without the password; null where it is none of the connection's. */
export function databaseTrouble(error: unknown, url: string): string | null {
  const { code = "", message = "" } = error as { code?: string; message?: string };
  const { host, username, pathname } = new URL(url);
  const name = decodeURIComponent(pathname.slice(1));
  // PostgreSQL, appendix A: classes 08, 28, 53 and 57 are of connections; 3D000 is a catalog that is not there.
  if (code === "28P01" || code === "28000")
    return `PostgreSQL at ${host} does not let ${decodeURIComponent(username)} in. Are user and password in DATABASE_URL right?`;
  if (code === "3D000")
    return `PostgreSQL at ${host} has no database ${name}. Make it (createdb ${name}), or mend DATABASE_URL.`;
  if (/^(08|53|57)/.test(code)) return `PostgreSQL at ${host} takes no connection (${message}).`;
  if (/^(E[A-Z]+|CONNECT_TIMEOUT|CONNECTION_\w+)$/.test(code))
    return `PostgreSQL does not answer at ${host} (${code}). Is it running, and is DATABASE_URL right?`;
  return null;
}
