import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useMe } from "../api/client.ts";
import { useRecent } from "../api/live.ts";
import { Button } from "../kit/Button.tsx";
import { EmptyState, ErrorState, NoMatch } from "../kit/States.tsx";
import { useShortcuts } from "../kit/shortcuts.ts";
import { pickFiles } from "../uploads/pick.ts";
import { Filters } from "./Filters.tsx";
import { FirstRun } from "./FirstRun.tsx";
import { plural, totalOf } from "./format.ts";
import { isFiltered, type StudyListState, withFilter } from "./list-state.ts";
import { Pager } from "./Pager.tsx";
import { Peek } from "./Peek.tsx";
import { useStudies } from "./queries.ts";
import { StudyTable } from "./StudyTable.tsx";
import { moveSelection, rememberedSelection, rememberSelection } from "./selection.ts";
import "./studies.css";

export function StudiesPage() {
  const state = useSearch({ from: "/guarded/shell/studies" });
  const navigate = useNavigate();
  const me = useMe();
  const list = useStudies(state);
  const rows = useMemo(() => list.data?.data ?? [], [list.data]);
  const [selected, setSelected] = useState<string | null>(rememberedSelection);
  const [peeking, setPeeking] = useState(false);
  const study = rows.find((row) => row.id === selected) ?? null;
  const mayUpload = me?.permissions.includes("images.upload") ?? false;
  const filtered = isFiltered(state);
  useRecent();

  const change = useCallback(
    (filter: Partial<StudyListState>) =>
      void navigate({ to: "/studies", search: (now) => withFilter(now as StudyListState, filter) }),
    [navigate],
  );
  const clear = useCallback(() => void navigate({ to: "/studies", search: {} }), [navigate]);
  const open = useCallback(
    (studyInstanceUid: string) =>
      void navigate({ to: "/studies/$studyInstanceUid/view", params: { studyInstanceUid } }),
    [navigate],
  );
  useEffect(() => rememberSelection(selected), [selected]);

  const move = (by: number | "first" | "last") => setSelected(moveSelection(rows, selected, by));
  useShortcuts("Study list", [
    { caps: ["J", "K"], label: "move", inBar: true },
    { caps: ["J"], label: "next study, also ↓", on: ["j", "arrowdown"], run: () => move(1) },
    { caps: ["K"], label: "study before, also ↑", on: ["k", "arrowup"], run: () => move(-1) },
    { caps: ["Home"], label: "first study of the page", on: ["home"], run: () => move("first") },
    { caps: ["End"], label: "last study of the page", on: ["end"], run: () => move("last") },
    {
      caps: ["Space"],
      label: "peek",
      on: [" "],
      inBar: true,
      run: () => {
        if (study) setPeeking(!peeking);
        else if (rows[0]) {
          setSelected(rows[0].id);
          setPeeking(true);
        }
      },
    },
    {
      caps: ["↵"],
      label: "open",
      on: ["enter"],
      inBar: true,
      run: () => study && open(study.studyInstanceUid),
    },
    {
      caps: ["F"],
      label: "filter",
      on: ["f"],
      inBar: true,
      run: () => document.querySelector<HTMLElement>("#study-filters button")?.focus(),
    },
    ...(mayUpload
      ? [
          {
            caps: ["U"],
            label: "add files",
            on: ["u"],
            inBar: true,
            run: () => void pickFiles({ folder: false }),
          },
        ]
      : []),
    {
      caps: ["Esc"],
      label: "close the peek, clear filters",
      on: ["escape"],
      run: () => {
        if (peeking) setPeeking(false);
        else if (filtered) clear();
      },
    },
  ]);

  const total = list.data?.pagination;
  if (list.data && rows.length === 0 && !filtered && !state.offset && !state.after) {
    if (mayUpload) return <FirstRun />;
    return (
      <EmptyState title="No studies yet">
        When there are images of patients in your care, their studies appear here by themselves.
      </EmptyState>
    );
  }
  return (
    <div className="flex h-full min-h-0">
      <section className="flex min-w-0 flex-1 flex-col" aria-label="Studies">
        <div className="flex min-h-10 flex-wrap items-center gap-1.5 border-b border-line px-4 py-1.5">
          <Filters state={state} onChange={change} onClear={clear} />
          <span className="flex-1" />
          <span className="text-12 text-text-2" role="status">
            {total && (
              <>
                {totalOf(total.total, total.totalIsExact)} {total.total === 1 ? "study" : "studies"}
              </>
            )}
          </span>
          {mayUpload && (
            <Button size="s" icon="upload" onClick={() => void pickFiles({ folder: false })}>
              Add files
            </Button>
          )}
        </div>
        {list.isError && !list.data ? (
          <ErrorState error={list.error} onRetry={() => void list.refetch()} safe="No study is affected." />
        ) : list.data && rows.length === 0 ? (
          <NoMatch
            title="No match"
            action={
              <Button onClick={clear} hotkey="Esc">
                Clear filters
              </Button>
            }
          >
            {state.query ? `No study matches “${state.query.trim()}”` : "No study matches these filters"}
            {state.query && (state.modality || state.status || state.date || state.from || state.to)
              ? " with these filters."
              : "."}
          </NoMatch>
        ) : (
          <StudyTable
            rows={rows}
            loading={!list.data}
            stale={list.isPlaceholderData}
            rowsBefore={total?.offset ?? 0}
            totalRows={total?.totalIsExact ? total.total : -1}
            state={state}
            selected={selected}
            onSelect={(id, peek) => {
              setSelected(id);
              if (peek) setPeeking(true);
            }}
            onOpen={open}
            onChange={change}
          />
        )}
        {list.isError && list.data && (
          <div className="note urg m-2" role="alert">
            The list could not be read again: {list.error.message}. It shows what was read last.
          </div>
        )}
        {list.data && rows.length > 0 && <Pager state={state} page={list.data} onChange={change} />}
      </section>
      {peeking && study && (
        <Peek study={study} onClose={() => setPeeking(false)} onOpen={() => open(study.studyInstanceUid)} />
      )}
      <span className="sr-only" role="status">
        {peeking && study
          ? `Peek: ${study.patient.name}, ${plural(study.numberOfSeries, "series", "series")}`
          : ""}
      </span>
    </div>
  );
}
