import type { Finding, ImagingOrder } from "@isocenter/contract";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useMe } from "../api/client.ts";
import { studyThumbnailUrl } from "../api/pictures.ts";
import { answerDeadlineOf } from "../findings/deadline.ts";
import { useFindings } from "../findings/queries.ts";
import { clockIn, dateIn, dayOf } from "../kit/dates.ts";
import { Icon } from "../kit/Icon.tsx";
import { joined } from "../kit/joined.ts";
import { useNow } from "../kit/now.ts";
import { Skeleton } from "../kit/Skeleton.tsx";
import { EmptyState, ErrorState, NoMatch } from "../kit/States.tsx";
import { useShortcuts } from "../kit/shortcuts.ts";
import { SeverityTag, Tag } from "../kit/Tag.tsx";
import { Thumbnail } from "../kit/Thumbnail.tsx";
import { imagingModalities, sexAndAge } from "../studies/format.ts";
import { addDays } from "../studies/list-state.ts";
import { useTimeZone, useToday } from "../studies/queries.ts";
import { moveSelection } from "../studies/selection.ts";
import { t } from "../words/words.ts";
import { OrderRow } from "./OrderRow.tsx";
import { mostBeyond, useMyOrders, useReportedStudies, useReportNotices, useStudiesById } from "./queries.ts";
import { byDay, type Result, resultsOf, toldOf } from "./results.ts";
import { type ResultsState, type ResultView, readResultsState, resultViews } from "./results-state.ts";
import "../reading/reading.css";
import "./results.css";

