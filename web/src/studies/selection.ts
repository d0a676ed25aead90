let remembered: string | null = null;

/** The study selected last, so that coming back from the viewer finds the place again. */
export const rememberedSelection = (): string | null => remembered;

export function rememberSelection(id: string | null): void {
  remembered = id;
}

/** The id selected after moving; from nowhere, or from a row that left the list, it starts at the top. */
export function moveSelection(
  rows: ReadonlyArray<{ id: string }>,
  selected: string | null,
  by: number | "first" | "last",
): string | null {
  if (rows.length === 0) return null;
  if (by === "first") return rows[0]?.id ?? null;
  if (by === "last") return rows.at(-1)?.id ?? null;
  const index = rows.findIndex((row) => row.id === selected);
  if (index < 0) return rows[0]?.id ?? null;
  return rows[Math.min(rows.length - 1, Math.max(0, index + by))]?.id ?? null;
}
