import type { Finding, FindingEvent } from "@isocenter/contract";
import { Link } from "@tanstack/react-router";
import { IconButton } from "../kit/Button.tsx";
import { dayOf, momentIn } from "../kit/dates.ts";
import { joined } from "../kit/joined.ts";
import { ErrorState } from "../kit/States.tsx";
import { SeverityTag, Tag } from "../kit/Tag.tsx";
import { useTimeZone } from "../studies/queries.ts";
import { message, t } from "../words/words.ts";
import { AcknowledgeForm } from "./AcknowledgeForm.tsx";
import { ChangeFinding } from "./ChangeFinding.tsx";
import { channelWords } from "./channels.ts";
import { Deliveries } from "./Deliveries.tsx";
import { FollowUpForm, FollowUpList } from "./FollowUps.tsx";
import { useFinding, useHistory } from "./queries.ts";

const words: Readonly<Record<FindingEvent["kind"], string>> = {
  RAISED: message("Raised"),
  TOLD: message("Told"),
  NOBODY_FOUND: message("Nobody was found for this step"),
  NOTIFIED: message("Reached"),
  REACHED: message("Reached"),
  CHANGED: message("Changed"),
  CONTACT_LATE: message("Nobody was reached in time"),
  ACKNOWLEDGE_LATE: message("Not acknowledged in time"),
  ALARM_REPEATED: message("Alarm repeated"),
  ACKNOWLEDGED: message("Acknowledged"),
  FOLLOW_UP: message("To be done"),
  FOLLOW_UP_DUE: message("Follow-up is due"),
  FOLLOW_UP_DONE: message("Follow-up done"),
  CLOSED: message("Closed"),
  VOIDED: message("Void"),
};

const methodWords: Readonly<Record<string, string>> = {
  APP: message("in the app"),
  IN_APP: message("in the app"),
  PHONE: message("Call"),
  IN_PERSON: message("In person"),
  MESSAGE: message("Message"),
};

/** One finding: who was told when, and the answer. */
export function FindingPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const finding = useFinding(id);
  if (finding.isError) return <ErrorState error={finding.error} onRetry={() => void finding.refetch()} />;
  if (!finding.data) return <aside className="peek" aria-busy="true" aria-label={t("Critical finding")} />;
  return <Loaded finding={finding.data} onClose={onClose} />;
}

function Loaded({ finding, onClose }: { finding: Finding; onClose: () => void }) {
  const { patient, actions, acknowledgement } = finding;
  const timeZone = useTimeZone();
  return (
    <aside className="peek" aria-label={t("Critical finding: {name}", { name: patient.name })}>
      <header>
        <div className="flex items-center gap-2">
          <SeverityTag severity={finding.severity} />
          {finding.escalationLevel > 0 && (
            <Tag tone="crit">{t("Escalated, level {level}", { level: finding.escalationLevel })}</Tag>
          )}
          <span className="flex-1" />
          <IconButton icon="x" label={t("Close the panel, Escape")} onClick={onClose} />
        </div>
        <h2 className="mt-1 text-16 font-semibold [overflow-wrap:anywhere]">{finding.description}</h2>
        <p className="text-12 text-text-2">
          {patient.name} ·{" "}
          {joined(patient.sex, patient.birthDate && t("born {date}", { date: dayOf(patient.birthDate) }))} ·{" "}
          <span className="mono">{patient.identifier}</span>
        </p>
        <p className="mt-1 text-12">
          <Link to="/report/$studyId" params={{ studyId: finding.studyId }} className="link">
            {t("{study} and its report", { study: finding.studyDescription || t("The study") })}
          </Link>
        </p>
      </header>
      <div className="min-h-0 flex-1 overflow-auto">
        <section aria-label={t("Who was told")}>
          <h3 className="text-12 text-text-3">{t("Who was told")}</h3>
          <Timeline finding={finding} />
          {finding.nextEscalationAt && !acknowledgement && (
            <p className="mt-2 text-12 text-text-2">
              {t("Next:")} {momentIn(timeZone, finding.nextEscalationAt)}
            </p>
          )}
        </section>
        <Deliveries id={finding.id} version={finding.version} />
        {acknowledgement && (
          <section aria-label={t("Answer")}>
            <h3 className="text-12 text-text-3">{t("Answer")}</h3>
            <p className="mt-1">
              {acknowledgement.by.name}, {momentIn(timeZone, acknowledgement.at)},{" "}
              {t(methodWords[acknowledgement.method] ?? acknowledgement.method)}
            </p>
            {acknowledgement.readBack && <p className="mt-1 text-text-2">“{acknowledgement.readBack}”</p>}
          </section>
        )}
        {finding.voidReason !== null && (
          <section aria-label={t("Why it is void")}>
            <h3 className="text-12 text-text-3">{t("Why it is void")}</h3>
            <p className="mt-1 [overflow-wrap:anywhere]">{finding.voidReason}</p>
          </section>
        )}
        {finding.closeNote !== null && (
          <section aria-label={t("What came of it")}>
            <h3 className="text-12 text-text-3">{t("What came of it")}</h3>
            <p className="mt-1 [overflow-wrap:anywhere]">{finding.closeNote}</p>
          </section>
        )}
        <FollowUpList finding={finding} />
        <ChangeFinding finding={finding} />
      </div>
      {(actions.includes("acknowledge") || actions.includes("record-call")) && (
        <AcknowledgeForm finding={finding} />
      )}
      {actions.includes("follow-up") && <FollowUpForm finding={finding} />}
    </aside>
  );
}

/** A message that was delivered is not a person who was reached. */
function eventWords({ kind, data }: FindingEvent): string {
  const channel = data.by === "EMAIL" || data.by === "SERVICE" ? data.by : null;
  if (kind !== "NOTIFIED" || channel === null) return t(words[kind]);
  return t("Delivered ({channel}) to", { channel: t(channelWords[channel]) });
}

function Timeline({ finding }: { finding: Finding }) {
  const history = useHistory(finding.id, finding.version);
  const timeZone = useTimeZone();
  return (
    <ol className="finding-history">
      {history.data?.data.map((event) => (
        <li
          key={event.id}
          className={event.kind.endsWith("LATE") || event.kind === "NOBODY_FOUND" ? "bad" : ""}
        >
          <span className="text-text-3">{momentIn(timeZone, event.at)}</span>
          <span>
            {eventWords(event)}
            {event.people.length > 0 && <strong> {event.people.map(({ name }) => name).join(", ")}</strong>}
            {event.kind === "RAISED" && ` ${t("by {name}", { name: event.by.name })}`}
          </span>
        </li>
      ))}
    </ol>
  );
}
