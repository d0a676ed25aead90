import { clockIn } from "../kit/dates.ts";
import { t } from "../words/words.ts";

/** "2 s ago", "4 min ago", "3 h ago": for a line that ticks. */
export function agoShort(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return t("{count} s ago", { count: seconds });
  if (seconds < 3600) return t("{count} min ago", { count: Math.floor(seconds / 60) });
  return t("{count} h ago", { count: Math.floor(seconds / 3600) });
}

/** "10:39" by this computer's clock. */
export function clockTime(at: number): string {
  return clockIn(undefined, new Date(at).toISOString());
}
