import { useNavigate } from "@tanstack/react-router";
import { useMe } from "../api/client.ts";
import { Button, IconButton } from "../kit/Button.tsx";
import { addDays } from "../studies/list-state.ts";
import { t } from "../words/words.ts";
import { type CalendarState, isDay, readCalendarState } from "./calendar-state.ts";
import { dayWords } from "./clock.ts";
import type { StationHead } from "./queries.ts";

/** Which day or week, of which station and facility; all of it stands in the address. */
export function CalendarBar({
  state,
  date,
  today,
  timeZone,
  stations,
  onOrder,
}: {
  state: CalendarState;
  date: string;
  today: string;
  timeZone: string;
  stations: readonly StationHead[];
  /** Asks for an examination; undefined where that is for others. */
  onOrder: (() => void) | undefined;
}) {
  const navigate = useNavigate();
  const facilities = useMe()?.facilities ?? [];
  const go = (part: Record<string, string | undefined>) =>
    void navigate({ to: "/schedule", search: readCalendarState({ ...state, ...part }) });
  const week = state.view === "week";
  const step = week ? 7 : 1;
  return (
    <div className="cal-bar">
      <IconButton
        icon="left"
        label={week ? t("The week before") : t("The day before")}
        onClick={() => go({ date: addDays(date, -step) })}
      />
      <label className="cal-date">
        <span className="sr-only">{t("Day")}</span>
        <span aria-hidden="true">{dayWords(date, "long")}</span>
        <input
          type="date"
          value={date}
          onChange={({ target }) => isDay(target.value) && go({ date: target.value })}
        />
      </label>
      <IconButton
        icon="right"
        label={week ? t("The next week") : t("The next day")}
        onClick={() => go({ date: addDays(date, step) })}
      />
      <Button variant="ghost" hotkey="T" disabled={date === today} onClick={() => go({ date: undefined })}>
        {t("Today")}
      </Button>
      <span className="flex-1" />
      <span className="text-12 text-text-3 max-lg:hidden" title={t("Times are those of the facility")}>
        {timeZone.replaceAll("_", " ")}
      </span>
      {facilities.length > 1 && (
        <label className="filter-select">
          {t("Facility")}
          <select
            value={state.facility ?? ""}
            onChange={({ target }) =>
              go({ facility: target.value || undefined, station: undefined, view: undefined })
            }
          >
            {!state.facility && <option value="">{t("one’s own")}</option>}
            {facilities.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <label className="filter-select max-md:hidden">
        {t("Shown")}
        <select
          value={week ? (state.station ?? "") : ""}
          onChange={({ target }) =>
            go(
              target.value
                ? { view: "week", station: target.value }
                : { view: undefined, station: undefined },
            )
          }
        >
          <option value="">{t("The day of all stations")}</option>
          {stations.map(({ id, aeTitle, name }) => (
            <option key={id} value={aeTitle}>
              {t("The week of {station}", { station: name })}
            </option>
          ))}
        </select>
      </label>
      <Button icon="file" className="max-lg:hidden" onClick={() => window.print()}>
        {t("Print")}
      </Button>
      {onOrder && (
        <Button variant="primary" icon="plus" onClick={onOrder}>
          {t("New order")}
        </Button>
      )}
    </div>
  );
}
