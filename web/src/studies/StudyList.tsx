import { Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useCallback, useEffect, useMemo, useState } from "react";
import type { Schemas } from "../api/api.ts";
import { useMe } from "../api/client.ts";
import { useRecent } from "../api/live.ts";
import { warmViewer } from "../app/viewer-chunk.ts";
import { Button } from "../kit/Button.tsx";
import { ErrorState, NoMatch } from "../kit/States.tsx";
import { useShortcuts } from "../kit/shortcuts.ts";
import { pickFiles } from "../uploads/pick.ts";
import { t } from "../words/words.ts";
import { ColumnChoice } from "./ColumnChoice.tsx";
import { ChosenBar } from "./chosen/ChosenBar.tsx";
import { useChosen } from "./chosen/use-chosen.ts";
import { Filters } from "./Filters.tsx";
import { seriesCount, totalOf } from "./format.ts";
import { useHiddenColumns } from "./hidden-columns.ts";
import { isFiltered, readListState, type StudyListState } from "./list-state.ts";
import { Pager } from "./Pager.tsx";
import { Peek } from "./Peek.tsx";
import { SaveView } from "./SaveView.tsx";
import { columnChoices, optionalColumns, StudyTable } from "./StudyTable.tsx";
import { sameSearch, useSavedViews } from "./saved-views.ts";
import { moveSelection, rememberedSelection, rememberSelection } from "./selection.ts";

interface StudyListProps {
  state: StudyListState;
  /** Null while the first page is on its way. */
  page: Schemas["StudyList"] | null;
  /** The page is that of the question before. */
  stale: boolean;
  error: Error | null;
  onRetry: () => void;
  onChange: (change: Partial<StudyListState>) => void;
  onOpen: (studyInstanceUid: string) => void;
}

export function StudyList({ state, page, stale, error, onRetry, onChange, onOpen }: StudyListProps) {
  const navigate = useNavigate();
  const rows = useMemo(() => page?.data ?? [], [page]);
  const [selected, setSelected] = useState<string | null>(rememberedSelection);
  const [peeking, setPeeking] = useState(false);
  const { chosen, toggle, clear: clearChosen } = useChosen();
  const hidden = useHiddenColumns("studies", optionalColumns);
  const mayMark = useMe()?.permissions.includes("images.export") ?? false;
  const study = rows.find((row) => row.id === selected) ?? null;
  const filtered = isFiltered(state);
  useRecent();
  useEffect(() => {
    rememberSelection(selected);
    if (selected) warmViewer();
  }, [selected]);

  const clear = useCallback(() => void navigate({ to: "/studies", search: {} }), [navigate]);
  const select = useCallback((id: string, peek: boolean) => {
    setSelected(id);
    if (peek) setPeeking(true);
  }, []);
  const move = (by: number | "first" | "last") => {
    setSelected(moveSelection(rows, selected, by));
    // Keys that follow, Space and Enter, are then meant for the row and not for a button that had the focus.
    document.getElementById("study-list")?.focus({ preventScroll: true });
  };
  const peek = () => {
    if (!study) move("first");
    setPeeking(study ? !peeking : rows.length > 0);
  };
  useShortcuts(t("Study list"), [
    { caps: ["J", "K"], label: t("move"), inBar: true },
    { caps: ["J"], label: t("next study, also ↓"), on: ["j", "arrowdown"], run: () => move(1) },
    { caps: ["K"], label: t("study before, also ↑"), on: ["k", "arrowup"], run: () => move(-1) },
    { caps: ["Home"], label: t("first study of the page"), on: ["home"], run: () => move("first") },
    { caps: ["End"], label: t("last study of the page"), on: ["end"], run: () => move("last") },
    { caps: ["Space"], label: t("peek"), on: [" "], inBar: true, run: peek },
    {
      caps: ["↵"],
      label: t("open"),
      on: ["enter"],
      inBar: true,
      run: () => study && onOpen(study.studyInstanceUid),
    },
    ...(mayMark
      ? [{ caps: ["X"], label: t("mark"), on: ["x"], inBar: true, run: () => study && toggle(study) }]
      : []),
    {
      caps: ["F"],
      label: t("filter"),
      on: ["f"],
      inBar: true,
      run: () => document.querySelector<HTMLElement>("#study-filters button")?.focus(),
    },
    {
      caps: ["Esc"],
      label: t("close the peek, clear marks and filters"),
      on: ["escape"],
      run: () => {
        if (peeking) setPeeking(false);
        else if (chosen.size > 0) clearChosen();
        else if (filtered) clear();
      },
    },
  ]);

  return (
    <div className="flex h-full min-h-0">
      <section className="flex min-w-0 flex-1 flex-col" aria-label={t("Studies")}>
        <Toolbar
          state={state}
          page={page}
          columns={<ColumnChoice columns={columnChoices()} hidden={hidden.hidden} onToggle={hidden.toggle} />}
          onChange={onChange}
          onClear={clear}
        />
        {error && !page ? (
          <ErrorState error={error} onRetry={onRetry} safe={t("No study is affected.")} />
        ) : page && rows.length === 0 ? (
          <Nothing state={state} onClear={clear} />
        ) : (
          <StudyTable
            rows={rows}
            loading={!page}
            stale={stale}
            rowsBefore={state.offset ?? 0}
            totalRows={page?.pagination.totalIsExact ? page.pagination.total : -1}
            state={state}
            selected={selected}
            onEnter={() => setSelected((now) => now ?? rows[0]?.id ?? null)}
            onSelect={select}
            onOpen={onOpen}
            onChange={onChange}
            chosen={chosen}
            hiding={hidden.className}
            onMark={mayMark ? toggle : null}
          />
        )}
        {error && page && (
          <div className="note urg m-2" role="alert">
            {t("The list could not be read again: {problem} It shows what was read last.", {
              problem: error.message,
            })}
          </div>
        )}
        {chosen.size > 0 && <ChosenBar studies={[...chosen.values()]} onClear={clearChosen} />}
        {page && rows.length > 0 && <Pager state={state} page={page} onChange={onChange} />}
      </section>
      {peeking && study && (
        <Peek study={study} onClose={() => setPeeking(false)} onOpen={() => onOpen(study.studyInstanceUid)} />
      )}
      <span className="sr-only" role="status">
        {peeking && study
          ? `${t("Peek: {name}", { name: study.patient.name })}, ${seriesCount(study.numberOfSeries)}`
          : ""}
      </span>
    </div>
  );
}

