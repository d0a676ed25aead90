import type { ReconciliationItem } from "@isocenter/contract";
import { Button } from "../../kit/Button.tsx";
import { momentIn } from "../../kit/dates.ts";
import { useRun } from "../../kit/run.ts";
import { useTimeZone } from "../../studies/queries.ts";
import { t } from "../../words/words.ts";

interface DecidedProps {
  item: {
    resolution: Pick<NonNullable<ReconciliationItem["resolution"]>, "action" | "reason" | "by" | "at"> | null;
    actions: readonly string[];
  };
  /** What a decision is called. */
  word: (action: string) => string;
  /** The first part of the keys of the queries that are read again after the undo. */
  subject: string;
  undo: () => Promise<unknown>;
}

/** What was decided of a case, by whom and when, and the way back. */
export function Decided({ item, word, subject, undo }: DecidedProps) {
  const timeZone = useTimeZone();
  const { busy, act } = useRun(subject);
  const { resolution } = item;
  if (!resolution) return null;
  return (
    <section aria-label={t("Decision")} className="grid justify-items-start gap-2">
      <h3>{t("Decision")}</h3>
      <p>
        {word(resolution.action)}
        <span className="block text-12 text-text-2">
          {resolution.by.name}, {momentIn(timeZone, resolution.at)}
        </span>
        {resolution.reason && <span className="block text-12 text-text-2">“{resolution.reason}”</span>}
      </p>
      {item.actions.includes("undo") && (
        <Button
          icon="retry"
          busy={busy}
          onClick={() => void act(undo, t("Taken back; the case is open again"))}
        >
          {t("Take it back")}
        </Button>
      )}
    </section>
  );
}
