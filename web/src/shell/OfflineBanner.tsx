import { useEffect, useState } from "react";
import { useLive, wakeFeed } from "../api/live.ts";
import { Button } from "../kit/Button.tsx";
import { Icon } from "../kit/Icon.tsx";
import { t } from "../words/words.ts";
import { clockTime } from "./time.ts";

/** A reconnection that takes no longer than this says nothing. */
const quietMs = 6_000;

/** Says since when the server is not reached, and what still works. */
export function OfflineBanner() {
  const { downSince, refused } = useLive();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    setShown(false);
    if (downSince === null) return;
    const timer = setTimeout(() => setShown(true), Math.max(0, quietMs - (Date.now() - downSince)));
    return () => clearTimeout(timer);
  }, [downSince]);
  return (
    <div role="status">
      {shown && downSince !== null && !refused && (
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
