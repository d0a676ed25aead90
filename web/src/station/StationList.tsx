import type { Schedule } from "@isocenter/contract";
import { clockAt } from "../calendar/clock.ts";
import { Icon } from "../kit/Icon.tsx";
import { ModalityChip, Tag } from "../kit/Tag.tsx";
import { orderLooks } from "../orders/order-words.ts";
import { priorityLooks } from "../orders/priorities.ts";
import { spoken } from "../reading/waiting.ts";
import { sexAndAge } from "../studies/format.ts";
import { t } from "../words/words.ts";
import { type Examination, type grouped, waitOf } from "./station.ts";

/** The day in the order in which it is worked through. */
export function StationList({
  groups,
  day,
  now,
  withStation,
  selected,
  onSelect,
}: {
  groups: ReturnType<typeof grouped>;
  day: Schedule;
  now: number;
  withStation: boolean;
  selected: string | null;
  onSelect: (id: string) => void;
}) {
  return (
    <div className="min-h-0 flex-1 overflow-auto">
      {groups.map(({ id, title, items }) => (
        <section key={id} aria-label={t(title)}>
          <h2 className="station-group">
            {t(title)} <span className="text-text-3">{items.length}</span>
          </h2>
          <ul>
            {items.map((one) => (
              <Row
                key={one.id}
                examination={one}
                day={day}
                now={now}
                withStation={withStation}
                selected={one.id === selected}
                onSelect={() => onSelect(one.id)}
              />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function Row({
  examination,
  day,
  now,
  withStation,
  selected,
  onSelect,
}: {
  examination: Examination;
  day: Schedule;
  now: number;
  withStation: boolean;
  selected: boolean;
  onSelect: () => void;
}) {
  const { order, startsAt, station } = examination;
  const look = orderLooks[order.status];
  const priority = priorityLooks[order.priority];
  return (
    <li>
      <button
        type="button"
        className="station-row"
        data-examination={order.id}
        aria-pressed={selected}
        onClick={onSelect}
      >
        <span className="station-time">
          {order.scheduledAt || order.status !== "ARRIVED" ? clockAt(day.timeZone, startsAt) : "–"}
        </span>
        <span className="min-w-0">
          <span className="block text-14 font-semibold [overflow-wrap:anywhere]">{order.patient.name}</span>
          <span className="block text-12 text-text-2">
            <ModalityChip modality={order.modality} /> {order.procedureName}
          </span>
          <span className="block text-12 text-text-3">
            {sexAndAge(order.patient, day.date)} · <span className="mono">{order.patient.identifier}</span>
            {withStation && station && ` · ${station.name}`}
          </span>
        </span>
        <span className="station-marks">
          <Tag tone={look.tone} icon={look.icon}>
            {t(look.word)}
          </Tag>
          {order.priority !== "ROUTINE" && (
            <span className={`sev ${priority.tone}`}>
              <Icon name={priority.icon} className="sev-mark" />
              {t(priority.word)}
            </span>
          )}
          <Waiting examination={examination} now={now} />
        </span>
      </button>
    </li>
  );
}

/** "waits 12 min", "for 8 min", "15 min late". */
export function Waiting({ examination, now }: { examination: Examination; now: number }) {
  const wait = waitOf(examination, now);
  if (!wait) return null;
  const time = spoken(wait.minutes);
  if (wait.kind === "late") return <span className="text-12 text-urg">{t("{time} late", { time })}</span>;
  if (wait.kind === "runs") return <span className="text-12 text-text-2">{t("for {time}", { time })}</span>;
  return <span className="text-12 text-text-2">{t("waits {time}", { time })}</span>;
}
