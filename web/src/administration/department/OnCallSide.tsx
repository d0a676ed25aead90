import type { OnCallEntry } from "@isocenter/contract";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { Button, IconButton } from "../../kit/Button.tsx";
import { dayOf } from "../../kit/dates.ts";
import { Field } from "../../kit/Field.tsx";
import { Form, Select } from "../../kit/forms.tsx";
import { useRun } from "../../kit/run.ts";
import { t } from "../../words/words.ts";
import { Edited } from "../parts/Edited.tsx";
import { Side } from "../parts/Page.tsx";
import { dateAfter, instantIn, wallIn } from "../parts/zoned.ts";
import { PersonSelect } from "../people/PersonSelect.tsx";
import { momentWords, type Week } from "./on-call-week.ts";
import { gapsOf, spanOf, within } from "./roster.ts";

const dayMs = 86_400_000;
const levels = Array.from({ length: 9 }, (_, index) => String(index + 1));

interface Line {
  key: number;
  userId: string;
  known: OnCallEntry["user"] | null;
  /** By the facility's clocks, as a field of date and time has it. */
  from: string;
  to: string;
  level: string;
}

interface Roster {
  entries: readonly OnCallEntry[];
  version: number;
}

/** One service's week: who, from when to when, and who is called after whom. */
export function OnCallSide({
  service,
  facilityId,
  week,
  entries,
  versionKnown,
  mayChange,
  onClose,
}: {
  service: string;
  facilityId: string;
  week: Week;
  entries: readonly OnCallEntry[];
  /** Undefined where no entry tells it. */
  versionKnown: number | undefined;
  mayChange: boolean;
  onClose: () => void;
}) {
  return (
    <Side title={service} about={t("The week from {date}", { date: dayOf(week.monday) })} onClose={onClose}>
      <section aria-label={t("Roster of the week")}>
        {mayChange ? (
          <Edited value={{ entries, version: versionKnown ?? 0 }}>
            {(kept, saved) => (
              <Shifts
                service={service}
                facilityId={facilityId}
                week={week}
                roster={kept}
                isVersionKnown={versionKnown !== undefined}
                onSaved={saved}
              />
            )}
          </Edited>
        ) : (
          <ul className="grid gap-2 text-12">
            {entries.map((entry) => (
              <li key={entry.id}>
                <b className="font-medium">{entry.user.name}</b>
                <span className="block text-text-2">
                  {momentWords(week, spanOf(entry).from)} – {momentWords(week, spanOf(entry).to)} ·{" "}
                  {t("Level {level}", { level: entry.level })}
                </span>
              </li>
            ))}
          </ul>
        )}
      </section>
    </Side>
  );
}

function linesOf({ entries }: Roster, { timeZone, bounds }: Week): Line[] {
  return entries.flatMap((entry, key): Line[] => {
    const span = within(spanOf(entry), bounds);
    if (!span) return [];
    return [
      {
        key,
        userId: entry.user.id,
        known: entry.user,
        from: wallIn(timeZone, span.from),
        to: wallIn(timeZone, span.to),
        level: String(entry.level),
      },
    ];
  });
}

