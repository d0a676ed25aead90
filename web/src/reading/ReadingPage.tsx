import type { ReadingItem } from "@isocenter/contract";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Suspense, useCallback, useState } from "react";
import { useMe } from "../api/client.ts";
import { lazily } from "../api/loaded.ts";
import { Button } from "../kit/Button.tsx";
import { Icon } from "../kit/Icon.tsx";
import { useNow } from "../kit/now.ts";
import { EmptyState, ErrorState, NoMatch } from "../kit/States.tsx";
import { useShortcuts } from "../kit/shortcuts.ts";
import { toast } from "../kit/toast.ts";
import { ColumnChoice } from "../studies/ColumnChoice.tsx";
import { useHiddenColumns } from "../studies/hidden-columns.ts";
import { SaveView } from "../studies/SaveView.tsx";
import { sameSearch, useSavedViews } from "../studies/saved-views.ts";
import { moveSelection } from "../studies/selection.ts";
import { t } from "../words/words.ts";
import { claimStudy, mostShown, releaseStudy, skipStudy, useReadingList } from "./queries.ts";
import { ReadingFilters } from "./ReadingFilters.tsx";
import { ReadingPanel } from "./ReadingPanel.tsx";
import { columnChoices, optionalColumns, ReadingTable } from "./ReadingTable.tsx";
import { isNarrowed, type ReadingState, readReadingState, type View, views } from "./reading-state.ts";
import { viewCounts } from "./view-counts.ts";
import { grouped, medianWait, spoken } from "./waiting.ts";
import "./reading.css";

const AssignDialog = lazily(async () => ({ default: (await import("./AssignDialog.tsx")).AssignDialog }));

const skipMinutes = 60;

