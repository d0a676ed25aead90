import type { NoticeDelivery } from "@isocenter/contract";
import { momentIn } from "../kit/dates.ts";
import { Icon } from "../kit/Icon.tsx";
import { useTimeZone } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import { channelWords } from "./channels.ts";
import { useHistory } from "./queries.ts";

/** What became of each notice by each channel: what was delivered, what failed, what came twice. */
export function Deliveries({ id, version }: { id: string; version: number }) {
  const history = useHistory(id, version);
  const deliveries = history.data?.deliveries ?? [];
  if (deliveries.length === 0) return null;
  const notices = [...Map.groupBy(deliveries, ({ noticeId }) => noticeId).values()].reverse();
  const failing = deliveries.filter(({ state }) => state === "FAILED" || state === "GAVE_UP").length;
  return (
    <section aria-label={t("Deliveries")}>
      <details className="finding-deliveries" open={failing > 0}>
        <summary className="text-12 text-text-3">
          {t("Deliveries")}{" "}
          {failing > 0 && (
            <span className="text-crit">
              {t("{count, plural, one {# did not arrive} other {# did not arrive}}", { count: failing })}
            </span>
          )}
        </summary>
        <ol className="finding-history">
          {notices.map((notice) => (
            <Told key={notice[0]!.noticeId} notice={notice} />
          ))}
        </ol>
      </details>
    </section>
  );
}

function Told({ notice }: { notice: readonly NoticeDelivery[] }) {
  const timeZone = useTimeZone();
  const [first] = notice;
  if (!first) return null;
  return (
    <li>
      <span className="text-text-3">{momentIn(timeZone, first.createdAt)}</span>
      <div>
        <strong>{first.recipient.name}</strong>
        <ul>
          {notice.map((delivery) => (
            <Way key={delivery.channel} delivery={delivery} />
          ))}
        </ul>
      </div>
    </li>
  );
}

function Way({ delivery }: { delivery: NoticeDelivery }) {
  const { channel, state, repeated, attempts } = delivery;
  const error = state === "SENT" ? null : attempts.findLast((attempt) => attempt.error)?.error;
  const bad = state === "FAILED" || state === "GAVE_UP";
  const arrived = channel === "IN_APP" ? delivery.readAt !== null : state === "SENT";
  return (
    <li className={`delivery ${bad ? "bad" : ""}`}>
      <Icon
        name={arrived ? "check" : bad ? "urgent" : "clock"}
        size="s"
        className={arrived ? "text-ok" : bad ? "" : "text-text-3"}
      />
      <span>
        {t(channelWords[channel])}: <Outcome delivery={delivery} />
        {repeated && ` · ${t("sent again, may have come twice")}`}
        {error && <span className="block text-text-2">{error}</span>}
      </span>
    </li>
  );
}

function Outcome({
  delivery: { channel, state, sentAt, readAt, endedAt, attempts },
}: {
  delivery: NoticeDelivery;
}) {
  const timeZone = useTimeZone();
  if (channel === "IN_APP") {
    if (readAt) return t("read {at}", { at: momentIn(timeZone, readAt) });
    return endedAt ? t("not read; somebody else has answered") : t("not read yet");
  }
  switch (state) {
    case "SENT":
      return t("delivered {at}", { at: momentIn(timeZone, sentAt ?? "") });
    case "WITHDRAWN":
      return t("not needed any more");
    case "GAVE_UP":
      return t("given up after {count, plural, one {# attempt} other {# attempts}}", {
        count: attempts.length,
      });
    case "FAILED":
      return t("is tried again; {count, plural, one {# attempt} other {# attempts}} so far", {
        count: attempts.length,
      });
    case "QUEUED":
      return t("waits to be sent");
  }
}
