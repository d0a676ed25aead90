import { useQuery } from "@tanstack/react-query";
import { answerOf } from "../../api/api.ts";
import { api, useMe } from "../../api/client.ts";
import { Select } from "../../kit/forms.tsx";
import { t } from "../../words/words.ts";

interface Choice {
  id: string;
  name: string;
  facilityIds: readonly string[];
}

const mostPeople = 200;

/**
 * Active users by name: all of them for who administers users, for others those of the staff who sign in.
 * @param facilityId only those who belong to it
 */
function usePeople(facilityId?: string): readonly Choice[] {
  const isTold = useMe()?.permissions.includes("users.manage") ?? false;
  const people = useQuery({
    queryKey: ["users", "choices", isTold],
    meta: { live: ["user", "staff"] },
    staleTime: 60_000,
    queryFn: async ({ signal }): Promise<Choice[]> => {
      const query = { limit: mostPeople, active: true };
      if (isTold) {
        const users = await answerOf(
          api.GET("/api/v1/users", { params: { query: { ...query, sort: "fullName" } }, signal }),
        );
        return users.data.map(({ id, fullName, username, facilityIds }) => ({
          id,
          name: `${fullName} (${username})`,
          facilityIds,
        }));
      }
      const staff = await answerOf(
        api.GET("/api/v1/staff", { params: { query: { ...query, sort: "name" } }, signal }),
      );
      return staff.data.flatMap(({ userId, firstName, lastName, profession, facilityIds }) =>
        userId ? [{ id: userId, name: `${firstName} ${lastName} (${profession})`, facilityIds }] : [],
      );
    },
  });
  const all = people.data ?? [];
  return facilityId ? all.filter(({ facilityIds }) => facilityIds.includes(facilityId)) : all;
}

/** One of the users, or nobody. */
export function PersonSelect({
  label,
  value,
  known,
  none,
  facilityId,
  onChange,
}: {
  label: string;
  value: string;
  /** Who is chosen already, in case the list does not hold them. */
  known?: { id: string; name: string } | null | undefined;
  /** What nobody is called here. */
  none?: string;
  /** Of whose people one is chosen. */
  facilityId?: string;
  onChange: (id: string) => void;
}) {
  const people = usePeople(facilityId);
  const listed = people.some(({ id }) => id === value);
  return (
    <Select
      label={label}
      value={value}
      options={[
        { value: "", word: none ?? t("Nobody") },
        ...(value && !listed ? [{ value, word: known?.name ?? t("Somebody else") }] : []),
        ...people.map(({ id, name }) => ({ value: id, word: name })),
      ]}
      onChange={onChange}
    />
  );
}
