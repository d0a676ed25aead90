import type { ReconciliationItem } from "@isocenter/contract";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { dayOf } from "../../kit/dates.ts";
import { Field } from "../../kit/Field.tsx";
import { Form } from "../../kit/forms.tsx";
import { joined } from "../../kit/joined.ts";
import { useRun } from "../../kit/run.ts";
import { Tag } from "../../kit/Tag.tsx";
import { imagingModalities } from "../../studies/format.ts";
import { t } from "../../words/words.ts";
import { Side } from "../parts/Page.tsx";
import { Choose } from "./Choose.tsx";
import { Decided } from "./Decided.tsx";
import { Differ } from "./Differ.tsx";
import { decisionOf, doubtWord } from "./doubt-words.ts";
import { OrderSearch, PatientSearch } from "./Pick.tsx";
import { tellDecided } from "./tell-decided.ts";

const undo = (id: string) =>
  answerOf(api.POST("/api/v1/reconciliation/{id}/undo", { params: { path: { id } } }));

/** One case: what the images say beside what the department knows, and the decision. */
export function DoubtSide({ item, onClose }: { item: ReconciliationItem; onClose: () => void }) {
  const { study, claimed, patient, knownPatient } = item;
  const other = knownPatient ?? patient;
  return (
    <Side
      title={study.studyDescription ?? imagingModalities(study.modalities).join(", ")}
      about={doubtWord(item.kind)}
      onClose={onClose}
    >
      <section aria-label={t("What differs")}>
        <Differ
          left={t("In the images")}
          right={knownPatient ? t("Known patient") : t("Patient")}
          lines={[
            { name: t("Name"), left: claimed.name, right: other.name },
            { name: t("Identifier"), left: claimed.identifier, right: other.identifier },
            { name: t("Issuer"), left: claimed.issuer, right: other.issuer },
            {
              name: t("Born"),
              left: claimed.birthDate && dayOf(claimed.birthDate),
              right: other.birthDate && dayOf(other.birthDate),
            },
            { name: t("Sex"), left: claimed.sex, right: other.sex },
          ]}
        />
      </section>
      <section aria-label={t("Study")}>
        <dl className="kv">
          <dt>{t("Now at")}</dt>
          <dd>
            {patient.name} {patient.provisional && <Tag tone="urg">{t("provisional")}</Tag>}
          </dd>
          <dt>{t("Date")}</dt>
          <dd>{study.studyDate ? dayOf(study.studyDate) : "–"}</dd>
          <dt>{t("Accession number")}</dt>
          <dd>{study.accessionNumber ?? "–"}</dd>
          <dt>{t("Images")}</dt>
          <dd>{item.imageIds.length || study.numberOfImages}</dd>
          {item.order && (
            <>
              <dt>{t("Order with these numbers")}</dt>
              <dd>
                {item.order.accessionNumber}, {item.order.procedureName}
              </dd>
            </>
          )}
        </dl>
        {!study.deleted && (
          <Link
            to="/studies/$studyInstanceUid/view"
            params={{ studyInstanceUid: study.studyInstanceUid }}
            className="link mt-2 inline-block text-12"
          >
            {t("Look at the images")}
          </Link>
        )}
      </section>
      {item.status === "OPEN" ? (
        <Decide item={item} />
      ) : (
        <Decided
          item={item}
          word={(action) => decisionOf(item.kind, action).word}
          subject="reconciliation"
          undo={() => undo(item.id)}
        />
      )}
    </Side>
  );
}

/** `actions` of an open item are the decisions that may be taken. */
function Decide({ item }: { item: ReconciliationItem }) {
  const [action, setAction] = useState("");
  const [reason, setReason] = useState("");
  const [patientId, setPatientId] = useState("");
  const [orderId, setOrderId] = useState("");
  const [studyId, setStudyId] = useState("");
  const { busy, problem, run } = useRun("reconciliation");
  const upper = action.toUpperCase();
  const registered = item.kind === "SEVERAL_REGISTERED";
  const needs =
    upper === "MOVE"
      ? patientId === ""
      : upper === "MATCH"
        ? (registered ? studyId : orderId) === ""
        : upper === "REJECT" && reason.trim() === "";
  const submit = async () => {
    const done = await run(() =>
      answerOf(
        api.POST("/api/v1/reconciliation/{id}/resolve", {
          params: { path: { id: item.id } },
          body: {
            action,
            expectedVersion: item.version,
            ...(upper === "MOVE" ? { patientId } : {}),
            ...(upper === "MATCH" ? (registered ? { studyId } : { orderId }) : {}),
            ...(reason.trim() ? { reason: reason.trim() } : {}),
          },
        }),
      ),
    );
    if (done)
      tellDecided({
        item: done.answer,
        word: decisionOf(item.kind, action).word,
        subject: "reconciliation",
        undo: () => undo(item.id),
      });
  };
  const choices = item.actions.filter((one) => one !== "undo");
  if (choices.length === 0) return null;
  return (
    <section aria-label={t("Decision")}>
      <Form
        label={t("Decision")}
        submit={t("Decide")}
        busy={busy}
        problem={problem}
        disabled={action === "" || needs}
        onSubmit={() => void submit()}
      >
        <Choose
          label={t("What is true?")}
          options={choices.map((one) => ({ value: one, ...decisionOf(item.kind, one) }))}
          value={action}
          onChange={setAction}
        />
        {upper === "MOVE" && <PatientSearch onChange={setPatientId} />}
        {upper === "MATCH" && registered && (
          <Choose
            label={t("Registered studies that wait for images")}
            options={item.registered.map((one) => ({
              value: one.id,
              word: one.studyDescription ?? t("No description"),
              hint: joined(imagingModalities(one.modalities).join(", "), one.bodyPart),
            }))}
            value={studyId}
            onChange={setStudyId}
          />
        )}
        {upper === "MATCH" && !registered && (
          <OrderSearch patientId={item.patient.id} value={orderId} onChange={setOrderId} />
        )}
        <Field
          label={upper === "REJECT" ? t("Reason") : t("Reason (not needed)")}
          value={reason}
          maxLength={1000}
          onChange={({ target }) => setReason(target.value)}
        />
      </Form>
    </section>
  );
}
