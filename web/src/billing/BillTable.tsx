import type { BillSummary } from "@isocenter/contract";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { dayIn, dayOf } from "../kit/dates.ts";
import { Skeleton } from "../kit/Skeleton.tsx";
import { EmptyState, ErrorState, NoMatch } from "../kit/States.tsx";
import { useShortcuts } from "../kit/shortcuts.ts";
import { Tag } from "../kit/Tag.tsx";
import { ToSection } from "../kit/ToSection.tsx";
import { useTimeZone, useToday } from "../studies/queries.ts";
import { moveSelection } from "../studies/selection.ts";
import { t } from "../words/words.ts";
import { type BillingState, daysLate, statusTones, statusWords } from "./billing-state.ts";
import { money } from "./money.ts";
import { Pages } from "./Pages.tsx";
import { useBills } from "./queries.ts";

/** Bills, the late ones marked with how late they are. */
export function BillTable({ state }: { state: BillingState }) {
  const list = useBills(state, true);
  const navigate = useNavigate();
  const [selected, setSelected] = useState<string | null>(null);
  const rows = list.data?.data ?? [];
  const move = (by: number) => setSelected(moveSelection(rows, selected, by));
  const open = (id: string) => void navigate({ to: "/billing/$billId", params: { billId: id } });
  useShortcuts(t("Bills"), [
    { caps: ["J", "K"], label: t("move"), inBar: true },
    { caps: ["J"], label: t("next bill, also ↓"), on: ["j", "arrowdown"], run: () => move(1) },
    { caps: ["K"], label: t("bill before, also ↑"), on: ["k", "arrowup"], run: () => move(-1) },
    {
      caps: ["↵"],
      label: t("open the bill"),
      on: ["enter"],
      inBar: true,
      run: () => selected && open(selected),
    },
  ]);
  if (list.isError && !list.data)
    return (
      <ErrorState error={list.error} onRetry={() => void list.refetch()} safe={t("No bill is affected.")} />
    );
  if (!list.data) return <Waiting />;
  if (rows.length === 0) {
    return state.view || state.from || state.to || state.patientId ? (
      <NoMatch title={t("No such bills")}>{t("Choose another view or other days.")}</NoMatch>
    ) : (
      <EmptyState
        title={t("No bills yet")}
        icon="file"
        action={
          <ToSection section="procedures" permission="prices.manage">
            {t("Procedures and prices")}
          </ToSection>
        }
      >
        {t("A bill is drafted by itself when a report is signed and its procedure has a price.")}
      </EmptyState>
    );
  }
  return (
    <>
      <table className={`bills ${list.isPlaceholderData ? "opacity-60" : ""}`} aria-label={t("Bills")}>
        <thead>
          <tr>
            <th scope="col">{t("Number")}</th>
            <th scope="col">{t("Patient")}</th>
            <th scope="col">{t("State")}</th>
            <th scope="col" className="wide">
              {t("Issued")}
            </th>
            <th scope="col">{t("Due")}</th>
            <th scope="col" className="num">
              {t("Total")}
            </th>
            <th scope="col" className="num wide">
              {t("Paid")}
            </th>
            <th scope="col" className="num">
              {t("Owed")}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((bill) => (
            <BillRow key={bill.id} bill={bill} selected={bill.id === selected} onOpen={() => open(bill.id)} />
          ))}
        </tbody>
      </table>
      <Pages state={state} total={list.data.pagination.total} more={list.data.pagination.next !== null} />
    </>
  );
}

function BillRow({ bill, selected, onOpen }: { bill: BillSummary; selected: boolean; onOpen: () => void }) {
  const timeZone = useTimeZone();
  const today = useToday();
  const late = bill.status === "OVERDUE" ? daysLate(bill.dueDate, today) : 0;
  const { currency } = bill;
  return (
    <tr aria-selected={selected} onDoubleClick={onOpen}>
      <td>
        <Link to="/billing/$billId" params={{ billId: bill.id }} className="link mono">
          {bill.number}
        </Link>
      </td>
      <td className="whole">
        <span className="font-medium">{bill.patientName}</span>{" "}
        <span className="text-12 text-text-3 max-xl:hidden">{bill.patientIdentifier}</span>
      </td>
      <td>
        <StatusTag bill={bill} />
      </td>
      <td className="less wide text-text-2">{dayIn(timeZone, bill.issuedAt)}</td>
      <td className={late > 0 ? "text-crit" : "text-text-2"}>
        {bill.dueDate ? dayOf(bill.dueDate) : "–"}
        {late > 0 && ` · ${t("{count, plural, one {# day late} other {# days late}}", { count: late })}`}
      </td>
      <td className="num less">{money(bill.total, currency)}</td>
      <td className="num less wide text-text-2">{money(bill.paid - bill.refunded, currency)}</td>
      <td className="num sum font-semibold">{money(bill.outstanding, currency)}</td>
    </tr>
  );
}

export function StatusTag({ bill }: { bill: Pick<BillSummary, "status"> }) {
  return (
    <Tag tone={statusTones[bill.status]} {...(bill.status === "OVERDUE" ? { icon: "alert" as const } : {})}>
      {t(statusWords[bill.status])}
    </Tag>
  );
}

export function Waiting() {
  return (
    <div className="grid gap-5 px-4 py-3" aria-busy="true">
      {[72, 64, 80, 58, 70].map((width) => (
        <Skeleton key={width} width={`${width}%`} />
      ))}
    </div>
  );
}
