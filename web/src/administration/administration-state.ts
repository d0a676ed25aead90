/** What the address of a page of administration may say; each page uses what it has. */
const keys = [
  "q",
  "id",
  "status",
  "kind",
  "role",
  "facility",
  "actor",
  "action",
  "patient",
  "modality",
  "from",
  "to",
  "system",
  "accession",
  "description",
  "by",
] as const;
/** In characters. */
export const longestValue = 200;

export type AdministrationState = { [Key in (typeof keys)[number]]?: string | undefined };

export function readAdministrationState(search: Record<string, unknown>): AdministrationState {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = typeof search[key] === "number" ? String(search[key]) : search[key];
      return typeof value === "string" && value !== "" && value.length <= longestValue ? [[key, value]] : [];
    }),
  );
}
