/** Seconds that the work takes. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Half the distance between the quartiles, as a part of the median: how noisy the machine was. */
export function spread(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
  return (at(0.75) - at(0.25)) / 2 / (median(values) || 1);
}

/** Runs the tasks with so many at once. */
export async function inParallel<T>(
  items: readonly T[],
  atOnce: number,
  run: (item: T) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < items.length) await run(items[next++]!);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}

export interface Row {
  work: string;
  /** `more`: greater is better (instances/s); `less`: smaller is better (ms). */
  better: "more" | "less";
  unit: string;
  /** Medians, by server. */
  figures: Record<string, number>;
  /** The widest of the servers' spreads. */
  noise: number;
  aim: string;
}

/**
 * One work on each server in turn, round by round, so that a drift of the machine meets all alike. Each has done it once before, in round 0, which does not count: a
 * server runs for weeks, and its first seconds are of compiling.
 */
export async function compare(
  work: { name: string; unit: string; better: Row["better"]; aim: string },
  servers: Readonly<Record<string, (round: number) => Promise<number>>>,
  rounds: number,
): Promise<Row> {
  const values = new Map(Object.keys(servers).map((name) => [name, [] as number[]]));
  for (const run of Object.values(servers)) await run(0);
  for (let round = 1; round <= rounds; round++) {
    for (const [name, run] of Object.entries(servers)) values.get(name)!.push(await run(round));
  }
  const figures = Object.fromEntries([...values].map(([name, list]) => [name, median(list)]));
  const noise = Math.max(...[...values.values()].map(spread));
  return { work: work.name, better: work.better, unit: work.unit, aim: work.aim, figures, noise };
}

const show = (value: number | undefined): string =>
  value === undefined
    ? "–"
    : value >= 100
      ? value.toFixed(0)
      : value >= 10
        ? value.toFixed(1)
        : value.toFixed(2);

/** The rows as a Markdown table; the ratio is Isocenter to Orthanc, turned so that greater is better. */
export function table(rows: readonly Row[], servers: readonly string[]): string {
  const head = ["work", "unit", ...servers, "Isocenter to Orthanc", "aim", "noise"];
  const lines = rows.map((row) => {
    const ours = row.figures.Isocenter;
    const theirs = row.figures.Orthanc;
    const ratio = ours && theirs ? `${show(row.better === "more" ? ours / theirs : theirs / ours)} ×` : "–";
    return [
      row.work,
      row.unit,
      ...servers.map((name) => show(row.figures[name])),
      ratio,
      row.aim,
      `± ${(row.noise * 100).toFixed(0)} %`,
    ];
  });
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
