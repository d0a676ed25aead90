import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef, useState } from "react";
import { Button, IconButton } from "../kit/Button.tsx";
import { Icon, type IconName } from "../kit/Icon.tsx";
import { useScale } from "../kit/scale.ts";
import { count, sizeOf } from "../studies/format.ts";
import { message, t } from "../words/words.ts";
import { isOver, type UploadItem, type UploadSnapshot, type UploadStatus } from "./items.ts";
import { uploads } from "./store.ts";

const rowHeight = 44;
/** With room for two lines of why. */
const problemHeight = 60;
/** Up to this many the list shows every file; beyond, only what needs a person or is under way. */
const showAllUpTo = 40;

interface UploadDrawerProps {
  state: UploadSnapshot;
  onAskPatient: () => void;
}

export function UploadDrawer({ state, onAskPatient }: UploadDrawerProps) {
  const [open, setOpen] = useState(true);
  const { counts, active } = state;
  const problems = counts.refused + counts.failed;
  return (
    <section className="upload-drawer" aria-label={t("Uploads")}>
      <header className="flex items-center gap-2 px-3 py-2">
        <Icon
          name={active ? "upload" : problems > 0 || counts["needs-patient"] > 0 ? "alert" : "check"}
          className={
            active ? "text-beam" : problems > 0 || counts["needs-patient"] > 0 ? "text-urg" : "text-ok"
          }
        />
        <h2 className="min-w-0 flex-1 truncate font-semibold">{headline(state)}</h2>
        <IconButton
          icon={open ? "down" : "sortUp"}
          label={open ? t("Fold the list of files") : t("Show the list of files")}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        />
        {!active && counts["needs-patient"] === 0 && (
          <IconButton icon="x" label={t("Close uploads")} onClick={() => uploads.clear()} />
        )}
      </header>
      <Progress state={state} />
      {open && (
        <>
          <p className="px-3 py-1.5 text-11 text-text-3">{summary(state)}</p>
          {counts["needs-patient"] > 0 && (
            <div className="note urg mx-3 mb-2 items-center">
              <span className="flex-1">
                {t("{count, plural, one {# picture needs a patient.} other {# pictures need a patient.}}", {
                  count: counts["needs-patient"],
                })}
              </span>
              <Button size="s" onClick={onAskPatient}>
                {t("Choose patient")}
              </Button>
            </div>
          )}
          <FileList items={state.items} />
          <footer className="flex justify-end gap-2 border-t border-line px-3 py-2">
            {counts.failed + counts.cancelled > 0 && (
              <Button size="s" icon="retry" onClick={() => uploads.retry()}>
                {t("{count, plural, one {Try # file again} other {Try # files again}}", {
                  count: counts.failed + counts.cancelled,
                })}
              </Button>
            )}
            {active && (
              <Button size="s" variant="ghost" onClick={() => uploads.cancelAll()}>
                {t("Stop all")}
              </Button>
            )}
            {!active && (
              <Button size="s" variant="ghost" onClick={() => uploads.clear()}>
                {t("Clear")}
              </Button>
            )}
          </footer>
        </>
      )}
      <span className="sr-only" role="status">
        {active ? "" : headline(state)}
      </span>
    </section>
  );
}

function headline({ counts, items, active }: UploadSnapshot): string {
  const done = items.filter((item) => isOver(item.status)).length;
  if (active)
    return t("{count, plural, one {Adding {at} of # file} other {Adding {at} of # files}}", {
      at: count(Math.min(done + 1, items.length)),
      count: items.length,
    });
  if (counts["needs-patient"] > 0) return t("Whose pictures are these?");
  const problems = counts.refused + counts.failed;
  if (problems > 0)
    return t("{count, plural, one {# file not taken} other {# files not taken}}", { count: problems });
  if (counts.cancelled > 0) return t("Stopped|file");
  return t("{count, plural, one {# file added} other {# files added}}", { count: done });
}

const storedCount = (images: number): string =>
  t("{count, plural, one {# image stored} other {# images stored}}", { count: images });

const hereBefore = (images: number): string =>
  t("{count, plural, one {# here before} other {# here before}}", { count: images });

function summary(state: UploadSnapshot): string {
  const parts = [storedCount(state.images)];
  if (state.alreadyStored > 0) parts.push(hereBefore(state.alreadyStored));
  if (state.counts.refused > 0)
    parts.push(t("{count, plural, one {# refused} other {# refused}}", { count: state.counts.refused }));
  if (state.counts.failed > 0)
    parts.push(t("{count, plural, one {# failed} other {# failed}}", { count: state.counts.failed }));
  if (state.counts.cancelled > 0)
    parts.push(t("{count, plural, one {# stopped} other {# stopped}}", { count: state.counts.cancelled }));
  parts.push(t("{sent} of {total}", { sent: sizeOf(state.sentBytes), total: sizeOf(state.totalBytes) }));
  return parts.join(" · ");
}

