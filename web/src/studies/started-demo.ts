import type { DemoStarted } from "@isocenter/contract";
import { useQuery, useQueryClient } from "@tanstack/react-query";

const startedKey = ["demo", "started"];

/** What was answered when this browser started the demonstration: its password is shown until the person goes on. */
export function useStartedDemo() {
  const client = useQueryClient();
  const { data } = useQuery<DemoStarted | null>({
    queryKey: startedKey,
    queryFn: () => null,
    enabled: false,
    gcTime: Number.POSITIVE_INFINITY,
  });
  return {
    started: data ?? null,
    keep: (answer: DemoStarted) => void client.setQueryData(startedKey, answer),
    leave: () => void client.setQueryData(startedKey, null),
  };
}
