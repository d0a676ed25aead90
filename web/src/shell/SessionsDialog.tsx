import { useQuery } from "@tanstack/react-query";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { queryClient } from "../api/live.ts";
import { Button } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { joined } from "../kit/joined.ts";
import { useNow } from "../kit/now.ts";
import { Skeleton } from "../kit/Skeleton.tsx";
import { ErrorState } from "../kit/States.tsx";
import { Tag } from "../kit/Tag.tsx";
import { toast } from "../kit/toast.ts";
import { t } from "../words/words.ts";
import { browserOf } from "./browser-name.ts";
import { agoShort } from "./time.ts";

const queryKey = ["sessions"];
const changed = () => queryClient.invalidateQueries({ queryKey });
const failed = () =>
  toast({ tone: "urg", title: t("The session could not be ended"), detail: t("It may have ended already.") });

const endSession = (id: string) =>
  answerOf(api.DELETE("/api/v1/users/me/sessions/{id}", { params: { path: { id } } }))
    .catch(failed)
    .finally(changed);
const endOthers = () => answerOf(api.DELETE("/api/v1/users/me/sessions")).catch(failed).finally(changed);

/** Where the person is signed in, and what ends it. */
export function SessionsDialog({
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
      title={t("Where I am signed in")}
      description={t("End what you do not know, then change your password.")}
    >
      <SessionList />
    </Dialog>
  );
}

function SessionList() {
  const now = useNow();
  const sessions = useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/users/me/sessions", { params: { query: { limit: 200 } }, signal })),
  });
  if (sessions.isError && !sessions.data) {
    return <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} />;
  }
  if (!sessions.data) return <Skeleton width="100%" height={40} />;
  const others = sessions.data.data.filter(({ current }) => !current);
  return (
    <div className="grid gap-3">
      <ul className="grid gap-px">
        {sessions.data.data.map((session) => (
          <li key={session.id} className="flex items-center gap-3 border-t border-line py-2">
            <div className="min-w-0 flex-1">
              <div className="flex items-center gap-2">
                <span className="truncate">{browserOf(session.userAgent) ?? t("Unknown program")}</span>
                {session.current && <Tag tone="beam">{t("this one")}</Tag>}
              </div>
              <div className="text-11 text-text-3">
                {joined(
                  session.address,
                  t("used {ago}", { ago: agoShort(now - Date.parse(session.lastUsedAt)) }),
                )}
              </div>
            </div>
            {!session.current && (
              <Button size="s" onClick={() => void endSession(session.id)}>
                {t("End")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {others.length > 0 && (
        <Button className="justify-self-end" onClick={() => void endOthers()}>
          {t("End all others")}
        </Button>
      )}
    </div>
  );
}
