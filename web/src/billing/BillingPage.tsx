import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useMe } from "../api/client.ts";
import { Button } from "../kit/Button.tsx";
import { EmptyState } from "../kit/States.tsx";
import { saveFile } from "../kit/save-file.ts";
import { useShortcuts } from "../kit/shortcuts.ts";
import { toast } from "../kit/toast.ts";
import { t } from "../words/words.ts";
import { AgingTable } from "./AgingTable.tsx";
import { BillTable } from "./BillTable.tsx";
import { type BillingState, type BillView, billViews, readBillingState } from "./billing-state.ts";
import { MovementTable } from "./MovementTable.tsx";
import { agingCsv, billingCsv } from "./queries.ts";
import { WithoutPriceTable } from "./WithoutPriceTable.tsx";
import "../reading/reading.css";
import "./billing.css";

/** Bills by their state, what came in, and who owes since when. */
export function BillingPage() {
  const state = useSearch({ from: "/guarded/shell/billing" });
  const navigate = useNavigate();
  const me = useMe();
  const [busy, setBusy] = useState(false);
  const view = state.view ?? "all";
  const go = (next: Partial<Record<keyof BillingState, string>>) =>
    void navigate({ to: "/billing", search: readBillingState({ ...state, offset: undefined, ...next }) });
  const save = async (make: () => Promise<{ name: string; blob: Blob }>) => {
    setBusy(true);
    try {
      const { name, blob } = await make();
      saveFile(blob, name);
    } catch (error) {
      toast({ title: t("The file could not be made"), detail: (error as Error).message, tone: "urg" });
    } finally {
      setBusy(false);
    }
  };
  const may = me?.permissions.includes("bills.read") ?? false;
  const filters = may && view !== "without-price";
  // Nothing is offered by a key that the view has no button for.
  useShortcuts(
    t("Billing"),
    filters
      ? [
          {
            caps: ["E"],
            label: t("export CSV"),
            on: ["e"],
            inBar: true,
            run: () => void save(() => billingCsv(state)),
          },
          {
            caps: ["F"],
            label: t("filter"),
            on: ["f"],
            inBar: true,
            run: () => document.getElementById("bills-from")?.focus(),
          },
        ]
      : [],
  );
  if (!may) {
    return (
      <EmptyState title={t("Billing is not part of your role")} icon="lock">
        {t("Ask an administrator if you need to see bills.")}
      </EmptyState>
    );
  }
  return (
    <div className="flex h-full min-h-0 flex-col">
      <nav className="tabs" aria-label={t("Views")}>
        {(Object.keys(billViews) as BillView[]).map((one) => (
          <Link
            key={one}
            to="/billing"
            search={inView(state, one)}
            activeOptions={{ exact: true }}
            aria-current={view === one ? "page" : undefined}
          >
            {t(billViews[one].label)}
          </Link>
        ))}
        <span className="flex-1" />
      </nav>
      <div className="min-h-0 flex-1 overflow-auto">
        <AgingTable onSave={() => void save(agingCsv)} />
        {filters && (
          <form
            className="flex flex-wrap items-center gap-3 px-4 pb-2 text-12 text-text-2"
            aria-label={t("Filters")}
            onSubmit={(event) => event.preventDefault()}
          >
            <label className="bill-filter">
              {t("From")}
              <input
                id="bills-from"
                type="date"
                value={state.from ?? ""}
                max={state.to}
                onChange={({ target }) => go({ from: target.value })}
              />
            </label>
            <label className="bill-filter">
              {t("To")}
              <input
                type="date"
                value={state.to ?? ""}
                min={state.from}
                onChange={({ target }) => go({ to: target.value })}
              />
            </label>
            {view !== "payments" && (
              <label className="bill-filter">
                {t("Sorted by")}
                <select
                  value={state.sort ?? "issuedAt"}
                  onChange={({ target }) => go({ sort: target.value })}
                >
                  <option value="issuedAt">{t("the newest first")}</option>
                  <option value="dueDate">{t("the earliest due day first")}</option>
                </select>
              </label>
            )}
            {(state.from || state.to || state.patientId) && (
              <Button variant="ghost" size="s" onClick={() => go({ from: "", to: "", patientId: "" })}>
                {t("Clear filters")}
              </Button>
            )}
            <span className="flex-1" />
            <Button
              size="s"
              icon="download"
              busy={busy}
              hotkey="E"
              onClick={() => void save(() => billingCsv(state))}
            >
              {t("CSV")}
            </Button>
          </form>
        )}
        {view === "payments" ? (
          <MovementTable state={state} />
        ) : view === "without-price" ? (
          <WithoutPriceTable state={state} />
        ) : (
          <BillTable state={state} />
        )}
      </div>
    </div>
  );
}

/** The same filters in another view, from its first page. */
function inView({ view: _, offset: __, ...rest }: BillingState, view: BillView): BillingState {
  return view === "all" ? rest : { ...rest, view };
}