/** What waits to be read, by how it stands against its target. */
export function ReadingPage() {
  const state = useSearch({ from: "/guarded/shell/reading" });
  const me = useMe();
  const navigate = useNavigate();
  const now = useNow();
  const list = useReadingList(state);
  const whole = useReadingList({}).data;
  const counts = whole && me ? viewCounts(whole.data, whole.pagination.total, me.id) : null;
  const [selected, setSelected] = useState<string | null>(null);
  const [assigning, setAssigning] = useState(false);
  const [opening, setOpening] = useState(false);
  const saved = useSavedViews("reading", readReadingState);
  const hidden = useHiddenColumns("reading", optionalColumns);
  const change = (filter: Partial<ReadingState>) =>
    void navigate({ to: "/reading", search: readReadingState({ ...state, ...filter }), replace: true });
  const clear = () => void navigate({ to: "/reading", search: inView({}, state.view ?? "all") });
  const tabs = [
    ...(Object.keys(views) as View[]).map((view) => ({
      key: view as string,
      label: t(views[view].label),
      search: inView({}, view),
      count: counts?.[view],
    })),
    ...saved.views.map(({ name, search }) => ({
      key: `own ${name}`,
      label: name,
      search: readReadingState(search),
      count: undefined,
    })),
  ];
  const groups = grouped(list.data?.data ?? [], now);
  const rows = groups.flatMap(({ items }) => items);
  const item = rows.find(({ id }) => id === selected) ?? null;

  /** Does something with a study and says what went wrong. */
  const act = useCallback(async (work: Promise<unknown>, done?: string) => {
    try {
      await work;
      if (done) toast({ title: done, tone: "ok" });
      return true;
    } catch (error) {
      toast({ title: t("That did not work"), detail: (error as Error).message, tone: "urg" });
      return false;
    }
  }, []);
  const open = async (one: ReadingItem) => {
    if (opening) return;
    setOpening(true);
    try {
      // Whoever may not claim looks without claiming.
      if (one.actions.includes("claim") && !(await act(claimStudy(one.id)))) return;
      const { studyInstanceUid } = one;
      await navigate({
        to: "/studies/$studyInstanceUid/view",
        params: { studyInstanceUid },
        search: one.actions.includes("report") ? { read: true } : {},
      });
    } finally {
      setOpening(false);
    }
  };
  const report = (one: ReadingItem) => void navigate({ to: "/report/$studyId", params: { studyId: one.id } });
  const claim = (one: ReadingItem) =>
    void act(claimStudy(one.id), t("Claimed: {name}", { name: one.patient.name }));
  const release = (one: ReadingItem) => void act(releaseStudy(one.id), t("Given back to the list"));
  const skip = (one: ReadingItem) => void act(skipStudy(one.id, skipMinutes), t("Off your list for an hour"));
  const move = (by: number | "first" | "last") => setSelected(moveSelection(rows, selected, by));

  useShortcuts(t("Reading list"), [
    { caps: ["J", "K"], label: t("move"), inBar: true },
    { caps: ["J"], label: t("next study, also ↓"), on: ["j", "arrowdown"], run: () => move(1) },
    { caps: ["K"], label: t("study before, also ↑"), on: ["k", "arrowup"], run: () => move(-1) },
    {
      caps: ["↵"],
      label: t("open and claim"),
      on: ["enter"],
      inBar: true,
      run: () => item && void open(item),
    },
    {
      caps: ["C"],
      label: t("claim"),
      on: ["c"],
      inBar: true,
      run: () => item?.actions.includes("claim") && claim(item),
    },
    {
      caps: ["A"],
      label: t("assign to a colleague"),
      on: ["a"],
      run: () => item?.actions.includes("assign") && setAssigning(true),
    },
    {
      caps: ["R"],
      label: t("report"),
      on: ["r"],
      inBar: true,
      run: () => item?.actions.includes("report") && report(item),
    },
    {
      caps: ["X"],
      label: t("skip for an hour"),
      on: ["x"],
      run: () => item?.actions.includes("skip") && skip(item),
    },
    {
      caps: ["F"],
      label: t("filter"),
      on: ["f"],
      inBar: true,
      run: () => document.querySelector<HTMLElement>("#reading-filters button")?.focus(),
    },
    { caps: ["1", "…", "9"], label: t("views"), inBar: true },
    ...tabs.slice(0, 9).map(({ label, search }, at) => ({
      caps: [String(at + 1)],
      label,
      on: [String(at + 1)],
      run: () => void navigate({ to: "/reading", search }),
    })),
    { caps: ["Esc"], label: t("close the panel"), on: ["escape"], run: () => setSelected(null) },
  ]);

  if (!me?.permissions.includes("reading.claim")) {
    return (
      <EmptyState title={t("Reading is not part of your role")} icon="lock">
        {t("Ask an administrator if you need to read studies.")}
      </EmptyState>
    );
  }
  const late = groups.find(({ urgency }) => urgency === "late")?.items.length ?? 0;
  const median = medianWait(rows);
  // The view that shows just this, or else the one whose filters were narrowed further.
  const same = tabs.findIndex(({ search }) => sameSearch(search, state));
  const current = same >= 0 ? same : (Object.keys(views) as View[]).indexOf(state.view ?? "all");
  return (
    <div className="flex h-full min-h-0">
      <section className="flex min-w-0 flex-1 flex-col" aria-label={t("Reading list")}>
        <nav className="tabs" aria-label={t("Views")}>
          {tabs.map(({ key, label, search, count }, at) => (
            <Link
              key={key}
              to="/reading"
              search={search}
              activeOptions={{ exact: true }}
              aria-current={at === current ? "page" : undefined}
            >
              {label}
              {count !== undefined && <span className="text-12 text-text-3">{count}</span>}
            </Link>
          ))}
          <SaveView
            views={saved.views}
            state={state}
            narrowed={isNarrowed(state)}
            onSave={saved.save}
            onRemove={saved.remove}
          />
          <span className="flex-1" />
          <span className="self-center">
            <ColumnChoice columns={columnChoices()} hidden={hidden.hidden} onToggle={hidden.toggle} />
          </span>
          <span
            className="flex items-center gap-2 pr-2 pl-1 text-12 whitespace-nowrap text-text-2"
            role="status"
          >
            {late > 0 && (
              <strong className="flex items-center gap-1 text-crit">
                <Icon name="alert" size="s" />
                {t("{count} past target", { count: late })}
              </strong>
            )}
            {list.data &&
              t("{count, plural, one {# study} other {# studies}}", { count: list.data.pagination.total })}
            {median !== null && ` · ${t("median wait {time}", { time: spoken(median) })}`}
          </span>
        </nav>
        <ReadingFilters state={state} onChange={change} onClear={clear} />
        {list.isError && !list.data ? (
          <ErrorState
            error={list.error}
            onRetry={() => void list.refetch()}
            safe={t("No study is affected.")}
          />
        ) : list.data && rows.length === 0 ? (
          <Nothing state={state} />
        ) : (
          <ReadingTable
            hiding={hidden.className}
            groups={groups}
            loading={!list.data}
            stale={list.isPlaceholderData}
            now={now}
            selected={selected}
            onSelect={setSelected}
            onOpen={(one) => void open(one)}
          />
        )}
        {list.data && list.data.pagination.total > mostShown && (
          <p className="note m-2">
            {t("The {count} most urgent are shown. Narrow the list to see others.", { count: mostShown })}
          </p>
        )}
      </section>
      {item && (
        <ReadingPanel
          item={item}
          now={now}
          opening={opening}
          onClose={() => setSelected(null)}
          onOpen={() => void open(item)}
          onReport={() => report(item)}
          onClaim={() => claim(item)}
          onRelease={() => release(item)}
          onSkip={() => skip(item)}
          onAssign={() => setAssigning(true)}
        />
      )}
      {item && assigning && (
        <Suspense>
          <AssignDialog item={item} onClose={() => setAssigning(false)} />
        </Suspense>
      )}
    </div>
  );
}

/** The same list in another view. */
function inView({ view: _, ...rest }: ReadingState, view: View): ReadingState {
  return view === "all" ? rest : { ...rest, view };
}

function Nothing({ state }: { state: ReadingState }) {
  const navigate = useNavigate();
  if (state.view || isNarrowed(state)) {
    return (
      <NoMatch
        title={t("Nothing here")}
        action={
          <Button onClick={() => void navigate({ to: "/reading", search: {} })}>
            {t("Show everything")}
          </Button>
        }
      >
        {t("No study that waits to be read is in this view.")}
      </NoMatch>
    );
  }
  return (
    <EmptyState title={t("All read")}>
      {t(
        "New studies appear here by themselves once their images are complete; emergencies with their first image.",
      )}
    </EmptyState>
  );
}