interface ToolbarProps {
  columns: ReactNode;
  state: StudyListState;
  page: Schemas["StudyList"] | null;
  onChange: (change: Partial<StudyListState>) => void;
  onClear: () => void;
}

function Toolbar({ state, page, columns, onChange, onClear }: ToolbarProps) {
  const mayUpload = useMe()?.permissions.includes("images.upload") ?? false;
  const total = page?.pagination;
  const navigate = useNavigate();
  const { views, save, remove } = useSavedViews("studies", readListState);
  const show = (search: object) =>
    void navigate({ to: "/studies", search: readListState(search as Record<string, unknown>) });
  useShortcuts(
    t("Study list"),
    views.map(({ name, search }, at) => ({
      caps: [String(at + 1)],
      label: name,
      on: [String(at + 1)],
      run: () => show(search),
    })),
  );
  return (
    <div className="flex min-h-10 flex-wrap items-center gap-1.5 border-b border-line px-4 py-1.5">
      {views.length > 0 && (
        <nav className="flex flex-wrap items-center gap-1.5" aria-label={t("Views")}>
          {views.map(({ name, search }) => (
            <Link
              key={name}
              to="/studies"
              search={readListState(search)}
              className={`chip ${sameSearch(search, state) ? "on" : ""}`}
              aria-current={sameSearch(search, state) ? "page" : undefined}
            >
              {name}
            </Link>
          ))}
        </nav>
      )}
      <Filters state={state} onChange={onChange} onClear={onClear} />
      <SaveView views={views} state={state} narrowed={isFiltered(state)} onSave={save} onRemove={remove} />
      <span className="flex-1" />
      <span className="mr-1.5 text-12 text-text-2" role="status">
        {total &&
          (total.totalIsExact
            ? t("{count, plural, one {# study} other {# studies}}", { count: total.total })
            : t("{total} studies", { total: totalOf(total.total, false) }))}
      </span>
      {columns}
      {mayUpload && (
        <Button size="s" icon="upload" onClick={() => void pickFiles({ folder: false })}>
          {t("Add files")}
        </Button>
      )}
    </div>
  );
}

function Nothing({ state, onClear }: { state: StudyListState; onClear: () => void }) {
  const { query, ...others } = state;
  const text = !query
    ? t("No study matches these filters.")
    : isFiltered(others)
      ? t("No study matches “{query}” with these filters.", { query: query.trim() })
      : t("No study matches “{query}”.", { query: query.trim() });
  return (
    <NoMatch
      title={t("No match")}
      action={
        <Button onClick={onClear} hotkey="Esc">
          {isFiltered(state) ? t("Clear filters") : t("Back to the first page")}
        </Button>
      }
    >
      {text}
    </NoMatch>
  );
}
