import { useNavigate } from "@tanstack/react-router";
import { Suspense, useEffect, useMemo, useState } from "react";
import { dicomwebRoot, fetchAuthorized, useMe } from "../api/client.ts";
import { lazily } from "../api/loaded.ts";
import { t } from "../words/words.ts";
import { followScreens } from "./second-screen.ts";
import { loadViewer } from "./viewer-chunk.ts";
import { createDesk } from "./viewer-desk.ts";

const Viewer = lazily(loadViewer);

/** The window on the other monitor: it shows the study that is open in the first one, and nothing when none is. */
export function SecondScreen({ studyInstanceUid }: { studyInstanceUid: string }) {
  const navigate = useNavigate();
  const [open, setOpen] = useState(true);
  useEffect(() => {
    document.title = `${t("Second screen")} · Isocenter`;
  }, []);
  useEffect(
    () =>
      followScreens((study) => {
        setOpen(study !== undefined);
        if (study === undefined) return;
        void navigate({
          to: "/studies/$studyInstanceUid/view",
          params: { studyInstanceUid: study },
          search: { screen: 2 },
          replace: true,
        });
      }),
    [navigate],
  );
  const permissions = useMe()?.permissions.join() ?? "";
  const desk = useMemo(() => createDesk(permissions.split(",")), [permissions]);
  if (!open)
    return (
      <main className="grid h-dvh place-items-center bg-view text-text-2" role="status">
        {t("No study is open on the first screen.")}
      </main>
    );
  return (
    <div className="view-page">
      <Suspense
        fallback={<div className="h-dvh bg-view" role="status" aria-label={t("Opening the viewer")} />}
      >
        <Viewer
          studyInstanceUid={studyInstanceUid}
          dicomwebRoot={dicomwebRoot}
          fetchAuthorized={fetchAuthorized}
          desk={desk}
          screen={2}
          onClose={() => window.close()}
        />
      </Suspense>
    </div>
  );
}
