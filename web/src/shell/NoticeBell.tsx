import { useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { BarButton } from "../kit/BarButton.tsx";
import { Button } from "../kit/Button.tsx";
import { Icon } from "../kit/Icon.tsx";
import { joined } from "../kit/joined.ts";
import { everywhere, useShortcuts } from "../kit/shortcuts.ts";
import { t } from "../words/words.ts";
import { noticeNotRead, noticePlace, noticeWords, readNotice, useAlarmed, useNotices } from "./notices.ts";

const load = async () => (await import("./Notices.tsx")).Notices;

const most = 99;
/** What the person has been told, the newest first; alarms stay on the page until somebody answers. */
export function NoticeBell() {
  const [open, setOpen] = useState(false);
  const notices = useNotices();
  const unread = notices.data?.unread ?? 0;
  useShortcuts(everywhere, [
    { caps: ["G", "N"], label: t("notices"), on: ["g n"], run: () => setOpen(true) },
  ]);
  const label =
    unread === 0
      ? t("Notices")
      : unread > most
        ? t("{count}+ unread notices", { count: most })
        : t("{count, plural, one {# unread notice} other {# unread notices}}", { count: unread });
  return (
    <BarButton
      icon="bell"
      label={label}
      count={unread > most ? `${most}+` : unread || null}
      load={load}
      open={open}
      onOpenChange={setOpen}
    />
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
  const about = useAlarmed(first);
  return (
    <div role="alert">
      {first && (
        <div className="alarm-bar note crit mx-4 my-3">
          <Icon name="critical" className="text-crit" />
          <span>
            <b>{noticeWords(first)}.</b>{" "}
            {joined(
              ...(about ? [about.patient.name, about.patient.identifier, about.description] : []),
              alarms.length > 1 &&
                t("{count, plural, one {# more alarm.} other {# more alarms.}}", {
                  count: alarms.length - 1,
                }),
            )}
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
          <Button size="s" variant="ghost" onClick={() => void readNotice(first.id).catch(noticeNotRead)}>
            {t("I have seen it")}
          </Button>
        </div>
      )}
    </div>
  );
}
