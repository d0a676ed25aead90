import type { Schedule } from "@isocenter/contract";
import { dayWords } from "../calendar/clock.ts";
import type { StationHead } from "../calendar/queries.ts";
import { Button, IconButton } from "../kit/Button.tsx";
import { addDays } from "../studies/list-state.ts";
import { t } from "../words/words.ts";
import type { grouped } from "./station.ts";
import { allStations } from "./station-state.ts";

/** Which station, which day, and how the day stands. */
export function StationBar({
  stations,
  station,
  groups,
  day,
  today,
  onStation,
  onDate,
}: {
  stations: readonly StationHead[];
  station: string;
  groups: ReturnType<typeof grouped>;
  day: Schedule;
  today: string;
  onStation: (aeTitle: string) => void;
  onDate: (date: string) => void;
}) {
  const count = (id: string) => groups.find((group) => group.id === id)?.items.length ?? 0;
  return (
    <header className="station-bar">
      <span className="input station-choice">
        <select aria-label={t("Station")} value={station} onChange={({ target }) => onStation(target.value)}>
          <option value={allStations}>{t("All stations")}</option>
          {stations.map(({ id, aeTitle, name }) => (
            <option key={id} value={aeTitle}>
              {name}
            </option>
          ))}
        </select>
      </span>
      <div className="flex items-center gap-1">
        <IconButton icon="left" label={t("Day before, ←")} onClick={() => onDate(addDays(day.date, -1))} />
        <span className="station-day" aria-live="polite">
          {day.date === today ? t("Today") : dayWords(day.date)}
        </span>
        <IconButton icon="right" label={t("Day after, →")} onClick={() => onDate(addDays(day.date, 1))} />
        {day.date !== today && (
          <Button size="s" onClick={() => onDate(today)}>
            {t("Today")}
          </Button>
        )}
      </div>
      <p className="station-counts" role="status">
        {t("{waiting} waiting · {expected} expected · {done} done", {
          waiting: count("waiting"),
          expected: count("expected"),
          done: count("done"),
        })}
      </p>
    </header>
  );
}
