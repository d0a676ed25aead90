import { useQuery } from "@tanstack/react-query";
import { answerOf } from "../api/api.ts";
import { api, useMe } from "../api/client.ts";

/** What a technologist writes into the workflow log of a study. */
const studyLogActions = ["QUALITY_ACCEPTED", "NOTE_TO_READER"] as const;

const againMs = 15_000;

/** What technologists said of the study, the oldest first: all of it to readers, their own to technologists. */
export function useStudyLog(studyId: string) {
  const may = useMe()?.permissions.includes("log.read") ?? false;
  return useQuery({
    queryKey: ["logs", "study", studyId],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/logs", {
          params: { query: { subjectType: "study", subjectId: studyId, limit: 200, sort: "at" } },
          signal,
        }),
      ),
    select: ({ data }) =>
      data.filter(({ action }) => (studyLogActions as readonly string[]).includes(action)),
    refetchInterval: againMs,
    enabled: may,
  });
}
