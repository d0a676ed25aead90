import type { Bill } from "@isocenter/contract";
import { dayIn, dayOf, momentIn } from "../kit/dates.ts";
import { Paper, PaperFacts } from "../kit/Paper.tsx";
import { useTimeZone } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import { statusWords } from "./billing-state.ts";
import { type LedgerRow, ledgerOf } from "./ledger.ts";
import { money } from "./money.ts";

/** The bill as the patient gets it. */
export function BillPaper({ bill, house }: { bill: Bill; house: string }) {
  const timeZone = useTimeZone();
  const say = (amount: number) => money(amount, bill.currency);
  const sums: [string, number][] = [
    [t("Total"), bill.total],
    [t("Paid"), bill.paid],
    ...(bill.refunded > 0 ? [[t("Refunded"), bill.refunded] satisfies [string, number]] : []),
    [t("Owed"), bill.outstanding],
  ];
  const rows = ledgerOf(bill);
  return (
    <Paper house={house}>
      <h1>
        {t("Bill {number}", { number: bill.number })}
        {bill.status === "VOID" && ` · ${t(statusWords.VOID)}`}
      </h1>
      <PaperFacts
        facts={[
          [t("Patient"), bill.patientName],
          [t("Birth date"), bill.patientBirthDate && dayOf(bill.patientBirthDate)],
          [t("Identifier"), bill.patientIdentifier],
          [t("Address"), bill.patientAddress],
          [t("Issued"), dayIn(timeZone, bill.issuedAt)],
          [t("Due"), bill.dueDate && dayOf(bill.dueDate)],
          [t("Why it is void"), bill.voidReason],
        ]}
      />
      <table>
        <thead>
          <tr>
            <th>{t("Code")}</th>
            <th>{t("Description")}</th>
            <th className="num">{t("Quantity")}</th>
            <th className="num">{t("Price of one")}</th>
            <th className="num">{t("Amount")}</th>
          </tr>
        </thead>
        <tbody>
          {bill.lines.map((line) => (
            <tr key={line.id}>
              <td>{[line.code, ...line.modifiers].join(" ")}</td>
              <td>{line.description}</td>
              <td className="num">{line.quantity}</td>
              <td className="num">{say(line.unitAmount)}</td>
              <td className="num">{say(line.amount)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          {sums.map(([name, amount]) => (
            <tr key={name}>
              <th colSpan={4}>{name}</th>
              <td className="num">{say(amount)}</td>
            </tr>
          ))}
        </tfoot>
      </table>
      {rows.length > 0 && <Movements rows={rows} timeZone={timeZone} say={say} />}
    </Paper>
  );
}

interface MovementsProps {
  rows: readonly LedgerRow[];
  timeZone: string | undefined;
  say: (amount: number) => string;
}

function Movements({ rows, timeZone, say }: MovementsProps) {
  return (
    <>
      <h2>{t("Payments and refunds")}</h2>
      <table>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <td>{momentIn(timeZone, row.at)}</td>
              <td>{row.what}</td>
              <td>{row.how}</td>
              <td className="num">{say(row.amount)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
