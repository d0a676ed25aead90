/** What the address of the list of patients says. */
export interface PatientsState {
  query?: string;
  after?: string;
  offset?: number;
}

export function readPatientsState(search: Record<string, unknown>): PatientsState {
  const state: PatientsState = {};
  const query = String(search.query ?? "");
  if (query.trim()) state.query = query.slice(0, 128);
  const offset = Number(search.offset);
  if (
    typeof search.after === "string" &&
    search.after.length <= 512 &&
    Number.isInteger(offset) &&
    offset > 0
  ) {
    state.after = search.after;
    state.offset = offset;
  }
  return state;
}

/** The tabs of a patient's page. */
const patientTabs = ["timeline", "orders", "accesses"] as const;
export type PatientTab = (typeof patientTabs)[number];

export function readPatientState({ tab }: Record<string, unknown>): { tab?: PatientTab } {
  const known = patientTabs.find((one) => one === tab);
  return known && known !== "timeline" ? { tab: known } : {};
}
