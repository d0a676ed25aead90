import type { LegalHold } from "@isocenter/contract";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { Button, IconButton } from "../../kit/Button.tsx";
import { momentIn } from "../../kit/dates.ts";
import { Field } from "../../kit/Field.tsx";
import { Form, FormDialog, ReasonDialog } from "../../kit/forms.tsx";
import { useRun } from "../../kit/run.ts";
import { useTimeZone } from "../../studies/queries.ts";
import { t } from "../../words/words.ts";
import { Answer } from "../parts/Listing.tsx";
import { Card, Page } from "../parts/Page.tsx";
import { Table } from "../parts/Table.tsx";
import { PatientSearch } from "./Pick.tsx";

/** How long images are kept at least, and what nobody may delete or purge. */
export default function RetentionPage() {
  const rules = useQuery({
    queryKey: ["retention", "rules"],
    queryFn: ({ signal }) => answerOf(api.GET("/api/v1/retention-rules", { signal })),
  });
  return (
    <Page
      title={t("Retention")}
      about={t("How long images are kept at least, and what nobody may delete or purge")}
    >
      <Card title={t("Rules of the home facility")}>
        <Answer query={rules}>
          {({ data }) => (
            <div className="px-4 pb-4">
              <Rules key={JSON.stringify(data)} rules={data} />
            </div>
          )}
        </Answer>
      </Card>
      <Holds />
    </Page>
  );
}

const whole = (text: string) => /^\d{1,3}$/.test(text) && Number(text) <= 150;

function Rules({
  rules,
}: {
  rules: readonly { modality: string; years: number; untilAge: number | null }[];
}) {
  const [lines, setLines] = useState(
    rules.map((rule, key) => ({
      key,
      modality: rule.modality,
      years: String(rule.years),
      untilAge: rule.untilAge === null ? "" : String(rule.untilAge),
    })),
  );
  const { busy, problem, run } = useRun("retention");
  const change = (key: number, next: Partial<(typeof lines)[number]>) =>
    setLines(lines.map((line) => (line.key === key ? { ...line, ...next } : line)));
  const submit = () =>
    run(
      () =>
        answerOf(
          api.PUT("/api/v1/retention-rules", {
            body: {
              data: lines.map(({ modality, years, untilAge }) => ({
                modality: modality.trim().toUpperCase(),
                years: Number(years),
                untilAge: untilAge === "" ? null : Number(untilAge),
              })),
            },
          }),
        ),
      t("Saved"),
    );
  return (
    <Form
      label={t("Rules of the home facility")}
      submit={t("Save")}
      busy={busy}
      problem={problem}
      disabled={!lines.every((line) => whole(line.years) && (line.untilAge === "" || whole(line.untilAge)))}
      onSubmit={() => void submit()}
    >
      {lines.map((line) => (
        <div
          key={line.key}
          className="grid max-w-160 grid-cols-[repeat(3,minmax(0,1fr))_28px] items-end gap-2"
        >
          <Field
            label={t("Modality")}
            value={line.modality}
            maxLength={16}
            placeholder={t("all others")}
            onChange={({ target }) => change(line.key, { modality: target.value })}
          />
          <Field
            label={t("Years")}
            value={line.years}
            inputMode="numeric"
            onChange={({ target }) => change(line.key, { years: target.value })}
          />
          <Field
            label={t("At least to the age of")}
            value={line.untilAge}
            inputMode="numeric"
            onChange={({ target }) => change(line.key, { untilAge: target.value })}
          />
          <IconButton
            icon="x"
            label={t("Remove the rule {modality}", { modality: line.modality || t("all others") })}
            onClick={() => setLines(lines.filter(({ key }) => key !== line.key))}
          />
        </div>
      ))}
      <Button
        size="s"
        icon="plus"
        className="justify-self-start"
        onClick={() =>
          setLines([
            ...lines,
            {
              key: Math.max(-1, ...lines.map(({ key }) => key)) + 1,
              modality: "",
              years: "10",
              untilAge: "",
            },
          ])
        }
      >
        {t("Add a rule")}
      </Button>
    </Form>
  );
}

function Holds() {
  const timeZone = useTimeZone();
  const [placing, setPlacing] = useState(false);
  const [lifting, setLifting] = useState<LegalHold | null>(null);
  const { busy, problem, run } = useRun("retention");
  const holds = useQuery({
    queryKey: ["retention", "holds"],
    queryFn: ({ signal }) => answerOf(api.GET("/api/v1/legal-holds", { signal })),
  });
  const lift = async (id: string, reason: string) => {
    const done = await run(
      () =>
        answerOf(api.POST("/api/v1/legal-holds/{id}/lift", { params: { path: { id } }, body: { reason } })),
      t("The hold is lifted"),
    );
    if (done) setLifting(null);
  };
  return (
    <Card
      title={t("Legal holds")}
      actions={
        <Button size="s" icon="plus" onClick={() => setPlacing(true)}>
          {t("Place a hold")}
        </Button>
      }
    >
      <Answer query={holds}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="px-4 pb-4 text-text-2">{t("Nothing is held.")}</p>
          ) : (
            <Table<LegalHold>
              label={t("Legal holds")}
              rows={data}
              keyOf={({ id }) => id}
              columns={[
                { head: t("Reason"), cell: ({ reason }) => <span className="a">{reason}</span> },
                {
                  head: t("What"),
                  cell: (hold) => (
                    <>
                      {hold.patientId ? t("Patient") : t("Study")}{" "}
                      <span className="mono text-text-3">{hold.patientId ?? hold.studyId}</span>
                    </>
                  ),
                },
                { head: t("Placed by"), cell: ({ placedBy }) => placedBy.name },
                {
                  head: t("Since"),
                  cell: ({ placedAt }) => <span className="when">{momentIn(timeZone, placedAt)}</span>,
                },
                {
                  head: t("State"),
                  cell: (hold) =>
                    hold.liftedAt ? (
                      t("lifted {at}", { at: momentIn(timeZone, hold.liftedAt) })
                    ) : hold.actions.includes("lift") ? (
                      <Button size="s" onClick={() => setLifting(hold)}>
                        {t("Lift")}
                      </Button>
                    ) : (
                      t("holds")
                    ),
                },
              ]}
            />
          )
        }
      </Answer>
      {placing && <PlaceHold onClose={() => setPlacing(false)} />}
      {lifting && (
        <ReasonDialog
          title={t("Lift the hold?")}
          description={lifting.reason}
          submit={t("Lift")}
          busy={busy}
          problem={problem}
          onSubmit={(reason) => void lift(lifting.id, reason)}
          onClose={() => setLifting(null)}
        />
      )}
    </Card>
  );
}

function PlaceHold({ onClose }: { onClose: () => void }) {
  const [patientId, setPatientId] = useState("");
  const [reason, setReason] = useState("");
  const { busy, problem, run } = useRun("retention");
  const submit = async () => {
    const done = await run(
      () => answerOf(api.POST("/api/v1/legal-holds", { body: { patientId, reason: reason.trim() } })),
      t("Nobody can delete or purge this patient’s images now"),
    );
    if (done) onClose();
  };
  return (
    <FormDialog
      title={t("Place a hold")}
      description={t("All images of the patient are kept until the hold is lifted.")}
      submit={t("Place a hold")}
      busy={busy}
      problem={problem}
      disabled={patientId === "" || reason.trim() === ""}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <PatientSearch onChange={setPatientId} />
      <Field
        label={t("Reason")}
        value={reason}
        maxLength={1000}
        onChange={({ target }) => setReason(target.value)}
      />
    </FormDialog>
  );
}
