import type { Group, Turnaround } from "@isocenter/contract";
import type { CsvValue } from "../../platform/index.ts";

type Row = { group: Group } & Record<string, unknown>;

/** A table of figures: the groups first, then the figures in the order in which they are told. */
export function tableOf(groupBy: readonly string[], columns: readonly string[], data: readonly object[]) {
  const named = groupBy.flatMap((name) =>
    ["facility", "station", "radiologist", "author", "technologist", "raiser"].includes(name) &&
    data.some((row) => `${name}Name` in (row as Row).group)
      ? [name, `${name}Name`]
      : [name],
  );
  const rows = data.map((row): CsvValue[] => {
    const { group, ...figures } = row as Row;
    return [
      ...named.map((name) => group[name] ?? null),
      ...columns.map((column) => (figures[column] ?? null) as CsvValue),
    ];
  });
  return { header: [...named, ...columns], rows };
}

/** A line for each segment. */
export const segmentRows = (data: readonly Turnaround[]): object[] =>
  data.flatMap(({ group, examinations, segments }) =>
    segments.map((segment) => ({ group, examinations, ...segment })),
  );

export const segmentColumns = ["examinations", "segment", "count", "medianSeconds", "p90Seconds"] as const;
