import type { ImagingOrder } from "@isocenter/contract";
import { type Ref, useEffect, useRef } from "react";
import { Icon } from "../kit/Icon.tsx";
import { useScale } from "../kit/scale.ts";
import { t } from "../words/words.ts";
import { AppointmentBlock } from "./AppointmentBlock.tsx";
import { clockAt, dayWords, hoursOf, minutesInto, minutesOfDay } from "./clock.ts";
import { type Column, fits, pixelsPerMinute } from "./columns.ts";
import { bookedOf, closedOf, lanesOf, type Minutes } from "./layout.ts";
import type { Take } from "./use-drag.ts";

export interface Ghost {
  column: string;
  order: ImagingOrder;
  startsAt: string;
  /** Where it cannot be dropped. */
  wrong: boolean;
}

interface GridProps {
  columns: readonly Column[];
  week: boolean;
  shown: Minutes;
  now: number;
  today: string;
  selected: string | null;
  blocking: string | null;
  ghost: Ghost | null;
  dragged: ImagingOrder | null;
  take: Take;
  onSelect: (orderId: string) => void;
  onStation: (aeTitle: string) => void;
  onDay: (date: string) => void;
  bodyRef: Ref<HTMLDivElement>;
}

/** So many pixels of what has been stay in sight above the present moment. */
const beforeNow = 180;

const hoursWide = 52;
/** The least that a column is wide, in pixels. */
const columnWide = 112;

/** Columns of time: what is open, what is booked, and now. */
export function Grid(props: GridProps) {
  // Drawn anew when everything grows.
  useScale();
  const { columns, week, shown, now, today, bodyRef, onDay } = props;
  // The hours at the left are those of a day of the usual length; another one has its own in its column.
  const usual = columns.find(({ day }) => minutesOfDay(day) === 1440) ?? columns[0];
  // Heads and columns are two grids: what they are wide is said, so that a long name does not part them.
  const template = {
    gridTemplateColumns: `${hoursWide}px repeat(${columns.length}, minmax(${columnWide}px, 1fr))`,
    minWidth: hoursWide + columns.length * columnWide,
  };
  const height = (shown.to - shown.from) * pixelsPerMinute();
  const current = columns.find(({ day }) => day.date === today);
  const nowAt = current ? minutesInto(current.day, now) : Number.NaN;
  const scroller = useRef<HTMLElement>(null);
  const nowTop = nowAt >= shown.from && nowAt <= shown.to ? (nowAt - shown.from) * pixelsPerMinute() : null;
  const nowIsShown = nowTop !== null;
  const latestTop = useRef(nowTop);
  latestTop.current = nowTop;
  useEffect(() => {
    // The present day begins where it is now, with what has just been above it.
    if (nowIsShown) scroller.current?.scrollTo({ top: Math.max(0, (latestTop.current ?? 0) - beforeNow) });
  }, [nowIsShown]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keyboard (WCAG 2.1.1)
    <section ref={scroller} className="cal-scroll" aria-label={t("Calendar")} tabIndex={0}>
      <div className="cal-heads" style={template}>
        <span />
        {columns.map((column) => (
          <div key={column.key} className={week && column.day.date === today ? "today" : ""}>
            {week ? (
              <button type="button" className="cal-head" onClick={() => onDay(column.day.date)}>
                {dayWords(column.day.date)}
              </button>
            ) : (
              <StationName column={column} onStation={props.onStation} />
            )}
            <Booked column={column} />
          </div>
        ))}
      </div>
      <div className="cal-body" style={{ ...template, height }} ref={bodyRef}>
        <div className="cal-hours" aria-hidden="true">
          {usual &&
            hoursOf(usual.day)
              .filter(({ minutes }) => minutes > shown.from && minutes < shown.to)
              .map(({ minutes, label, again }) => (
                <span
                  key={minutes}
                  style={{ top: (minutes - shown.from) * pixelsPerMinute() }}
                  className={again ? "again" : ""}
                >
                  {again ? t("{time} again", { time: label }) : label}
                </span>
              ))}
        </div>
        {columns.map((column) => (
          <ColumnOf key={column.key} column={column} {...props} />
        ))}
        {nowTop !== null && usual && (
          <div className="cal-now" style={{ top: nowTop }} aria-hidden="true">
            <span>{clockAt(usual.day.timeZone, now)}</span>
          </div>
        )}
      </div>
    </section>
  );
}

