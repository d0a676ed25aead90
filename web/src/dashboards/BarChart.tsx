import { AxisBottom } from "@visx/axis";
import { Group } from "@visx/group";
import { scaleBand, scaleLinear } from "@visx/scale";
import { t } from "../words/words.ts";
import { ChartFrame, type Size } from "./ChartFrame.tsx";
import type { Bars } from "./model-types.ts";
import { useReadValues } from "./reading-values.ts";
import { countOf, sayValue } from "./say.ts";
import { ticksOf } from "./ticks.ts";

const rowHeight = 34;
const axisHeight = 26;
const labelWidth = 148;
const textWidth = 150;

/** Lying bars, one for each group, beside what they say and the line of their target. */
export function BarChart({ model, label }: { model: Bars; label: string }) {
  const { rows } = model;
  const reading = useReadValues(rows.length, 1);
  const row = reading.at ? rows[reading.at.row] : null;
  const height = Math.max(1, rows.length) * rowHeight + axisHeight;
  return (
    <ChartFrame label={label} height={height} said={row?.said ?? null} reading={reading}>
      {(size) => <Drawing model={model} size={size} reading={reading} />}
    </ChartFrame>
  );
}

function Drawing({
  model,
  size: { width, height },
  reading,
}: {
  model: Bars;
  size: Size;
  reading: ReturnType<typeof useReadValues>;
}) {
  const { rows, series, unit, currency } = model;
  const left = Math.min(labelWidth, width * 0.3);
  const room = Math.max(40, width - left - textWidth);
  const longest = Math.max(...rows.map(({ values }) => values.reduce((sum, value) => sum + value, 0)), 0);
  // A target far behind all bars would press them flat: it is told in words then.
  const targets = rows.flatMap(({ target }) => (target !== null && target <= longest * 2.5 ? [target] : []));
  const most = Math.max(longest, ...targets, unit === "share" ? 0.01 : 1);
  const x = scaleLinear({ domain: [0, most], range: [0, room] });
  const y = scaleBand({ domain: rows.map(({ key }) => key), range: [0, height - axisHeight], padding: 0.28 });
  const ticks = ticksOf(most, unit, Math.max(2, Math.floor(room / 90)));
  return (
    <Group left={left}>
      {ticks.map((tick) => (
        <line key={tick} className="chart-grid" x1={x(tick)} x2={x(tick)} y1={0} y2={height - axisHeight} />
      ))}
      {rows.map((row, index) => {
        const top = y(row.key) ?? 0;
        const high = y.bandwidth();
        let end = 0;
        const active = reading.at?.row === index;
        return (
          <g
            key={row.key}
            className={active ? "chart-active" : undefined}
            onPointerEnter={() => reading.setAt({ row: index, column: 0 })}
            onPointerLeave={() => reading.setAt(null)}
          >
            <rect className="chart-band" x={-left} y={top - 4} width={width} height={high + 8} rx={4} />
            <text className="chart-label" x={-10} y={top + high / 2} dy="0.35em" textAnchor="end">
              {shortened(row.label, left)}
            </text>
            {row.values.map((value, part) => {
              const from = end;
              end += value;
              const wide = x(end) - x(from);
              const tone = series[part]?.tone ?? "k1";
              if (value <= 0) return null;
              return (
                <g key={series[part]?.label}>
                  <rect
                    className={`chart-${tone}`}
                    x={x(from)}
                    y={top}
                    width={Math.max(1, wide - 1)}
                    height={high}
                  />
                  {series.length > 1 && wide > 44 && (
                    <text
                      className={`chart-on-${tone}`}
                      x={x(from) + wide / 2}
                      y={top + high / 2}
                      dy="0.35em"
                      textAnchor="middle"
                    >
                      {sayValue(value, unit, currency)}
                    </text>
                  )}
                </g>
              );
            })}
            {row.target !== null && row.target <= most && (
              <>
                <line
                  className="chart-target-edge"
                  x1={x(row.target)}
                  x2={x(row.target)}
                  y1={top - 4}
                  y2={top + high + 4}
                />
                <line
                  className="chart-target"
                  x1={x(row.target)}
                  x2={x(row.target)}
                  y1={top - 4}
                  y2={top + high + 4}
                />
              </>
            )}
            <text
              className={row.late ? "chart-value chart-late-text" : "chart-value"}
              x={x(Math.max(end, row.target !== null && row.target <= most ? row.target : 0)) + 9}
              y={top + high / 2}
              dy="0.35em"
            >
              {row.late ? "▲ " : ""}
              {row.text}
              {row.count !== null && (
                <tspan className="chart-note"> {t("n {count}", { count: countOf(row.count) })}</tspan>
              )}
            </text>
          </g>
        );
      })}
      <AxisBottom
        top={height - axisHeight}
        scale={x}
        tickValues={ticks}
        tickFormat={(value) => sayValue(Number(value), unit, currency)}
        hideAxisLine
        hideTicks
        tickClassName="chart-tick"
        tickLabelProps={{
          className: "chart-tick",
          fill: undefined,
          fontFamily: undefined,
          fontSize: undefined,
          textAnchor: "middle",
        }}
      />
    </Group>
  );
}

/** About as much of a label as fits; the whole is read out and stands in the table. */
const shortened = (label: string, room: number): string => {
  const most = Math.max(6, Math.floor((room - 12) / 6.8));
  return label.length > most ? `${label.slice(0, most - 1)}…` : label;
};
