import type { Notice } from "@isocenter/contract";
import { useRouter } from "@tanstack/react-router";
import { Popover } from "radix-ui";
import { useState } from "react";
import { Button } from "../kit/Button.tsx";
import { Icon } from "../kit/Icon.tsx";
import { useNow } from "../kit/now.ts";
import { Skeleton } from "../kit/Skeleton.tsx";
import { ErrorState } from "../kit/States.tsx";
import { everywhere, useShortcuts } from "../kit/shortcuts.ts";
import { toast } from "../kit/toast.ts";
import { t } from "../words/words.ts";
import { noticePlace, noticeWords, readAllNotices, readNotice, useNotices } from "./notices.ts";
import { agoShort } from "./time.ts";

const most = 99;
const failed = () =>
  toast({
    tone: "urg",
    title: t("The notice could not be marked as read"),
    detail: t("Try again in a moment."),
  });

/** What the person has been told, the newest first; alarms stay on the page until somebody answers. */
export function NoticeBell() {
  const [open, setOpen] = useState(false);
  const notices = useNotices();
  const unread = notices.data?.unread ?? 0;
  useShortcuts(everywhere, [{ caps: ["N"], label: t("notices"), on: ["g n"], run: () => setOpen(true) }]);
  const label =
    unread === 0
      ? t("Notices")
      : unread > most
        ? t("{count}+ unread notices", { count: most })
        : t("{count, plural, one {# unread notice} other {# unread notices}}", { count: unread });
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger className="icon-btn" aria-label={label} title={label}>
        <Icon name="bell" />
        {unread > 0 && (
          <span className="bell-count" aria-hidden="true">
            {unread > most ? `${most}+` : unread}
          </span>
        )}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="popover notices"
          align="end"
          sideOffset={8}
          collisionPadding={8}
          aria-label={t("Notices")}
        >
          <header className="flex items-center gap-2 px-3 pt-3 pb-2">
            <h2 className="flex-1 text-13 font-semibold">{t("Notices")}</h2>
            {unread > 0 && (
              <Button size="s" variant="ghost" onClick={() => void readAllNotices().catch(failed)}>
                {t("Mark all as read")}
              </Button>
            )}
          </header>
          <NoticeList onLeave={() => setOpen(false)} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function NoticeList({ onLeave }: { onLeave: () => void }) {
  const notices = useNotices();
  if (notices.isError && !notices.data) {
    return <ErrorState error={notices.error} onRetry={() => void notices.refetch()} />;
  }
  if (!notices.data) return <Skeleton width="80%" height={40} />;
  if (notices.data.data.length === 0) {
    return <p className="px-3 pb-3 text-text-2">{t("Nothing yet. What concerns you is told here.")}</p>;
  }
  return (
    <ul>
      {notices.data.data.map((notice) => (
        <NoticeRow key={notice.id} notice={notice} onLeave={onLeave} />
      ))}
    </ul>
  );
}

const looks = {
  ALARM: { icon: "critical", colour: "text-crit" },
  IMPORTANT: { icon: "urgent", colour: "text-urg" },
  INFO: { icon: "bell", colour: "text-text-3" },
} as const;

function NoticeRow({ notice, onLeave }: { notice: Notice; onLeave: () => void }) {
  const router = useRouter();
  const now = useNow();
  const place = noticePlace(notice);
  const look = looks[notice.level];
  const unread = notice.readAt === null && notice.endedAt === null;
  return (
    <li>
      <button
        type="button"
        className={`notice-row ${unread ? "unread" : ""}`}
        onClick={() => {
          // An alarm ends when somebody answers, not when somebody looks.
          if (unread && notice.level !== "ALARM") void readNotice(notice.id).catch(failed);
          if (!place) return;
          onLeave();
          router.history.push(place);
        }}
      >
        <Icon name={look.icon} size="s" className={`mt-0.5 ${look.colour}`} />
        <span className="min-w-0 flex-1">
          <span className={unread ? "font-semibold" : ""}>{noticeWords(notice)}</span>
          <span className="block text-11 text-text-3">
            {agoShort(now - Date.parse(notice.createdAt))}
            {notice.endedAt !== null && ` · ${t("answered")}`}
          </span>
        </span>
        {unread && <span className="sr-only">{t("unread")}</span>}
      </button>
    </li>
  );
}

/** Stays on every page while an alarm of this person has no answer. */
export function AlarmBar() {
  const notices = useNotices();
  const router = useRouter();
  const alarms = (notices.data?.data ?? []).filter(
    ({ level, readAt, endedAt }) => level === "ALARM" && readAt === null && endedAt === null,
  );
  const [first] = alarms;
  return (
    <div role="alert">
      {first && (
        <div className="note crit items-center m-3 mb-0">
          <Icon name="critical" className="text-crit" />
          <span className="flex-1">
            <b>{noticeWords(first)}.</b>{" "}
            {alarms.length > 1 &&
              t("{count, plural, one {# more alarm.} other {# more alarms.}}", { count: alarms.length - 1 })}
          </span>
          <Button
            size="s"
            onClick={() => {
              const place = noticePlace(first);
              if (place) router.history.push(place);
            }}
          >
            {t("Open")}
          </Button>
          <Button size="s" variant="ghost" onClick={() => void readNotice(first.id).catch(failed)}>
            {t("I have seen it")}
          </Button>
        </div>
      )}
    </div>
  );
}
