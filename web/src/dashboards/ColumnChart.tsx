import { AxisBottom, AxisLeft } from "@visx/axis";
import { Group } from "@visx/group";
import { scaleBand, scaleLinear } from "@visx/scale";
import { ChartFrame, type Size } from "./ChartFrame.tsx";
import type { Columns } from "./model-types.ts";
import { useReadValues } from "./reading-values.ts";
import { sayValue } from "./say.ts";
import { ticksOf } from "./ticks.ts";

const chartHeight = 236;
const axisHeight = 24;
const above = 18;

/** Standing columns, one for each day, week or month; those that are not over yet are paler. */
export function ColumnChart({ model, label }: { model: Columns; label: string }) {
  const reading = useReadValues(1, model.parts.length);
  const part = reading.at ? model.parts[reading.at.column] : null;
  return (
    <ChartFrame label={label} height={chartHeight} said={part?.said ?? null} reading={reading}>
      {(size) => <Drawing model={model} size={size} reading={reading} />}
    </ChartFrame>
  );
}

function Drawing({
  model,
  size: { width, height },
  reading,
}: {
  model: Columns;
  size: Size;
  reading: ReturnType<typeof useReadValues>;
}) {
  const { parts, series, unit, currency, target } = model;
  const left = unit === "money" ? 76 : 52;
  const sums = parts.map(({ values }) => values.reduce((sum, value) => sum + value, 0));
  const most = Math.max(...sums, target ?? 0, unit === "share" ? 0.01 : 1);
  const low = height - axisHeight;
  const x = scaleBand({ domain: parts.map(({ key }) => key), range: [0, width - left], padding: 0.28 });
  const y = scaleLinear({ domain: [0, most], range: [low, above] });
  const ticks = ticksOf(most, unit, 4);
  const step = Math.max(1, Math.ceil((parts.length * 46) / Math.max(1, width - left)));
  const named = parts.filter((_, index) => (parts.length - 1 - index) % step === 0).map(({ key }) => key);
  const labels = new Map(parts.map((part) => [part.key, part.label]));
  const wide = x.bandwidth();
  return (
    <Group left={left}>
      {ticks.map((tick) => (
        <line key={tick} className="chart-grid" x1={0} x2={width - left} y1={y(tick)} y2={y(tick)} />
      ))}
      {parts.map((part, index) => {
        const at = x(part.key) ?? 0;
        let end = 0;
        return (
          <g
            key={part.key}
            className={reading.at?.column === index ? "chart-active" : undefined}
            onPointerEnter={() => reading.setAt({ row: 0, column: index })}
            onPointerLeave={() => reading.setAt(null)}
          >
            <rect
              className={part.weekend ? "chart-band chart-weekend" : "chart-band"}
              x={at - (x.step() - wide) / 2}
              y={above}
              width={x.step()}
              height={low - above}
            />
            <g className={part.unfinished ? "chart-unfinished" : undefined}>
              {part.values.map((value, place) => {
                const from = end;
                end += value;
                if (value <= 0) return null;
                const high = y(from) - y(end);
                return (
                  <rect
                    key={series[place]?.label}
                    className={`chart-${series[place]?.tone ?? "k1"}`}
                    x={at}
                    y={y(end)}
                    width={wide}
                    height={Math.max(1, high - (series.length > 1 ? 1 : 0))}
                  />
                );
              })}
            </g>
            {part.text && wide > (unit === "money" ? 64 : 24) && (
              <text className="chart-tick" x={at + wide / 2} y={y(end) - 5} textAnchor="middle">
                {part.text}
              </text>
            )}
          </g>
        );
      })}
      {target !== null && (
        <line className="chart-target" x1={0} x2={width - left} y1={y(target)} y2={y(target)} />
      )}
      <AxisLeft
        scale={y}
        tickValues={ticks}
        tickFormat={(value) => sayValue(Number(value), unit, currency)}
        hideAxisLine
        hideTicks
        tickLabelProps={{
          className: "chart-tick",
          fill: undefined,
          fontFamily: undefined,
          fontSize: undefined,
          textAnchor: "end",
          dx: -4,
          dy: 4,
        }}
      />
      <AxisBottom
        top={low}
        scale={x}
        tickValues={named}
        tickFormat={(value) => labels.get(String(value)) ?? ""}
        hideAxisLine
        hideTicks
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
