import type { OnCallEntry } from "@isocenter/contract";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api, useMe } from "../../api/client.ts";
import { everyPage } from "../../api/every-page.ts";
import { dayWords } from "../../calendar/clock.ts";
import { Button } from "../../kit/Button.tsx";
import { dateIn } from "../../kit/dates.ts";
import { Field } from "../../kit/Field.tsx";
import { FormDialog } from "../../kit/forms.tsx";
import { Icon } from "../../kit/Icon.tsx";
import { EmptyState } from "../../kit/States.tsx";
import { useShortcuts } from "../../kit/shortcuts.ts";
import { sending } from "../../kit/typed.ts";
import { t } from "../../words/words.ts";
import { useAddress } from "../parts/address.ts";
import { FacilityField } from "../parts/FacilityFields.tsx";
import { useFacilityOptions } from "../parts/facilities.ts";
import { Answer } from "../parts/Listing.tsx";
import { Card, Page } from "../parts/Page.tsx";
import { dateAfter, instantIn, mondayOf } from "../parts/zoned.ts";
import { OnCallSide } from "./OnCallSide.tsx";
import { momentWords, type Week } from "./on-call-week.ts";
import { gapsOf, type Span, servicesOf, spanOf, within } from "./roster.ts";

const weeksAround = 5;

function weekOf(monday: string, timeZone: string): Week {
  const at = (date: string) => Date.parse(instantIn(timeZone, `${date}T00:00`) ?? "");
  return { monday, timeZone, bounds: { from: at(monday), to: at(dateAfter(monday, 7)) } };
}

const same = (one: string, other: string) => one.trim().toLowerCase() === other.trim().toLowerCase();

/** Who is called when, week by week; when nobody would be stands out. */
export default function OnCallPage() {
  const { state, change } = useAddress();
  const me = useMe();
  const facilities = useFacilityOptions();
  const mayChange = me?.permissions.includes("on-call.manage") ?? false;
  const facilityId = state.facility ?? facilities[0]?.value ?? "";
  const timeZone = me?.facilities.find(({ id }) => id === facilityId)?.timeZone ?? "UTC";
  const thisWeek = mondayOf(dateIn(timeZone, Date.now()));
  const week = weekOf(
    state.from && instantIn(timeZone, `${state.from}T00:00`) ? mondayOf(state.from) : thisWeek,
    timeZone,
  );
  const [adding, setAdding] = useState(false);
  const shown = {
    from: new Date(week.bounds.from).toISOString(),
    to: new Date(week.bounds.to).toISOString(),
  };
  const entries = useQuery({
    queryKey: ["on-call", facilityId, shown],
    meta: { live: ["on-call", "user"] },
    queryFn: async ({ signal }) => (await entriesOf({ facilityId, ...shown }, signal)).data,
  });
  const services = useServices(facilityId, week);
  const go = (days: number) => change({ from: dateAfter(week.monday, days), id: undefined });
  useShortcuts(t("On call"), [
    { caps: ["[", "]"], label: t("weeks"), inBar: true },
    { caps: ["["], label: t("week before"), on: ["["], run: () => go(-7) },
    { caps: ["]"], label: t("next week"), on: ["]"], run: () => go(7) },
    ...(mayChange
      ? [{ caps: ["N"], label: t("new roster"), on: ["n"], inBar: true, run: () => setAdding(true) }]
      : []),
  ]);
  const rowsOf = (service: string, all: readonly OnCallEntry[]) =>
    all.filter((entry) => same(entry.service, service));
  return (
    <Page
      title={t("On call")}
      about={t("Who is told of critical findings and urgent studies when nobody else is there")}
      actions={
        <>
          <FacilityField value={facilityId} onChange={(facility) => change({ facility, id: undefined })} />
          {mayChange && (
            <Button variant="primary" size="l" icon="plus" hotkey="N" onClick={() => setAdding(true)}>
              {t("New roster")}
            </Button>
          )}
        </>
      }
      side={
        state.id &&
        entries.data && (
          <OnCallSide
            key={`${facilityId} ${state.id} ${week.monday}`}
            service={state.id}
            facilityId={facilityId}
            week={week}
            entries={rowsOf(state.id, entries.data)}
            versionKnown={rosterVersion(state.id, [...entries.data, ...(services.data?.entries ?? [])])}
            mayChange={mayChange}
            onClose={() => change({ id: undefined })}
          />
        )
      }
    >
      <div className="flex flex-wrap items-center gap-2">
        <Button size="s" onClick={() => go(-7)}>
          {t("Week before")}
        </Button>
        <Button size="s" onClick={() => change({ from: undefined })} disabled={week.monday === thisWeek}>
          {t("This week")}
        </Button>
        <Button size="s" onClick={() => go(7)}>
          {t("Next week")}
        </Button>
        <b className="ml-1 text-14 font-semibold" aria-live="polite">
          {dayWords(week.monday, "long")} – {dayWords(dateAfter(week.monday, 6), "long")}
        </b>
        <span className="text-12 text-text-3">{timeZone}</span>
      </div>
      <Answer query={entries}>
        {(all) => {
          const names = servicesOf([...all, ...(services.data?.entries ?? [])].map(({ service }) => service));
          const without = (services.data?.departments ?? []).filter(
            (name) => !names.some((other) => same(other, name)),
          );
          return (
            <>
              {names.length === 0 && (
                <EmptyState title={t("Nobody is on call")} icon="bell">
                  {t(
                    "No service has a roster in these weeks: critical findings of the night reach nobody by it.",
                  )}
                </EmptyState>
              )}
              {names.map((service) => (
                <Service
                  key={service}
                  service={service}
                  week={week}
                  entries={rowsOf(service, all)}
                  opened={state.id !== undefined && same(state.id, service)}
                  onOpen={() => change({ id: service })}
                />
              ))}
              {without.length > 0 && mayChange && (
                <Card title={t("Departments without a roster")}>
                  <div className="flex flex-wrap gap-2 px-4 pb-4">
                    {without.map((name) => (
                      <Button key={name} size="s" icon="plus" onClick={() => change({ id: name })}>
                        {name}
                      </Button>
                    ))}
                  </div>
                </Card>
              )}
            </>
          );
        }}
      </Answer>
      {adding && (
        <NewRoster
          onClose={() => setAdding(false)}
          onNamed={(service) => {
            setAdding(false);
            change({ id: service });
          }}
        />
      )}
    </Page>
  );
}

