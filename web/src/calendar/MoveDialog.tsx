import type { ImagingOrder } from "@isocenter/contract";
import { useRef, useState } from "react";
import { Button, IconButton } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { Labelled } from "../kit/Field.tsx";
import { Skeleton } from "../kit/Skeleton.tsx";
import { ErrorState } from "../kit/States.tsx";
import { addDays } from "../studies/list-state.ts";
import { t } from "../words/words.ts";
import { isDay } from "./calendar-state.ts";
import { clockAt, dayWords } from "./clock.ts";
import { fits } from "./columns.ts";
import { type Place, type StationHead, useSlots } from "./queries.ts";

/** Picks one of the server's free slots: the way without a mouse. Arrows go through them, Enter takes one. */
export function MoveDialog({
  order,
  stations,
  date: first,
  today,
  onPick,
  onClose,
}: {
  order: ImagingOrder;
  stations: readonly StationHead[];
  date: string;
  today: string;
  onPick: (place: Place) => void;
  onClose: () => void;
}) {
  const able = stations.filter((station) => fits(station, order));
  const [aeTitle, setAeTitle] = useState(
    able.find((station) => station.aeTitle === order.stationAeTitle)?.aeTitle ?? able[0]?.aeTitle ?? "",
  );
  const [date, setDate] = useState(first < today ? today : first);
  const station = able.find((one) => one.aeTitle === aeTitle) ?? null;
  const slots = useSlots(station?.id ?? null, date, order.durationMinutes);
  const list = useRef<HTMLUListElement>(null);
  const along = (event: React.KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const buttons = [...(list.current?.querySelectorAll("button") ?? [])];
    const next = buttons.indexOf(document.activeElement as HTMLButtonElement) + by;
    buttons[Math.max(0, Math.min(buttons.length - 1, next))]?.focus();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => open || onClose()}
      title={
        order.status === "SCHEDULED" || order.status === "ARRIVED"
          ? t("Move the appointment")
          : t("Find a slot")
      }
      description={t("{patient} · {procedure} · {minutes} min", {
        patient: order.patient.name,
        procedure: order.procedureName,
        minutes: order.durationMinutes,
      })}
      wide
    >
      {able.length === 0 ? (
        <p className="note urg">
          {t("No station of this facility is in use for {modality}. An administrator can add one.", {
            modality: order.modality,
          })}
        </p>
      ) : (
        <>
          <div className="grid grid-cols-2 gap-3">
            <Labelled label={t("Station")} boxed>
              <select value={aeTitle} onChange={({ target }) => setAeTitle(target.value)}>
                {able.map((one) => (
                  <option key={one.id} value={one.aeTitle}>
                    {one.name}
                  </option>
                ))}
              </select>
            </Labelled>
            <div className="flex items-end gap-1">
              <div className="flex-1">
                <Labelled label={t("Day")} boxed>
                  <input
                    type="date"
                    value={date}
                    min={today}
                    onChange={({ target }) => isDay(target.value) && setDate(target.value)}
                  />
                </Labelled>
              </div>
              <IconButton
                icon="left"
                label={t("The day before")}
                disabled={date <= today}
                onClick={() => setDate(addDays(date, -1))}
              />
              <IconButton icon="right" label={t("The next day")} onClick={() => setDate(addDays(date, 1))} />
            </div>
          </div>
          <h3 className="mt-4 mb-2 text-12 font-medium text-text-2">
            {t("Free on {day}", { day: dayWords(date, "long") })}
          </h3>
          {slots.isError ? (
            <ErrorState error={slots.error} onRetry={() => void slots.refetch()} />
          ) : !slots.data ? (
            <Skeleton width="60%" height={32} />
          ) : slots.data.data.length === 0 ? (
            <div className="flex items-center gap-3">
              <p className="text-text-2" role="status">
                {t("Nothing is free on this day.")}
              </p>
              <Button onClick={() => setDate(addDays(date, 1))}>{t("The next day")}</Button>
            </div>
          ) : (
            <ul className="cal-slots" ref={list} onKeyDown={along} aria-label={t("Free slots")}>
              {slots.data.data.map(({ startsAt }) => (
                <li key={startsAt}>
                  <button
                    type="button"
                    className="btn l"
                    onClick={() => onPick({ station: aeTitle, startsAt })}
                  >
                    {clockAt(slots.data.timeZone, startsAt)}
                  </button>
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </Dialog>
  );
}
