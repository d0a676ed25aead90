import { t } from "../../words/words.ts";

/** How long before the open study a prior was made. */
export function ageOf(priorDate: string, date: string): string {
  const [from, to] = [priorDate, date].map((text) => Date.parse(`${text}T00:00:00Z`)) as [number, number];
  const days = Math.round((to - from) / 86_400_000);
  if (!Number.isFinite(days) || days < 0) return priorDate;
  if (days < 14) return t("{days, plural, =0 {same day} one {# day} other {# days}}", { days });
  if (days < 61) return t("{weeks, plural, one {# week} other {# weeks}}", { weeks: Math.round(days / 7) });
  if (days < 730)
    return t("{months, plural, one {# month} other {# months}}", { months: Math.round(days / 30.44) });
  return t("{years, plural, one {# year} other {# years}}", { years: Math.floor(days / 365.25) });
}
