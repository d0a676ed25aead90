import type { Report, ReportVersion, Study } from "@isocenter/contract";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { studyThumbnailUrl } from "../api/pictures.ts";
import { AcknowledgeForm } from "../findings/AcknowledgeForm.tsx";
import { answerDeadlineOf } from "../findings/deadline.ts";
import { useFinding, useFindings } from "../findings/queries.ts";
import { Button } from "../kit/Button.tsx";
import { ChangedWords } from "../kit/ChangedWords.tsx";
import { changesOf } from "../kit/changes.ts";
import { dayOf, momentIn } from "../kit/dates.ts";
import { Icon } from "../kit/Icon.tsx";
import { joined } from "../kit/joined.ts";
import { useNow } from "../kit/now.ts";
import { Skeleton } from "../kit/Skeleton.tsx";
import { EmptyState, ErrorState } from "../kit/States.tsx";
import { useShortcuts } from "../kit/shortcuts.ts";
import { SeverityTag, Tag } from "../kit/Tag.tsx";
import { Thumbnail } from "../kit/Thumbnail.tsx";
import { openLetter } from "../reporting/letter.ts";
import { useStudy } from "../reporting/queries.ts";
import { imagingModalities, sexAndAge } from "../studies/format.ts";
import { useTimeZone } from "../studies/queries.ts";
import { message, t } from "../words/words.ts";
import { markRead, useReportNotices, useResultReport, useVersions } from "./queries.ts";
import { toldOf } from "./results.ts";
import "../findings/findings.css";
import "./results.css";

/** One result: whose it is, the pictures, the report with what changed in it, and the answer to a critical finding. */
export function ResultPage() {
  const { studyId } = useParams({ from: "/guarded/shell/results/$studyId" });
  const navigate = useNavigate();
  const study = useStudy(studyId);
  const report = useResultReport(studyId);
  const notices = useReportNotices();
  const findings = useFindings("pending");
  const pending = (findings.data?.data ?? []).filter((finding) => finding.studyId === studyId);
  const unread = toldOf(notices ?? []).get(studyId)?.unread ?? [];
  const read = report.data ? unread.join() : "";
  // It is read once the report is on the screen.
  useEffect(() => {
    if (read) void markRead(read.split(","));
  }, [read]);
  const view = () => {
    if (study.data)
      void navigate({
        to: "/studies/$studyInstanceUid/view",
        params: { studyInstanceUid: study.data.studyInstanceUid },
      });
  };
  useShortcuts(t("Result"), [
    { caps: ["V"], label: t("open the images"), on: ["v"], inBar: true, run: view },
    {
      caps: ["L"],
      label: t("open the letter"),
      on: ["l"],
      inBar: true,
      run: () => report.data && void openLetter(report.data.id),
    },
    {
      caps: ["Esc"],
      label: t("back to the results"),
      on: ["escape"],
      inBar: true,
      run: () => void navigate({ to: "/results", search: {} }),
    },
  ]);
  if (study.isError && !study.data)
    return (
      <ErrorState error={study.error} onRetry={() => void study.refetch()} safe={t("No result is lost.")} />
    );
  return (
    <div className="flex h-full min-h-0 flex-col">
      {study.data ? <Banner study={study.data} /> : <Skeleton width="60%" height={40} />}
      <div className="min-h-0 flex-1 overflow-auto">
        <div className="result-page">
          {study.data && <Pictures study={study.data} onView={view} />}
          <div className="grid content-start gap-4">
            {pending.map((finding) => (
              <Answer key={finding.id} id={finding.id} />
            ))}
            {report.isError && !report.data ? (
              <ErrorState
                error={report.error}
                onRetry={() => void report.refetch()}
                safe={t("No result is lost.")}
              />
            ) : report.data === undefined ? (
              <Skeleton width="100%" height={160} />
            ) : report.data ? (
              <ReportText report={report.data} />
            ) : (
              <EmptyState title={t("No signed report yet")} icon="clock">
                {t("It appears here the moment it is signed.")}
              </EmptyState>
            )}
          </div>
        </div>
      </div>
    </div>
  );
}

function Banner({ study }: { study: Study }) {
  const { patient } = study;
  return (
    <header className="result-banner">
      <Link to="/results" search={{}} className="icon-btn result-back" aria-label={t("Results")}>
        <Icon name="left" />
      </Link>
      <div className="min-w-0">
        <h2 className="text-16 font-semibold [overflow-wrap:anywhere]">{patient.name}</h2>
        <p className="text-12 text-text-2">
          {joined(sexAndAge(patient, study.studyDate), patient.birthDate && dayOf(patient.birthDate))} ·{" "}
          <span className="mono">{patient.identifier}</span>
        </p>
      </div>
    </header>
  );
}

function Pictures({ study, onView }: { study: Study; onView: () => void }) {
  return (
    <section className="result-pictures" aria-label={t("Images")}>
      <button type="button" className="result-picture" onClick={onView}>
        <Thumbnail
          url={studyThumbnailUrl(study)}
          version={`${study.version}`}
          alt={t("Preview of {study}", {
            study: study.studyDescription ?? imagingModalities(study.modalities).join(" "),
          })}
          className="result-preview"
        />
        <span className="result-caption">
          {joined(study.studyDescription, study.studyDate && dayOf(study.studyDate))}
        </span>
      </button>
      <div className="p-3">
        <Button icon="image" size="l" className="w-full" hotkey="V" onClick={onView}>
          {t("Open the images")}
        </Button>
      </div>
    </section>
  );
}