function Progress({ state }: { state: UploadSnapshot }) {
  const share = state.totalBytes === 0 ? 1 : state.sentBytes / state.totalBytes;
  return (
    <div
      className="bar mx-3"
      role="progressbar"
      aria-label={t("All files")}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.floor(share * 100)}
      tabIndex={-1}
    >
      <i style={{ transform: `scaleX(${share})` }} />
    </div>
  );
}

const order: Record<UploadStatus, number> = {
  "needs-patient": 0,
  failed: 1,
  refused: 1,
  sending: 2,
  storing: 2,
  waiting: 3,
  cancelled: 4,
  stored: 5,
  "already-stored": 5,
};

function FileList({ items }: { items: readonly UploadItem[] }) {
  const box = useRef<HTMLDivElement>(null);
  const all = items.length <= showAllUpTo;
  const shown = items
    .filter((item) => all || order[item.status] < 5)
    .toSorted((a, b) => order[a.status] - order[b.status] || a.id - b.id);
  const scale = useScale();
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => box.current,
    estimateSize: (index) => (shown[index]?.reason ? problemHeight : rowHeight) * scale,
    getItemKey: (index) => `${shown[index]?.id}.${shown[index]?.reason ? "why" : ""}`,
    overscan: 6,
  });
  return (
    <div ref={box} className="min-h-0 flex-1 overflow-auto border-t border-line">
      <ul className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((row) => {
          const item = shown[row.index];
          return item ? <FileRow key={item.id} item={item} top={row.start} /> : null;
        })}
      </ul>
    </div>
  );
}

const looks: Record<UploadStatus, { icon: IconName; colour: string; word: string }> = {
  "needs-patient": { icon: "person", colour: "text-urg", word: message("Needs a patient") },
  waiting: { icon: "clock", colour: "text-text-3", word: message("Waits") },
  sending: { icon: "upload", colour: "text-beam", word: "" },
  storing: { icon: "upload", colour: "text-beam", word: message("Storing") },
  stored: { icon: "check", colour: "text-ok", word: message("Stored") },
  "already-stored": { icon: "check", colour: "text-text-3", word: message("Was here before") },
  refused: { icon: "alert", colour: "text-crit", word: message("Not taken") },
  failed: { icon: "alert", colour: "text-urg", word: message("Did not get through") },
  cancelled: { icon: "x", colour: "text-text-3", word: message("Stopped|file") },
};

function detailOf(item: UploadItem): string {
  if (item.reason) return item.reason;
  if (item.status === "sending") {
    return t("{percent} % of {size}", {
      percent: Math.floor((100 * item.sentBytes) / Math.max(1, item.file.size)),
      size: sizeOf(item.file.size),
    });
  }
  const { word } = looks[item.status];
  if (item.kind === "zip" && item.status === "stored") {
    const before = item.alreadyStored > 0 ? `, ${hereBefore(item.alreadyStored)}` : "";
    return `${storedCount(item.stored)}${before}`;
  }
  return item.patient && item.status !== "stored"
    ? t("{state}, for {patient}", { state: t(word), patient: item.patient.name })
    : t(word);
}

function FileRow({ item, top }: { item: UploadItem; top: number }) {
  const look = looks[item.status];
  const again = item.status === "failed" || item.status === "cancelled" || item.status === "refused";
  return (
    <li
      className={`upload-row absolute inset-x-0 top-0 ${item.reason ? "tall" : ""}`}
      style={{ transform: `translateY(${top}px)` }}
    >
      <Icon name={look.icon} className={look.colour} />
      <div className="min-w-0">
        <div className="truncate text-12 font-medium" title={item.path}>
          {item.path}
        </div>
        {item.status === "sending" ? (
          <div className="bar my-1.5" aria-hidden="true">
            <i style={{ transform: `scaleX(${item.sentBytes / Math.max(1, item.file.size)})` }} />
          </div>
        ) : (
          <div
            className={`${item.reason ? "line-clamp-2" : "truncate"} text-11 leading-4 ${item.status === "refused" ? "text-crit" : "text-text-3"}`}
            title={detailOf(item)}
          >
            {detailOf(item)}
          </div>
        )}
      </div>
      {again ? (
        <IconButton
          icon="retry"
          label={t("Try {file} again", { file: item.path })}
          onClick={() => uploads.retry(item.id)}
        />
      ) : isOver(item.status) ? (
        <span />
      ) : (
        <IconButton
          icon="x"
          label={t("Stop {file}", { file: item.path })}
          onClick={() => uploads.cancel(item.id)}
        />
      )}
    </li>
  );
}
