import { Group } from "@visx/group";
import { scaleBand } from "@visx/scale";
import { ChartFrame } from "./ChartFrame.tsx";
import type { Heat } from "./model-types.ts";
import { useReadValues } from "./reading-values.ts";
import { percent } from "./say.ts";

const rowHeight = 30;
const axisHeight = 24;
const labelWidth = 112;
/** From so much on the number stands in its field. */
const telling = 0.9;

/** How much of its opening hours each station is used: the brighter the more. A closed day is empty. */
export function HeatChart({ model, label }: { model: Heat; label: string }) {
  const { rows, parts } = model;
  const reading = useReadValues(rows.length, parts.length);
  const cell = reading.at ? rows[reading.at.row]?.cells[reading.at.column] : null;
  const height = Math.max(1, rows.length) * rowHeight + axisHeight;
  return (
    <ChartFrame label={label} height={height} said={cell?.said ?? null} reading={reading}>
      {({ width }) => {
        const left = Math.min(labelWidth, width * 0.3);
        const x = scaleBand({ domain: parts.map(({ key }) => key), range: [0, width - left], padding: 0.06 });
        const step = Math.max(1, Math.ceil((parts.length * 46) / Math.max(1, width - left)));
        return (
          <Group left={left}>
            {rows.map((row, index) => (
              <g key={row.key}>
                <text
                  className="chart-label"
                  x={-10}
                  y={index * rowHeight + rowHeight / 2}
                  dy="0.35em"
                  textAnchor="end"
                >
                  {row.label.length > 15 ? `${row.label.slice(0, 14)}…` : row.label}
                </text>
                {row.cells.map(({ share }, column) => {
                  const key = parts[column]?.key ?? "";
                  const active = reading.at?.row === index && reading.at.column === column;
                  const bright = share !== null && share >= telling;
                  return (
                    <g
                      key={key}
                      className={active ? "chart-active" : undefined}
                      onPointerEnter={() => reading.setAt({ row: index, column })}
                      onPointerLeave={() => reading.setAt(null)}
                    >
                      <rect
                        className={share === null ? "chart-closed" : "chart-use"}
                        style={share === null ? undefined : { fillOpacity: 0.08 + 0.92 * Math.min(1, share) }}
                        x={x(key)}
                        y={index * rowHeight + 1}
                        width={x.bandwidth()}
                        height={rowHeight - 3}
                        rx={3}
                      />
                      {bright && x.bandwidth() > 34 && (
                        <text
                          className="chart-on-act"
                          x={(x(key) ?? 0) + x.bandwidth() / 2}
                          y={index * rowHeight + rowHeight / 2}
                          dy="0.35em"
                          textAnchor="middle"
                        >
                          {percent(share)}
                        </text>
                      )}
                    </g>
                  );
                })}
              </g>
            ))}
            {parts.map(({ key, label: word }, index) =>
              (parts.length - 1 - index) % step === 0 ? (
                <text
                  key={key}
                  className="chart-tick"
                  x={(x(key) ?? 0) + x.bandwidth() / 2}
                  y={rows.length * rowHeight + 16}
                  textAnchor="middle"
                >
                  {word}
                </text>
              ) : null,
            )}
          </Group>
        );
      }}
    </ChartFrame>
  );
}
