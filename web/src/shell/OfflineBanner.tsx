import { useEffect, useState } from "react";
import { useUnanswered } from "../api/client.ts";
import { useLive, wakeFeed } from "../api/live.ts";
import { Button } from "../kit/Button.tsx";
import { Icon } from "../kit/Icon.tsx";
import { t } from "../words/words.ts";
import { clockTime } from "./time.ts";

/** A reconnection that takes no longer than this says nothing. */
const quietMs = 6_000;

/** Says since when the server is not reached or does not answer, and what still works. */
export function OfflineBanner() {
  const { downSince, refused } = useLive();
  const unanswered = useUnanswered();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    setShown(false);
    if (downSince === null) return;
    const timer = setTimeout(() => setShown(true), Math.max(0, quietMs - (Date.now() - downSince)));
    return () => clearTimeout(timer);
  }, [downSince]);
  const isDown = shown && downSince !== null && !refused;
  return (
    <div role="status">
      {!isDown && unanswered !== null && (
        <div className="note urg items-center m-3 mb-0">
          <Icon name="clock" className="text-urg" />
          <span className="flex-1">
            <b>{t("The server has not answered since {time}.", { time: clockTime(unanswered) })}</b>{" "}
            {t("It goes on by itself when it does. What you wrote stays on this page: leave it open.")}
          </span>
        </div>
      )}
      {isDown && (
        <div className="note urg items-center m-3 mb-0">
          <Icon name="link" className="text-urg" />
          <span className="flex-1">
            <b>{t("Not connected since {time}.", { time: clockTime(downSince) })}</b>{" "}
            {t("What is on the screen stays, and may be out of date; uploads wait.")}
          </span>
          <Button size="s" onClick={wakeFeed}>
            {t("Try now")}
          </Button>
        </div>
      )}
    </div>
  );
}
