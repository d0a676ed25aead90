import { useMe } from "../../api/client.ts";

/** The facilities of the person, as options of a form. */
export function useFacilityOptions() {
  return (useMe()?.facilities ?? []).map(({ id, name }) => ({ value: id, word: name }));
}

/** A facility's name where it is one of the person's. */
export function useFacilityName(): (id: string | null) => string {
  const facilities = useMe()?.facilities ?? [];
  return (id) => facilities.find((facility) => facility.id === id)?.name ?? "";
}
