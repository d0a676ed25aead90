import { textOf } from "@isocenter/presentation";
import { useEffect, useState } from "react";
import { t } from "../../words/words.ts";
import type { Dicomweb } from "../dicomweb.ts";
import type { SeriesEntry } from "../model/study.ts";
import { tags } from "../model/tags.ts";
import { seriesTitle } from "./SeriesStrip.tsx";

interface DocumentViewProps {
  series: SeriesEntry;
  dicomweb: Dicomweb;
  onShowAttributes: () => void;
}

interface Loaded {
  uid: string;
  type: string;
  /** Of a page, its text; of all else an address in this browser. */
  html: string;
  url: string;
  /** Whether the address is the archive's, from which the browser takes what it plays. */
  isStreamed: boolean;
  error: string;
}

const nothing = { type: "", html: "", url: "", isStreamed: false, error: "" };
/** A film stays open for a quarter of an hour from when it was last asked for. */
const renewMs = 10 * 60_000;

/** A report, a curve, a document or a film in place of pictures, as the archive makes it readable. */
export function DocumentView({ series, dicomweb, onShowAttributes }: DocumentViewProps) {
  const [index, setIndex] = useState(0);
  const count = series.instances.length;
  const dataSet = series.instances[Math.min(index, count - 1)];
  const uid = (dataSet && textOf(dataSet, tags.SOPInstanceUID)) ?? "";
  const loaded = useDocument(dicomweb, series, uid);
  useRenewedFilm(dicomweb, series, uid, loaded?.isStreamed ?? false);
  const title = seriesTitle(series);
  const comment = dataSet && textOf(dataSet, tags.ImageComments);
  return (
    <div className="vw-document" data-document={loaded && !loaded.error ? loaded.type : ""}>
      <header>
        <b>{title}</b>
        {count > 1 && (
          <span className="vw-document-steps">
            <button
              type="button"
              className="vw-button"
              disabled={index === 0}
              onClick={() => setIndex(index - 1)}
            >
              {t("Previous")}
            </button>
            {t("{number} of {total}", { number: index + 1, total: count })}
            <button
              type="button"
              className="vw-button"
              disabled={index >= count - 1}
              onClick={() => setIndex(index + 1)}
            >
              {t("Next")}
            </button>
          </span>
        )}
        <span className="vw-space" />
        {loaded?.url && (
          <a className="vw-button" href={loaded.url} download={fileName(title, loaded.type)}>
            {t("Save")}
          </a>
        )}
        <button type="button" className="vw-button" onClick={onShowAttributes}>
          {t("Its values")}
        </button>
      </header>
      {comment && (
        <p className="vw-comment" role="alert">
          {comment}
        </p>
      )}
      {!loaded && (
        <p className="vw-nothing" role="status">
          {t("Loading {title}", { title })}
        </p>
      )}
      {loaded?.error && (
        <p className="vw-nothing" role="alert">
          {loaded.error}
        </p>
      )}
      {loaded && !loaded.error && <Shown loaded={loaded} title={title} />}
    </div>
  );
}

function Shown({ loaded: { type, html, url }, title }: { loaded: Loaded; title: string }) {
  // Nothing in a page of another system may run here.
  if (type === "text/html") return <iframe className="vw-page" title={title} sandbox="" srcDoc={html} />;
  if (type.startsWith("image/"))
    return (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what is scrolled must be reached by keys.
      <section className="vw-paper" tabIndex={0} aria-label={title}>
        <img src={url} alt={title} />
      </section>
    );
  if (type.startsWith("video/")) return <Film url={url} title={title} />;
  // The browser's own bar would name it by its address in this browser.
  return <iframe className="vw-page" title={title} src={`${url}#toolbar=0&navpanes=0&view=FitH`} />;
}

function Film({ url, title }: { url: string; title: string }) {
  const [failed, setFailed] = useState(false);
  return (
    <>
      {/* biome-ignore lint/a11y/useMediaCaption: the films of an endoscope or an ultrasound have no words. */}
      <video
        className="vw-drawing"
        src={url}
        controls
        loop
        aria-label={title}
        onError={() => setFailed(true)}
        onPlaying={() => setFailed(false)}
      />
      {failed && (
        <p className="vw-nothing" role="alert">
          {t("This film cannot be played here, or no further: save it, or open it again.")}
        </p>
      )}
    </>
  );
}

const endings: Readonly<Record<string, string>> = {
  "application/pdf": "pdf",
  "image/svg+xml": "svg",
  "video/mp4": "mp4",
  "video/mpeg": "mpg",
};

const fileName = (title: string, type: string) =>
  `${title.replace(/[^\p{L}\p{N} _-]+/gu, "").trim() || "document"}.${endings[type] ?? "bin"}`;

function useDocument(dicomweb: Dicomweb, series: SeriesEntry, uid: string): Loaded | undefined {
  const [loaded, setLoaded] = useState<Loaded>();
  const { studyInstanceUid, seriesInstanceUid } = series;
  useEffect(() => {
    if (!uid) return;
    const abort = new AbortController();
    let url = "";
    const path = { studyInstanceUid, seriesInstanceUid, sopInstanceUid: uid, frameNumber: 1 };
    const whole = async () => {
      const blob = await dicomweb.document(path, abort.signal);
      const type = (blob.type.split(";")[0] ?? "").toLowerCase();
      const html = type === "text/html" ? await blob.text() : "";
      if (abort.signal.aborted) return;
      if (!html) url = URL.createObjectURL(blob);
      setLoaded({ ...nothing, uid, type, html, url });
    };
    const open = async () => {
      const film = series.kind?.short === "Video" ? await dicomweb.film(path, abort.signal) : undefined;
      if (!film) await whole();
      else if (!abort.signal.aborted) setLoaded({ ...nothing, ...film, uid, isStreamed: true });
    };
    open().catch((error: unknown) => {
      if (abort.signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      setLoaded({ ...nothing, uid, error: reason });
    });
    return () => {
      abort.abort();
      if (url) URL.revokeObjectURL(url);
      setLoaded(undefined);
    };
  }, [dicomweb, studyInstanceUid, seriesInstanceUid, series.kind, uid]);
  return loaded?.uid === uid ? loaded : undefined;
}

/** Keeps a film open while it is on the screen. */
function useRenewedFilm(dicomweb: Dicomweb, series: SeriesEntry, uid: string, isStreamed: boolean): void {
  const { studyInstanceUid, seriesInstanceUid } = series;
  useEffect(() => {
    if (!isStreamed) return;
    const path = { studyInstanceUid, seriesInstanceUid, sopInstanceUid: uid, frameNumber: 1 };
    // What cannot be renewed now is tried again; the film says itself when it stands still.
    const timer = setInterval(() => dicomweb.film(path).catch(() => {}), renewMs);
    return () => clearInterval(timer);
  }, [dicomweb, studyInstanceUid, seriesInstanceUid, uid, isStreamed]);
}
