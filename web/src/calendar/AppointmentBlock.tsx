import type { CSSProperties } from "react";
import { Icon } from "../kit/Icon.tsx";
import { orderLooks } from "../orders/order-words.ts";
import { priorityLooks } from "../orders/priorities.ts";
import { t } from "../words/words.ts";
import { span } from "./clock.ts";
import type { Appointment } from "./queries.ts";
import { mayBePlaced, type Take } from "./use-drag.ts";

/** An appointment in its column. */
export function AppointmentBlock({
  appointment,
  timeZone,
  selected,
  blocking,
  dragged,
  take,
  onSelect,
  style,
}: {
  appointment: Appointment;
  timeZone: string;
  selected: boolean;
  blocking: boolean;
  dragged: boolean;
  take: Take;
  onSelect: (orderId: string) => void;
  style: CSSProperties & { height: number };
}) {
  const { order, startsAt, endsAt } = appointment;
  const look = orderLooks[order.status];
  const priority = priorityLooks[order.priority];
  const height = Math.max(style.height, 18);
  const time = span(timeZone, startsAt, endsAt);
  const words = [time, order.patient.name, order.procedureName, t(look.word), t(priority.word)];
  return (
    <button
      type="button"
      className={`cal-appointment ${order.status} ${height < 36 ? "short" : ""} ${blocking ? "blocking" : ""} ${dragged ? "dragged" : ""}`}
      style={{ ...style, height }}
      title={words.join(" · ")}
      aria-pressed={selected}
      data-order={order.id}
      onClick={() => onSelect(order.id)}
      onPointerDown={(event) => mayBePlaced(order) && take(order, event, true)}
    >
      <span className="sr-only">{words.join(", ")}</span>
      <span className="flex min-w-0 items-center gap-1" aria-hidden="true">
        {order.priority !== "ROUTINE" && (
          <Icon name={priority.icon} size="xs" className={`sev ${priority.tone}`} />
        )}
        <b className="truncate">{shortName(order.patient.name)}</b>
        {height < 36 && <span className="min-w-0 flex-1 truncate text-11 ex">{order.procedureName}</span>}
        {height >= 36 && <span className="flex-1" />}
        {order.status !== "SCHEDULED" && <Icon name={look.icon} size="xs" />}
      </span>
      {height >= 36 && (
        <span className="block truncate text-11 ex" aria-hidden="true">
          {order.procedureName}
        </span>
      )}
      {height >= 54 && (
        <span className="block truncate text-11 ex" aria-hidden="true">
          {time}
        </span>
      )}
    </button>
  );
}

/** "Thorsby, Elin" shown short where there is little room. */
function shortName(name: string): string {
  const [family = "", given = ""] = name.split(",").map((part) => part.trim());
  return given ? `${family}, ${given.slice(0, 1)}.` : family;
}
