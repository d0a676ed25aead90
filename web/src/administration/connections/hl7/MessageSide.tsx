import type { Hl7MessageDetail, Hl7MessageItem } from "@isocenter/contract";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answerOf } from "../../../api/api.ts";
import { api } from "../../../api/client.ts";
import { Button } from "../../../kit/Button.tsx";
import { CopyButton } from "../../../kit/CopyButton.tsx";
import { momentIn } from "../../../kit/dates.ts";
import { ReasonDialog } from "../../../kit/forms.tsx";
import { useRun } from "../../../kit/run.ts";
import { Tag } from "../../../kit/Tag.tsx";
import { useTimeZone } from "../../../studies/queries.ts";
import { t } from "../../../words/words.ts";
import { Answer } from "../../parts/Listing.tsx";
import { Side } from "../../parts/Page.tsx";
import { NewSystem } from "./NewSystem.tsx";
import { fieldWord, segmentWord, statuses, systemOf } from "./words.ts";

/** One message: what became of it, what it says, and what can be done with it. */
export function MessageSide({ item, onClose }: { item: Hl7MessageItem; onClose: () => void }) {
  const { status } = item;
  return (
    <Side
      title={item.messageType || t("Message")}
      about={
        <span className="flex items-center gap-2">
          {systemOf(item)} <Tag tone={statuses[status].tone}>{t(statuses[status].word)}</Tag>
        </span>
      }
      onClose={onClose}
    >
      <Course item={item} />
      <Actions item={item} />
      <Content item={item} />
    </Side>
  );
}