function StationName({ column, onStation }: { column: Column; onStation: (aeTitle: string) => void }) {
  const { station } = column;
  if (!station) return <span className="cal-head">{t("Without a station")}</span>;
  return (
    <button
      type="button"
      className="cal-head"
      title={t("The week of {station}", { station: station.name })}
      onClick={() => onStation(station.aeTitle)}
    >
      <b>{station.name}</b> <span className="text-11 text-text-3">{station.modalities.join(", ")}</span>
      {!station.active && <Icon name="lock" size="xs" />}
    </button>
  );
}

function Booked({ column }: { column: Column }) {
  const percent = bookedOf(
    column.open,
    column.appointments.filter(({ order }) => order.status !== "NO_SHOW"),
  );
  // What stands in no station's column keeps no hours.
  if (!column.station) return null;
  if (percent === null) return <span className="text-11 text-text-3">{t("Closed all day")}</span>;
  return (
    <>
      <span className="cal-booked" aria-hidden="true">
        <i style={{ width: `${percent}%` }} />
      </span>
      <span className="text-11 text-text-3">{t("{percent} % booked", { percent })}</span>
    </>
  );
}

function ColumnOf({
  column,
  week,
  shown,
  selected,
  blocking,
  ghost,
  dragged,
  take,
  onSelect,
}: GridProps & { column: Column }) {
  const { day, open, appointments } = column;
  const lanes = lanesOf(appointments);
  const place = (from: number, to: number) => ({
    top: (Math.max(from, shown.from) - shown.from) * pixelsPerMinute(),
    height: Math.max(0, Math.min(to, shown.to) - Math.max(from, shown.from)) * pixelsPerMinute(),
  });
  const here = ghost?.column === column.key ? ghost : null;
  const name = week ? dayWords(day.date, "long") : (column.station?.name ?? t("Without a station"));
  return (
    <section
      className={`cal-column ${dragged && !fits(column.station, dragged) ? "unfit" : ""}`}
      data-column={column.key}
      aria-label={name}
    >
      {column.station &&
        closedOf(day, open)
          .filter(({ from, to }) => to > shown.from && from < shown.to)
          .map(({ from, to }) => <div key={from} className="cal-closed" style={place(from, to)} />)}
      {week &&
        minutesOfDay(day) !== 1440 &&
        hoursOf(day)
          .filter(({ minutes }) => minutes > shown.from && minutes < shown.to)
          .map(({ minutes, label }) => (
            <span
              key={minutes}
              className="cal-own-hour"
              style={{ top: (minutes - shown.from) * pixelsPerMinute() }}
            >
              {label}
            </span>
          ))}
      {appointments.map((one, index) => {
        const from = minutesInto(day, one.startsAt);
        const to = Math.max(minutesInto(day, one.endsAt), from + 5);
        const { lane, lanes: count } = lanes[index]!;
        return (
          <AppointmentBlock
            key={one.orderId}
            appointment={one}
            timeZone={day.timeZone}
            selected={one.orderId === selected}
            blocking={one.orderId === blocking}
            dragged={one.orderId === dragged?.id}
            take={take}
            onSelect={onSelect}
            style={{
              ...place(from, to),
              left: `calc(${(lane / count) * 100}% + 3px)`,
              width: `calc(${100 / count}% - 6px)`,
            }}
          />
        );
      })}
      {here && (
        <div
          className={`cal-ghost ${here.wrong ? "wrong" : ""}`}
          style={place(
            minutesInto(day, here.startsAt),
            minutesInto(day, here.startsAt) + here.order.durationMinutes,
          )}
        >
          <b>{clockAt(day.timeZone, here.startsAt)}</b> {here.order.patient.name}
        </div>
      )}
    </section>
  );
}
