import { useNavigate } from "@tanstack/react-router";
import type { Schemas } from "../api/api.ts";
import { Button } from "../kit/Button.tsx";
import { useShortcuts } from "../kit/shortcuts.ts";
import { t } from "../words/words.ts";
import { count, totalOf } from "./format.ts";
import { defaultPageSize, pageAfter, pageBefore, pageSizes, type StudyListState } from "./list-state.ts";

interface PagerProps {
  state: StudyListState;
  page: Schemas["StudyList"];
  onChange: (change: Partial<StudyListState>) => void;
}

export function Pager({ state, page: { data, pagination }, onChange }: PagerProps) {
  const navigate = useNavigate();
  const previous = pageBefore(state);
  const next = pageAfter(state, pagination.next);
  const go = (to: StudyListState | null) => {
    if (to) void navigate({ to: "/studies", search: to });
  };
  useShortcuts(t("Study list"), [
    { caps: ["["], label: t("previous page"), on: ["["], run: () => go(previous) },
    { caps: ["]"], label: t("next page"), on: ["]"], run: () => go(next) },
  ]);
  const first = (state.offset ?? 0) + 1;
  return (
    <nav
      className="flex h-9 flex-none items-center gap-2 border-t border-line px-4 text-12 text-text-2"
      aria-label={t("Pages")}
    >
      <span>
        {t("{first}–{last} of {total}", {
          first: count(first),
          last: count(first + data.length - 1),
          total: totalOf(pagination.total, pagination.totalIsExact),
        })}
      </span>
      <span className="flex-1" />
      <label className="flex items-center gap-1.5 text-text-3">
        {t("Rows")}
        <select
          className="rounded-m border border-line-2 bg-raised px-1 py-0.5 text-text"
          value={state.size ?? defaultPageSize}
          onChange={(event) => onChange({ size: Number(event.target.value) })}
        >
          {pageSizes.map((size) => (
            <option key={size} value={size}>
              {size}
            </option>
          ))}
        </select>
      </label>
      <Button size="s" icon="left" disabled={!previous} onClick={() => go(previous)} aria-keyshortcuts="[">
        {t("Previous")}
      </Button>
      <Button size="s" disabled={!next} onClick={() => go(next)} aria-keyshortcuts="]">
        {t("Next")}
      </Button>
    </nav>
  );
}
