import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { toast } from "../kit/toast.ts";
import { t } from "../words/words.ts";

/** A list's filters under a name, as its address says them. */
export interface SavedView {
  name: string;
  search: Readonly<Record<string, string>>;
}

export type ViewedList = "reading" | "studies";

/** A digit for each, and no more than a person keeps in mind. */
export const mostViews = 9;
export const longestViewName = 32;

const key = ["preferences"];
type Preferences = Record<string, unknown>;

const read = () => answerOf(api.GET("/api/v1/users/me/preferences")) as Promise<Preferences>;

/** The views in preferences, which any client of the person may have written: what makes no sense is left out. */
export function viewsIn(preferences: Preferences | undefined, list: ViewedList): SavedView[] {
  const kept = (preferences?.savedViews as Record<string, unknown> | undefined)?.[list];
  if (!Array.isArray(kept)) return [];
  return kept
    .filter(
      (one): one is SavedView =>
        typeof one?.name === "string" &&
        one.name.trim() !== "" &&
        typeof one.search === "object" &&
        one.search !== null,
    )
    .map(({ name, search }) => ({
      name: name.slice(0, longestViewName),
      search: Object.fromEntries(Object.entries(search).map(([part, value]) => [part, String(value)])),
    }))
    .slice(0, mostViews);
}

/** A list's state as a view keeps it: its filters without the place in the list. */
export const searchOf = (state: object): Record<string, string> =>
  Object.fromEntries(
    Object.entries(state)
      .filter(([part, value]) => value !== undefined && part !== "offset" && part !== "after")
      .map(([part, value]) => [part, String(value)])
      .sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)),
  );

export const sameSearch = (one: object, other: object): boolean =>
  JSON.stringify(searchOf(one)) === JSON.stringify(searchOf(other));

/** Views as the list takes them today, by how it reads its address: a filter that is no more narrows nothing, and the view is still the one that is shown. */
export const readable = (
  views: readonly SavedView[],
  read: (search: Record<string, unknown>) => object,
): SavedView[] => views.map((view) => ({ ...view, search: searchOf(read(view.search)) }));

/** One's own views of a list, kept on the server, so that they are there at every workstation. Changes show at once and go back where they fail. */
export function useSavedViews(list: ViewedList, readState: (search: Record<string, unknown>) => object) {
  const client = useQueryClient();
  const { data } = useQuery({ queryKey: key, queryFn: read, staleTime: 60_000 });
  const change = useMutation({
    // One after the other: each reads what the one before wrote.
    scope: { id: "saved-views" },
    mutationFn: async (next: (views: SavedView[]) => SavedView[]) => {
      // Read anew: another part of the screen may have kept something of its own meanwhile.
      const before = await read();
      const savedViews = {
        ...(before.savedViews as object | undefined),
        [list]: next(viewsIn(before, list)),
      };
      const body = { ...before, savedViews };
      await answerOf(api.PUT("/api/v1/users/me/preferences", { body }));
      return body;
    },
    onMutate: async (next) => {
      await client.cancelQueries({ queryKey: key });
      const before = client.getQueryData<Preferences>(key);
      const savedViews = {
        ...(before?.savedViews as object | undefined),
        [list]: next(viewsIn(before, list)),
      };
      client.setQueryData(key, { ...before, savedViews });
      return before;
    },
    onError: (error, _next, before) => {
      client.setQueryData(key, before);
      toast({ title: t("The view was not kept"), detail: error.message, tone: "urg" });
    },
    onSuccess: (now) => client.setQueryData(key, now),
  });
  return {
    views: readable(viewsIn(data, list), readState),
    save: (view: SavedView) =>
      change.mutate((views) => [...views.filter(({ name }) => name !== view.name), view].slice(-mostViews)),
    /** Lets a view go; it can be brought back while the page says so. */
    remove: (name: string) => {
      const before = viewsIn(data, list);
      change.mutate((views) => views.filter((one) => one.name !== name));
      const at = before.findIndex((one) => one.name === name);
      const back = () => change.mutate((views) => views.toSpliced(at, 0, before[at]!).slice(0, mostViews));
      toast({ title: t("View deleted: {name}", { name }), action: { label: t("Bring back"), run: back } });
    },
  };
}
