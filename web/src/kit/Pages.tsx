import { count, totalOf } from "../studies/format.ts";
import { cursorIn } from "../studies/list-state.ts";
import { t } from "../words/words.ts";
import { Button } from "./Button.tsx";
import { useShortcuts } from "./shortcuts.ts";

interface PagesProps {
  /** The group of its keys in the help. */
  group: string;
  /** The place of the first row shown, from 1. */
  first: number;
  shown: number;
  pagination: { total: number; totalIsExact: boolean; next: string | null };
  /** Undefined on the first page. */
  onFirst: (() => void) | undefined;
  /** @param after the cursor of the next page */
  onNext: (after: string) => void;
}

/** Which part of a list is shown, and the way to its next and its first part. */
export function Pages({ group, first, shown, pagination, onFirst, onNext }: PagesProps) {
  const after = cursorIn(pagination.next);
  const next = () => after && onNext(after);
  useShortcuts(group, [
    { caps: ["["], label: t("first page"), on: ["["], run: () => onFirst?.() },
    { caps: ["]"], label: t("next page"), on: ["]"], run: next },
  ]);
  return (
    <nav
      className="flex h-9 flex-none items-center gap-2 border-t border-line px-4 text-12 text-text-2"
      aria-label={t("Pages")}
    >
      <span>
        {t("{first}–{last} of {total}", {
          first: count(first),
          last: count(first + shown - 1),
          total: totalOf(pagination.total, pagination.totalIsExact),
        })}
      </span>
      <span className="flex-1" />
      <Button size="s" icon="left" disabled={!onFirst} onClick={onFirst} aria-keyshortcuts="[">
        {t("First")}
      </Button>
      <Button size="s" disabled={!after} onClick={next} aria-keyshortcuts="]">
        {t("Next")}
      </Button>
    </nav>
  );
}
