import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../kit/Button.tsx";
import { Skeleton } from "../kit/Skeleton.tsx";
import { ErrorState } from "../kit/States.tsx";
import { saveFile } from "../kit/save-file.ts";
import { toast } from "../kit/toast.ts";
import { t } from "../words/words.ts";
import { BarChart } from "./BarChart.tsx";
import { ColumnChart } from "./ColumnChart.tsx";
import { type DashboardState, type Span, spanOf } from "./dashboard-state.ts";
import { FiguresTable } from "./FiguresTable.tsx";
import { type FigureName, figures, type Grouping } from "./figures.ts";
import { HeatChart } from "./HeatChart.tsx";
import type { Model, Series } from "./model-types.ts";
import { currenciesOf, modelOf, toldPerformed } from "./models.ts";
import { figuresCsv, type Query, queryOf, useFigures, useTargets } from "./queries.ts";

interface PanelProps {
  name: FigureName;
  state: DashboardState;
  today: string;
  /** Whether this person may read the targets. */
  hasTargets: boolean;
  /** It stands alone, with its other groupings. */
  alone: boolean;
  onGroup: (by: string) => void;
}

/** The grouping of the view, or what the figure has of itself. */
export const groupingOf = (name: FigureName, state: DashboardState): string =>
  (state.view === name && state.by) || figures[name].groupings[0].by;

export async function exportFigures(name: FigureName, query: Query): Promise<void> {
  try {
    saveFile(await figuresCsv(name, query), `${name}-${query.from}-${query.to}.csv`);
  } catch (error) {
    toast({ title: t("The file could not be made"), detail: (error as Error).message, tone: "urg" });
  }
}

/** One figure: its drawing or its numbers, with what it counts. */
export function Panel({ name, state, today, hasTargets, alone, onGroup }: PanelProps) {
  const figure = figures[name];
  const span = spanOf(state, today);
  const by = groupingOf(name, state);
  const query = queryOf(name, state, span, by);
  const answer = useFigures(name, query);
  const targets = useTargets(state.facilityId, hasTargets && name === "turnaround");
  const [exporting, setExporting] = useState(false);
  const label = t(figure.label);
  const ignored = (["modality", "priority", "radiologistId"] as const).filter(
    (filter) => state[filter] && !(figure.narrowedBy as readonly string[]).includes(filter),
  );
  return (
    <section
      className={`card panel ${alone || name === "turnaround" || name === "volumes" ? "wide" : ""}`}
      aria-label={label}
    >
      <header>
        <h2 className="text-13 font-semibold">
          {alone ? (
            label
          ) : (
            <Link to="/analytics" search={{ ...state, view: name }} className="hover:underline">
              {label}
            </Link>
          )}
        </h2>
        <span className="text-12 text-text-3">{t(figure.unit)}</span>
        <span className="flex-1" />
        {alone && (
          <label className="filter-select">
            <span className="sr-only">{t("Put together")}</span>
            <select value={by} onChange={(event) => onGroup(event.target.value)}>
              {figure.groupings.map((one: Grouping) => (
                <option key={one.by} value={one.by}>
                  {t(one.label)}
                </option>
              ))}
            </select>
          </label>
        )}
        <Button
          size="s"
          icon="download"
          busy={exporting}
          aria-label={t("CSV of {figure}", { figure: label })}
          onClick={() => {
            setExporting(true);
            void exportFigures(name, query).finally(() => setExporting(false));
          }}
        >
          {t("CSV")}
        </Button>
      </header>
      <div
        className={`panel-body ${answer.isPlaceholderData ? "opacity-60" : ""}`}
        aria-busy={!answer.data || answer.isPlaceholderData}
      >
        {ignored.length > 0 && (
          <p className="mb-2 text-12 text-text-3">
            {t("Of the filters, only the facility narrows this figure.")}
          </p>
        )}
        {name === "utilization" &&
          !state.table &&
          answer.data &&
          answer.data.data.length > 0 &&
          !toldPerformed(answer.data) && (
            <p className="mb-2 text-12 text-text-3">
              {t("No scanner has said when it began and ended: what is booked is drawn.")}
            </p>
          )}
        {answer.isError && !answer.data ? (
          <ErrorState error={answer.error} onRetry={() => void answer.refetch()} />
        ) : !answer.data ? (
          <Skeleton width="100%" height={200} />
        ) : answer.data.data.length === 0 ? (
          <p className="py-8 text-text-2">
            {t("Nothing was counted in this period. Take a longer one, or fewer filters.")}
          </p>
        ) : state.table ? (
          <FiguresTable name={name} answer={answer.data} label={label} />
        ) : (
          <Drawing
            model={modelOf(name, answer.data, {
              // What is drawn belongs to the answer, also while another is awaited.
              span: { from: answer.data.from, to: answer.data.to } satisfies Span,
              today,
              targets: targets.data?.minutes ?? null,
              ...(state.priority ? { priority: state.priority } : {}),
            })}
            label={`${label}: ${t(figure.unit)}`}
            note={name === "revenue" ? currenciesOf(answer.data) : []}
          />
        )}
      </div>
    </section>
  );
}

function Drawing({ model, label, note }: { model: Model; label: string; note: string[] }) {
  return (
    <>
      {model.kind !== "heat" && (
        <Legend series={model.series} target={model.targetLabel} columns={model.kind === "columns"} />
      )}
      {note.length > 1 && (
        <p className="mb-1 text-12 text-text-3">
          {t("Drawn in {currency}; the table has every currency.", { currency: note[0] ?? "" })}
        </p>
      )}
      {model.kind === "bars" && <BarChart model={model} label={label} />}
      {model.kind === "columns" && <ColumnChart model={model} label={label} />}
      {model.kind === "heat" && <HeatChart model={model} label={label} />}
    </>
  );
}

function Legend({
  series,
  target,
  columns,
}: {
  series: readonly Series[];
  target: string | null;
  columns: boolean;
}) {
  const named = series.filter(({ label }) => label !== "");
  if (named.length === 0 && !target) return null;
  return (
    <ul className="legend">
      {named.map(({ label, tone }) => (
        <li key={label}>
          <svg aria-hidden="true" viewBox="0 0 10 10">
            <rect className={`chart-${tone}`} width="10" height="10" rx="2" />
          </svg>
          {label}
        </li>
      ))}
      {target && (
        <li>
          <svg aria-hidden="true" viewBox="0 0 10 10">
            <path className="chart-target" d={columns ? "M0 5h10" : "M5 0v10"} />
          </svg>
          {target}
        </li>
      )}
    </ul>
  );
}
