import { duration } from "./progress.ts";

/** A line on a terminal that is written over and over; silent where nobody looks on. */
export interface ProgressBar {
  update(done: number, note: string): void;
  /** A line that stays. */
  note(line: string): void;
  end(): void;
}

const width = 30;
const everyMilliseconds = 100;

/** @param now in milliseconds, for rate and remaining time */
export function progressBar(
  output: { isTTY?: boolean; write(text: string): unknown },
  total: number,
  now: () => number = () => performance.now(),
): ProgressBar {
  const started = now();
  let last = Number.NEGATIVE_INFINITY;
  let shown = false;
  return {
    update(done, note) {
      const at = now();
      if (!output.isTTY || (at - last < everyMilliseconds && done < total)) return;
      last = at;
      shown = true;
      output.write(`\r${progressLine(done, total, (at - started) / 1000, note)}\u001b[K`);
    },
    note(line) {
      output.write(`${shown ? "\r\u001b[K" : ""}${line}\n`);
    },
    end() {
      if (shown) output.write("\n");
    },
  };
}

/** `[=======>      ] 1200/5000  400/s  10 s left  3 refused` */
export function progressLine(done: number, total: number, seconds: number, note: string): string {
  const part = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.round(part * width);
  const bar = `${"=".repeat(filled)}${filled < width ? ">" : ""}`.slice(0, width).padEnd(width);
  const rate = seconds > 0 ? done / seconds : 0;
  const left = rate > 0 && done < total ? `  ${duration((total - done) / rate)} left` : "";
  return `[${bar}] ${done}/${total}  ${Math.round(rate)}/s${left}${note === "" ? "" : `  ${note}`}`;
}
