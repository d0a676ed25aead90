import type { Report } from "@isocenter/contract";
import { Fragment, useState } from "react";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { Button } from "../kit/Button.tsx";
import { momentIn } from "../kit/dates.ts";
import { Labelled } from "../kit/Field.tsx";
import { Icon } from "../kit/Icon.tsx";
import { toast } from "../kit/toast.ts";
import { useTimeZone } from "../studies/queries.ts";
import { message, t } from "../words/words.ts";
import { sections, textsOf } from "./autosave.ts";
import { DiscrepancyDialog, discrepancyWords } from "./DiscrepancyDialog.tsx";
import { FindingDialog } from "./FindingDialog.tsx";
import { LetterPreview } from "./LetterPreview.tsx";
import { NamesAnother } from "./NamesAnother.tsx";
import { keepReport } from "./queries.ts";
import { SignDialog } from "./SignDialog.tsx";
import { Verification } from "./Verification.tsx";
import { VersionsDialog } from "./VersionsDialog.tsx";
import { WithdrawDialog } from "./WithdrawDialog.tsx";

const kinds = [
  ["APPENDED", message("Addendum: something is added")],
  ["AMENDED", message("Amendment: the meaning changes")],
  ["CORRECTED", message("Correction: a mistake of writing")],
] as const;

/** A report as it is signed, with what may follow. */
export function SignedReport({ report }: { report: Report }) {
  const timeZone = useTimeZone();
  const [amending, setAmending] = useState(false);
  const [raising, setRaising] = useState(false);
  const [open, setOpen] = useState<"letter" | "versions" | "discrepancy" | "withdraw" | null>(null);
  const close = () => setOpen(null);
  const [kind, setKind] = useState<string>("APPENDED");
  const [reason, setReason] = useState("");
  const [texts, setTexts] = useState(textsOf(report));
  const may = (action: string) => report.actions.includes(action);
  return (
    <section className="report-body" aria-label={t("Report")}>
      {report.namesAnotherPatient && <NamesAnother />}
      {report.imagesAfterReportAt && (
        <p className="note urg" role="note">
          {t("Images came after this report was signed.")}
        </p>
      )}
      {sections.map(({ key, title }) =>
        report[key] ? (
          <div key={key} className="report-section">
            <h3>{t(title)}</h3>
            <p className="whitespace-pre-line [overflow-wrap:anywhere]">{report[key]}</p>
          </div>
        ) : null,
      )}
      {report.template?.fields.some(({ key }) => report.fields[key] !== undefined) && (
        <dl className="kv">
          {report.template.fields.map(({ key, label, unit }) =>
            report.fields[key] === undefined ? null : (
              <Fragment key={key}>
                <dt>{label}</dt>
                <dd>{[report.fields[key], unit].filter((part) => part !== null).join(" ")}</dd>
              </Fragment>
            ),
          )}
        </dl>
      )}
      {report.discrepancy && (
        <div className="note urg" role="note">
          <Icon name="alert" className="text-urg" />
          <p>
            <strong>{t("Differs from the preliminary report")}</strong> ·{" "}
            {t(discrepancyWords[report.discrepancy.category])}
            <br />
            {report.discrepancy.note}
            <span className="block text-11 text-text-3">
              {report.discrepancy.by.name} · {momentIn(timeZone, report.discrepancy.at)}
            </span>
          </p>
        </div>
      )}
      {report.signer && report.signedAt && (
        <p className="text-12 text-text-2">
          {t("Electronically signed by {name}, {time}", {
            name: report.signer.name,
            time: momentIn(timeZone, report.signedAt),
          })}
          {report.reason && ` · ${report.reason}`}
        </p>
      )}
      {report.versionNumber !== null && <Verification reportId={report.id} />}
      <footer className="report-foot">
        {report.versionNumber !== null && report.versionNumber > 1 && (
          <Button variant="ghost" onClick={() => setOpen("versions")}>
            {t("{count, plural, other {# versions}}", { count: report.versionNumber })}
          </Button>
        )}
        {may("entered-in-error") && (
          <Button variant="ghost" onClick={() => setOpen("withdraw")}>
            {t("Entered in error|report")}
          </Button>
        )}
        <span className="flex-1" />
        {may("discrepancy") && (
          <Button variant="ghost" onClick={() => setOpen("discrepancy")}>
            {t("Discrepancy")}
          </Button>
        )}
        {may("amend") && (
          <Button variant="ghost" icon="alert" onClick={() => setRaising(true)}>
            {t("Critical finding")}
          </Button>
        )}
        {may("amend") && (
          <Button size="l" onClick={() => setAmending(true)}>
            {t("Amend")}
          </Button>
        )}
        <Button
          variant="primary"
          size="l"
          icon="file"
          aria-pressed={open === "letter"}
          onClick={() => setOpen(open === "letter" ? null : "letter")}
        >
          {t("Letter")}
        </Button>
      </footer>
      {open === "letter" && <LetterPreview reportId={report.id} version={report.version} onClose={close} />}
      {open === "versions" && <VersionsDialog reportId={report.id} onClose={close} />}
      {open === "discrepancy" && <DiscrepancyDialog report={report} onClose={close} />}
      {open === "withdraw" && <WithdrawDialog report={report} onClose={close} />}
      {amending && (
        <SignDialog
          title={t("Amend the report")}
          patient={report.patient}
          action={t("Sign the amendment")}
          ready={reason.trim() !== ""}
          onClose={() => setAmending(false)}
          run={(password) =>
            answerOf(
              api.POST("/api/v1/reports/{id}/amend", {
                params: { path: { id: report.id } },
                body: {
                  kind,
                  reason: reason.trim(),
                  password,
                  expectedVersion: report.version,
                  patientId: report.patientId,
                  ...texts,
                },
              }),
            )
          }
          done={async () => {
            toast({
              title: t("Amended"),
              detail: t("Everybody who had the earlier version is told."),
              tone: "ok",
            });
            await keepReport(report.studyId);
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
      )}
      {raising && (
        <FindingDialog
          studyId={report.studyId}
          reportId={report.id}
          impression={report.impression ?? ""}
          onClose={() => setRaising(false)}
        />
      )}
    </section>
  );
}
