import type { Schedule } from "@isocenter/contract";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useMe } from "../api/client.ts";
import { dayWords } from "../calendar/clock.ts";
import { NoStations } from "../calendar/NoStations.tsx";
import { useDay } from "../calendar/queries.ts";
import { useWishes } from "../calendar/use-wishes.ts";
import { IconButton } from "../kit/Button.tsx";
import { ConfirmDialog } from "../kit/ConfirmDialog.tsx";
import { dateIn } from "../kit/dates.ts";
import { ReasonDialog } from "../kit/forms.tsx";
import { useNow } from "../kit/now.ts";
import { Skeleton } from "../kit/Skeleton.tsx";
import { EmptyState, ErrorState } from "../kit/States.tsx";
import { useShortcuts } from "../kit/shortcuts.ts";
import { addDays } from "../studies/list-state.ts";
import { moveSelection } from "../studies/selection.ts";
import { t } from "../words/words.ts";
import { ExaminationPanel, type Wish } from "./ExaminationPanel.tsx";
import { IdentityCheck } from "./IdentityCheck.tsx";
import { hasImages } from "./queries.ts";
import { StationBar } from "./StationBar.tsx";
import { StationList } from "./StationList.tsx";
import { type Examination, examinationsOf, grouped, leftOver } from "./station.ts";
import {
  allStations,
  readStationState,
  rememberedStation,
  rememberStation,
  type StationState,
} from "./station-state.ts";
import "../calendar/calendar.css";
import "./station.css";

/** A technologist's day: who comes to this station, who waits, and what has arrived of each examination. */
export function StationPage() {
  const me = useMe();
  const state = useSearch({ from: "/guarded/shell/station" });
  const facility = state.facility ?? (me?.facilities.length === 1 ? me.facilities[0]?.id : undefined);
  const may = me?.permissions.includes("orders.read") ?? false;
  const day = useDay({ date: state.date, facilityId: facility }, may);
  if (!may)
    return (
      <EmptyState title={t("The station’s list is not part of your role")} icon="lock">
        {t("Ask an administrator if you need to see it.")}
      </EmptyState>
    );
  if (day.isError && !day.data)
    return (
      <ErrorState
        error={day.error}
        onRetry={() => void day.refetch()}
        safe={t("The machines go on sending, and nothing is lost.")}
      />
    );
  if (!day.data)
    return (
      <div className="grid gap-3 p-4" aria-busy="true">
        {[30, 90, 84, 88, 80].map((width) => (
          <Skeleton key={width} width={`${width}%`} height={44} />
        ))}
      </div>
    );
  return <Loaded day={day.data} busy={day.isPlaceholderData} />;
}

