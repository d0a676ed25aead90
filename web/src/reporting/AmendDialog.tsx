import type { Report } from "@isocenter/contract";
import { useState } from "react";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { Labelled } from "../kit/Field.tsx";
import { toast } from "../kit/toast.ts";
import { message, t } from "../words/words.ts";
import { contentOf, numberFields, sections, type Texts } from "./autosave.ts";
import { keepReport } from "./queries.ts";
import { SignDialog } from "./SignDialog.tsx";
import { TemplateFields } from "./TemplateFields.tsx";
import { forgetUnsaved } from "./unsaved.ts";

const kinds = [
  ["APPENDED", message("Addendum: something is added")],
  ["AMENDED", message("Amendment: the meaning changes")],
  ["CORRECTED", message("Correction: a mistake of writing")],
] as const;

interface AmendDialogProps {
  report: Report;
  /** The text with which it begins. */
  began: Texts;
  onClose: () => void;
}

/** What follows a signed report, written and signed at once. */
export function AmendDialog({ report, began, onClose }: AmendDialogProps) {
  // What is amended is what was read when this was opened: a later version is a conflict.
  const [{ id, version, patient, studyId, template }] = useState(report);
  const [kind, setKind] = useState<string>("APPENDED");
  const [reason, setReason] = useState("");
  const [texts, setTexts] = useState(began);
  const [wrong, setWrong] = useState(false);
  return (
    <SignDialog
      title={t("Amend the report")}
      reportId={id}
      patient={patient}
      action={t("Sign the amendment")}
      ready={reason.trim() !== "" && !wrong}
      onClose={onClose}
      run={(password, patientId) =>
        answerOf(
          api.POST("/api/v1/reports/{id}/amend", {
            params: { path: { id } },
            body: {
              kind,
              reason: reason.trim(),
              password,
              expectedVersion: version,
              patientId,
              ...contentOf(texts, numberFields(template)),
            },
          }),
        )
      }
      done={async () => {
        forgetUnsaved();
        toast({
          title: t("Amended"),
          detail: t("Everybody who had the earlier version is told."),
          tone: "ok",
        });
        await keepReport(studyId);
      }}
    >
      <Labelled label={t("Kind")} boxed>
        <select value={kind} onChange={(event) => setKind(event.target.value)}>
          {kinds.map(([value, word]) => (
            <option key={value} value={value}>
              {t(word)}
            </option>
          ))}
        </select>
      </Labelled>
      <Labelled label={t("What changed and why")}>
        <textarea
          className="report-text"
          rows={2}
          maxLength={1000}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </Labelled>
      {template && (
        <TemplateFields
          template={template}
          texts={texts}
          readOnly={false}
          onEdit={(key, text) => setTexts({ ...texts, [key]: text })}
          onWrong={setWrong}
        />
      )}
      {sections.map(({ key, title, rows }) => (
        <label key={key} className="grid gap-1 text-12 font-medium text-text-2">
          {t(title)}
          <textarea
            className="report-text"
            rows={Math.min(rows, 4)}
            maxLength={50_000}
            value={texts[key]}
            onChange={(event) => setTexts({ ...texts, [key]: event.target.value })}
          />
        </label>
      ))}
    </SignDialog>
  );
}
