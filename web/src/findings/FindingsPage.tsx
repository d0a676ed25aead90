import type { Finding } from "@isocenter/contract";
import { severities } from "@isocenter/contract/workflow";
import { Link, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useMe } from "../api/client.ts";
import { studyThumbnailUrl } from "../api/pictures.ts";
import { joined } from "../kit/joined.ts";
import { useNow } from "../kit/now.ts";
import { Skeleton } from "../kit/Skeleton.tsx";
import { EmptyState, ErrorState } from "../kit/States.tsx";
import { useShortcuts } from "../kit/shortcuts.ts";
import { SeverityTag, Tag } from "../kit/Tag.tsx";
import { Thumbnail } from "../kit/Thumbnail.tsx";
import { moveSelection } from "../studies/selection.ts";
import { message, t } from "../words/words.ts";
import { deadlineOf } from "./deadline.ts";
import { FindingPanel } from "./FindingPanel.tsx";
import { type FindingView, findingViews } from "./findings-state.ts";
import { useFindings } from "./queries.ts";
import { severityWords } from "./severities.ts";
import "../reading/reading.css";
import "./findings.css";

const stateWords: Readonly<Record<Finding["status"], string>> = {
  OPEN: message("open|finding"),
  NOTIFIED: message("notified"),
  ACKNOWLEDGED: message("acknowledged"),
  FOLLOW_UP: message("follow-up"),
  CLOSED: message("closed"),
  VOID: message("void"),
};
/** Critical findings: whom they have reached, and until when somebody has to answer. */
export function FindingsPage() {
  const { view = "pending", finding } = useSearch({ from: "/guarded/shell/findings" });
  const me = useMe();
  const now = useNow();
  const list = useFindings(view);
  const [selected, setSelected] = useState<string | null>(null);
  useEffect(() => setSelected(finding ?? null), [finding]);
  const groups = severities
    .map((severity) => ({
      severity,
      items: (list.data?.data ?? []).filter((one) => one.severity === severity),
    }))
    .filter(({ items }) => items.length > 0);
  const rows = groups.flatMap(({ items }) => items);
  // What a notice led to is shown in whichever list it has gone to.
  const shown = selected === finding ? selected : (rows.find(({ id }) => id === selected)?.id ?? null);
  const move = (by: number) => setSelected(moveSelection(rows, selected, by));
  useShortcuts(t("Critical findings"), [
    { caps: ["J", "K"], label: t("move"), inBar: true },
    { caps: ["J"], label: t("next finding, also ↓"), on: ["j", "arrowdown"], run: () => move(1) },
    { caps: ["K"], label: t("finding before, also ↑"), on: ["k", "arrowup"], run: () => move(-1) },
    { caps: ["Esc"], label: t("close the panel"), on: ["escape"], run: () => setSelected(null) },
  ]);
  if (!me?.permissions.includes("findings.read")) {
    return (
      <EmptyState title={t("Critical findings are not part of your role")} icon="lock">
        {t("Ask an administrator if you need to see them.")}
      </EmptyState>
    );
  }
  return (
    <div className="flex h-full min-h-0">
      <section className="flex min-w-0 flex-1 flex-col" aria-label={t("Critical findings")}>
        <nav className="tabs" aria-label={t("Views")}>
          {(Object.keys(findingViews) as FindingView[]).map((one) => (
            <Link
              key={one}
              to="/findings"
              search={one === "pending" ? {} : { view: one }}
              activeOptions={{ exact: true }}
              aria-current={view === one ? "page" : undefined}
              onClick={() => setSelected(null)}
            >
              {t(findingViews[one].label)}
            </Link>
          ))}
        </nav>
        {list.isError && !list.data ? (
          <ErrorState
            error={list.error}
            onRetry={() => void list.refetch()}
            safe={t("The server goes on telling people.")}
          />
        ) : list.data && rows.length === 0 ? (
          <EmptyState title={view === "pending" ? t("Nobody waits for an answer") : t("Nothing here")}>
            {view === "pending"
              ? t("Critical findings of patients whom you may see appear here at once.")
              : t("There are no such critical findings.")}
          </EmptyState>
        ) : (
          <div className="min-h-0 flex-1 overflow-auto" aria-busy={!list.data}>
            {!list.data && <Skeleton width="60%" height={40} />}
            {groups.map(({ severity, items }) => (
              <section key={severity} aria-label={t(severityWords[severity])}>
                <h2 className="finding-group">
                  <SeverityTag severity={severity} /> <span className="text-text-3">{items.length}</span>
                </h2>
                <ul>
                  {items.map((finding) => (
                    <Row
                      key={finding.id}
                      finding={finding}
                      now={now}
                      selected={finding.id === selected}
                      onSelect={() => setSelected(finding.id)}
                    />
                  ))}
                </ul>
              </section>
            ))}
          </div>
        )}
      </section>
      {shown && <FindingPanel key={shown} id={shown} onClose={() => setSelected(null)} />}
    </div>
  );
}

function Row({
  finding,
  now,
  selected,
  onSelect,
}: {
  finding: Finding;
  now: number;
  selected: boolean;
  onSelect: () => void;
}) {
  const { tone, text, percent } = deadlineOf(finding, now);
  const told = finding.recipients.at(-1);
  return (
    <li>
      <button type="button" className="finding-row" aria-pressed={selected} onClick={onSelect}>
        <span className={`wait ${tone}`}>
          <span className="bar" aria-hidden="true">
            <i style={{ width: `${percent}%` }} />
          </span>
          <span className="v">{text}</span>
        </span>
        <Thumbnail
          url={studyThumbnailUrl({ id: finding.studyId })}
          version="1"
          alt=""
          className="finding-thumb"
        />
        <span className="min-w-0">
          <span className="block text-14 font-medium [overflow-wrap:anywhere]">{finding.description}</span>
          <span className="block text-12 text-text-2">
            {finding.patient.name} · {finding.patient.identifier}
          </span>
          <span className="block text-12 text-text-3">
            {joined(finding.studyDescription, t("raised by {name}", { name: finding.raisedBy.name }))}
          </span>
        </span>
        <span className="finding-state">
          <Tag tone={finding.status === "CLOSED" ? "ok" : "line"}>{t(stateWords[finding.status])}</Tag>
          {finding.contactLate && <Tag tone="crit">{t("contact late")}</Tag>}
          {finding.acknowledgeLate && <Tag tone="crit">{t("answer late")}</Tag>}
          {told && (
            <span className="block text-12 text-text-2">{t("Told: {name}", { name: told.name })}</span>
          )}
        </span>
      </button>
    </li>
  );
}
