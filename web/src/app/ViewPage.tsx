import { useNavigate, useParams, useRouter } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { dicomwebRoot, fetchAuthorized } from "../api/client.ts";
import { PageState } from "../kit/States.tsx";
import { ageAt, sexWord } from "../studies/format.ts";
import { useStudy } from "../studies/queries.ts";
import { loadViewer } from "./viewer-chunk.ts";

const Viewer = loadViewer ? lazy(loadViewer) : null;

/** The viewer of one study: no rail, the patient fixed on top. */
export function ViewPage() {
  const { studyInstanceUid } = useParams({ from: "/guarded/studies/$studyInstanceUid/view" });
  const router = useRouter();
  const navigate = useNavigate();
  const study = useStudy(studyInstanceUid);
  const patient = study.data?.patient;

  useEffect(() => {
    document.title = `${patient ? patient.name : "Study"} · Isocenter`;
  }, [patient]);

  const close = () => {
    if (router.history.canGoBack()) router.history.back();
    else void navigate({ to: "/studies", search: {} });
  };

  if (!Viewer) {
    return (
      <main className="grid h-dvh place-items-center">
        <PageState icon="alert" tone="urg" title="The viewer is not part of this build">
          Build the web app again with its viewer.
        </PageState>
      </main>
    );
  }
  const banner = patient && study.data && (
    <>
      <b className="font-semibold">{patient.name}</b>
      <span>
        <span className="sr-only">{sexWord(patient.sex)}</span>
        <span aria-hidden="true">{patient.sex}</span>
      </span>
      {patient.birthDate && (
        <span>
          {ageAt(patient.birthDate, study.data.studyDate)} · born {patient.birthDate}
        </span>
      )}
      <span className="mono">{patient.identifier}</span>
    </>
  );
  return (
    <Suspense fallback={<div className="h-dvh bg-view" role="status" aria-label="Opening the viewer" />}>
      <Viewer
        key={studyInstanceUid}
        studyInstanceUid={studyInstanceUid}
        dicomwebRoot={dicomwebRoot}
        fetchAuthorized={fetchAuthorized}
        patientBanner={banner}
        onClose={close}
      />
    </Suspense>
  );
}
