import type { Notice } from "@isocenter/contract";
import { useRouter } from "@tanstack/react-router";
import type { BarMenuProps } from "../kit/BarButton.tsx";
import { BarPopover } from "../kit/BarPopover.tsx";
import { Button } from "../kit/Button.tsx";
import { Icon } from "../kit/Icon.tsx";
import { useNow } from "../kit/now.ts";
import type { MenuButton } from "../kit/OnDemand.tsx";
import { Skeleton } from "../kit/Skeleton.tsx";
import { ErrorState } from "../kit/States.tsx";
import { t } from "../words/words.ts";
import {
  noticeNotRead,
  noticePlace,
  noticeWords,
  readAllNotices,
  readNotice,
  useNotices,
} from "./notices.ts";
import { agoShort } from "./time.ts";

/** The list behind the bell. */
export function Notices(bar: BarMenuProps & { button: MenuButton }) {
  const unread = useNotices().data?.unread ?? 0;
  return (
    <BarPopover {...bar} label={t("Notices")} className="notices">
      <header className="flex items-center gap-2 px-3 pt-3 pb-2">
        <h2 className="flex-1 text-13 font-semibold">{t("Notices")}</h2>
        {unread > 0 && (
          <Button size="s" variant="ghost" onClick={() => void readAllNotices().catch(noticeNotRead)}>
            {t("Mark all as read")}
          </Button>
        )}
      </header>
      <NoticeList onLeave={() => bar.onOpenChange(false)} />
    </BarPopover>
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
          if (unread && notice.level !== "ALARM") void readNotice(notice.id).catch(noticeNotRead);
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
