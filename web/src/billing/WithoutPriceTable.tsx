import type { BillWithoutPrice } from "@isocenter/contract";
import { useState } from "react";
import { useMe } from "../api/client.ts";
import { Button } from "../kit/Button.tsx";
import { ConfirmDialog } from "../kit/ConfirmDialog.tsx";
import { dayOf, momentIn } from "../kit/dates.ts";
import { joined } from "../kit/joined.ts";
import { useRun } from "../kit/run.ts";
import { EmptyState, ErrorState } from "../kit/States.tsx";
import { useTimeZone } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import { Waiting } from "./BillTable.tsx";
import type { BillingState } from "./billing-state.ts";
import { IssueDialog } from "./IssueDialog.tsx";
import { emptyLine } from "./lines.ts";
import { Pages } from "./Pages.tsx";
import { dismissPrice, useWithoutPrice } from "./queries.ts";

/** What was reported and has no bill, because its procedure has no price: it is billed by hand here, or not at all. */
export function WithoutPriceTable({ state }: { state: BillingState }) {
  const list = useWithoutPrice(state, true);
  const timeZone = useTimeZone();
  const mayIssue = useMe()?.permissions.includes("bills.write") ?? false;
  const [issuing, setIssuing] = useState<BillWithoutPrice | null>(null);
  const [dismissing, setDismissing] = useState<BillWithoutPrice | null>(null);
  const { busy, problem, run } = useRun("billing");
  if (list.isError && !list.data)
    return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data) return <Waiting />;
  const about = (one: BillWithoutPrice) =>
    joined(
      one.patientName,
      one.patientBirthDate && t("born {date}", { date: dayOf(one.patientBirthDate) }),
      one.procedureName,
      one.accessionNumber,
    );
  const dismiss = async (one: BillWithoutPrice) => {
    if (await run(() => dismissPrice(one.orderId), t("It is not billed"))) setDismissing(null);
  };
  if (list.data.data.length === 0) {
    return (
      <EmptyState title={t("Everything that was reported has its bill")}>
        {t("Examinations whose procedure has no price appear here once they are reported.")}
      </EmptyState>
    );
  }
  return (
    <>
      <table className="bills" aria-label={t("Without price")}>
        <thead>
          <tr>
            <th scope="col">{t("Reported")}</th>
            <th scope="col">{t("Accession number")}</th>
            <th scope="col">{t("Patient")}</th>
            <th scope="col">{t("Procedure")}</th>
            <th scope="col">
              <span className="sr-only">{t("What to do")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {list.data.data.map((one) => (
            <tr key={one.orderId}>
              <td className="text-text-2">{momentIn(timeZone, one.since)}</td>
              <td className="mono">{one.accessionNumber}</td>
              <td className="whole">
                {one.patientName}{" "}
                {one.patientBirthDate && (
                  <span className="text-text-3">
                    {t("born {date}", { date: dayOf(one.patientBirthDate) })}
                  </span>
                )}
              </td>
              <td className="whole">
                {one.procedureName} <span className="text-text-3">{one.procedureCode}</span>
              </td>
              <td className="num buttons">
                {mayIssue && (
                  <Button
                    size="s"
                    variant="primary"
                    aria-label={t("Issue a bill for {number}", { number: one.accessionNumber })}
                    onClick={() => setIssuing(one)}
                  >
                    {t("Issue a bill")}
                  </Button>
                )}{" "}
                {one.actions.includes("dismiss") && (
                  <Button
                    size="s"
                    variant="ghost"
                    aria-label={t("Do not bill {number}", { number: one.accessionNumber })}
                    onClick={() => setDismissing(one)}
                  >
                    {t("Do not bill")}
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Pages state={state} total={list.data.pagination.total} more={list.data.pagination.next !== null} />
      {issuing && (
        <IssueDialog
          of={issuing}
          about={about(issuing)}
          lines={[emptyLine(issuing.procedureCode ?? "", issuing.procedureName)]}
          onClose={() => setIssuing(null)}
        />
      )}
      {dismissing && (
        <ConfirmDialog
          title={t("Do not bill this examination?")}
          description={`${about(dismissing)}. ${t("It leaves this list for good, and the price that comes later makes no bill of it.")}`}
          submit={t("Do not bill")}
          busy={busy}
          problem={problem}
          onConfirm={() => void dismiss(dismissing)}
          onClose={() => setDismissing(null)}
        />
      )}
    </>
  );
}
