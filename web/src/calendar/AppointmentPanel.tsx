import type { ImagingOrder } from "@isocenter/contract";
import { Link } from "@tanstack/react-router";
import { Button, IconButton } from "../kit/Button.tsx";
import { CopyButton } from "../kit/CopyButton.tsx";
import { dayOf } from "../kit/dates.ts";
import { Icon } from "../kit/Icon.tsx";
import { Tag } from "../kit/Tag.tsx";
import { hasEnded, missedWords, orderLooks } from "../orders/order-words.ts";
import { priorityLooks } from "../orders/priorities.ts";
import { t } from "../words/words.ts";
import { dayWords, span } from "./clock.ts";
import type { Appointment } from "./queries.ts";

export type Wish = "arrive" | "move" | "no-show" | "cancel";

/** One order: who comes for what, when, and what may be done about it. */
export function AppointmentPanel({
  order,
  appointment,
  date,
  timeZone,
  stationName,
  onWish,
  onClose,
}: {
  order: ImagingOrder;
  appointment: Appointment | null;
  date: string;
  timeZone: string;
  stationName: string;
  onWish: (wish: Wish) => void;
  onClose: () => void;
}) {
  const look = orderLooks[order.status];
  const priority = priorityLooks[order.priority];
  const can = (action: string) => order.actions.includes(action);
  const facts: [string, string | null][] = [
    [t("Identifier"), order.patient.identifier],
    [t("Born"), order.patient.birthDate && dayOf(order.patient.birthDate)],
    [
      t("When"),
      appointment && `${dayWords(date)}, ${span(timeZone, appointment.startsAt, appointment.endsAt)}`,
    ],
    [t("Station"), appointment ? stationName : null],
    [t("Duration"), t("{minutes} min", { minutes: order.durationMinutes })],
    [t("Asked by"), order.provider.name],
    [t("Question"), order.clinicalIndication],
    [t("Notes"), order.notes],
    [t("Reason"), order.statusReason],
    [t("Did not come"), missedWords(order, timeZone)],
  ];
  return (
    <aside className="cal-panel" aria-label={t("Appointment: {patient}", { patient: order.patient.name })}>
      <header>
        <div className="flex items-center gap-2">
          <Tag tone={look.tone} icon={look.icon}>
            {t(look.word)}
          </Tag>
          <span className={`sev ${priority.tone}`}>
            <Icon name={priority.icon} className="sev-mark" />
            {t(priority.word)}
          </span>
          <span className="flex-1" />
          <IconButton icon="x" label={t("Close the panel, Escape")} onClick={onClose} />
        </div>
        <h2 className="mt-1 text-16 font-semibold [overflow-wrap:anywhere]">
          <Link to="/patients/$patientId" params={{ patientId: order.patientId }} className="hover:underline">
            {order.patient.name}
          </Link>
        </h2>
        <p className="text-text-2">
          <Link to="/orders/$orderId" params={{ orderId: order.id }} className="hover:underline">
            {order.procedureName}
          </Link>
        </p>
      </header>
      <div className="min-h-0 flex-1 overflow-auto px-4 py-3">
        <dl className="kv">
          {facts.map(
            ([name, value]) =>
              value && (
                <div key={name} className="contents">
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </div>
              ),
          )}
          <dt>{t("Accession number")}</dt>
          <dd className="flex items-center gap-1">
            <span className="mono">{order.accessionNumber}</span>
            <CopyButton text={order.accessionNumber} what={t("the accession number")} />
          </dd>
        </dl>
      </div>
      <footer className="flex flex-wrap gap-2">
        {can("arrive") && (
          <Button variant="primary" size="l" hotkey="A" onClick={() => onWish("arrive")}>
            {t("Has arrived")}
          </Button>
        )}
        {(can("reschedule") || can("schedule")) && (
          <Button
            size="l"
            hotkey="M"
            variant={can("arrive") ? undefined : "primary"}
            onClick={() => onWish("move")}
          >
            {can("reschedule") ? t("Move") : t("Find a slot")}
          </Button>
        )}
        {can("no-show") && (
          <Button size="l" hotkey="N" onClick={() => onWish("no-show")}>
            {t("Did not come")}
          </Button>
        )}
        {can("cancel") && (
          <Button size="l" variant="danger" onClick={() => onWish("cancel")}>
            {t("Cancel the order")}
          </Button>
        )}
        {order.status === "ARRIVED" && can("cancel") && (
          <p className="basis-full text-12 text-text-2">
            {t(
              "Marked as arrived by mistake? There is no way back: cancel this order with that reason, and order the examination anew.",
            )}
          </p>
        )}
        {hasEnded(order.status) && order.actions.length === 0 && (
          <p className="text-12 text-text-3">{t("Nothing is left to be done here.")}</p>
        )}
      </footer>
    </aside>
  );
}
