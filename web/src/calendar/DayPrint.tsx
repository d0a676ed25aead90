import { dayOf } from "../kit/dates.ts";
import { orderWord } from "../orders/order-words.ts";
import { priorityWord } from "../orders/priorities.ts";
import { t } from "../words/words.ts";
import { dayWords, span } from "./clock.ts";
import type { Column } from "./columns.ts";

/** The day's list of each station on paper; on the screen it is not there. */
export function DayPrint({ columns, facility }: { columns: readonly Column[]; facility: string }) {
  return (
    <div className="cal-print" aria-hidden="true">
      {columns
        .filter(({ appointments }) => appointments.length > 0)
        .map(({ key, day, station, appointments }) => (
          <section key={key}>
            <h2>
              {station?.name ?? t("Without a station")} · {dayWords(day.date, "long")}
            </h2>
            <p>
              {facility} · {day.timeZone}
            </p>
            <table>
              <thead>
                <tr>
                  <th>{t("When")}</th>
                  <th>{t("Patient")}</th>
                  <th>{t("Examination")}</th>
                  <th>{t("Priority")}</th>
                  <th>{t("State")}</th>
                  <th>{t("Notes")}</th>
                </tr>
              </thead>
              <tbody>
                {appointments.map(({ orderId, startsAt, endsAt, order }) => (
                  <tr key={orderId}>
                    <td>{span(day.timeZone, startsAt, endsAt)}</td>
                    <td>
                      <b>{order.patient.name}</b>
                      <br />
                      {order.patient.birthDate && dayOf(order.patient.birthDate)} · {order.patient.identifier}
                    </td>
                    <td>
                      {order.procedureName}
                      <br />
                      {order.accessionNumber}
                    </td>
                    <td>{priorityWord(order.priority)}</td>
                    <td>{orderWord(order.status)}</td>
                    <td>{order.notes}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        ))}
    </div>
  );
}
