import type { ReadingItem } from "@isocenter/contract";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { FormDialog } from "../kit/forms.tsx";
import { joined } from "../kit/joined.ts";
import { useRun } from "../kit/run.ts";
import { Skeleton } from "../kit/Skeleton.tsx";
import { ErrorState } from "../kit/States.tsx";
import { t } from "../words/words.ts";
import { assignStudy } from "./queries.ts";

/** Gives a study to a colleague, who is told; whoever had it is told as well. */
export function AssignDialog({ item, onClose }: { item: ReadingItem; onClose: () => void }) {
  const [chosen, setChosen] = useState("");
  const { busy, problem, run } = useRun("worklist");
  const readers = useQuery({
    queryKey: ["worklist", "readers", item.id],
    meta: { live: ["reading", "user"] },
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/studies/{id}/readers", { params: { path: { id: item.id } }, signal })),
  });
  const people = readers.data?.data.filter(({ id }) => id !== item.claim?.user.id);
  const name = people?.find(({ id }) => id === chosen)?.name ?? "";
  const assign = async () => {
    if (await run(() => assignStudy(item.id, chosen), t("Given to {name}, who is told", { name }))) onClose();
  };
  const description = joined(item.patient.name, item.order?.procedureName ?? item.studyDescription);
  return (
    <FormDialog
      title={t("Give the study to a colleague")}
      description={description}
      submit={t("Assign")}
      busy={busy}
      problem={problem}
      disabled={chosen === ""}
      onSubmit={() => void assign()}
      onClose={onClose}
    >
      {item.claim && (
        <p className="note urg">
          {t("{name} has it now. What they wrote stays.", { name: item.claim.user.name })}
        </p>
      )}
      {readers.isError ? (
        <ErrorState error={readers.error} onRetry={() => void readers.refetch()} />
      ) : !people ? (
        <Skeleton width="100%" height={40} />
      ) : people.length === 0 ? (
        <p className="note plain">{t("Nobody else reads at this facility.")}</p>
      ) : (
        <fieldset className="readers">
          <legend className="sr-only">{t("Who reads it")}</legend>
          {people.map((reader) => (
            <label key={reader.id}>
              <input
                type="radio"
                name="reader"
                checked={chosen === reader.id}
                onChange={() => setChosen(reader.id)}
              />
              <span className="min-w-0 flex-1 truncate">{reader.name}</span>
              <span className="text-12 text-text-3">
                {t("{count, plural, =0 {has none} one {has # study} other {has # studies}}", {
                  count: reader.claims,
                })}
              </span>
            </label>
          ))}
        </fieldset>
      )}
    </FormDialog>
  );
}
