import { useQuery } from "@tanstack/react-query";
import { answerOf } from "../../../api/api.ts";
import { api } from "../../../api/client.ts";

/** Facts after which systems and messages are read again. */
export const liveHl7 = ["hl7-system", "hl7-message"];

/** The systems as choices; never many. */
export const useSystemChoices = () =>
  useQuery({
    queryKey: ["hl7", "systems", "choices"],
    meta: { live: ["hl7-system"] },
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/hl7/systems", { params: { query: { limit: 100 } }, signal })),
    select: ({ data }) => data.map(({ id, name }) => ({ value: id, word: name })),
  });