function Shifts({
  service,
  facilityId,
  week,
  roster,
  isVersionKnown,
  onSaved,
}: {
  service: string;
  facilityId: string;
  week: Week;
  roster: Roster;
  isVersionKnown: boolean;
  onSaved: () => void;
}) {
  const { timeZone, bounds, monday } = week;
  const [lines, setLines] = useState(() => linesOf(roster, week));
  const { busy, problem, run } = useRun("on-call");
  const read = lines.map((line) => ({
    userId: line.userId,
    level: Number(line.level),
    startsAt: instantIn(timeZone, line.from),
    endsAt: instantIn(timeZone, line.to),
  }));
  const shifts = read.flatMap(({ startsAt, endsAt, ...rest }) =>
    startsAt && endsAt && startsAt < endsAt ? [{ ...rest, startsAt, endsAt }] : [],
  );
  const ready = shifts.length === lines.length && lines.every(({ userId }) => userId !== "");
  const gaps = gapsOf(shifts, bounds);
  const change = (key: number, next: Partial<Line>) =>
    setLines(lines.map((line) => (line.key === key ? { ...line, ...next } : line)));
  /** The next line fills the first gap, a day of it at most. */
  const add = () => {
    const gap = gaps[0] ?? { from: bounds.from, to: bounds.from + dayMs };
    const end = Math.min(gap.to, gap.from + dayMs);
    setLines([
      ...lines,
      {
        key: Math.max(-1, ...lines.map(({ key }) => key)) + 1,
        userId: "",
        known: null,
        from: wallIn(timeZone, gap.from),
        to: wallIn(timeZone, end),
        level: gaps[0] ? "1" : "2",
      },
    ]);
  };
  const submit = async () => {
    const done = await run(
      () =>
        answerOf(
          api.PUT("/api/v1/on-call", {
            body: {
              facilityId,
              service,
              from: new Date(bounds.from).toISOString(),
              to: new Date(bounds.to).toISOString(),
              entries: shifts,
              ...(isVersionKnown ? { expectedVersion: roster.version } : {}),
            },
          }),
        ),
      t("Saved"),
    );
    if (done) onSaved();
  };
  return (
    <Form
      label={t("Roster of the week")}
      submit={t("Save the week")}
      busy={busy}
      problem={problem}
      disabled={!ready}
      onSubmit={() => void submit()}
    >
      {lines.length === 0 && <p className="text-12 text-text-2">{t("Nobody is on call this week.")}</p>}
      {lines.map((line, index) => {
        const { startsAt, endsAt } = read[index]!;
        const isWrong = !startsAt || !endsAt || startsAt >= endsAt;
        return (
          <fieldset key={line.key} className="roster-shift">
            <legend className="sr-only">{t("Shift {number}", { number: index + 1 })}</legend>
            <div className="grid grid-cols-[minmax(0,1fr)_72px_28px] items-end gap-2">
              <PersonSelect
                label={t("Who")}
                value={line.userId}
                known={line.known}
                none={t("Choose")}
                facilityId={facilityId}
                onChange={(userId) => change(line.key, { userId })}
              />
              <Select
                label={t("Level")}
                value={line.level}
                options={levels.map((value) => ({ value, word: value }))}
                onChange={(level) => change(line.key, { level })}
              />
              <IconButton
                icon="x"
                label={t("Remove shift {number}", { number: index + 1 })}
                onClick={() => setLines(lines.filter(({ key }) => key !== line.key))}
              />
            </div>
            <div className="mt-2 grid gap-2">
              <Field
                label={t("From")}
                type="datetime-local"
                min={`${monday}T00:00`}
                max={`${dateAfter(monday, 7)}T00:00`}
                value={line.from}
                onChange={({ target }) => change(line.key, { from: target.value })}
              />
              <Field
                label={t("To")}
                type="datetime-local"
                min={`${monday}T00:00`}
                max={`${dateAfter(monday, 7)}T00:00`}
                value={line.to}
                error={isWrong ? t("The end comes after the beginning") : null}
                onChange={({ target }) => change(line.key, { to: target.value })}
              />
            </div>
          </fieldset>
        );
      })}
      <Button size="s" icon="plus" className="justify-self-start" onClick={add}>
        {t("Add a shift")}
      </Button>
      {gaps.length > 0 && (
        <p className="note crit">
          {t("Nobody:")}{" "}
          {gaps.map(({ from, to }) => `${momentWords(week, from)} – ${momentWords(week, to)}`).join(" · ")}
        </p>
      )}
      <p className="text-12 text-text-2">
        {t("Level 1 is called first. What reaches beyond the week is kept there.")}
      </p>
    </Form>
  );
}
