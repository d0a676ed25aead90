import { dayOf, momentIn } from "../kit/dates.ts";
import { joined } from "../kit/joined.ts";
import { Paper, PaperHouse } from "../kit/Paper.tsx";
import { orderWord } from "../orders/order-words.ts";
import { priorityWord } from "../orders/priorities.ts";
import { t } from "../words/words.ts";
import { dayWords, span } from "./clock.ts";
import type { Column } from "./columns.ts";

interface DayPaperProps {
  columns: readonly Column[];
  house: string;
  timeZone: string;
  /** The time of printing, in milliseconds since 1970. */
  now: number;
}

/** The day's list of each station, each on a sheet of its own. */
export function DayPaper({ columns, house, timeZone, now }: DayPaperProps) {
  const booked = columns.filter(({ appointments }) => appointments.length > 0);
  return (
    <Paper>
      {booked.length === 0 && (
        <section>
          <PaperHouse name={house} />
          <h1>{columns[0] && dayWords(columns[0].day.date, "long")}</h1>
          <p>{t("Nothing is booked.")}</p>
        </section>
      )}
      {booked.map(({ key, day, station, appointments }) => (
        <section key={key}>
          <PaperHouse name={house} />
          <h1>
            {station?.name ?? t("Without a station")} · {dayWords(day.date, "long")}
          </h1>
          {/* What changed since is not on it. */}
          <p>
            {joined(
              t("As it stood on {moment}", { moment: momentIn(timeZone, new Date(now).toISOString()) }),
              timeZone,
            )}
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
                  <td className="whitespace-nowrap">{span(day.timeZone, startsAt, endsAt)}</td>
                  <td>
                    <b>{order.patient.name}</b>
                    <br />
                    {joined(
                      order.patient.birthDate && dayOf(order.patient.birthDate),
                      order.patient.identifier,
                    )}
                  </td>
                  <td>
                    {order.procedureName}
                    <br />
                    {order.accessionNumber}
                  </td>
                  <td>{priorityWord(order.priority)}</td>
                  <td>{orderWord(order.status)}</td>
                  <td className="whitespace-pre-line">{order.notes}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {!day.complete && <p>{t("This day has more appointments than can be shown at once.")}</p>}
        </section>
      ))}
    </Paper>
  );
}
