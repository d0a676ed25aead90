/** Digits behind the point of a currency (ISO 4217), as the browser knows them. */
function digitsOf(currency: string): number {
  try {
    const { maximumFractionDigits } = new Intl.NumberFormat("en", {
      style: "currency",
      currency,
    }).resolvedOptions();
    return maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

/** Minor units as a person writes them: 12000 of EUR is "120.00". */
export function priceText(minor: number | null, currency: string): string {
  if (minor === null) return "";
  const digits = digitsOf(currency);
  const text = String(minor).padStart(digits + 1, "0");
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** Minor units of what a person wrote, with point or comma; null for nothing, undefined for what is no price. */
export function readPrice(text: string, currency: string): number | null | undefined {
  const written = text
    .trim()
    .replaceAll(/[\s\u00a0\u202f]/g, "")
    .replace(",", ".");
  if (written === "") return null;
  const digits = digitsOf(currency);
  const found = /^(\d{1,10})(?:\.(\d+))?$/.exec(written);
  if (!found?.[1] || (found[2]?.length ?? 0) > digits) return undefined;
  return Number(found[1] + (found[2] ?? "").padEnd(digits, "0"));
}
