import { useEffect, useRef, useState } from "react";
import { joined } from "../../kit/joined.ts";
import { t } from "../../words/words.ts";
import type { Dicomweb } from "../dicomweb.ts";
import type { PriorEntry, Studies } from "../model/studies.ts";
import { headingOf, type SeriesEntry } from "../model/study.ts";
import { ageOf } from "./age.ts";
import { Icon } from "./icons.tsx";
import { useStore } from "./use-store.ts";

/** The media type under which a series is dragged into a viewport. */
export const seriesDragType = "application/x-isocenter-series";

interface SeriesStripProps {
  studies: Studies;
  dicomweb: Dicomweb;
  /** The series in the active viewport, and those in others. */
  active: string;
  shown: readonly string[];
  onOpen: (seriesInstanceUid: string) => void;
}

/** All series of the study, with a picture, the number, the name and how many images each has. */
export function SeriesStrip({ studies, dicomweb, active, shown, onOpen }: SeriesStripProps) {
  const { current, priors } = useStore(studies);
  const { state, series } = current;
  const date = headingOf(series)?.date ?? "";
  const button = (entry: SeriesEntry) => (
    <SeriesButton
      key={entry.seriesInstanceUid}
      entry={entry}
      dicomweb={dicomweb}
      isActive={entry.seriesInstanceUid === active}
      isShown={shown.includes(entry.seriesInstanceUid)}
      onOpen={() => onOpen(entry.seriesInstanceUid)}
    />
  );
  return (
    <nav className="vw-strip" aria-label={t("Series")} data-series-count={series.length}>
      <h2 className="vw-strip-head">
        {state === "loading"
          ? t("Series")
          : t("{count, plural, one {# series} other {# series}}", { count: series.length })}
      </h2>
      {state === "loading" && (
        <>
          <div className="vw-series-skeleton" />
          <div className="vw-series-skeleton" />
        </>
      )}
      {series.map(button)}
      {priors.map((prior) => (
        <section key={prior.studyInstanceUid} className="vw-prior" aria-label={priorTitle(prior, date)}>
          <h2 className="vw-strip-head">
            <Icon name="clock" size={12} />
            <span>{priorTitle(prior, date)}</span>
          </h2>
          {prior.study ? (
            prior.study.series.map(button)
          ) : (
            <button
              type="button"
              className="vw-prior-open"
              onClick={() => studies.openPrior(prior.studyInstanceUid)}
            >
              {joined(prior.modalities.join(" "), prior.description) || t("Show")}
            </button>
          )}
          {prior.study?.state === "failed" && <span className="vw-series-error">{prior.study.error}</span>}
        </section>
      ))}
    </nav>
  );
}

const priorTitle = (prior: PriorEntry, date: string) => t("Prior {age}", { age: ageOf(prior.date, date) });

interface SeriesButtonProps {
  entry: SeriesEntry;
  dicomweb: Dicomweb;
  isActive: boolean;
  isShown: boolean;
  onOpen: () => void;
}

export function seriesTitle(entry: SeriesEntry): string {
  const number =
    entry.seriesNumber === undefined ? "" : t("Se {number}", { number: String(entry.seriesNumber) });
  return [number, entry.description || (entry.kind && t(entry.kind.name)) || entry.modality]
    .filter(Boolean)
    .join(" ");
}

function countText(entry: SeriesEntry): string {
  if (entry.kind) return entry.instanceCount && entry.instanceCount > 1 ? String(entry.instanceCount) : "";
  const count = entry.state === "ready" ? entry.images.length : entry.instanceCount;
  return count === undefined ? "" : String(count);
}

function SeriesButton({ entry, dicomweb, isActive, isShown, onOpen }: SeriesButtonProps) {
  const title = seriesTitle(entry);
  const count = countText(entry);
  const spoken = entry.kind
    ? t(entry.kind.name)
    : count
      ? t("{count, plural, one {# image} other {# images}}", { count: Number(count) })
      : t("unknown number of images");
  return (
    <button
      type="button"
      className="vw-series"
      aria-label={[title, entry.modality, spoken, ...(isActive ? [t("in the active viewport")] : [])].join(
        ", ",
      )}
      aria-current={isActive || undefined}
      data-shown={isShown || undefined}
      data-series-uid={entry.seriesInstanceUid}
      data-state={entry.state}
      title={title}
      draggable
      onDragStart={(event) => {
        event.dataTransfer.setData(seriesDragType, entry.seriesInstanceUid);
        event.dataTransfer.effectAllowed = "copy";
      }}
      onClick={onOpen}
    >
      <span className="vw-thumb" data-loading={entry.state === "loading" || undefined}>
        <Thumbnail entry={entry} dicomweb={dicomweb} />
        <span className="vw-thumb-modality" data-text={entry.kind?.short ?? entry.modality} />
        {count && <span className="vw-thumb-count" data-text={count} />}
      </span>
      <span className="vw-series-title">{title}</span>
      {entry.state === "failed" && <span className="vw-series-error">{t("Not loaded")}</span>}
    </button>
  );
}

interface ThumbnailProps {
  entry: SeriesEntry;
  dicomweb: Dicomweb;
}

/** Fetched when it comes into sight; a drawing stands for what has no picture. */
function Thumbnail({ entry, dicomweb }: ThumbnailProps) {
  const place = useRef<HTMLSpanElement>(null);
  const [url, setUrl] = useState("");
  const { studyInstanceUid, seriesInstanceUid, kind, images, state } = entry;
  const middle = images[images.length >> 1];
  useEffect(() => {
    if (kind || !middle || !place.current) return;
    const abort = new AbortController();
    let made = "";
    const observer = new IntersectionObserver((seen) => {
      if (!seen.some((record) => record.isIntersecting)) return;
      observer.disconnect();
      dicomweb
        .thumbnail(studyInstanceUid, seriesInstanceUid, { width: 208, height: 128 }, middle, abort.signal)
        .then((blob) => {
          if (abort.signal.aborted) return;
          made = URL.createObjectURL(blob);
          setUrl(made);
        })
        .catch(() => {
          // The strip stays usable without the picture.
        });
    });
    observer.observe(place.current);
    return () => {
      observer.disconnect();
      abort.abort();
      if (made) URL.revokeObjectURL(made);
    };
  }, [dicomweb, studyInstanceUid, seriesInstanceUid, kind, middle]);
  if (url) return <img src={url} alt="" draggable={false} />;
  return (
    <span ref={place} className="vw-thumb-empty">
      {(kind || state === "failed") && <Icon name={state === "failed" ? "warning" : "document"} size={22} />}
    </span>
  );
}
