import { locale } from "../words/words.ts";

const places = new Map<string, number>();

/** How many digits the minor units of the currency have: 2 for EUR, 0 for JPY, 3 for KWD. */
export function digitsOf(currency: string): number {
  let digits = places.get(currency);
  if (digits === undefined) {
    try {
      const format = new Intl.NumberFormat("en", { style: "currency", currency });
      digits = format.resolvedOptions().maximumFractionDigits ?? 2;
    } catch {
      digits = 2;
    }
    places.set(currency, digits);
  }
  return digits;
}

/** The amount in major units as plain text, `-120.50`: exact for every integer. */
export function plainAmount(amount: number, currency: string): string {
  const digits = digitsOf(currency);
  const figures = String(Math.abs(amount)).padStart(digits + 1, "0");
  const sign = amount < 0 ? "-" : "";
  return digits === 0 ? `${sign}${figures}` : `${sign}${figures.slice(0, -digits)}.${figures.slice(-digits)}`;
}

/** Minor units as the person's language writes money: `€120.50`, `120,50 €`. */
export const money = (amount: number, currency: string): string =>
  // Text, because a number of major units need not be exact.
  new Intl.NumberFormat(locale(), { style: "currency", currency }).format(
    plainAmount(amount, currency) as Intl.StringNumericLiteral,
  );

/** Minor units in major ones as a person types them into a field: with the comma in French. */
export const typedAmount = (amount: number, currency: string): string =>
  locale().startsWith("fr") ? plainAmount(amount, currency).replace(".", ",") : plainAmount(amount, currency);

/** More than any department bills at once. */
const longest = 13;

/**
 * Reads what a person typed as minor units: a point or a comma before the last digits, spaces and apostrophes between thousands.
 * @returns null where it is no amount, has more decimals than the currency, or is not above zero
 */
export function readAmount(text: string, currency: string): number | null {
  const digits = digitsOf(currency);
  const found = /^(\d+)(?:[.,](\d*))?$/.exec(text.replace(/[\s'’]/g, ""));
  if (!found) return null;
  const [, whole = "", part = ""] = found;
  if (part.length > digits) return null;
  const figures = `${whole}${part.padEnd(digits, "0")}`.replace(/^0+(?=\d)/, "");
  if (figures.length > longest) return null;
  const amount = Number(figures);
  return amount > 0 ? amount : null;
}