/** What a physician asked for, and what came of it. */
export function ResultsPage() {
  const state = useSearch({ from: "/guarded/shell/results" });
  const view = state.view ?? "new";
  const navigate = useNavigate();
  const me = useMe();
  const timeZone = useTimeZone();
  const notices = useReportNotices();
  const studies = useReportedStudies(state.query);
  const orders = useMyOrders(me?.id ?? "");
  const findings = useFindings("pending");
  const told = toldOf(notices ?? []);
  const listed = studies.data?.data ?? [];
  const unread = [...told].filter(([, { unread: ids }]) => ids.length > 0).map(([id]) => id);
  const notListed =
    state.query || !studies.data ? [] : unread.filter((id) => !listed.some((study) => study.id === id));
  const beyond = useStudiesById(notListed);
  const all = resultsOf([...listed, ...beyond], told);
  const fresh = all.filter((result) => result.unread.length > 0);
  const waiting = (orders.data?.data ?? []).filter((order) => fits(order, state.query));
  const rows = view === "waiting" ? [] : view === "new" ? fresh : all;
  const groups = byDay(rows, (iso) => dateIn(timeZone, Date.parse(iso)));
  const critical = (findings.data?.data ?? []).filter(({ severity }) => severity !== "LOW");
  const [selected, setSelected] = useState<string | null>(null);
  const keyed = rows.map(({ study }) => study);
  const move = (by: number) => setSelected(moveSelection(keyed, selected, by));
  useShortcuts(t("Results"), [
    { caps: ["J", "K"], label: t("move"), inBar: true },
    { caps: ["J"], label: t("next result, also ↓"), on: ["j", "arrowdown"], run: () => move(1) },
    { caps: ["K"], label: t("result before, also ↑"), on: ["k", "arrowup"], run: () => move(-1) },
    {
      caps: ["↵"],
      label: t("open the result"),
      on: ["enter"],
      inBar: true,
      run: () => selected && void navigate({ to: "/results/$studyId", params: { studyId: selected } }),
    },
    {
      caps: ["F"],
      label: t("filter"),
      on: ["f"],
      inBar: true,
      run: () => document.getElementById("results-query")?.focus(),
    },
  ]);
  if (!me?.permissions.includes("reports.read") || !me.permissions.includes("orders.read")) {
    return (
      <EmptyState title={t("Results are not part of your role")} icon="lock">
        {t("Ask an administrator if you need to see reports.")}
      </EmptyState>
    );
  }
  const counts = { new: fresh.length, waiting: orders.data?.pagination.total ?? 0, all: null };
  const failed = view === "waiting" ? orders : studies;
  const page = view === "waiting" ? orders.data : studies.data;
  const notShown =
    view === "new" ? notListed.length - mostBeyond : (page?.pagination.total ?? 0) - (page?.data.length ?? 0);
  const loading = view === "waiting" ? !orders.data : !studies.data || !notices;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="results-head">
        <search className="input">
          <Icon name="search" size="s" />
          <input
            id="results-query"
            type="search"
            aria-label={t("My patients and orders")}
            placeholder={t("My patients and orders")}
            defaultValue={state.query ?? ""}
            onChange={({ target }) =>
              void navigate({
                to: "/results",
                search: readResultsState({ ...state, query: target.value }),
                replace: true,
              })
            }
          />
        </search>
        <nav className="tabs" aria-label={t("Views")}>
          {(Object.keys(resultViews) as ResultView[]).map((one) => (
            <Link
              key={one}
              to="/results"
              search={inView(state, one)}
              activeOptions={{ exact: true }}
              aria-current={view === one ? "page" : undefined}
            >
              {t(resultViews[one].label)}{" "}
              {counts[one] ? <span className="text-text-3">{counts[one]}</span> : null}
            </Link>
          ))}
        </nav>
      </div>
      <div className="min-h-0 flex-1 overflow-auto">
        <div className="results">
          {critical.map((finding) => (
            <Critical key={finding.id} finding={finding} />
          ))}
          {failed.isError && !failed.data ? (
            <ErrorState
              error={failed.error}
              onRetry={() => void failed.refetch()}
              safe={t("No result is lost.")}
            />
          ) : loading ? (
            <div className="grid gap-3 p-4" aria-busy="true">
              {[80, 64, 72, 58].map((width) => (
                <Skeleton key={width} width={`${width}%`} height={56} />
              ))}
            </div>
          ) : view === "waiting" ? (
            waiting.length > 0 ? (
              <ul aria-label={t("My orders")}>
                {waiting.map((order) => (
                  <OrderRow key={order.id} order={order} />
                ))}
              </ul>
            ) : (
              <Nothing state={state} />
            )
          ) : rows.length === 0 ? (
            <Nothing state={state} />
          ) : (
            groups.map(({ day, results }) => (
              <DayOfResults key={day} day={day} results={results} selected={selected} />
            ))
          )}
          {!loading && <NotShown view={view} count={notShown} />}
        </div>
      </div>
    </div>
  );
}

/** A list has an end, and what lies beyond it is not passed over in silence. */
function NotShown({ view, count }: { view: ResultView; count: number }) {
  if (count <= 0) return null;
  return (
    <p className="note m-2" role="note">
      {view === "waiting"
        ? t(
            "{count, plural, one {# more order is} other {# more orders are}} not shown here: the page Orders lists all.",
            { count },
          )
        : t(
            "{count, plural, one {# more result is} other {# more results are}} not shown: search finds all.",
            { count },
          )}
    </p>
  );
}

/** The server does not search orders by words: those that are here are searched. */
function fits(order: ImagingOrder, query: string | undefined): boolean {
  if (!query) return true;
  const text = [
    order.patient.name,
    order.patient.identifier,
    order.accessionNumber,
    order.procedureName,
  ].join(" ");
  return query
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.toLocaleLowerCase().includes(word));
}

function inView({ view: _, ...rest }: ResultsState, view: ResultView): ResultsState {
  return view === "new" ? rest : { ...rest, view };
}

