import type { ImagingOrder } from "@isocenter/contract";
import type { ReactNode } from "react";
import { Icon } from "../kit/Icon.tsx";
import { orderLooks } from "../orders/order-words.ts";
import { priorityLooks } from "../orders/priorities.ts";
import { t } from "../words/words.ts";
import { clockAt } from "./clock.ts";
import type { Appointment } from "./queries.ts";
import { mayBePlaced, type Take } from "./use-drag.ts";

interface SideListProps {
  appointments: readonly Appointment[];
  waiting: readonly ImagingOrder[];
  timeZone: string;
  all: boolean;
  onAll: (all: boolean) => void;
  selected: string | null;
  onSelect: (orderId: string) => void;
  take: Take;
  stationName: (aeTitle: string | null) => string;
}

/** The day as a list: who waits, who is expected, and which orders have no appointment yet. */
export function SideList(props: SideListProps) {
  const { appointments, waiting, all, onAll } = props;
  const at = (...states: string[]) => appointments.filter(({ order }) => states.includes(order.status));
  const arrived = at("ARRIVED").sort((a, b) =>
    (a.order.arrivedAt ?? a.startsAt).localeCompare(b.order.arrivedAt ?? b.startsAt),
  );
  const byTime = (list: Appointment[]) => list.sort((a, b) => a.startsAt.localeCompare(b.startsAt));
  return (
    <aside className="cal-list" aria-label={t("Day list")}>
      <div className="flex items-center gap-2 px-3 pt-2.5 pb-2">
        <h2 className="font-semibold whitespace-nowrap">{t("Day list")}</h2>
        <span className="text-text-3">{appointments.length}</span>
        <span className="flex-1" />
        <span className="seg flex-none whitespace-nowrap" role="radiogroup" aria-label={t("Shown")}>
          {/* biome-ignore-start lint/a11y/useSemanticElements: two buttons that look as one control */}
          <button type="button" role="radio" aria-checked={!all} onClick={() => onAll(false)}>
            {t("To come")}
          </button>
          <button type="button" role="radio" aria-checked={all} onClick={() => onAll(true)}>
            {t("All")}
          </button>
          {/* biome-ignore-end lint/a11y/useSemanticElements: two buttons that look as one control */}
        </span>
      </div>
      <Group title={t("Arrived, waiting")} count={arrived.length}>
        {arrived.map((one) => (
          <Line key={one.orderId} {...props} appointment={one} order={one.order} />
        ))}
      </Group>
      <Group title={t("Expected next")} count={at("SCHEDULED").length}>
        {byTime(at("SCHEDULED")).map((one) => (
          <Line key={one.orderId} {...props} appointment={one} order={one.order} />
        ))}
      </Group>
      {all && (
        <Group title={t("Under way and done")}>
          {byTime(at("IN_PROGRESS", "PERFORMED", "COMPLETED", "NO_SHOW", "DISCONTINUED")).map((one) => (
            <Line key={one.orderId} {...props} appointment={one} order={one.order} />
          ))}
        </Group>
      )}
      <Group title={t("Needs a slot")} count={waiting.length} urgent>
        {waiting.length === 0 && (
          <li className="px-3 py-1 text-12 text-text-3">{t("Every order has its appointment.")}</li>
        )}
        {waiting.map((order) => (
          <Line key={order.id} {...props} appointment={null} order={order} />
        ))}
      </Group>
    </aside>
  );
}

function Group({
  title,
  count,
  urgent,
  children,
}: {
  title: string;
  count?: number;
  urgent?: boolean;
  children: ReactNode;
}) {
  return (
    <section aria-label={title}>
      <h3 className="cap px-3 pt-3 pb-1">
        {title} {count !== undefined && <span className={urgent && count ? "text-urg" : ""}>{count}</span>}
      </h3>
      <ul>{children}</ul>
    </section>
  );
}

function Line({
  order,
  appointment,
  selected,
  onSelect,
  take,
  timeZone,
  stationName,
}: SideListProps & { order: ImagingOrder; appointment: Appointment | null }) {
  const priority = priorityLooks[order.priority];
  const place = appointment
    ? `${stationName(order.stationAeTitle)} · ${clockAt(timeZone, appointment.startsAt)}`
    : order.procedureName;
  const arrived = order.status === "ARRIVED" && order.arrivedAt;
  return (
    <li>
      <button
        type="button"
        className={`cal-line ${appointment ? "" : "waiting"}`}
        aria-pressed={order.id === selected}
        data-order={order.id}
        onClick={() => onSelect(order.id)}
        onPointerDown={(event) => mayBePlaced(order) && take(order, event, false)}
      >
        <span className="flex items-center gap-1.5">
          <span className={`sev ${priority.tone}`}>
            <Icon name={priority.icon} size="xs" />
            <span className="sr-only">{t(priority.word)}</span>
          </span>
          <b className="min-w-0 flex-1 truncate font-medium">{order.patient.name}</b>
          {!appointment && <span className="mod">{order.modality.replace("_", "/")}</span>}
          {arrived && <span className="text-11 text-text-3">{clockAt(timeZone, arrived)}</span>}
        </span>
        <span className="flex gap-2 text-12 text-text-2">
          <span className="min-w-0 flex-1 truncate">{place}</span>
          <span className="text-text-3">
            {order.status === "NO_SHOW" || (appointment && order.status !== "SCHEDULED")
              ? t(orderLooks[order.status].word)
              : t("{minutes} min", { minutes: order.durationMinutes })}
          </span>
        </span>
      </button>
    </li>
  );
}
