import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { Button, IconButton } from "../kit/Button.tsx";
import { Skeleton } from "../kit/Skeleton.tsx";
import { ErrorState } from "../kit/States.tsx";
import { toast } from "../kit/toast.ts";
import { claimNext } from "../reading/queries.ts";
import { studyByUid } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import { PatientOf } from "./PatientOf.tsx";
import { useStudy, useStudyReport } from "./queries.ts";
import { Beside, Body, ClinicalQuestion, isWriting } from "./ReportPage.tsx";
import { ReportState } from "./ReportState.tsx";
import { StudyChanged } from "./StudyChanged.tsx";
import "./reporting.css";

interface ReportDeskProps {
  studyInstanceUid: string;
  onClose: () => void;
}

/** The report beside the images of its study. */
export function ReportDesk({ studyInstanceUid, onClose }: ReportDeskProps) {
  const found = useQuery({ ...studyByUid(studyInstanceUid), staleTime: Number.POSITIVE_INFINITY });
  const id = found.data?.data[0]?.id;
  return (
    <aside className="report-beside" aria-label={t("Report")} data-region="report">
      <header className="flex items-center gap-2 border-b border-line px-4 py-2">
        <h2 className="text-13 font-semibold">{t("Report")}</h2>
        <span className="min-w-0 flex-1">{id && <StateOf studyId={id} />}</span>
        <IconButton icon="x" label={t("Hide the report")} onClick={onClose} />
      </header>
      {found.isError ? (
        <ErrorState error={found.error} onRetry={() => void found.refetch()} />
      ) : found.data && !id ? (
        <p className="p-4 text-text-2">{t("The department does not know this study.")}</p>
      ) : id ? (
        <Desk key={id} studyId={id} />
      ) : (
        <div className="p-4">
          <Skeleton width="60%" />
        </div>
      )}
    </aside>
  );
}

function StateOf({ studyId }: { studyId: string }) {
  const report = useStudyReport(studyId).data;
  return report ? <ReportState report={report} /> : null;
}

function Desk({ studyId }: { studyId: string }) {
  const study = useStudy(studyId);
  const report = useStudyReport(studyId);
  const failed = study.isError ? study : report.isError ? report : null;
  if (failed) return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />;
  if (!study.data || report.data === undefined) {
    return (
      <div className="p-4" aria-busy="true">
        <Skeleton width="60%" />
      </div>
    );
  }
  const { signedAt = null, status, actions } = report.data ?? {};
  const isSubmitted = status === "PRELIMINARY" && !actions?.includes("sign");
  return (
    <>
      {/* Of the department, and so also where the archive does not answer and the viewer knows nobody. */}
      <div className="border-b border-line px-4 py-1.5">
        <PatientOf patient={study.data.patient} />
      </div>
      <div className="report-beside-body">
        {(signedAt !== null || isSubmitted) && (
          <NextStudy studyId={studyId}>
            {isSubmitted ? t("It waits to be signed.") : t("This study is read.")}
          </NextStudy>
        )}
        <div className="report-question">
          <ClinicalQuestion study={study.data} />
        </div>
        <StudyChanged study={study.data} />
        <Body study={study.data} report={report.data} />
        <Beside study={study.data} writing={isWriting(report.data)} />
      </div>
    </>
  );
}

/** After one's own part: the most urgent study that nobody reads. */
function NextStudy({ studyId, children }: { studyId: string; children: ReactNode }) {
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const [empty, setEmpty] = useState(false);
  const next = async () => {
    if (busy) return;
    setBusy(true);
    try {
      const study = await claimNext(studyId);
      if (!study) return setEmpty(true);
      await navigate({
        to: "/studies/$studyInstanceUid/view",
        params: { studyInstanceUid: study.studyInstanceUid },
        search: { read: true },
        replace: true,
      });
    } catch (error) {
      toast({
        title: t("The next study could not be opened"),
        detail: (error as Error).message,
        tone: "urg",
      });
    } finally {
      setBusy(false);
    }
  };
  const latest = useRef(next);
  latest.current = next;
  useLayoutEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (!event.altKey || event.key.toLowerCase() !== "n") return;
      event.preventDefault();
      void latest.current();
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, []);
  return (
    <div className="note plain m-4 mb-0 items-center" role="status">
      <span className="flex-1">{empty ? t("All read. Nobody waits.") : children}</span>
      {!empty && (
        <Button variant="primary" hotkey="Alt N" busy={busy} onClick={() => void next()}>
          {t("Next study")}
        </Button>
      )}
    </div>
  );
}
