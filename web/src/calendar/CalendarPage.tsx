import type { Schedule } from "@isocenter/contract";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useMe } from "../api/client.ts";
import { IconButton } from "../kit/Button.tsx";
import { dateIn } from "../kit/dates.ts";
import { ReasonDialog } from "../kit/forms.tsx";
import { useNow } from "../kit/now.ts";
import { Skeleton } from "../kit/Skeleton.tsx";
import { EmptyState, ErrorState } from "../kit/States.tsx";
import { useShortcuts } from "../kit/shortcuts.ts";
import { useMayOrder } from "../orders/may-order.ts";
import { NewOrder } from "../orders/NewOrder.tsx";
import { byPriority } from "../orders/priorities.ts";
import { addDays } from "../studies/list-state.ts";
import { moveSelection } from "../studies/selection.ts";
import { message, t } from "../words/words.ts";
import { AppointmentPanel, type Wish } from "./AppointmentPanel.tsx";
import { CalendarBar } from "./CalendarBar.tsx";
import { readCalendarState } from "./calendar-state.ts";
import { mondayOf } from "./clock.ts";
import { columnsOfDay, columnsOfWeek, fits, timeAt } from "./columns.ts";
import { DayPaper } from "./DayPaper.tsx";
import { type Ghost, Grid } from "./Grid.tsx";
import { shownOf } from "./layout.ts";
import { MoveDialog } from "./MoveDialog.tsx";
import { NoStations } from "./NoStations.tsx";
import { type Place, useDay, useWaiting, useWeek } from "./queries.ts";
import { SideList } from "./SideList.tsx";
import { type Drag, mayBePlaced, useDrag } from "./use-drag.ts";
import { useWishes } from "./use-wishes.ts";
import "./calendar.css";

/** When a patient comes where: the day of all stations or the week of one, and what waits for a time. */
export function CalendarPage() {
  const me = useMe();
  if (!me?.permissions.includes("orders.read"))
    return (
      <EmptyState title={t("The schedule is not part of your role")} icon="lock">
        {t("Ask an administrator if you need to see it.")}
      </EmptyState>
    );
  return <Calendar />;
}

function Calendar() {
  const state = useSearch({ from: "/guarded/shell/schedule" });
  const me = useMe();
  const facility = state.facility ?? (me?.facilities.length === 1 ? me.facilities[0]?.id : undefined);
  const asked = { date: state.date, facilityId: facility };
  const day = useDay(asked);
  if (day.isError && !day.data)
    return (
      <ErrorState
        error={day.error}
        onRetry={() => void day.refetch()}
        safe={t("Appointments that were made are safe.")}
      />
    );
  if (!day.data)
    return (
      <div className="grid gap-3 p-4" aria-busy="true">
        <Skeleton width="30%" height={28} />
        <Skeleton width="100%" height={420} />
      </div>
    );
  return <Loaded day={day.data} busy={day.isPlaceholderData} />;
}

