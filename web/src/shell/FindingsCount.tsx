import { t } from "../words/words.ts";

/** How many findings wait, at the corner of what leads to them. */
export function FindingsCount({ waiting }: { waiting: number }) {
  if (waiting === 0) return null;
  return (
    <span
      className="place-count"
      title={t("{count, plural, one {# waits} other {# wait}} for an answer", { count: waiting })}
    >
      {waiting}
    </span>
  );
}
