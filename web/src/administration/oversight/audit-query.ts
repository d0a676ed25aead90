import type { AdministrationState } from "../administration-state.ts";

const dayMs = 86_400_000;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Midnight of a date as this browser's clock has it, some days later; nothing for what is no date. */
function midnight(date: string | undefined, days: number): string | undefined {
  if (!date || !/^\d{4}-\d{2}-\d{2}$/.test(date)) return undefined;
  const at = new Date(`${date}T00:00:00`);
  if (Number.isNaN(at.getTime())) return undefined;
  at.setTime(at.getTime() + days * dayMs);
  return at.toISOString();
}

/** What the address says as the server reads it: the day that ends the search belongs to it; what is malformed is left out. */
export function auditQuery(state: AdministrationState) {
  const from = midnight(state.from, 0);
  const to = midnight(state.to, 1);
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