const entriesOf = (query: { facilityId: string; from: string; to: string }, signal: AbortSignal) =>
  everyPage((paging) =>
    answerOf(api.GET("/api/v1/on-call", { params: { query: { ...query, ...paging } }, signal })),
  );

/** Which services have a roster around a week, and the departments, which may have one. */
function useServices(facilityId: string, { bounds }: Week) {
  const weekMs = 7 * 86_400_000;
  const from = new Date(bounds.from - weeksAround * weekMs).toISOString();
  const to = new Date(bounds.to + weeksAround * weekMs).toISOString();
  return useQuery({
    queryKey: ["on-call", "services", facilityId, from],
    meta: { live: ["on-call", "department"] },
    queryFn: async ({ signal }) => {
      const departments = await answerOf(
        api.GET("/api/v1/departments", { params: { query: { facilityId, limit: 200 } }, signal }),
      );
      return {
        entries: (await entriesOf({ facilityId, from, to }, signal)).data,
        departments: departments.data.map(({ name }) => name),
      };
    },
  });
}

const rosterVersion = (service: string, entries: readonly OnCallEntry[]): number | undefined =>
  entries.find((entry) => same(entry.service, service))?.version;

const share = (at: number, { from, to }: Span) => `${(((at - from) / (to - from)) * 100).toFixed(3)}%`;
const placed = (span: Span, bounds: Span) => ({
  left: share(span.from, bounds),
  right: `calc(100% - ${share(span.to, bounds)})`,
});

function Service({
  service,
  week,
  entries,
  opened,
  onOpen,
}: {
  service: string;
  week: Week;
  entries: readonly OnCallEntry[];
  opened: boolean;
  onOpen: () => void;
}) {
  const { bounds } = week;
  const levels = [...new Set(entries.map(({ level }) => level))].sort();
  const gaps = gapsOf(entries, bounds);
  const days = Array.from({ length: 7 }, (_, index) => dateAfter(week.monday, index));
  return (
    <section className={`admin-card roster ${opened ? "opened" : ""}`} aria-label={service}>
      <header>
        <h3>{service}</h3>
        <span className="flex-1" />
        <Button size="s" aria-expanded={opened} onClick={onOpen}>
          {t("Open the week")}
          <span className="sr-only"> {service}</span>
        </Button>
      </header>
      {gaps.length > 0 && (
        <div className="note crit mx-4 mb-2" role="status">
          <Icon name="alert" size="s" />
          <p>
            <strong>
              {t(
                "{count, plural, one {Nobody is on call in # stretch of time:} other {Nobody is on call in # stretches of time:}}",
                {
                  count: gaps.length,
                },
              )}
            </strong>{" "}
            {gaps
              .slice(0, 7)
              .map(({ from, to }) => `${momentWords(week, from)} – ${momentWords(week, to)}`)
              .join(" · ")}
            {gaps.length > 7 && " …"}
          </p>
        </div>
      )}
      <div className="roster-week">
        <div className="roster-days" aria-hidden="true">
          {days.map((date) => (
            <span key={date}>{dayWords(date)}</span>
          ))}
        </div>
        {levels.map((level) => (
          <ul key={level} className="roster-line" aria-label={t("Level {level}", { level })}>
            {entries
              .filter((entry) => entry.level === level)
              .map((entry) => {
                const span = within(spanOf(entry), bounds);
                if (!span) return null;
                const words = `${momentWords(week, spanOf(entry).from)} – ${momentWords(week, spanOf(entry).to)}`;
                return (
                  <li key={entry.id} style={placed(span, bounds)} title={`${entry.user.name}, ${words}`}>
                    <span className="truncate">{entry.user.name}</span>
                    <span className="sr-only">, {words}</span>
                  </li>
                );
              })}
          </ul>
        ))}
        {gaps.length > 0 && (
          <div className="roster-line gaps" aria-hidden="true">
            {gaps.map((gap) => (
              <span key={gap.from} style={placed(gap, bounds)}>
                <span className="truncate">{t("nobody")}</span>
              </span>
            ))}
          </div>
        )}
      </div>
    </section>
  );
}

function NewRoster({ onNamed, onClose }: { onNamed: (service: string) => void; onClose: () => void }) {
  const [service, setService] = useState("");
  return (
    <FormDialog
      title={t("New roster")}
      description={t("A roster is of a service, such as neuroradiology, or of a department.")}
      submit={t("Fill the week")}
      busy={false}
      problem={null}
      disabled={service.trim() === ""}
      onSubmit={() => {
        // What opens beside the week has the name.
        sending()();
        onNamed(service.trim());
      }}
      onClose={onClose}
    >
      <Field
        label={t("Service")}
        value={service}
        maxLength={128}
        onChange={({ target }) => setService(target.value)}
      />
    </FormDialog>
  );
}
