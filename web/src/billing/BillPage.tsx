import type { Bill } from "@isocenter/contract";
import { Link, useNavigate, useParams, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { useMe } from "../api/client.ts";
import { Button } from "../kit/Button.tsx";
import { dayIn, dayOf, momentIn } from "../kit/dates.ts";
import { ErrorState } from "../kit/States.tsx";
import { useShortcuts } from "../kit/shortcuts.ts";
import { useTimeZone, useToday } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import { type Act, BillDialog } from "./BillDialog.tsx";
import { BillPaper } from "./BillPaper.tsx";
import { StatusTag, Waiting } from "./BillTable.tsx";
import { daysLate } from "./billing-state.ts";
import { IssueDialog } from "./IssueDialog.tsx";
import { ledgerOf } from "./ledger.ts";
import { typedLine } from "./lines.ts";
import { money } from "./money.ts";
import { useBill } from "./queries.ts";
import "./billing.css";

/** One bill: its lines, what was paid and given back, and what may be done now. */
export function BillPage() {
  const { billId } = useParams({ from: "/guarded/shell/billing/$billId" });
  const bill = useBill(billId);
  if (bill.isError && !bill.data)
    return (
      <ErrorState error={bill.error} onRetry={() => void bill.refetch()} safe={t("No bill is affected.")} />
    );
  if (!bill.data) return <Waiting />;
  return <Loaded key={billId} bill={bill.data} />;
}

function Loaded({ bill }: { bill: Bill }) {
  const navigate = useNavigate();
  const timeZone = useTimeZone();
  const today = useToday();
  const [act, setAct] = useState<Act | null>(null);
  const [reissuing, setReissuing] = useState(false);
  const { history } = useRouter();
  const may = (action: string) => bill.actions.includes(action);
  const me = useMe();
  const patients = me?.permissions.includes("patients.read") ?? false;
  const facility = me?.facilities.find(({ id }) => id === bill.facilityId)?.name;
  const late = bill.status === "OVERDUE" ? daysLate(bill.dueDate, today) : 0;
  const say = (amount: number) => money(amount, bill.currency);
  // To the page and the filters from which one came.
  const back = () => (history.canGoBack() ? history.back() : void navigate({ to: "/billing", search: {} }));
  useShortcuts(t("Bill"), [
    ...(may("pay")
      ? [{ caps: ["P"], label: t("take a payment"), on: ["p"], inBar: true, run: () => setAct("pay") }]
      : []),
    { caps: ["Esc"], label: t("back"), on: ["escape"], inBar: true, run: back },
  ]);
  return (
    <div className="h-full overflow-auto">
      <article className="bill" aria-label={t("Bill {number}", { number: bill.number })}>
        <header className="flex flex-wrap items-start gap-3">
          <div className="min-w-0 flex-1">
            <p className="text-12">
              <Link to="/billing" search={{}} className="link inline-block py-1">
                {t("All bills")}
              </Link>
            </p>
            <h2 className="flex items-center gap-2 text-20 font-semibold">
              {t("Bill {number}", { number: bill.number })} <StatusTag bill={bill} />
            </h2>
            <p className="text-text-2">
              {patients ? (
                <Link to="/patients/$patientId" params={{ patientId: bill.patientId }} className="link">
                  {bill.patientName}
                </Link>
              ) : (
                bill.patientName
              )}
              {bill.patientBirthDate && ` · ${t("born {date}", { date: dayOf(bill.patientBirthDate) })}`}
              {bill.patientIdentifier && (
                <>
                  {" · "}
                  <span className="mono">{bill.patientIdentifier}</span>
                </>
              )}
              {facility && ` · ${facility}`}
            </p>
            <p className="text-12 text-text-3">
              {t("Issued {day}", { day: dayIn(timeZone, bill.issuedAt) })}
              {bill.dueDate && ` · ${t("to be paid until {day}", { day: dayOf(bill.dueDate) })}`}
              {late > 0 && (
                <strong className="text-crit">
                  {" · "}
                  {t("{count, plural, one {# day late} other {# days late}}", { count: late })}
                </strong>
              )}
              {bill.drafted && ` · ${t("made by itself from the price of the procedure")}`}
            </p>
          </div>
          <div className="flex flex-wrap gap-2">
            {may("pay") && (
              <Button variant="primary" hotkey="P" onClick={() => setAct("pay")}>
                {t("Take a payment")}
              </Button>
            )}
            {may("refund") && <Button onClick={() => setAct("refund")}>{t("Refund")}</Button>}
            {may("change") && <Button onClick={() => setAct("change")}>{t("Change")}</Button>}
            <Button icon="file" onClick={() => print()}>
              {t("Print")}
            </Button>
            {may("reissue") && (
              <Button variant="primary" onClick={() => setReissuing(true)}>
                {t("Issue it anew")}
              </Button>
            )}
            {may("void") && (
              <Button variant="danger" onClick={() => setAct("void")}>
                {t("Make void")}
              </Button>
            )}
          </div>
        </header>
        {bill.status === "VOID" && bill.voidReason && (
          <p className="note plain">
            {t("Void since {day}: {reason}", {
              day: dayIn(timeZone, bill.voidedAt ?? bill.updatedAt),
              reason: bill.voidReason,
            })}
          </p>
        )}
        <table className="bills" aria-label={t("Lines")}>
          <thead>
            <tr>
              <th scope="col">{t("Code")}</th>
              <th scope="col">{t("Description")}</th>
              <th scope="col" className="num">
                {t("Quantity")}
              </th>
              <th scope="col" className="num">
                {t("Price of one")}
              </th>
              <th scope="col" className="num">
                {t("Amount")}
              </th>
            </tr>
          </thead>
          <tbody>
            {bill.lines.map((line) => (
              <tr key={line.id}>
                <td className="mono">{[line.code, ...line.modifiers].join(" ")}</td>
                <td className="whole whitespace-normal">{line.description}</td>
                <td className="num times">{line.quantity}</td>
                <td className="num">{say(line.unitAmount)}</td>
                <td className="num sum">{say(line.amount)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <dl className="bill-sums">
          <dt>{t("Total")}</dt>
          <dd>{say(bill.total)}</dd>
          <dt>{t("Paid")}</dt>
          <dd>{say(bill.paid)}</dd>
          {bill.refunded > 0 && (
            <>
              <dt>{t("Refunded")}</dt>
              <dd>{say(bill.refunded)}</dd>
            </>
          )}
          <dt className="owed">{t("Owed")}</dt>
          <dd className="owed">{say(bill.outstanding)}</dd>
        </dl>
        <Ledger bill={bill} />
      </article>
      <BillPaper bill={bill} house={facility ?? ""} />
      {act && <BillDialog bill={bill} act={act} onClose={() => setAct(null)} />}
      {reissuing && (
        <IssueDialog
          of={bill}
          about={t("{patient}, in the place of the void bill {number}", {
            patient: bill.patientName,
            number: bill.number,
          })}
          lines={bill.lines.map((line) => typedLine(line, bill.currency))}
          currency={bill.currency}
          onClose={() => setReissuing(false)}
        />
      )}
    </div>
  );
}

/** Payments and refunds as they were made; none of them is ever edited. */
function Ledger({ bill }: { bill: Bill }) {
  const timeZone = useTimeZone();
  const rows = ledgerOf(bill);
  if (rows.length === 0) return <p className="text-text-3">{t("Nothing was paid yet.")}</p>;
  return (
    <table className="bills" aria-label={t("Payments and refunds")}>
      <thead>
        <tr>
          <th scope="col">{t("When")}</th>
          <th scope="col">{t("What")}</th>
          <th scope="col">{t("How, or why")}</th>
          <th scope="col">{t("By")}</th>
          <th scope="col" className="num">
            {t("Amount")}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <td className="text-text-2">{momentIn(timeZone, row.at)}</td>
            <td className="whole">{row.what}</td>
            <td className="whitespace-normal">{row.how}</td>
            <td className="text-text-2">{row.by}</td>
            <td className="num sum font-semibold">{money(row.amount, bill.currency)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
