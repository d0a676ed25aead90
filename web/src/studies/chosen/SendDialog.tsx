import type { Study } from "@isocenter/contract";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { FormDialog, Select, Tick } from "../../kit/forms.tsx";
import { useRun } from "../../kit/run.ts";
import { Skeleton } from "../../kit/Skeleton.tsx";
import { ErrorState } from "../../kit/States.tsx";
import { t } from "../../words/words.ts";

/** Puts studies into the queue for another system; the send queue says what becomes of them. */
export default function SendDialog({ studies, onClose }: { studies: readonly Study[]; onClose: () => void }) {
  const [to, setTo] = useState("");
  const [commit, setCommit] = useState(false);
  const { busy, problem, run } = useRun("send-queue");
  const destinations = useQuery({
    queryKey: ["send-queue", "destinations"],
    meta: { live: ["modality"] },
    queryFn: ({ signal }) => answerOf(api.GET("/api/v1/send-queue/destinations", { signal })),
  });
  const title = destinations.data?.find(({ id }) => id === to)?.aeTitle ?? "";
  const send = async () => {
    const work = () =>
      answerOf(
        api.POST("/api/v1/modalities/{id}/send", {
          params: { path: { id: to } },
          // Without a wish the destination is asked for commitment where an administrator said so.
          body: { studies: studies.map(({ id }) => id), ...(commit ? { commit } : {}) },
        }),
      );
    if (await run(work, t("Waits to be sent to {title}", { title }))) onClose();
  };
  const images = studies.reduce((sum, { numberOfImages }) => sum + numberOfImages, 0);
  return (
    <FormDialog
      title={t("Send to another system")}
      description={t(
        "{studies, plural, one {# study} other {# studies}}, {images, plural, one {# image} other {# images}}",
        { studies: studies.length, images },
      )}
      submit={t("Send")}
      busy={busy}
      problem={problem}
      disabled={to === ""}
      onSubmit={() => void send()}
      onClose={onClose}
    >
      {destinations.isError ? (
        <ErrorState error={destinations.error} onRetry={() => void destinations.refetch()} />
      ) : !destinations.data ? (
        <Skeleton width="100%" height={40} />
      ) : destinations.data.length === 0 ? (
        <p className="note plain">
          {t("No other system is known. An administrator enters them under Modalities.")}
        </p>
      ) : (
        <>
          <Select
            label={t("Destination")}
            value={to}
            options={[
              { value: "", word: t("Choose a system") },
              ...destinations.data.map(({ id, aeTitle, description }) => ({
                value: id,
                word: description ? `${aeTitle} · ${description}` : aeTitle,
              })),
            ]}
            onChange={setTo}
          />
          <Tick
            label={t("Ask it to confirm that it keeps the images")}
            checked={commit}
            onChange={setCommit}
          />
        </>
      )}
    </FormDialog>
  );
}
