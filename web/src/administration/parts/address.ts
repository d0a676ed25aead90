import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import type { AdministrationState } from "../administration-state.ts";

/** What the address says, and how it changes: what is empty leaves it. */
export function useAddress() {
  const from = "/guarded/shell/administration/$section";
  const state = useSearch({ from });
  const { section } = useParams({ from });
  const navigate = useNavigate();
  const change = (next: AdministrationState) => {
    const search = Object.fromEntries(Object.entries({ ...state, ...next }).filter(([, value]) => value));
    void navigate({ to: "/administration/$section", params: { section }, search, replace: true });
  };
  return { state: state as AdministrationState, change };
}
