import type { Report } from "@isocenter/contract";
import { Fragment, useState } from "react";
import { Button } from "../kit/Button.tsx";
import { momentIn } from "../kit/dates.ts";
import { Icon } from "../kit/Icon.tsx";
import { useTimeZone } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import { AmendDialog } from "./AmendDialog.tsx";
import { sections, type Texts, textsOf } from "./autosave.ts";
import { DiscrepancyDialog, discrepancyWords } from "./DiscrepancyDialog.tsx";
import { FindingDialog } from "./FindingDialog.tsx";
import { LetterPreview } from "./LetterPreview.tsx";
import { NamesAnother } from "./NamesAnother.tsx";
import { NotInIt } from "./NotInIt.tsx";
import { Verification } from "./Verification.tsx";
import { VersionsDialog } from "./VersionsDialog.tsx";
import { WithdrawDialog } from "./WithdrawDialog.tsx";

/** A report as it is signed, with what may follow. */
export function SignedReport({ report }: { report: Report }) {
  const timeZone = useTimeZone();
  /** The text with which the amendment begins. */
  const [amending, setAmending] = useState<Texts | null>(null);
  const [raising, setRaising] = useState(false);
  const [open, setOpen] = useState<"letter" | "versions" | "discrepancy" | "withdraw" | null>(null);
  const close = () => setOpen(null);
  const may = (action: string) => report.actions.includes(action);
  return (
    <section className="report-body" aria-label={t("Report")}>
      {report.namesAnotherPatient && <NamesAnother />}
      <NotInIt report={report} onAmend={may("amend") ? setAmending : null} />
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
      {report.versionNumber !== null && <Verification key={report.versionNumber} reportId={report.id} />}
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
          <Button size="l" onClick={() => setAmending(textsOf(report))}>
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
      {amending && <AmendDialog report={report} began={amending} onClose={() => setAmending(null)} />}
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
