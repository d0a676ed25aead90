import { useQuery } from "@tanstack/react-query";
import { answerOf } from "../../api/api.ts";
import { api, useMe } from "../../api/client.ts";
import { t } from "../../words/words.ts";
import { Select } from "../parts/forms.tsx";

/** Active users by name, for who administers them; without that permission there is nobody to choose. */
export function usePeople() {
  const mayList = useMe()?.permissions.includes("users.manage") ?? false;
  return useQuery({
    queryKey: ["users", "choices"],
    meta: { live: ["user"] },
    enabled: mayList,
    staleTime: 60_000,
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/users", {
          params: { query: { limit: 200, active: true, sort: "fullName" } },
          signal,
        }),
      ),
  });
}

/** One of the users, or nobody. */
export function PersonSelect({
  label,
  value,
  known,
  none,
  onChange,
}: {
  label: string;
  value: string;
  /** Who is chosen already, in case the list does not hold them. */
  known?: { id: string; name: string } | null;
  /** What nobody is called here. */
  none?: string;
  onChange: (id: string) => void;
}) {
  const people = usePeople().data?.data ?? [];
  const listed = people.some(({ id }) => id === value);
  return (
    <Select
      label={label}
      value={value}
      options={[
        { value: "", word: none ?? t("Nobody") },
        ...(value && !listed ? [{ value, word: known?.name ?? t("Somebody else") }] : []),
        ...people.map(({ id, fullName, username }) => ({ value: id, word: `${fullName} (${username})` })),
      ]}
      onChange={onChange}
    />
  );
}
