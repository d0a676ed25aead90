import { useQuery } from "@tanstack/react-query";
import { answerOf } from "../api/api.ts";
import { api, useMe } from "../api/client.ts";

/** How many critical findings nobody has answered yet; 0 for whom they do not concern. */
export function useWaitingFindings(): number {
  const enabled = useMe()?.permissions.includes("findings.read") ?? false;
  const { data } = useQuery({
    queryKey: ["findings", "waiting"],
    meta: { live: ["finding"] },
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/critical-findings/pending", { params: { query: { limit: 1 } }, signal })),
    enabled,
  });
  return data?.pagination.total ?? 0;
}