function Loaded({ day, busy }: { day: Schedule; busy: boolean }) {
  const state = useSearch({ from: "/guarded/shell/station" });
  const navigate = useNavigate();
  const now = useNow(15_000);
  const today = dateIn(day.timeZone, now);
  const stations = day.data.flatMap(({ station }) => (station ? [station] : []));
  const known = (station: string | null | undefined) =>
    station === allStations || stations.some(({ aeTitle }) => aeTitle === station);
  const wanted = state.station ?? rememberedStation(day.facilityId);
  const station = wanted && known(wanted) ? wanted : allStations;
  const isToday = day.date === today;
  const before = useDay({ date: addDays(today, -1), facilityId: day.facilityId }, isToday).data;
  const of = (station: string) => [
    ...(isToday && before ? leftOver(before, day, station) : []),
    ...examinationsOf(day, station),
  ];
  const groups = grouped(of(station));
  const rows = groups.flatMap(({ items }) => items);
  const others = of(allStations);
  const shown = others.find(({ id }) => id === state.order) ?? null;
  const wishes = useWishes([day]);
  const [dialog, setDialog] = useState<"start" | "perform" | "no-show" | "discontinue" | null>(null);

  const go = (part: Partial<Record<keyof StationState, string | undefined>>, replace = false) =>
    void navigate({ to: "/station", search: readStationState({ ...state, ...part }), replace });
  const choose = (aeTitle: string) => {
    rememberStation(day.facilityId, aeTitle);
    go({ station: aeTitle, order: undefined });
  };
  const select = (id: string | null) => go({ order: id ?? undefined }, true);
  const move = (by: number) => {
    const next = moveSelection(rows, shown?.id ?? null, by);
    select(next);
    document.querySelector(`[data-examination="${next}"]`)?.scrollIntoView({ block: "nearest" });
  };
  const wish = (what: Wish, one: Examination | null = shown) => {
    if (!one?.order.actions.includes(what)) return;
    if (what === "arrive") void wishes.state(one.order, "ARRIVED", t("Has arrived"));
    else if (what === "perform" && hasImages(one.order))
      void wishes.state(one.order, "PERFORMED", t("Examination ended"));
    else setDialog(what);
  };
  const overtaken =
    dialog !== null &&
    shown !== null &&
    shown.order.actions.length > 0 &&
    !shown.order.actions.includes(dialog);
  useEffect(() => {
    if (!overtaken || !shown) return;
    setDialog(null);
    wishes.overtaken(shown.order);
  }, [overtaken, shown, wishes.overtaken]);
  useShortcuts(t("Station"), [
    { caps: ["J", "K"], label: t("move"), inBar: true },
    { caps: ["J"], label: t("next patient, also ↓"), on: ["j", "arrowdown"], run: () => move(1) },
    { caps: ["K"], label: t("patient before, also ↑"), on: ["k", "arrowup"], run: () => move(-1) },
    { caps: ["A"], label: t("has arrived"), on: ["a"], inBar: true, run: () => wish("arrive") },
    { caps: ["S"], label: t("check identity and start"), on: ["s"], inBar: true, run: () => wish("start") },
    { caps: ["E"], label: t("end the examination"), on: ["e"], inBar: true, run: () => wish("perform") },
    { caps: ["B"], label: t("break off"), on: ["b"], run: () => wish("discontinue") },
    { caps: ["N"], label: t("did not come"), on: ["n"], run: () => wish("no-show") },
    { caps: ["T"], label: t("today"), on: ["t"], run: () => go({ date: undefined }) },
    {
      caps: ["←"],
      label: t("day before"),
      on: ["arrowleft"],
      run: () => go({ date: addDays(day.date, -1) }),
    },
    { caps: ["→"], label: t("day after"), on: ["arrowright"], run: () => go({ date: addDays(day.date, 1) }) },
    { caps: ["Esc"], label: t("close the panel"), on: ["escape"], run: () => select(null) },
  ]);

  return (
    <div className="station" aria-busy={busy} data-open={shown ? "" : undefined}>
      <div className="station-side">
        <StationBar
          stations={stations}
          station={station}
          groups={groups}
          day={day}
          today={today}
          onStation={choose}
          onDate={(date) => go({ date: date === today ? undefined : date })}
        />
        {wishes.refused && (
          <div className="cal-refused" role="alert">
            <div className="min-w-0 flex-1">
              <b>{wishes.refused.title}.</b> {wishes.refused.detail}
            </div>
            <IconButton icon="x" label={t("I have read it")} onClick={() => wishes.setRefused(null)} />
          </div>
        )}
        {stations.length === 0 && rows.length === 0 ? (
          <NoStations />
        ) : rows.length === 0 ? (
          <EmptyState title={t("Nobody is expected here")}>
            {day.date === today
              ? t("Whoever is booked for this station, or arrives as an emergency, appears here at once.")
              : t("Nothing is booked for this station on {day}.", { day: dayWords(day.date) })}
          </EmptyState>
        ) : (
          <StationList
            groups={groups}
            day={day}
            now={now}
            withStation={station === allStations}
            selected={shown?.id ?? null}
            onSelect={select}
          />
        )}
      </div>
      {shown ? (
        <ExaminationPanel
          key={shown.id}
          examination={shown}
          day={day}
          now={now}
          others={others.filter(({ id }) => id !== shown.id)}
          onWish={wish}
          onClose={() => select(null)}
        />
      ) : (
        <div className="station-none">
          {rows.length > 0 && (
            <EmptyState title={t("Nobody is chosen")} icon="person">
              {t("Choose a patient to check who it is, to start, and to see the images as they arrive.")}
            </EmptyState>
          )}
        </div>
      )}
      {shown && dialog === "start" && (
        <IdentityCheck
          order={shown.order}
          onStart={() => {
            setDialog(null);
            void wishes.state(shown.order, "IN_PROGRESS", t("Started"));
          }}
          onClose={() => setDialog(null)}
        />
      )}
      {shown && dialog === "perform" && (
        <ConfirmDialog
          title={t("No image has come")}
          description={t(
            "Of the examination of {patient} there is no image here. Ended, it leaves the worklist of the machine; images that come later are still put to it.",
            { patient: shown.order.patient.name },
          )}
          submit={t("End without images")}
          busy={false}
          problem={null}
          onConfirm={() => {
            setDialog(null);
            void wishes.state(shown.order, "PERFORMED", t("Examination ended"));
          }}
          onClose={() => setDialog(null)}
        />
      )}
      {shown && (dialog === "no-show" || dialog === "discontinue") && (
        <ReasonDialog
          title={dialog === "no-show" ? t("Did not come") : t("Break off the examination")}
          description={`${shown.order.patient.name} · ${shown.order.procedureName}`}
          submit={dialog === "no-show" ? t("Did not come") : t("Break off")}
          hint={t("It is kept with the order.")}
          danger
          onSubmit={(reason) => {
            setDialog(null);
            if (dialog === "no-show") void wishes.state(shown.order, "NO_SHOW", t("Did not come"), reason);
            else void wishes.state(shown.order, "DISCONTINUED", t("Broken off"), reason);
          }}
          onClose={() => setDialog(null)}
        />
      )}
    </div>
  );
}
