import type { TimelineEntry } from "@isocenter/contract";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useMe } from "../api/client.ts";
import { Button } from "../kit/Button.tsx";
import { clockIn, dayInYear, formatOf } from "../kit/dates.ts";
import { Icon, type IconName } from "../kit/Icon.tsx";
import { Skeleton } from "../kit/Skeleton.tsx";
import { EmptyState, ErrorState, NoMatch } from "../kit/States.tsx";
import { Tag } from "../kit/Tag.tsx";
import { useTimeZone } from "../studies/queries.ts";
import { message, t } from "../words/words.ts";
import { useTimeline } from "./queries.ts";
import { detailOf, stateWord } from "./timeline-words.ts";

type Type = TimelineEntry["type"];
const types: Readonly<Record<Type, { word: string; one: string; icon: IconName }>> = {
  ORDER: { word: message("Orders"), one: message("Order"), icon: "calendar" },
  STUDY: { word: message("Studies"), one: message("Study"), icon: "scan" },
  REPORT: { word: message("Reports"), one: message("Report"), icon: "file" },
  FINDING: { word: message("Findings"), one: message("Finding"), icon: "bell" },
  BILL: { word: message("Bills"), one: message("Bill"), icon: "list" },
};

/** The month of a moment, as a heading. */
const monthOf = (iso: string, timeZone: string | undefined): string =>
  formatOf(timeZone, { month: "long", year: "numeric" }).format(new Date(iso));

/** All that happened with a patient, the newest first. */
export function Timeline({ patientId }: { patientId: string }) {
  const [type, setType] = useState<Type | null>(null);
  const timeline = useTimeline(patientId, type);
  const timeZone = useTimeZone();
  if (timeline.isError && !timeline.data)
    return <ErrorState error={timeline.error} onRetry={() => void timeline.refetch()} />;
  const entries = timeline.data?.data;
  const months = Map.groupBy(entries ?? [], ({ at }) => monthOf(at, timeZone));
  return (
    <section
      className="timeline"
      aria-label={t("Timeline")}
      aria-busy={!entries || timeline.isPlaceholderData}
    >
      <fieldset className="seg" aria-label={t("What is shown")}>
        <button type="button" aria-pressed={type === null} onClick={() => setType(null)}>
          {t("All")}
        </button>
        {(Object.keys(types) as Type[]).map((one) => (
          <button key={one} type="button" aria-pressed={type === one} onClick={() => setType(one)}>
            <Icon name={types[one].icon} size="s" />
            {t(types[one].word)}
          </button>
        ))}
      </fieldset>
      {!entries && <Skeleton width="100%" height={40} />}
      {entries?.length === 0 &&
        (type ? (
          <NoMatch
            title={t("Nothing of this kind")}
            action={<Button onClick={() => setType(null)}>{t("Show all")}</Button>}
          >
            {t("There is nothing of this kind that you may see.")}
          </NoMatch>
        ) : (
          <EmptyState title={t("Nothing yet")} icon="clock">
            {t("Orders, studies, reports, critical findings and bills appear here as they happen.")}
          </EmptyState>
        ))}
      {[...months].map(([month, list]) => (
        <section key={month} className="grid gap-2" aria-label={month}>
          <h3 className="timeline-month">{month}</h3>
          {list.map((entry) => (
            <Row key={`${entry.type} ${entry.id}`} entry={entry} timeZone={timeZone} />
          ))}
        </section>
      ))}
      {timeline.data?.pagination.next && (
        <p className="note plain">{t("The newest hundred are shown. Narrow by kind to see older ones.")}</p>
      )}
    </section>
  );
}

function Row({ entry, timeZone }: { entry: TimelineEntry; timeZone: string | undefined }) {
  const look = types[entry.type];
  const bad = entry.type === "FINDING" && (entry.status === "OPEN" || entry.status === "NOTIFIED");
  const late = entry.type === "BILL" && entry.status === "OVERDUE";
  return (
    <div className="timeline-row">
      <time dateTime={entry.at}>
        {dayInYear(timeZone, entry.at)}
        <br />
        <span className="text-text-3">{clockIn(timeZone, entry.at)}</span>
      </time>
      <span className="timeline-mark" aria-hidden="true">
        <Icon name={look.icon} size="xs" />
      </span>
      <Card entry={entry} bad={bad}>
        <span className="w-26 text-11 text-text-3">{t(look.one)}</span>
        <span className="min-w-0 flex-1 text-13 font-medium [overflow-wrap:anywhere]">{entry.title}</span>
        {entry.detail && <span className="text-12 text-text-2">{detailOf(entry)}</span>}
        {entry.accessionNumber && <span className="mono text-12 text-text-3">{entry.accessionNumber}</span>}
        <Tag tone={bad || late ? "crit" : "line"}>{stateWord(entry)}</Tag>
      </Card>
    </div>
  );
}

/** What leads to the entry's own page, where there is one for this person. */
function Card({ entry, bad, children }: { entry: TimelineEntry; bad: boolean; children: React.ReactNode }) {
  const granted = useMe()?.permissions ?? [];
  const className = `timeline-card ${bad ? "bad" : ""}`;
  if (entry.type === "ORDER" && granted.includes("orders.read"))
    return (
      <Link to="/orders/$orderId" params={{ orderId: entry.id }} className={className}>
        {children}
      </Link>
    );
  if (entry.type === "FINDING" && granted.includes("findings.read"))
    return (
      <Link to="/findings" search={{ finding: entry.id }} className={className}>
        {children}
      </Link>
    );
  if (entry.type === "BILL" && granted.includes("bills.read"))
    return (
      <Link to="/billing/$billId" params={{ billId: entry.id }} className={className}>
        {children}
      </Link>
    );
  const studyId = entry.type === "STUDY" ? entry.id : entry.type === "REPORT" ? entry.studyId : null;
  if (studyId && granted.includes("reports.read"))
    return (
      <Link to="/report/$studyId" params={{ studyId }} className={className}>
        {children}
      </Link>
    );
  return <div className={className}>{children}</div>;
}
