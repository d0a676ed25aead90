import type { ReadingClaim, Report, Study } from "@isocenter/contract";
import { Link, useParams } from "@tanstack/react-router";
import { type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { answerOf } from "../api/api.ts";
import { api, useMe } from "../api/client.ts";
import { ApiError } from "../api/problem.ts";
import { RaisedHere } from "../findings/RaisedHere.tsx";
import { Button } from "../kit/Button.tsx";
import { dateAndTime, dayOf } from "../kit/dates.ts";
import { Labelled } from "../kit/Field.tsx";
import { joined } from "../kit/joined.ts";
import { Skeleton } from "../kit/Skeleton.tsx";
import { EmptyState, ErrorState } from "../kit/States.tsx";
import { ModalityChip } from "../kit/Tag.tsx";
import { toast } from "../kit/toast.ts";
import { priorityWord } from "../orders/priorities.ts";
import { useOrder } from "../orders/queries.ts";
import { TechnologistNotes } from "../reading/TechnologistNotes.tsx";
import { ageAt, imagingModalities } from "../studies/format.ts";
import { t } from "../words/words.ts";
import { insertIntoReport } from "./insertion.ts";
import { comparisonWith, Priors, usePriorStudies } from "./Priors.tsx";
import { keepReport, useStudy, useStudyReport, useTemplates, useWithdrawnReports } from "./queries.ts";
import { ReadByAnother } from "./ReadByAnother.tsx";
import { ReportEditor } from "./ReportEditor.tsx";
import { ReportState } from "./ReportState.tsx";
import { SignedReport } from "./SignedReport.tsx";
import { StudyChanged } from "./StudyChanged.tsx";
import { Withdrawn } from "./Withdrawn.tsx";
import "../reading/reading.css";
import "./reporting.css";

/** The report of a study: begun, written, signed, amended. */
export function ReportPage() {
  const { studyId } = useParams({ from: "/guarded/shell/report/$studyId" });
  const study = useStudy(studyId);
  const report = useStudyReport(studyId);
  if (study.isError) return <ErrorState error={study.error} onRetry={() => void study.refetch()} />;
  if (report.isError) return <ErrorState error={report.error} onRetry={() => void report.refetch()} />;
  if (!study.data || report.data === undefined)
    return (
      <div className="report-page" aria-busy="true">
        <Skeleton width="40%" height={20} />
      </div>
    );
  return (
    <div className="report-page">
      <PatientHeader study={study.data} report={report.data} />
      <StudyChanged key={study.data.id} study={study.data} />
      <div className="report-desk">
        <Body study={study.data} report={report.data} alone />
        <Beside study={study.data} writing={isWriting(report.data)}>
          <ClinicalQuestion study={study.data} />
        </Beside>
      </div>
    </div>
  );
}

/** What was asked, by whom, how soon. */
export function ClinicalQuestion({ study }: { study: Study }) {
  const order = useOrder(study.orderId).data;
  if (!order) return null;
  return (
    <section aria-label={t("Clinical question")}>
      <h3 className="text-12 text-text-3">{t("Clinical question")}</h3>
      <p className="mt-1 text-14 [overflow-wrap:anywhere]">{order.clinicalIndication}</p>
      <p className="mt-1 text-12 text-text-2">
        {order.procedureName} · {priorityWord(order.priority)} ·{" "}
        {t("ordered by {name}", { name: order.provider.name })}
      </p>
    </section>
  );
}

interface BesideProps {
  study: Study;
  writing: boolean;
  /** What comes before the rest. */
  children?: ReactNode;
}

/** What one wants to know while one writes. */
export function Beside({ study, writing, children }: BesideProps) {
  const [newest] = usePriorStudies(study).data ?? [];
  const compare = (sentence: string) => void insertIntoReport(sentence, "comparison");
  const onKey = useRef((): boolean => false);
  onKey.current = () => {
    if (!writing || !newest) return false;
    compare(comparisonWith(newest));
    return true;
  };
  useLayoutEffect(() => {
    // Also from within the text.
    const listener = (event: KeyboardEvent) => {
      if (!event.altKey || event.ctrlKey || event.key.toLowerCase() !== "p") return;
      if (!document.querySelector("[role=dialog]") && onKey.current()) event.preventDefault();
    };
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, []);
  return (
    <aside className="report-aside" aria-label={t("About this examination")}>
      {children}
      <RaisedHere study={study} />
      <TechnologistNotes studyId={study.id} />
      <section aria-label={t("Prior reports")}>
        <h3 className="text-12 text-text-3">{t("Prior reports")}</h3>
        <Priors study={study} onCompare={writing ? compare : null} />
      </section>
    </aside>
  );
}

/** Whether the report is open to be written. */
export const isWriting = (report: Report | null): boolean =>
  report !== null && report.signedAt === null && report.actions.includes("edit");

interface BodyProps {
  study: Study;
  report: Report | null;
  /** It is what the page is about, and the keys are its own. */
  alone?: boolean;
}

export function Body({ study, report, alone = false }: BodyProps) {
  const [begun, setBegun] = useState(false);
  if (report === null) return <Begin study={study} alone={alone} onBegun={() => setBegun(true)} />;
  if (!isWriting(report)) return <SignedReport key={report.id} report={report} />;
  return (
    <div className="contents" data-saves-itself>
      <ReportEditor key={report.id} report={report} begun={begun} patient={study.patient} />
    </div>
  );
}

/** Whose report this is: always on top, never scrolled away. */
function PatientHeader({ study, report }: { study: Study; report: Report | null }) {
  const { patient } = study;
  return (
    <header className="report-head">
      <div className="min-w-0">
        <h2 className="text-16 font-semibold [overflow-wrap:anywhere]">{patient.name || t("No name")}</h2>
        <p className="text-12 text-text-2">
          {joined(
            patient.sex,
            ageAt(patient.birthDate, study.studyDate),
            patient.birthDate && t("born {date}", { date: dayOf(patient.birthDate) }),
          )}{" "}
          · <span className="mono">{patient.identifier}</span>
        </p>
      </div>
      <div className="min-w-0">
        <p className="text-14">
          {imagingModalities(study.modalities).map((modality) => (
            <span key={modality} className="mr-1.5">
              <ModalityChip modality={modality} />
            </span>
          ))}
          {study.studyDescription || t("No description")}
        </p>
        <p className="text-12 text-text-2">
          {joined(dateAndTime(study.studyDate, study.studyTime), study.accessionNumber)}
        </p>
      </div>
      <span className="flex-1" />
      {report && <ReportState report={report} />}
      <Link
        to="/studies/$studyInstanceUid/view"
        params={{ studyInstanceUid: study.studyInstanceUid }}
        search={{ read: true }}
        className="btn"
      >
        {t("Open images")}
      </Link>
    </header>
  );
}

interface BeginProps {
  study: Study;
  alone: boolean;
  onBegun: () => void;
}

function Begin({ study, alone, onBegun }: BeginProps) {
  const may = useMe()?.permissions.includes("reports.write") ?? false;
  const withdrawn = useWithdrawnReports(study.id).data ?? [];
  const templates = useTemplates();
  const [templateId, setTemplateId] = useState("");
  const [busy, setBusy] = useState(false);
  const [claim, setClaim] = useState<ReadingClaim | null>(null);
  if (!may)
    return (
      <div>
        <Withdrawn reports={withdrawn} />
        <EmptyState title={t("No report yet")} icon="file">
          {t("When the study is read and signed, its report appears here.")}
        </EmptyState>
      </div>
    );
  const fitting = (templates.data?.data ?? []).filter(
    ({ modality }) => modality === null || study.modalities.includes(modality),
  );
  const begin = async () => {
    setBusy(true);
    try {
      await answerOf(
        api.POST("/api/v1/reports", { body: { studyId: study.id, ...(templateId ? { templateId } : {}) } }),
      );
      onBegun();
      await keepReport(study.id);
    } catch (error) {
      const members = error instanceof ApiError && error.code === "study.claimed" ? error.members : null;
      if (members) return setClaim(members.claim as ReadingClaim);
      toast({ title: t("The report was not begun"), detail: (error as Error).message, tone: "urg" });
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="grid max-w-[60ch] content-start gap-3 p-6" aria-label={t("Begin the report")}>
      <Withdrawn reports={withdrawn} />
      <h3 className="text-16 font-semibold">
        {withdrawn.length > 0 ? t("There is no report that counts") : t("There is no report yet")}
      </h3>
      <Labelled label={t("Template")} boxed>
        <select value={templateId} onChange={(event) => setTemplateId(event.target.value)}>
          <option value="">{t("The procedure’s own, or none")}</option>
          {fitting.map((template) => (
            <option key={template.id} value={template.id}>
              {template.name}
            </option>
          ))}
        </select>
      </Labelled>
      {claim && <ReadByAnother claim={claim} />}
      <Button variant="primary" size="l" busy={busy} autoFocus={alone} onClick={() => void begin()}>
        {t("Begin the report")}
      </Button>
    </section>
  );
}
