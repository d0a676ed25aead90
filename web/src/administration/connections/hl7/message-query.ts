import type { AdministrationState } from "../../administration-state.ts";
import { dateAfter, instantIn } from "../../parts/zoned.ts";

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Midnight by the facility's clocks, some days after a date; nothing for what is no date. */
const midnight = (timeZone: string | undefined, date: string | undefined, days: number) =>
  /^\d{4}-\d{2}-\d{2}$/.test(date ?? "") && !Number.isNaN(Date.parse(`${date}T00:00:00Z`))
    ? instantIn(timeZone, `${dateAfter(date!, days)}T00:00`)
    : undefined;

/** What the address says as the server reads it: the last day belongs to it, and what is malformed is left out. */
export function messageQuery(state: AdministrationState, timeZone: string | undefined) {
  const since = midnight(timeZone, state.from, 0);
  const until = midnight(timeZone, state.to, 1);
  return {
    ...(state.kind === "IN" || state.kind === "OUT" ? { direction: state.kind } : {}),
    ...(state.status ? { status: state.status } : {}),
    ...(state.system && uuid.test(state.system) ? { systemId: state.system } : {}),
    ...(state.action ? { messageType: state.action.slice(0, 16) } : {}),
    ...(state.patient && uuid.test(state.patient) ? { patientId: state.patient } : {}),
    ...(since ? { since } : {}),
    ...(until ? { until } : {}),
    ...(state.q?.trim() ? { q: state.q.trim().slice(0, 199) } : {}),
  };
}
