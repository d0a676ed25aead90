import type { AdministrationState } from "../administration-state.ts";
import { dateAfter, instantIn } from "../parts/zoned.ts";

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const isDate = (text: string | undefined): text is string => /^\d{4}-\d{2}-\d{2}$/.test(text ?? "");

/** Midnight of a date by the facility's clocks, some days later; nothing for what is no date. */
const midnight = (timeZone: string | undefined, date: string | undefined, days: number) =>
  isDate(date) && !Number.isNaN(Date.parse(`${date}T00:00:00Z`))
    ? instantIn(timeZone, `${dateAfter(date, days)}T00:00`)
    : undefined;

/** What the address says as the server reads it: the day that ends the search belongs to it; what is malformed is left out. */
export function auditQuery(state: AdministrationState, timeZone: string | undefined) {
  const from = midnight(timeZone, state.from, 0);
  const to = midnight(timeZone, state.to, 1);
  return {
    ...(state.kind === "FACT" || state.kind === "ACCESS" ? { kind: state.kind } : {}),
    ...(state.status ? { outcome: state.status } : {}),
    ...(state.actor ? { actorId: state.actor } : {}),
    ...(state.action ? { action: state.action.slice(0, 64) } : {}),
    ...(state.patient && uuid.test(state.patient) ? { patientId: state.patient } : {}),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
  };
}