function Loaded({ day, busy }: { day: Schedule; busy: boolean }) {
  const state = useSearch({ from: "/guarded/shell/schedule" });
  const navigate = useNavigate();
  const now = useNow();
  const me = useMe();
  const facilities = me?.facilities ?? [];
  const today = dateIn(day.timeZone, now);
  const stations = day.data.flatMap(({ station }) => (station ? [station] : []));
  const week = state.view === "week" && stations.some(({ aeTitle }) => aeTitle === state.station);
  const monday = mondayOf(day.date);
  const dates = week ? [0, 1, 2, 3, 4, 5, 6].map((days) => addDays(monday, days)) : [];
  const weekDays = useWeek(dates, {
    stationAeTitle: week ? state.station : undefined,
    facilityId: day.facilityId,
  }).flatMap(({ data }) => (data ? [data] : []));
  const columns = week ? columnsOfWeek(weekDays) : columnsOfDay(day);
  const waiting = (useWaiting(day.facilityId).data?.data ?? []).toSorted(byPriority);
  const ofDay = day.data.flatMap(({ appointments }) => appointments);
  const listed = columns.flatMap(({ appointments }) => appointments);
  const [selected, setSelected] = useState<string | null>(null);
  const [dialog, setDialog] = useState<Exclude<Wish, "arrive"> | null>(null);
  const mayOrder = useMayOrder();
  const [ordering, setOrdering] = useState(false);
  const [all, setAll] = useState(false);
  const body = useRef<HTMLDivElement>(null);
  const wishes = useWishes(week ? weekDays : [day]);
  const shown = shownOf(columns);

  const appointment = [...listed, ...ofDay].find(({ orderId }) => orderId === selected) ?? null;
  const order = appointment?.order ?? waiting.find(({ id }) => id === selected) ?? null;
  const column = columns.find(({ appointments }) => appointments.some(({ orderId }) => orderId === selected));
  const stationName = (aeTitle: string | null) =>
    stations.find((one) => one.aeTitle === aeTitle)?.name ?? aeTitle ?? t("Without a station");

  const place = (to: Place) => {
    if (!order) return;
    setDialog(null);
    void wishes.place(order, to, day.timeZone, dateIn(day.timeZone, Date.parse(to.startsAt)));
  };

  /** The column under the pointer and the time there, as it would be dropped. */
  const under = ({ x, y, grip, order: dragged }: Drag): Ghost | null => {
    const element = document.elementsFromPoint(x, y).find((one) => one.matches("[data-column]"));
    const over = columns.find(({ key }) => key === (element as HTMLElement | undefined)?.dataset.column);
    if (!over || !body.current) return null;
    const top = y - grip - body.current.getBoundingClientRect().top;
    return {
      column: over.key,
      order: dragged,
      startsAt: timeAt(over, shown, top),
      wrong: !fits(over.station, dragged),
    };
  };
  const { drag, take } = useDrag((dropped) => {
    const target = under(dropped);
    const station = columns.find(({ key }) => key === target?.column)?.station;
    setSelected(dropped.order.id);
    if (!target || target.wrong || !station) return;
    const to = { station: station.aeTitle, startsAt: target.startsAt };
    const same =
      dropped.order.scheduledAt &&
      Date.parse(dropped.order.scheduledAt) === Date.parse(to.startsAt) &&
      dropped.order.stationAeTitle === to.station;
    if (!same)
      void wishes.place(dropped.order, to, day.timeZone, dateIn(day.timeZone, Date.parse(to.startsAt)));
  });
  const ghost = drag && under(drag);

  const wish = (what: Wish) => {
    if (!order) return;
    if (what === "arrive") {
      if (order.actions.includes("arrive")) void wishes.state(order, "ARRIVED", t("Has arrived"));
    } else if (what === "move" ? mayBePlaced(order) : order.actions.includes(what)) setDialog(what);
  };
  const go = (part: Record<string, string | undefined>) =>
    void navigate({ to: "/schedule", search: readCalendarState({ ...state, ...part }) });
  const rows = [...listed.map(({ orderId }) => ({ id: orderId })), ...waiting];
  const move = (by: number) => {
    const next = moveSelection(rows, selected, by);
    setSelected(next);
    document.querySelector(`.cal-scroll [data-order="${next}"]`)?.scrollIntoView({ block: "nearest" });
  };
  const step = week ? 7 : 1;
  useShortcuts(message("Schedule"), [
    { caps: ["←", "→"], label: week ? t("week") : t("day"), inBar: true },
    { caps: ["J", "K"], label: t("appointment"), inBar: true },
    { caps: ["A"], label: t("has arrived"), on: ["a"], run: () => wish("arrive"), inBar: true },
    { caps: ["M"], label: t("move, or find a slot"), on: ["m"], run: () => wish("move"), inBar: true },
    { caps: ["N"], label: t("did not come"), on: ["n"], run: () => wish("no-show"), inBar: true },
    { caps: ["T"], label: t("today"), on: ["t"], run: () => go({ date: undefined }) },
    { caps: ["←"], label: t("before"), on: ["arrowleft"], run: () => go({ date: addDays(day.date, -step) }) },
    { caps: ["→"], label: t("after"), on: ["arrowright"], run: () => go({ date: addDays(day.date, step) }) },
    { caps: ["J"], label: t("next appointment, also ↓"), on: ["j", "arrowdown"], run: () => move(1) },
    { caps: ["K"], label: t("appointment before, also ↑"), on: ["k", "arrowup"], run: () => move(-1) },
    {
      caps: ["W"],
      label: t("the week of the station, or the day of all"),
      on: ["w"],
      run: () =>
        week
          ? go({ view: undefined, station: undefined })
          : go({ view: "week", station: column?.station?.aeTitle ?? stations[0]?.aeTitle }),
    },
    { caps: ["Esc"], label: t("close the panel"), on: ["escape"], run: () => setSelected(null) },
  ]);

  const facilityName = facilities.find(({ id }) => id === day.facilityId)?.name ?? "";
  return (
    <div className={`cal ${drag ? "dragging" : ""}`} aria-busy={busy}>
      <CalendarBar
        state={state}
        date={day.date}
        today={today}
        timeZone={day.timeZone}
        stations={stations}
        onOrder={mayOrder ? () => setOrdering(true) : undefined}
      />
      {wishes.refused && (
        <div className="cal-refused" role="alert">
          <div className="min-w-0 flex-1">
            <b>{wishes.refused.title}.</b> {wishes.refused.detail}
            {wishes.refused.blocking && (
              <button
                type="button"
                className="link ml-1"
                onClick={() => setSelected(wishes.refused!.blocking!.orderId)}
              >
                {wishes.refused.blocking.words}
              </button>
            )}
          </div>
          <IconButton icon="x" label={t("I have read it")} onClick={() => wishes.setRefused(null)} />
        </div>
      )}
      {!day.complete && (
        <p className="note urg" role="alert">
          {t("This day has more appointments than can be shown at once.")}
        </p>
      )}
      <div className="cal-parts">
        <SideList
          appointments={week ? listed : ofDay}
          waiting={waiting}
          timeZone={day.timeZone}
          all={all}
          onAll={setAll}
          selected={selected}
          onSelect={setSelected}
          take={take}
          stationName={stationName}
        />
        {stations.length === 0 && listed.length === 0 ? (
          <NoStations />
        ) : (
          <Grid
            columns={columns}
            week={week}
            shown={shown}
            now={now}
            today={today}
            selected={selected}
            blocking={wishes.refused?.blocking?.orderId ?? null}
            ghost={ghost}
            dragged={drag?.order ?? null}
            take={take}
            onSelect={setSelected}
            onStation={(station) => go({ view: "week", station })}
            onDay={(date) => go({ date, view: undefined, station: undefined })}
            bodyRef={body}
          />
        )}
        {order && (
          <AppointmentPanel
            order={order}
            appointment={appointment}
            date={column?.day.date ?? day.date}
            timeZone={day.timeZone}
            stationName={stationName(order.stationAeTitle)}
            onWish={wish}
            onClose={() => setSelected(null)}
          />
        )}
      </div>
      {drag && (
        <div className="cal-carried" style={{ left: drag.x + 12, top: drag.y + 8 }} aria-hidden="true">
          {drag.order.patient.name}
        </div>
      )}
      {order && dialog === "move" && (
        <MoveDialog
          order={order}
          stations={stations}
          date={column?.day.date ?? day.date}
          today={today}
          onPick={place}
          onClose={() => setDialog(null)}
        />
      )}
      {order && (dialog === "cancel" || dialog === "no-show") && (
        <ReasonDialog
          title={dialog === "cancel" ? t("Cancel the order") : t("Did not come")}
          description={`${order.patient.name} · ${order.procedureName}`}
          submit={dialog === "cancel" ? t("Cancel the order") : t("Did not come")}
          hint={t("It is kept with the order.")}
          danger
          onSubmit={(reason) => {
            setDialog(null);
            if (dialog === "cancel") void wishes.state(order, "CANCELLED", t("Cancelled"), reason);
            else void wishes.state(order, "NO_SHOW", t("Did not come"), reason);
          }}
          onClose={() => setDialog(null)}
        />
      )}
      {ordering && <NewOrder patient={null} onClose={() => setOrdering(false)} />}
      <DayPaper columns={columns} house={facilityName} timeZone={day.timeZone} now={now} />
    </div>
  );
}
