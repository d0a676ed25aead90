import { Link } from "@tanstack/react-router";
import { momentIn } from "../kit/dates.ts";
import { joined } from "../kit/joined.ts";
import { EmptyState, ErrorState, NoMatch } from "../kit/States.tsx";
import { Tag } from "../kit/Tag.tsx";
import { useTimeZone } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import { Waiting } from "./BillTable.tsx";
import type { BillingState } from "./billing-state.ts";
import { methodWord } from "./methods.ts";
import { money } from "./money.ts";
import { Pages } from "./Pages.tsx";
import { useMovements } from "./queries.ts";

/** What came in and what was given back, the newest first. */
export function MovementTable({ state }: { state: BillingState }) {
  const list = useMovements(state, true);
  const timeZone = useTimeZone();
  if (list.isError && !list.data)
    return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data) return <Waiting />;
  if (list.data.data.length === 0) {
    return state.from || state.to ? (
      <NoMatch title={t("No payments on these days")}>{t("Choose another view or other days.")}</NoMatch>
    ) : (
      <EmptyState title={t("No payments yet")} icon="file">
        {t("Payments are taken on the page of a bill.")}
      </EmptyState>
    );
  }
  return (
    <>
      <table className="bills" aria-label={t("Payments")}>
        <thead>
          <tr>
            <th scope="col">{t("When")}</th>
            <th scope="col">{t("What")}</th>
            <th scope="col">{t("Bill")}</th>
            <th scope="col">{t("How, or why")}</th>
            <th scope="col">{t("By")}</th>
            <th scope="col" className="num">
              {t("Amount")}
            </th>
          </tr>
        </thead>
        <tbody>
          {list.data.data.map((one) => (
            <tr key={one.id}>
              <td className="text-text-2">{momentIn(timeZone, one.at)}</td>
              <td className="whole">
                {one.kind === "PAYMENT" ? (
                  <Tag tone="ok">{t("Payment")}</Tag>
                ) : (
                  <Tag tone="urg">{t("Refund|movement")}</Tag>
                )}
              </td>
              <td>
                <Link to="/billing/$billId" params={{ billId: one.billId }} className="link mono">
                  {one.billNumber}
                </Link>
              </td>
              <td>
                {one.kind === "REFUND" ? one.reason : joined(methodWord(one.method ?? ""), one.reference)}
              </td>
              <td className="text-text-2">{one.by.name}</td>
              <td className="num sum font-semibold">{money(one.amount, one.currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Pages state={state} total={list.data.pagination.total} more={list.data.pagination.next !== null} />
    </>
  );
}
