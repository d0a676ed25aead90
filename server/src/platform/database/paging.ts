import { invalidAt, type Refusal } from "../refusal.ts";

/** Totals of lists are counted to this many, then marked inexact. */
export const countLimit = 10_000;

/** Where a page ended: the value it was sorted by, as text, and the id. */
export interface Cursor {
  value: string;
  id: string;
}

/** Opaque to clients; says which order it belongs to. */
export function writeCursor(order: string, cursor: Cursor): string {
  return Buffer.from(JSON.stringify([order, cursor.value, cursor.id])).toString("base64url");
}

/** @throws Refusal `invalid` (`query.invalid-after`) where it is none of ours, or one of another order */
export function readCursor(text: string, order: string): Cursor {
  try {
    const [of, value, id] = JSON.parse(Buffer.from(text, "base64url").toString()) as unknown[];
    if (of === order && typeof value === "string" && typeof id === "string" && isUuid(id))
      return { value, id };
  } catch {
    // Answered below, as any other text that is not ours.
  }
  throw invalidAfter();
}

const invalidAfter = (): Refusal =>
  invalidAt("query.invalid-after", "querystring.after", "is not the key of a page in this order");

/** For `catch`: a cursor that somebody made up may hold a value of another type, of which PostgreSQL complains (SQLSTATE class 22). */
export const blameCursor =
  (cursor: Cursor | null) =>
  (error: unknown): never => {
    const { code } = error as { code?: unknown };
    throw cursor !== null && typeof code === "string" && code.startsWith("22") ? invalidAfter() : error;
  };

export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/** A LIKE pattern for what begins so. */
export const likePrefix = (text: string): string => `${escapeLike(text)}%`;

/** The text as a LIKE pattern that matches itself alone. */
export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, "\\$&");
