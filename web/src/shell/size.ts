import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { type ScreenSize, setSize, sizes } from "../kit/scale.ts";
import { toast } from "../kit/toast.ts";
import { t } from "../words/words.ts";

const key = ["preferences"];
type Preferences = Record<string, unknown>;

const read = () => answerOf(api.GET("/api/v1/users/me/preferences")) as Promise<Preferences>;

/** The size that a person works with, at whichever workstation: it comes with them when they sign in. */
export function useKeptSize(): void {
  const { data } = useQuery({ queryKey: key, queryFn: read, staleTime: 60_000 });
  const kept = sizes.find((one) => one === data?.size);
  useEffect(() => {
    if (kept) setSize(kept);
  }, [kept]);
}

/** Changes the size at once and keeps it on the server. */
export function useChangeSize(): (next: ScreenSize) => void {
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: async (size: ScreenSize) => {
      // Read anew: another part of the screen may have kept something of its own meanwhile.
      const body = { ...(await read()), size };
      await answerOf(api.PUT("/api/v1/users/me/preferences", { body }));
      return body;
    },
    onMutate: setSize,
    onSuccess: (now) => client.setQueryData(key, now),
    onError: (error) =>
      toast({ title: t("The size holds for this screen alone"), detail: error.message, tone: "urg" }),
  });
  return (next) => change.mutate(next);
}
