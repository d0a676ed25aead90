import type { ImagingOrder, Study } from "@isocenter/contract";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useMe } from "../api/client.ts";
import { isRecent, useRecent } from "../api/live.ts";
import { Button } from "../kit/Button.tsx";
import { useNow } from "../kit/now.ts";
import { Skeleton } from "../kit/Skeleton.tsx";
import { ErrorState } from "../kit/States.tsx";
import { useShortcuts } from "../kit/shortcuts.ts";
import { Tag } from "../kit/Tag.tsx";
import { toast } from "../kit/toast.ts";
import { useStudyLog } from "../reading/notes.ts";
import { TechnologistNotes } from "../reading/TechnologistNotes.tsx";
import { FindingDialog } from "../reporting/FindingDialog.tsx";
import { studyTone, studyWord } from "../studies/study-states.ts";
import { t } from "../words/words.ts";
import { NoteDialog } from "./NoteDialog.tsx";
import { moveStudy, useStudiesOf, writeLog } from "./queries.ts";
import { SeriesGrid } from "./SeriesGrid.tsx";
import { type Examination, namedApart } from "./station.ts";
import { WrongPatient } from "./WrongPatient.tsx";

/** What has arrived of an examination, as it arrives; and whose it is where that is in doubt. */
export function Images({ order, others }: { order: ImagingOrder; others: readonly Examination[] }) {
  const { loaded, error, refetch, mine, doubtful } = useStudiesOf(order);
  const awaited = order.status === "ARRIVED" || order.status === "IN_PROGRESS";
  if (error)
    return (
      <section aria-label={t("Images")}>
        <ErrorState
          error={error}
          onRetry={refetch}
          safe={t("The machines go on sending, and nothing is lost.")}
        />
      </section>
    );
  if (!loaded) return <Skeleton width="100%" height={96} />;
  if (mine.length + doubtful.length === 0 && !awaited) return null;
  return (
    <section aria-label={t("Images")}>
      {doubtful.map((study) => (
        <div key={study.id} className="note crit" role="alert">
          <p>
            {t(
              "{count, plural, one {# image} other {# images}} with this number came for another patient: {patient}.",
              {
                count: study.numberOfImages,
                patient: namedApart(study.patient),
              },
            )}
          </p>
          <Link
            to="/administration/$section"
            params={{ section: "reconciliation" }}
            search={{}}
            className="btn mt-2"
          >
            {t("Decide whose they are")}
          </Link>
        </div>
      ))}
      {mine.length === 0 && doubtful.length === 0 && (
        <>
          <h3 className="station-title">{t("Images")}</h3>
          <p className="mt-1 text-text-2">{t("None yet. They appear here as the machine sends them.")}</p>
        </>
      )}
      {mine.map((study) => (
        <OneStudy key={study.id} study={study} order={order} others={others} first={study === mine[0]} />
      ))}
    </section>
  );
}

type Open = "wrong" | "note" | "finding" | null;

function OneStudy({
  study,
  order,
  others,
  first,
}: {
  study: Study;
  order: ImagingOrder;
  others: readonly Examination[];
  first: boolean;
}) {
  const me = useMe();
  const navigate = useNavigate();
  const log = useStudyLog(study.id);
  const [open, setOpen] = useState<Open>(null);
  const [busy, setBusy] = useState(false);
  useRecent();
  useNow(4_000);
  const arriving = isRecent(study.id);
  const may = (action: string) => study.actions.includes(action);
  const accepted = log.data?.some(({ action }) => action === "QUALITY_ACCEPTED") ?? true;
  const mayAccept = may("correct") && (!accepted || may("complete"));
  const view = () =>
    void navigate({
      to: "/studies/$studyInstanceUid/view",
      params: { studyInstanceUid: study.studyInstanceUid },
    });
  const accept = async () => {
    if (busy) return;
    setBusy(true);
    try {
      if (may("complete")) await moveStudy(study, "COMPLETED");
      await writeLog("QUALITY_ACCEPTED", { type: "study", id: study.id });
      toast({ title: t("Accepted"), detail: t("The study is ready to be read."), tone: "ok" });
    } catch (error) {
      toast({ title: t("That did not work"), detail: (error as Error).message, tone: "urg" });
    } finally {
      setBusy(false);
    }
  };
  useShortcuts(
    t("Images"),
    first
      ? [
          { caps: ["V"], label: t("open the images"), on: ["v"], inBar: true, run: view },
          {
            caps: ["Q"],
            label: t("accept the images"),
            on: ["q"],
            inBar: true,
            run: () => mayAccept && void accept(),
          },
          { caps: ["M"], label: t("note to the reader"), on: ["m"], run: () => setOpen("note") },
        ]
      : [],
  );
  return (
    <div className="grid gap-3">
      <header className="flex flex-wrap items-center gap-2">
        <h3 className="station-title" aria-live="polite">
          {t(
            "{images, plural, one {# image} other {# images}} in {series, plural, one {# series} other {# series}}",
            {
              images: study.numberOfImages,
              series: study.numberOfSeries,
            },
          )}
        </h3>
        <Tag tone={studyTone(study.status)}>
          {arriving && study.status === "IN_PROGRESS" ? t("arriving now") : studyWord(study.status)}
        </Tag>
        <span className="flex-1" />
        <Button icon="image" hotkey={first ? "V" : undefined} onClick={view}>
          {t("Open images")}
        </Button>
      </header>
      <SeriesGrid study={study} />
      <div className="flex flex-wrap gap-2">
        {mayAccept && (
          <Button
            variant={order.status === "IN_PROGRESS" ? undefined : "primary"}
            icon="check"
            hotkey={first ? "Q" : undefined}
            busy={busy}
            onClick={() => void accept()}
          >
            {may("complete") ? t("Accept: ready to read") : t("Accept the images")}
          </Button>
        )}
        <Button icon="file" hotkey={first ? "M" : undefined} onClick={() => setOpen("note")}>
          {t("Note to the reader")}
        </Button>
        {may("correct") && (
          <Button icon="person" onClick={() => setOpen("wrong")}>
            {t("Wrong patient")}
          </Button>
        )}
        {me?.permissions.includes("findings.raise") && (
          <Button variant="ghost" icon="alert" onClick={() => setOpen("finding")}>
            {t("Critical finding")}
          </Button>
        )}
      </div>
      <TechnologistNotes studyId={study.id} />
      {open === "note" && <NoteDialog studyId={study.id} onClose={() => setOpen(null)} />}
      {open === "wrong" && (
        <WrongPatient study={study} order={order} others={others} onClose={() => setOpen(null)} />
      )}
      {open === "finding" && <FindingDialog studyId={study.id} onClose={() => setOpen(null)} />}
    </div>
  );
}
