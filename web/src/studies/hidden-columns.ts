import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { toast } from "../kit/toast.ts";
import { t } from "../words/words.ts";
import type { ViewedList } from "./saved-views.ts";

const key = ["preferences"];
type Preferences = Record<string, unknown>;

const read = () => answerOf(api.GET("/api/v1/users/me/preferences")) as Promise<Preferences>;

/** The columns that a person does without, which any client of theirs may have written: what is none of ours is left out. */
export function hiddenIn(
  preferences: Preferences | undefined,
  list: ViewedList,
  known: readonly string[],
): string[] {
  const kept = (preferences?.hiddenColumns as Record<string, unknown> | undefined)?.[list];
  return Array.isArray(kept) ? known.filter((column) => kept.includes(column)) : [];
}

const withHidden = (before: Preferences | undefined, list: ViewedList, hidden: readonly string[]) => ({
  ...before,
  hiddenColumns: { ...(before?.hiddenColumns as object | undefined), [list]: hidden },
});

/** The columns that one does without in a list, kept on the server. They leave at once, and come back where that fails. */
export function useHiddenColumns(list: ViewedList, known: readonly string[]) {
  const client = useQueryClient();
  const { data } = useQuery({ queryKey: key, queryFn: read, staleTime: 60_000 });
  const hidden = hiddenIn(data, list, known);
  const change = useMutation({
    mutationFn: async (next: readonly string[]) => {
      // Read anew: another part of the screen may have kept something of its own meanwhile.
      const body = withHidden(await read(), list, next);
      await answerOf(api.PUT("/api/v1/users/me/preferences", { body }));
      return body;
    },
    onMutate: async (next) => {
      await client.cancelQueries({ queryKey: key });
      const before = client.getQueryData<Preferences>(key);
      client.setQueryData(key, withHidden(before, list, next));
      return before;
    },
    onError: (error, _next, before) => {
      client.setQueryData(key, before);
      toast({ title: t("The columns were not kept"), detail: error.message, tone: "urg" });
    },
    onSuccess: (now) => client.setQueryData(key, now),
  });
  return {
    hidden,
    toggle: (column: string) =>
      change.mutate(hidden.includes(column) ? hidden.filter((one) => one !== column) : [...hidden, column]),
    /** For the box around the list: each hidden column has a class. */
    className: hidden.map((column) => `hide-${column}`).join(" "),
  };
}