function Course({ item }: { item: Hl7MessageItem }) {
  const timeZone = useTimeZone();
  const { direction, sender, dismissedAt, dismissedBy, dismissedReason } = item;
  const at = (moment: string | null) => (moment === null ? "–" : momentIn(timeZone, moment));
  const lines: [string, string | number][] = [
    [t("Control id"), item.controlId || "–"],
    [direction === "IN" ? t("Came in") : t("Put down"), at(item.happenedAt)],
    ...(sender
      ? ([
          [t("Sending application"), sender.application || "–"],
          [t("Sending facility"), sender.facility || "–"],
          [t("Comes from"), sender.address || "–"],
        ] as [string, string][])
      : []),
    ...(direction === "OUT"
      ? ([
          [t("Attempts"), item.attempts],
          [t("Next attempt"), at(item.nextAttemptAt)],
          [t("Answered"), at(item.finishedAt)],
        ] as [string, string | number][])
      : []),
  ];
  return (
    <section aria-label={t("Details")}>
      {item.reason && (
        <p className={`note mb-3 ${statuses[item.status].tone === "crit" ? "crit" : "urg"}`}>{item.reason}</p>
      )}
      {dismissedAt && (
        <p className="note mb-3">
          {t("Dismissed by {name}, {time}: {reason}", {
            name: dismissedBy ?? t("a machine"),
            time: momentIn(timeZone, dismissedAt),
            reason: dismissedReason ?? "",
          })}
        </p>
      )}
      <dl className="kv">
        {lines.map(([label, value]) => (
          <div key={label} className="contents">
            <dt>{label}</dt>
            <dd className="[overflow-wrap:anywhere]">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** What a system sends that is not known yet may be taken from it. */
const receivesOf = (messageType: string): string[] =>
  messageType.startsWith("ADT") ? ["ADT"] : messageType.startsWith("O") ? ["ORDERS"] : [];

function Actions({ item }: { item: Hl7MessageItem }) {
  const [dismissing, setDismissing] = useState(false);
  const [adding, setAdding] = useState(false);
  const { busy, problem, run, act } = useRun("hl7");
  const path = { params: { path: { id: item.id } } };
  const isIn = item.direction === "IN";
  const retry = () =>
    act(
      () => answerOf(api.POST("/api/v1/hl7/messages/{id}/retry", path)),
      isIn ? t("It was acted upon again") : t("It is sent again now"),
    );
  const dismiss = async (reason: string) => {
    const done = await run(
      () => answerOf(api.POST("/api/v1/hl7/messages/{id}/dismiss", { ...path, body: { reason } })),
      t("Dismissed"),
    );
    if (done) setDismissing(false);
  };
  const { sender } = item;
  const isUnknown = isIn && item.systemId === null && sender !== null && sender.application !== "";
  if (item.actions.length === 0) return null;
  return (
    <section className="flex flex-wrap gap-2" aria-label={t("Action")}>
      {isUnknown && (
        <Button variant="primary" icon="plus" onClick={() => setAdding(true)}>
          {t("Add this system")}
        </Button>
      )}
      {item.actions.includes("retry") && (
        <Button icon="retry" busy={busy} onClick={() => void retry()}>
          {isIn ? t("Act upon it again") : t("Send again")}
        </Button>
      )}
      {item.actions.includes("dismiss") && (
        <Button variant="ghost" onClick={() => setDismissing(true)}>
          {t("Dismiss")}
        </Button>
      )}
      {dismissing && (
        <ReasonDialog
          title={t("Dismiss the message?")}
          description={
            isIn
              ? t("Nothing is done with it any more. It stays in the list for a while.")
              : t("It is not sent any more. It stays in the list for a while.")
          }
          submit={t("Dismiss")}
          danger
          busy={busy}
          problem={problem}
          onSubmit={(reason) => void dismiss(reason)}
          onClose={() => setDismissing(false)}
        />
      )}
      {adding && sender && (
        <NewSystem
          start={{
            application: sender.application,
            sendingFacility: sender.facility,
            address: sender.address,
            certificateSha256: sender.certificateSha256,
            receives: receivesOf(item.messageType),
          }}
          // Now that it is known, what it said counts.
          onMade={() => void retry()}
          onClose={() => setAdding(false)}
        />
      )}
    </section>
  );
}

const views = ["segments", "text", "answer"] as const;
type View = (typeof views)[number];

/** What it says; that it is read is recorded. */
function Content({ item }: { item: Hl7MessageItem }) {
  const [view, setView] = useState<View>("segments");
  const detail = useQuery({
    queryKey: ["hl7", "messages", "one", item.id, item.version],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/hl7/messages/{id}", { params: { path: { id: item.id } }, signal })),
  });
  const words: Readonly<Record<View, string>> = {
    segments: t("Segments"),
    text: t("Text"),
    answer: t("Answer"),
  };
  return (
    <section aria-label={t("What it says")} className="grid gap-3">
      <div className="seg justify-self-start" role="radiogroup" aria-label={t("Shown as")}>
        {views.map((one) => (
          // biome-ignore lint/a11y/useSemanticElements: it looks like a switch and acts like a button
          <button
            key={one}
            type="button"
            role="radio"
            aria-checked={view === one}
            onClick={() => setView(one)}
          >
            {words[one]}
          </button>
        ))}
      </div>
      <Answer query={detail}>{(message) => <Shown message={message} view={view} />}</Answer>
    </section>
  );
}

function Shown({ message, view }: { message: Hl7MessageDetail; view: View }) {
  if (view === "answer")
    return message.acknowledgement ? (
      <Lines text={message.acknowledgement} what={t("Answer")} />
    ) : (
      <p className="text-12 text-text-2">{t("There is no answer yet.")}</p>
    );
  if (message.text === "")
    return <p className="text-12 text-text-2">{t("It is written when its turn comes.")}</p>;
  if (view === "text") return <Lines text={message.text} what={t("Text")} />;
  if (message.segments.length === 0)
    return <p className="text-12 text-text-2">{t("It cannot be read as HL7; see its text.")}</p>;
  return <Segments segments={message.segments} />;
}

function Lines({ text, what }: { text: string; what: string }) {
  return (
    <div className="grid gap-2">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keys */}
      <section className="hl7-text mono" aria-label={what} tabIndex={0}>
        {text}
      </section>
      <span className="justify-self-start">
        <CopyButton text={text} what={what} />
      </span>
    </div>
  );
}

/** A letter in base64 is not what somebody reads here. */
const longest = 600;
const shortened = (value: string): string =>
  value.length > longest
    ? t("{start}… ({count} characters)", { start: value.slice(0, longest), count: value.length })
    : value;

function Segments({ segments }: { segments: Hl7MessageDetail["segments"] }) {
  return (
    <div className="grid gap-3">
      {segments.map(({ name, fields }, index) => {
        const word = segmentWord(name);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: segments have no other name, and do not change
          <div key={index} className="hl7-segment">
            <h3>
              <span className="mono">{name}</span> {word && t(word)}
            </h3>
            <dl>
              {fields.map(({ number, value }) => {
                const label = fieldWord(name, number);
                return (
                  <div key={number}>
                    <dt>
                      <span className="mono">{number}</span> {label && t(label)}
                    </dt>
                    <dd>{shortened(value)}</dd>
                  </div>
                );
              })}
            </dl>
          </div>
        );
      })}
    </div>
  );
}
