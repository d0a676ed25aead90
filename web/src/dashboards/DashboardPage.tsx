import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMe } from "../api/client.ts";
import { Button } from "../kit/Button.tsx";
import { EmptyState } from "../kit/States.tsx";
import { useShortcuts } from "../kit/shortcuts.ts";
import { clockTime } from "../shell/time.ts";
import { useToday } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import { type DashboardState, moved, spanOf, type View } from "./dashboard-state.ts";
import { Filters } from "./Filters.tsx";
import { type FigureName, figures, figuresFor } from "./figures.ts";
import { exportFigures, groupingOf, Panel } from "./Panel.tsx";
import { queryOf, useFigures } from "./queries.ts";
import { Tiles } from "./Tiles.tsx";
import "../reading/reading.css";
import "./dashboards.css";

/** The department's work in figures. */
export function DashboardPage() {
  const state = useSearch({ from: "/guarded/shell/analytics" });
  const navigate = useNavigate();
  const me = useMe();
  const today = useToday();
  const { names, own } = figuresFor(me?.roles ?? []);
  const chosen = state.view && names.includes(state.view) ? state.view : null;
  const shown: readonly FigureName[] = chosen ? [chosen] : names;
  const [first = "volumes"] = shown;
  // As the first panel asks for it: one answer for both.
  const counted = useFigures(
    first,
    queryOf(first, state, spanOf(state, today), groupingOf(first, state)),
    shown.length > 0,
  ).data;
  const go = (search: DashboardState) => void navigate({ to: "/analytics", search });
  const { table, ...drawn } = state;
  const toggleTable = () => go(table ? drawn : { ...drawn, table: "yes" });
  const exportShown = async () => {
    for (const name of shown) {
      await exportFigures(name, queryOf(name, state, spanOf(state, today), groupingOf(name, state)));
    }
  };
  useShortcuts(t("Insight"), [
    { caps: ["[", "]"], label: t("period"), inBar: true },
    { caps: ["["], label: t("the period before"), on: ["["], run: () => go(moved(state, today, -1)) },
    { caps: ["]"], label: t("the period after"), on: ["]"], run: () => go(moved(state, today, 1)) },
    {
      caps: ["F"],
      label: t("filter"),
      on: ["f"],
      inBar: true,
      run: () => document.getElementById("dashboard-period")?.focus(),
    },
    { caps: ["E"], label: t("export CSV"), on: ["e"], inBar: true, run: () => void exportShown() },
    { caps: ["←", "→"], label: t("read the values of a chart"), inBar: true },
    {
      caps: ["T"],
      label: table ? t("charts instead of tables") : t("tables instead of charts"),
      on: ["t"],
      inBar: true,
      run: toggleTable,
    },
  ]);
  if (names.length === 0) {
    return (
      <EmptyState title={t("Figures are not part of your role")} icon="lock">
        {t("Ask an administrator if you need them.")}
      </EmptyState>
    );
  }
  const examinations = names.includes("volumes");
  return (
    <div className="flex h-full min-h-0 flex-col">
      <nav className="tabs" aria-label={t("Figures")}>
        {(["overview", ...names] as View[]).map((view) => (
          <Link
            key={view}
            to="/analytics"
            search={inView(state, view)}
            activeOptions={{ exact: true }}
            aria-current={(chosen ?? "overview") === view ? "page" : undefined}
          >
            {view === "overview" ? t("Overview") : t(figures[view].label)}
          </Link>
        ))}
        <span className="flex-1" />
        <span className="flex items-center pr-1">
          <Button size="s" icon="list" hotkey="T" aria-pressed={table === "yes"} onClick={toggleTable}>
            {t("Table")}
          </Button>
        </span>
      </nav>
      <div className="min-h-0 flex-1 overflow-auto">
        <Filters
          state={state}
          today={today}
          own={own}
          examinations={examinations}
          asOf={counted ? t("Counted at {time}", { time: clockTime(Date.parse(counted.asOf)) }) : ""}
        />
        <div className="dashboard">
          {!chosen && examinations && <Tiles state={state} today={today} names={names} />}
          {shown.map((name) => (
            <Panel
              key={name}
              name={name}
              state={state}
              today={today}
              hasTargets={me?.permissions.includes("reading.claim") ?? false}
              alone={chosen !== null}
              onGroup={(by) => go({ ...state, view: name, by })}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

/** The same filters in another view, whose grouping is its own. */
function inView({ view: _, by: __, ...rest }: DashboardState, view: View): DashboardState {
  return view === "overview" ? rest : { ...rest, view };
}
