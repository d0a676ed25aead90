import { useNavigate, useParams, useRouter } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useEffect, useMemo } from "react";
import { dicomwebRoot, fetchAuthorized, useMe } from "../api/client.ts";
import { t } from "../words/words.ts";
import { loadViewer } from "./viewer-chunk.ts";
import { createDesk } from "./viewer-desk.ts";

const Viewer = lazy(loadViewer);

/** The viewer of one study: no rail, the patient fixed on top. */
export function ViewPage() {
  const { studyInstanceUid } = useParams({ from: "/guarded/studies/$studyInstanceUid/view" });
  const router = useRouter();
  const navigate = useNavigate();
  useEffect(() => {
    // No name: titles stay in the browser's history.
    document.title = `${t("Viewer")} · Isocenter`;
  }, []);
  const permissions = useMe()?.permissions.join() ?? "";
  const desk = useMemo(() => createDesk(permissions.split(",")), [permissions]);
  const close = useCallback(() => {
    if (router.history.canGoBack()) router.history.back();
    else void navigate({ to: "/studies", search: {} });
  }, [router, navigate]);
  return (
    <Suspense fallback={<div className="h-dvh bg-view" role="status" aria-label={t("Opening the viewer")} />}>
      <Viewer
        studyInstanceUid={studyInstanceUid}
        dicomwebRoot={dicomwebRoot}
        fetchAuthorized={fetchAuthorized}
        desk={desk}
        onClose={close}
      />
    </Suspense>
  );
}
