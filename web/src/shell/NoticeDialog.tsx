import type { NoticePreferences, Permission } from "@isocenter/contract";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answerOf } from "../api/api.ts";
import { api, useMe } from "../api/client.ts";
import { Dialog } from "../kit/Dialog.tsx";
import { Form } from "../kit/forms.tsx";
import { useRun } from "../kit/run.ts";
import { Skeleton } from "../kit/Skeleton.tsx";
import { ErrorState } from "../kit/States.tsx";
import { message, t } from "../words/words.ts";
import { noticeWords } from "./notices.ts";

const queryKey = ["notice-preferences"];

/** What one can choose channels for, with the permission of those whom it is sent to. Findings go by the channels of their policy. */
const kinds: readonly (readonly [kind: string, permission: Permission])[] = [
  ["report.available", "reports.read"],
  ["order.status-changed", "orders.read"],
  ["study.stat-arrived", "reading.claim"],
  ["reading.assigned", "reading.claim"],
  ["reading.taken-over", "reading.claim"],
  ["report.discrepancy", "reports.write"],
  ["bill.price-missing", "bills.write"],
  ["access.broken-glass", "users.manage"],
  ["access.care-claimed", "users.manage"],
  ["access.vip-viewed", "patients.vip"],
  ["delivery.gave-up", "jobs.read"],
  ["job.gave-up", "jobs.read"],
  ["webhook.disabled", "webhooks.manage"],
];
const channelWords = { EMAIL: message("by e-mail"), SERVICE: message("by the messaging service") } as const;
const usual = "usual";

type Channels = NoticePreferences["preferences"][number]["channels"];
/** Channels as the value of a choice, and back. */
const choiceOf = (channels: Channels | undefined) => channels?.toSorted().join(",") ?? usual;
const channelsOf = (value: string): Channels => (value === "" ? [] : value.split(","));

/** By which ways one is told of what, beside the app itself. */
export function NoticeDialog({
  open,
  onOpenChange,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t("How I am told")}
      description={t(
        "Everything stands in the app. What is important also goes by every other way, unless you choose.",
      )}
    >
      <Loaded onClose={() => onOpenChange(false)} />
    </Dialog>
  );
}

function Loaded({ onClose }: { onClose: () => void }) {
  const kept = useQuery({
    queryKey,
    queryFn: ({ signal }) => answerOf(api.GET("/api/v1/notifications/preferences", { signal })),
  });
  if (kept.isError) return <ErrorState error={kept.error} onRetry={() => void kept.refetch()} />;
  if (!kept.data) return <Skeleton width="100%" height={160} />;
  return <Choices key={kept.dataUpdatedAt} kept={kept.data} onClose={onClose} />;
}

function Choices({ kept, onClose }: { kept: NoticePreferences; onClose: () => void }) {
  const granted = useMe()?.permissions ?? [];
  const [chosen, setChosen] = useState(
    () => new Map(kept.preferences.map((one) => [one.kind, one.channels])),
  );
  const { busy, problem, run } = useRun("notice-preferences");
  const mine = kinds.filter(([, permission]) => granted.includes(permission));
  const away = kept.channels.filter(({ available }) => !available);
  const options = [
    { value: usual, word: t("as usual") },
    { value: "", word: t("in the app alone") },
    ...kept.channels.map(({ channel }) => ({ value: channel as string, word: t(channelWords[channel]) })),
    {
      value: kept.channels
        .map(({ channel }) => channel as string)
        .toSorted()
        .join(","),
      word: t("by every way"),
    },
  ];
  const save = async () => {
    const preferences = [...chosen].map(([kind, channels]) => ({ kind, channels }));
    const work = () => answerOf(api.PUT("/api/v1/notifications/preferences", { body: { preferences } }));
    if (await run(work, t("Saved"))) onClose();
  };
  const choose = (kind: string, value: string) => {
    const next = new Map(chosen);
    if (value === usual) next.delete(kind);
    else next.set(kind, channelsOf(value));
    setChosen(next);
  };
  return (
    <Form submit={t("Save")} busy={busy} problem={problem} onSubmit={() => void save()} onBack={onClose}>
      <div className="notice-kinds">
        {[...mine.map(([kind]) => kind), "*"].map((kind) => (
          <label key={kind}>
            <span>{kind === "*" ? t("Everything else") : noticeWords({ kind, data: {} })}</span>
            <select
              className="notice-choice"
              value={choiceOf(chosen.get(kind))}
              onChange={({ target }) => choose(kind, target.value)}
            >
              {options.map(({ value, word }) => (
                <option key={value} value={value}>
                  {word}
                </option>
              ))}
            </select>
          </label>
        ))}
      </div>
      {away.length > 0 && (
        <p className="note plain">
          {t("Not set up for you now: {channels}. E-mail needs an address in your account.", {
            channels: away.map(({ channel }) => t(channelWords[channel])).join(", "),
          })}
        </p>
      )}
      <p className="text-12 text-text-3">
        {t("Critical findings go by the ways of the department’s policy, and alarms always by every way.")}
      </p>
    </Form>
  );
}
