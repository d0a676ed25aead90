/** What a long command shows of itself while it works. */
export interface Progress {
  /** So many of what is counted, and so many bytes, are done. */
  advance(items: number, bytes?: number): void;
  /** A line that stays. */
  note(line: string): void;
  end(): void;
}

export interface ProgressOptions {
  /** Where a line is said that stays. */
  context: { complain(line: string): void };
  /** What is counted: `objects`. */
  of: string;
  /** How many there are; null: not known beforehand. */
  total: number | null;
  /** A terminal shows one line that changes, anything else a line now and then. */
  terminal: { write(text: string): void } | null;
  /** Milliseconds, ascending. */
  now: () => number;
}

const redrawMs = 200;
const lineEveryMs = 15_000;
const barWidth = 24;

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

/** A bar with what is done, how fast, and how long it will still take. */
export function createProgress({ context, of, total, terminal, now }: ProgressOptions): Progress {
  const started = now();
  let items = 0;
  let bytes = 0;
  let shownAt = started;
  let drawn = false;
  const text = (): string => {
    const seconds = Math.max(0.001, (now() - started) / 1000);
    const speed = bytes > 0 ? `, ${megabytes(bytes)} at ${megabytes(bytes / seconds)}/s` : "";
    if (total === null) return `${items} ${of}${speed}`;
    const part = total === 0 ? 1 : Math.min(1, items / total);
    const left = items > 0 && items < total ? `, ${duration((seconds / items) * (total - items))} left` : "";
    const full = Math.round(part * barWidth);
    const bar = terminal ? `[${"#".repeat(full)}${".".repeat(barWidth - full)}] ` : "";
    return `${bar}${Math.floor(part * 100)} % (${items} of ${total} ${of}${speed}${left})`;
  };
  const clear = () => {
    if (drawn) terminal?.write("\r\x1b[K");
    drawn = false;
  };
  return {
    advance(moreItems, moreBytes = 0) {
      items += moreItems;
      bytes += moreBytes;
      const at = now();
      if (at - shownAt < (terminal ? redrawMs : lineEveryMs)) return;
      shownAt = at;
      if (!terminal) return context.complain(text());
      terminal.write(`\r\x1b[K${text()}`);
      drawn = true;
    },
    note(line) {
      clear();
      context.complain(line);
    },
    end() {
      clear();
      context.complain(text());
    },
  };
}

/** `41 s`, `12 min`, `1.5 h` */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
