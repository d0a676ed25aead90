import type { QuarantineItem } from "@isocenter/contract";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api, apiRoot, fetchAuthorized } from "../../api/client.ts";
import { errorOf } from "../../api/problem.ts";
import { Button } from "../../kit/Button.tsx";
import { dayOf } from "../../kit/dates.ts";
import { Field } from "../../kit/Field.tsx";
import { Form } from "../../kit/forms.tsx";
import { joined } from "../../kit/joined.ts";
import { useRun } from "../../kit/run.ts";
import { sizeOf } from "../../studies/format.ts";
import { t } from "../../words/words.ts";
import { Side } from "../parts/Page.tsx";
import { Choose } from "./Choose.tsx";
import { Decided } from "./Decided.tsx";
import { Differ } from "./Differ.tsx";
import { quarantineDecisionOf } from "./doubt-words.ts";
import { wayOf, whyWord } from "./quarantine-words.ts";
import { tellDecided } from "./tell-decided.ts";

const undo = (id: string) => answerOf(api.POST("/api/v1/quarantine/{id}/undo", { params: { path: { id } } }));

/** One file: what came beside what is archived, and the decision. */
export function QuarantineSide({ item, onClose }: { item: QuarantineItem; onClose: () => void }) {
  const { busy, act } = useRun("quarantine");
  const { way, sender } = wayOf(item);
  return (
    <Side title={item.claimed?.name || whyWord(item)} about={whyWord(item)} onClose={onClose}>
      {item.image && <Archived item={item} image={item.image} />}
      <section aria-label={t("Details")} className="grid justify-items-start gap-2">
        {item.detail && <p className="note urg">{item.detail}</p>}
        <dl className="kv">
          <dt>{t("Came by")}</dt>
          <dd>{joined(way, sender)}</dd>
          <dt>{t("UID of the image")}</dt>
          <dd className="mono">{item.sopInstanceUid ?? "–"}</dd>
          <dt>{t("Transfer syntax")}</dt>
          <dd className="mono">{item.transferSyntaxUid ?? "–"}</dd>
          <dt>{t("Size")}</dt>
          <dd>{sizeOf(item.size)}</dd>
        </dl>
        <Button icon="download" busy={busy} onClick={() => void act(() => download(item.id))}>
          {t("Download what came")}
        </Button>
      </section>
      {item.status === "OPEN" ? (
        <Decide item={item} />
      ) : (
        <Decided
          item={item}
          word={(action) => quarantineDecisionOf(action).word}
          subject="quarantine"
          undo={() => undo(item.id)}
        />
      )}
    </Side>
  );
}

async function download(id: string): Promise<void> {
  const answer = await fetchAuthorized(`${apiRoot}/quarantine/${id}/content`);
  if (!answer.ok) throw await errorOf(answer);
  const url = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = `${id}.dcm`;
  link.click();
  URL.revokeObjectURL(url);
}

function Archived({ item, image }: { item: QuarantineItem; image: NonNullable<QuarantineItem["image"]> }) {
  const study = useQuery({
    queryKey: ["quarantine", "study", image.studyId],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/studies/{id}", { params: { path: { id: image.studyId } }, signal })),
  });
  const patient = study.data?.patient;
  return (
    <section aria-label={t("What differs")}>
      <Differ
        left={t("What came")}
        right={t("Archived")}
        lines={[
          { name: t("Name"), left: item.claimed?.name, right: patient?.name },
          { name: t("Identifier"), left: item.claimed?.identifier, right: patient?.identifier },
          {
            name: t("Born"),
            left: item.claimed?.birthDate && dayOf(item.claimed.birthDate),
            right: patient?.birthDate && dayOf(patient.birthDate),
          },
          { name: t("Sex"), left: item.claimed?.sex, right: patient?.sex },
          { name: t("Size"), left: sizeOf(item.size), right: sizeOf(image.size) },
          { name: t("Hash"), left: item.sha256.slice(0, 16), right: image.sha256.slice(0, 16) },
        ]}
      />
    </section>
  );
}

function Decide({ item }: { item: QuarantineItem }) {
  const [action, setAction] = useState("");
  const [reason, setReason] = useState("");
  const { busy, problem, run } = useRun("quarantine");
  const choices = item.actions.filter((one) => one !== "undo");
  if (choices.length === 0) return null;
  // What takes an archived image's place, or is lost, is done for a reason.
  const needsReason = ["REPLACE", "DISCARD"].includes(action.toUpperCase());
  const submit = async () => {
    const done = await run(() =>
      answerOf(
        api.POST("/api/v1/quarantine/{id}/resolve", {
          params: { path: { id: item.id } },
          body: {
            action,
            expectedVersion: item.version,
            ...(reason.trim() ? { reason: reason.trim() } : {}),
          },
        }),
      ),
    );
    if (done)
      tellDecided({
        item: done.answer,
        word: quarantineDecisionOf(action).word,
        subject: "quarantine",
        undo: () => undo(item.id),
      });
  };
  return (
    <section aria-label={t("Decision")}>
      <Form
        label={t("Decision")}
        submit={t("Decide")}
        busy={busy}
        problem={problem}
        disabled={action === "" || (needsReason && reason.trim() === "")}
        onSubmit={() => void submit()}
      >
        <Choose
          label={t("What becomes of it?")}
          options={choices.map((one) => ({ value: one, ...quarantineDecisionOf(one) }))}
          value={action}
          onChange={setAction}
        />
        <Field
          label={needsReason ? t("Reason") : t("Reason (not needed)")}
          value={reason}
          maxLength={1000}
          onChange={({ target }) => setReason(target.value)}
        />
      </Form>
    </section>
  );
}
