import { useNavigate } from "@tanstack/react-router";
import { Button } from "../kit/Button.tsx";
import { t } from "../words/words.ts";
import type { BillingState } from "./billing-state.ts";
import { pageSize } from "./queries.ts";

/** The pages before and after this one. */
export function Pages({ state, total, more }: { state: BillingState; total: number; more: boolean }) {
  const navigate = useNavigate();
  const { offset = 0, ...rest } = state;
  if (offset === 0 && !more) return null;
  const go = (to: number) =>
    void navigate({ to: "/billing", search: to > 0 ? { ...rest, offset: to } : rest });
  return (
    <nav className="flex items-center gap-3 px-4 py-3 text-12 text-text-2" aria-label={t("Pages")}>
      <Button size="s" icon="left" disabled={offset === 0} onClick={() => go(Math.max(0, offset - pageSize))}>
        {t("Page before")}
      </Button>
      <Button size="s" icon="right" disabled={!more} onClick={() => go(offset + pageSize)}>
        {t("Next page")}
      </Button>
      <span>
        {t("{from} to {to} of {total}", { from: offset + 1, to: Math.min(total, offset + pageSize), total })}
      </span>
    </nav>
  );
}