/** A finding that waits: what was found, how long there is, and the form to answer it. Opening it says that it was received. */
function Answer({ id }: { id: string }) {
  const finding = useFinding(id);
  const now = useNow();
  if (!finding.data) return <Skeleton width="100%" height={120} />;
  const { actions, description, severity, raisedBy } = finding.data;
  const { tone, text } = answerDeadlineOf(finding.data, now);
  return (
    <section className="critical-card" aria-label={t("Critical finding: {what}", { what: description })}>
      <header className="flex items-center gap-2">
        <SeverityTag severity={severity} word={t("Critical finding")} />
        <span className="flex-1" />
        <strong className={tone === "late" || tone === "soon" ? "text-crit" : "text-text-2"}>{text}</strong>
      </header>
      <p className="text-14 font-semibold [overflow-wrap:anywhere]">{description}</p>
      <p className="text-12 text-text-2">{t("raised by {name}", { name: raisedBy.name })}</p>
      {(actions.includes("acknowledge") || actions.includes("record-call")) && (
        <AcknowledgeForm finding={finding.data} />
      )}
    </section>
  );
}

const sections = [
  { key: "impression", word: message("Impression") },
  { key: "recommendations", word: message("Recommendations") },
  { key: "findings", word: message("Findings of the examination") },
  { key: "technique", word: message("Technique") },
  { key: "comparison", word: message("Comparison") },
] as const;

const kinds: Readonly<Record<string, string>> = {
  PRELIMINARY: message("Preliminary"),
  FINAL: message("Final"),
  AMENDED: message("Amended version"),
  CORRECTED: message("Corrected version"),
  APPENDED: message("With an addendum"),
  ENTERED_IN_ERROR: message("Entered in error, not valid"),
};
const kindWord = (status: string): string => (kinds[status] ? t(kinds[status]) : status);

function ReportText({ report }: { report: Report }) {
  const timeZone = useTimeZone();
  const versions = useVersions(report.id, report.versionNumber);
  const signed = (versions.data?.data ?? []).filter(({ status }) => status !== "PRELIMINARY");
  const [chosen, setChosen] = useState<number | null>(null);
  const [marked, setMarked] = useState(true);
  const last = signed.at(-1);
  const shown: ReportVersion | undefined = signed.find(({ number }) => number === chosen) ?? last;
  const before = shown ? signed[signed.indexOf(shown) - 1] : undefined;
  const invalid = report.status === "ENTERED_IN_ERROR";
  const content = shown ?? report;
  const anothers = content.namesAnotherPatient;
  return (
    <article className="result-report" aria-label={t("Report")}>
      <header className="flex flex-wrap items-center gap-2">
        <Tag
          tone={invalid || anothers ? "crit" : shown && shown.status !== "FINAL" ? "urg" : "ok"}
          icon={invalid || anothers ? "alert" : "check"}
        >
          {kindWord(invalid ? report.status : (shown?.status ?? report.status))}
        </Tag>
        {(shown?.signedAt ?? report.signedAt) && (
          <span className="text-12 text-text-3">
            {momentIn(timeZone, shown?.signedAt ?? report.signedAt ?? "")}
          </span>
        )}
        <span className="flex-1" />
        <Button icon="file" size="s" hotkey="L" onClick={() => void openLetter(report.id)}>
          {t("Letter (PDF)")}
        </Button>
      </header>
      {invalid && (
        <p className="note crit" role="alert">
          {t("This report was entered in error: do not act on it.")} {report.reason}
        </p>
      )}
      {anothers && (
        <p className="note crit" role="alert">
          {t(
            "This version was signed when the examination was thought to be another patient's: ask the department before you act on it.",
          )}
        </p>
      )}
      {signed.length > 1 && (
        <div className="flex flex-wrap items-center gap-3 text-12 text-text-2">
          <label className="flex items-center gap-2">
            {t("Version")}
            <select
              className="result-select"
              value={shown?.number}
              onChange={(event) => setChosen(Number(event.target.value))}
            >
              {signed.map((version) => (
                <option key={version.id} value={version.number}>
                  {`${version.number} · ${kindWord(version.status)} · ${momentIn(timeZone, version.signedAt)}`}
                </option>
              ))}
            </select>
          </label>
          {before && (
            <label className="flex items-center gap-2">
              <input type="checkbox" checked={marked} onChange={(event) => setMarked(event.target.checked)} />
              {t("Mark what changed")}
            </label>
          )}
        </div>
      )}
      {shown && last && shown !== last && (
        <p className="note urg" role="note">
          {t("This is an earlier version; a newer one is signed.")}
        </p>
      )}
      {shown?.reason && before && (
        <p className="note urg" role="note">
          {t("Changed because: {reason}", { reason: shown.reason })}
        </p>
      )}
      {sections.map(({ key, word }) =>
        content[key] || (marked && before?.[key]) ? (
          <section key={key} aria-label={t(word)}>
            <h3 className="text-12 font-medium text-text-3">{t(word)}</h3>
            <p className="changed-words">
              {marked && before ? (
                <ChangedWords parts={changesOf(before[key], content[key])} />
              ) : (
                content[key]
              )}
            </p>
          </section>
        ) : null,
      )}
      {(shown?.signer ?? report.signer) && (
        <p className="text-12 text-text-2">
          {t("Signed by {name}", { name: (shown?.signer ?? report.signer)?.name ?? "" })}
        </p>
      )}
    </article>
  );
}