function Nothing({ state: { view = "new", query } }: { state: ResultsState }) {
  if (query)
    return <NoMatch title={t("Nothing fits")}>{t("Other words may find it, or another view.")}</NoMatch>;
  if (view === "waiting")
    return (
      <EmptyState title={t("No order of yours waits")}>
        {t("Orders stand here until their report is signed.")}
      </EmptyState>
    );
  if (view === "all")
    return (
      <EmptyState title={t("No results yet")}>
        {t("Final reports of patients in your care appear here.")}
      </EmptyState>
    );
  return (
    <EmptyState title={t("Everything is read")}>
      {t("New results appear here the moment they are signed.")}
    </EmptyState>
  );
}

/** A finding that waits for an answer stands before everything else. */
function Critical({ finding }: { finding: Finding }) {
  const now = useNow();
  const { tone, text } = answerDeadlineOf(finding, now);
  const { patient } = finding;
  const mine = finding.actions.includes("acknowledge");
  return (
    <article
      className="critical-card"
      aria-label={t("Critical finding: {what}", { what: finding.description })}
    >
      <header className="flex items-center gap-2">
        <SeverityTag severity={finding.severity} word={t("Critical finding")} />
        <span className="flex-1" />
        <strong className={tone === "late" || tone === "soon" ? "text-crit" : "text-text-2"}>{text}</strong>
      </header>
      <div className="flex gap-3">
        <Thumbnail
          url={studyThumbnailUrl({ id: finding.studyId })}
          version="1"
          alt=""
          className="result-thumb"
        />
        <div className="min-w-0">
          <p className="text-14 font-semibold [overflow-wrap:anywhere]">{finding.description}</p>
          <p className="text-12 text-text-2">
            {joined(
              patient.name,
              sexAndAge(patient, finding.raisedAt.slice(0, 10)),
              finding.studyDescription,
            )}
          </p>
        </div>
      </div>
      <Link
        to="/results/$studyId"
        params={{ studyId: finding.studyId }}
        className="btn primary l result-action"
      >
        {mine ? t("Read and acknowledge") : t("Read")}
      </Link>
    </article>
  );
}

function DayOfResults({
  day,
  results,
  selected,
}: {
  day: string;
  results: Result[];
  selected: string | null;
}) {
  const today = useToday();
  const title =
    day === today
      ? t("Today")
      : day === addDays(today, -1)
        ? t("Yesterday")
        : day
          ? dayOf(day)
          : t("Day not known");
  return (
    <section aria-label={title}>
      <h2 className="result-day">{title}</h2>
      <ul>
        {results.map((result) => (
          <ResultRow key={result.study.id} result={result} selected={result.study.id === selected} />
        ))}
      </ul>
    </section>
  );
}

function ResultRow({ result: { study, at, told, unread }, selected }: { result: Result; selected: boolean }) {
  const timeZone = useTimeZone();
  const time = at ? clockIn(timeZone, at) : study.studyTime?.slice(0, 5);
  const changed = told !== null && told !== "FINAL";
  return (
    <li>
      <Link
        to="/results/$studyId"
        params={{ studyId: study.id }}
        className={`result-row ${selected ? "selected" : ""}`}
        aria-current={selected ? "true" : undefined}
      >
        <span className={unread.length > 0 ? "unread" : ""} aria-hidden="true" />
        <Thumbnail
          url={studyThumbnailUrl(study)}
          version={`${study.version}`}
          alt=""
          className="result-thumb"
        />
        <span className="min-w-0">
          <span className={`block text-14 ${unread.length > 0 ? "font-semibold" : "font-medium"}`}>
            {study.patient.name || t("No name")}
            {unread.length > 0 && <span className="sr-only">, {t("unread")}</span>}
          </span>
          <span className="block text-12 text-text-2">
            {study.studyDescription ?? imagingModalities(study.modalities).join(" ")}
          </span>
          <span className="block text-12 text-text-3">
            {joined(sexAndAge(study.patient, study.studyDate), study.patient.identifier)}
          </span>
        </span>
        <span className="grid justify-items-end gap-1 self-start text-12 text-text-3">
          {time}
          {changed && <Tag tone="urg">{t(told === "APPENDED" ? "added to" : "amended")}</Tag>}
        </span>
      </Link>
    </li>
  );
}
