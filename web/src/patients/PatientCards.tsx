import { Link } from "@tanstack/react-router";
import { money } from "../billing/money.ts";
import { clockIn, dayInYear, momentIn } from "../kit/dates.ts";
import { Icon } from "../kit/Icon.tsx";
import { joined } from "../kit/joined.ts";
import { useNow } from "../kit/now.ts";
import { usePatientOrders, useStationNames } from "../orders/queries.ts";
import { useTimeZone } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import { type Attention, attentionOf, upcomingOf } from "./attention.ts";
import { useAccount, usePatientFindings } from "./queries.ts";

/** Findings that wait for an answer, and what was agreed to be done. */
export function NeedsAttention({ patientId }: { patientId: string }) {
  const findings = usePatientFindings(patientId);
  const attention = attentionOf(findings.data?.data ?? [], useNow());
  if (attention.length === 0) return null;
  return (
    <section className="card-box" aria-label={t("Needs attention")}>
      <h3>{t("Needs attention")}</h3>
      <ul className="grid gap-2">
        {attention.map((one) => (
          <li key={one.kind === "answer" ? one.finding.id : `${one.finding.id} ${one.action}`}>
            <AttentionNote attention={one} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function AttentionNote({ attention }: { attention: Attention }) {
  const timeZone = useTimeZone();
  const { finding, dueAt } = attention;
  const urgent = attention.kind === "answer" || attention.late;
  return (
    <Link
      to="/findings"
      search={{ finding: finding.id }}
      className={`note ${attention.kind === "answer" ? "crit" : attention.late ? "urg" : "plain"}`}
    >
      <Icon name={urgent ? "alert" : "clock"} className={urgent ? "text-crit" : "text-text-2"} />
      <span className="min-w-0 [overflow-wrap:anywhere]">
        <b>
          {attention.kind === "answer"
            ? t("Nobody has answered.")
            : attention.late
              ? t("Follow-up overdue.")
              : t("Follow-up.")}
        </b>{" "}
        {attention.kind === "answer" ? finding.description : attention.action}
        {dueAt && (
          <span className="block text-text-2">
            {attention.kind === "answer"
              ? t("due {time}", { time: momentIn(timeZone, dueAt) })
              : t("due {time}", { time: dayInYear(timeZone, dueAt) })}
          </span>
        )}
      </span>
    </Link>
  );
}

/** Appointments to be kept. */
export function Upcoming({ patientId }: { patientId: string }) {
  const orders = usePatientOrders(patientId);
  const timeZone = useTimeZone();
  const stationOf = useStationNames();
  const upcoming = upcomingOf(orders.data?.data ?? []);
  if (upcoming.length === 0) return null;
  return (
    <section className="card-box" aria-label={t("Upcoming")}>
      <h3>{t("Upcoming")}</h3>
      <ul className="grid gap-2">
        {upcoming.map((order) => (
          <li key={order.id}>
            <Link to="/orders/$orderId" params={{ orderId: order.id }} className="block">
              <span className="block font-medium [overflow-wrap:anywhere]">{order.procedureName}</span>
              <span className="block text-12 text-text-2">
                {joined(
                  order.scheduledAt && dayInYear(timeZone, order.scheduledAt),
                  order.scheduledAt && clockIn(timeZone, order.scheduledAt),
                  stationOf(order.stationAeTitle),
                  order.status === "ARRIVED" && t("is here"),
                )}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What the patient owes, of what was billed. */
export function Account({ patientId }: { patientId: string }) {
  const account = useAccount(patientId).data;
  if (!account) return null;
  const { currency, total, paid, outstanding, byStatus } = account;
  if (currency === null || total === 0) return null;
  const overdue = byStatus.OVERDUE.outstanding;
  const part = (amount: number) => ({ width: `${(100 * amount) / total}%` });
  return (
    <section className="card-box" aria-label={t("Account")}>
      <h3>
        <Link to="/billing" search={{ patientId }}>
          {t("Account")}
        </Link>
      </h3>
      <p>
        <span className="text-20 font-semibold">{money(outstanding, currency)}</span>{" "}
        <span className="text-12 text-text-2">
          {t("outstanding of {amount}", { amount: money(total, currency) })}
        </span>
      </p>
      <div className="account-bar" aria-hidden="true">
        <i className="paid" style={part(paid)} />
        <i style={part(outstanding - overdue)} />
        <i className="late" style={part(overdue)} />
      </div>
      <p className="flex flex-wrap gap-x-3 text-12 text-text-2">
        <span>{t("Paid {amount}", { amount: money(paid, currency) })}</span>
        {outstanding > overdue && (
          <span>{t("Pending {amount}", { amount: money(outstanding - overdue, currency) })}</span>
        )}
        {overdue > 0 && (
          <strong className="text-crit">{t("Overdue {amount}", { amount: money(overdue, currency) })}</strong>
        )}
      </p>
    </section>
  );
}
