import { scaleLinear } from "@visx/scale";
import { LinePath } from "@visx/shape";
import { Icon } from "../kit/Icon.tsx";
import { t } from "../words/words.ts";
import {
  type DashboardState,
  isUnfinished,
  partsOf,
  type Span,
  spanBefore,
  spanOf,
  unitOf,
} from "./dashboard-state.ts";
import type { FigureName } from "./figures.ts";
import { decidedOf, segmentOf } from "./models.ts";
import { queryOf, type Row, useFigures } from "./queries.ts";
import { countOf, duration, percent } from "./say.ts";

interface Tile {
  name: FigureName;
  label: string;
  valueOf: (row: Row | undefined) => number | null;
  countOf: (row: Row | undefined) => number;
  say: (value: number) => string;
  /** Whether less is better; null: neither. */
  lessIsBetter: boolean | null;
  /** How the change is said: by how much, or by how many of hundred. */
  change: "difference" | "share" | "points";
}

const shareOf = (value: unknown): number | null => (typeof value === "number" ? value : null);

const tiles = (): readonly Tile[] => [
  {
    name: "turnaround",
    label: t("Performed to signed, median"),
    valueOf: (row) => segmentOf(row, "PERFORMED_TO_SIGNED")?.medianSeconds ?? null,
    countOf: (row) => segmentOf(row, "PERFORMED_TO_SIGNED")?.count ?? 0,
    say: duration,
    lessIsBetter: true,
    change: "difference",
  },
  {
    name: "volumes",
    label: t("Examinations"),
    valueOf: (row) => Number(row?.examinations ?? 0),
    countOf: (row) => Number(row?.examinations ?? 0),
    say: countOf,
    lessIsBetter: null,
    change: "share",
  },
  {
    name: "critical-findings",
    label: t("Critical findings acknowledged in time"),
    valueOf: (row) => shareOf(row?.acknowledgedShareInTime),
    countOf: decidedOf,
    say: percent,
    lessIsBetter: false,
    change: "points",
  },
  {
    name: "quality",
    label: t("Discrepancies of reviewed reports"),
    valueOf: (row) => shareOf(row?.discrepancyRate),
    countOf: (row) => Number(row?.reviewed ?? 0),
    say: percent,
    lessIsBetter: true,
    change: "points",
  },
];

/** The few numbers that a head of department looks at first, against as many days before. */
export function Tiles({
  state,
  today,
  names,
}: {
  state: DashboardState;
  today: string;
  names: readonly FigureName[];
}) {
  const shown = tiles().filter(({ name }) => names.includes(name));
  if (shown.length === 0) return null;
  return (
    <section className="card tiles wide" aria-label={t("In short")}>
      {shown.map((tile) => (
        <OneTile key={tile.name} tile={tile} state={state} today={today} />
      ))}
    </section>
  );
}

function OneTile({ tile, state, today }: { tile: Tile; state: DashboardState; today: string }) {
  const span = spanOf(state, today);
  const now = useFigures(tile.name, queryOf(tile.name, state, span, ""));
  const before = useFigures(tile.name, queryOf(tile.name, state, spanBefore(span), ""));
  const over = useFigures(tile.name, queryOf(tile.name, state, span, "time"));
  const value = now.data ? tile.valueOf(now.data.data[0]) : null;
  const counted = tile.countOf(now.data?.data[0]);
  const earlier = tile.countOf(before.data?.data[0]) > 0 ? tile.valueOf(before.data?.data[0]) : null;
  return (
    <div>
      <div className="text-12 text-text-2">{tile.label}</div>
      <div className="flex items-center gap-3">
        <strong className="text-28 font-semibold whitespace-nowrap">
          {now.data ? (value === null ? "–" : tile.say(value)) : now.isError ? "–" : "…"}
        </strong>
        {now.isError && !now.data && <span className="text-12 text-urg">{t("could not be read")}</span>}
        {now.data && tile.change !== "share" && (
          <span className="text-12 whitespace-nowrap text-text-3">
            {t("n {count}", { count: countOf(counted) })}
          </span>
        )}
        <span className="flex-1" />
        {over.data && <Spark rows={over.data.data} span={span} today={today} value={tile.valueOf} />}
      </div>
      <div className="min-h-4 text-12 text-text-3">
        {value !== null && earlier !== null && before.data && !before.isPlaceholderData && (
          <Change tile={tile} value={value} earlier={earlier} />
        )}
      </div>
    </div>
  );
}

function Change({ tile, value, earlier }: { tile: Tile; value: number; earlier: number }) {
  const difference = value - earlier;
  const less = difference < 0;
  const size = Math.abs(difference);
  // So many times as much says nothing but that there was hardly anything before.
  if (tile.change === "share" && value > 10 * earlier)
    return <>{t("{count} in as many days before", { count: countOf(earlier) })}</>;
  const amount =
    tile.change === "difference"
      ? duration(size)
      : tile.change === "points"
        ? t("{count} points", { count: (Math.round(size * 1000) / 10).toString() })
        : percent(earlier === 0 ? 0 : size / earlier);
  const good = tile.lessIsBetter === null || size === 0 ? null : less === tile.lessIsBetter;
  const word =
    size === 0 ? t("as before") : less ? t("{amount} less", { amount }) : t("{amount} more", { amount });
  return (
    <>
      <span className={good === null ? "text-text-2" : good ? "text-ok" : "text-urg"}>
        {good !== null && <Icon name={good ? "check" : "alert"} size="xs" className="mr-1 inline" />}
        {word}
      </span>{" "}
      {t("against as many days before")}
    </>
  );
}

const width = 96;
const height = 28;

/** How it went, without what is not over yet. */
function Spark({
  rows,
  span,
  today,
  value: measured,
}: {
  rows: readonly Row[];
  span: Span;
  today: string;
  value: Tile["valueOf"];
}) {
  const unit = unitOf(span);
  const points = partsOf(span, unit)
    .filter((part) => !isUnfinished(part, span, today))
    .flatMap((part, index) => {
      const row = rows.find(({ group }) => group[unit] === part);
      const value = row ? measured(row) : null;
      return value === null ? [] : [{ index, value }];
    });
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || points.length < 3) return null;
  const most = Math.max(...points.map(({ value }) => value)) || 1;
  const x = scaleLinear({ domain: [first.index, last.index], range: [3, width - 3] });
  const y = scaleLinear({ domain: [0, most], range: [height - 3, 3] });
  return (
    <svg width={width} height={height} aria-hidden="true">
      <LinePath className="spark" data={points} x={({ index }) => x(index)} y={({ value }) => y(value)} />
      <circle className="spark-end" cx={x(last.index)} cy={y(last.value)} r={2.5} />
    </svg>
  );
}
