import { useNavigate, useParams, useRouter, useSearch } from "@tanstack/react-router";
import { Suspense, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { dicomwebRoot, useMe } from "../api/client.ts";
import { lazily } from "../api/loaded.ts";
import { keep, kept } from "../kit/kept.ts";
import { Skeleton } from "../kit/Skeleton.tsx";
import { toast } from "../kit/toast.ts";
import { insertIntoReport } from "../reporting/insertion.ts";
import { t } from "../words/words.ts";
import { SecondScreen } from "./SecondScreen.tsx";
import { type FirstScreen as FirstScreenLink, leadScreens } from "./second-screen.ts";
import { fetchAhead } from "./study-ahead.ts";
import { loadViewer } from "./viewer-chunk.ts";
import { createDesk } from "./viewer-desk.ts";
import "./view.css";

const Viewer = lazily(loadViewer);
const ReportDesk = lazily(async () => ({
  default: (await import("../reporting/ReportDesk.tsx")).ReportDesk,
}));

const openKey = "report-beside";

/** Whether the report was beside the images when the person last chose. */
const wasOpen = (): boolean => kept(openKey) === "yes";

/** Where one comes to in the report, the first of these that is there. */
const inReport = ["#section-findings:not([readonly])", ".report-body button", "section button", "button"];

/** Goes from the images to the report and back. @param last where one was in the report before, if anywhere */
function changeRegion(last: Element | null): void {
  const report = document.querySelector("[data-region=report]");
  if (report?.contains(document.activeElement)) {
    document.querySelector<HTMLElement>("[data-region=images] .vw-pane")?.focus();
    return;
  }
  const found = [last?.isConnected ? last : null, ...inReport.map((one) => report?.querySelector(one))];
  const target = found.find((one) => one instanceof HTMLElement) as HTMLElement | undefined;
  target?.focus();
}

/** The viewer of one study, on the first or the second screen. */
export function ViewPage() {
  const { studyInstanceUid } = useParams({ from: "/guarded/studies/$studyInstanceUid/view" });
  const { read, screen } = useSearch({ from: "/guarded/studies/$studyInstanceUid/view" });
  if (screen === 2) return <SecondScreen studyInstanceUid={studyInstanceUid} />;
  return <FirstScreen studyInstanceUid={studyInstanceUid} read={read} />;
}

/** With its report beside the images: no rail, the patient fixed on top. */
function FirstScreen({ studyInstanceUid, read }: { studyInstanceUid: string; read: true | undefined }) {
  const router = useRouter();
  const navigate = useNavigate();
  const me = useMe();
  const mayRead = me?.permissions.includes("reports.read") ?? false;
  const [open, setOpen] = useState(() => read || wasOpen());
  useEffect(() => {
    // No name: titles stay in the browser's history.
    document.title = `${t("Viewer")} · Isocenter`;
  }, []);
  useEffect(() => {
    if (read) setOpen(true);
  }, [read]);
  const show = useCallback((shown: boolean) => {
    setOpen(shown);
    keep(openKey, shown ? "yes" : "no");
  }, []);
  const beside = mayRead && open;
  const lastInReport = useRef<Element | null>(null);
  const onRegionKey = useRef(() => {});
  onRegionKey.current = open ? () => changeRegion(lastInReport.current) : () => show(true);
  useLayoutEffect(() => {
    if (!mayRead) return;
    const key = (event: KeyboardEvent) => {
      // A letter over the images is closed before they are left.
      const letter = document.querySelector<HTMLElement>("[data-region=report] [data-closes=letter]");
      if (event.key === "Escape" && letter && !document.querySelector("[role=dialog]")) {
        event.stopImmediatePropagation();
        letter.click();
        return;
      }
      if (event.key !== "F6" || event.ctrlKey || event.altKey) return;
      event.preventDefault();
      // Before the viewer, which goes round its own parts by the same key where there is no report.
      event.stopImmediatePropagation();
      onRegionKey.current();
    };
    addEventListener("keydown", key, true);
    return () => removeEventListener("keydown", key, true);
  }, [mayRead]);
  const permissions = me?.permissions.join() ?? "";
  const desk = useMemo(() => createDesk(permissions.split(",")), [permissions]);
  const screens = useRef<FirstScreenLink>(undefined);
  useEffect(() => {
    const led = leadScreens(studyInstanceUid);
    screens.current = led;
    return led.dispose;
  }, [studyInstanceUid]);
  const openSecond = useCallback(() => void screens.current?.openSecond(), []);
  const close = useCallback(() => {
    if (router.history.canGoBack()) router.history.back();
    else void navigate({ to: "/studies", search: {} });
  }, [router, navigate]);
  const insert = useCallback((text: string) => {
    if (insertIntoReport(text)) return;
    toast({
      tone: "urg",
      title: t("No report is being written"),
      detail: t("Open the report and begin it first."),
    });
  }, []);
  return (
    <div className={`view-page ${beside ? "with-report" : ""}`}>
      <div className="min-h-0 min-w-0" data-region="images">
        <Suspense
          fallback={
            <p className="grid h-dvh place-items-center bg-view text-text-2" role="status">
              {t("Opening the viewer")}
            </p>
          }
        >
          <Viewer
            studyInstanceUid={studyInstanceUid}
            dicomwebRoot={dicomwebRoot}
            fetchAuthorized={fetchAhead}
            desk={desk}
            {...(beside ? { onInsert: insert } : {})}
            {...(mayRead && !open ? { onReport: () => show(true) } : {})}
            onSecondScreen={openSecond}
            onClose={close}
          />
        </Suspense>
      </div>
      {beside && (
        <Suspense
          fallback={
            <aside className="report-beside p-4" aria-label={t("Report")} aria-busy="true">
              <Skeleton width="60%" />
            </aside>
          }
        >
          <div
            className="contents"
            onFocusCapture={(event) => {
              if (event.target.matches("textarea, input, select")) lastInReport.current = event.target;
            }}
          >
            <ReportDesk studyInstanceUid={studyInstanceUid} onClose={() => show(false)} />
          </div>
        </Suspense>
      )}
    </div>
  );
}
