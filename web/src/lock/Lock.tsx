import { useMe, useSession } from "../api/client.ts";
import { t } from "../words/words.ts";
import { useIdleLock } from "./idle.ts";
import { LockScreen } from "./LockScreen.tsx";
import "./lock.css";

/** Locks the screen of a person who went away, and says so shortly before. */
export function Lock() {
  const { status } = useSession();
  const minutes = useMe()?.screenLockMinutes ?? 0;
  const secondsLeft = useIdleLock(minutes * 60_000, status === "signed-in");
  if (status === "locked") return <LockScreen />;
  return (
    <div role="status">
      {secondsLeft !== null && (
        <p className="lock-warning note urg">
          {t("The screen locks in {seconds} s. Move the mouse to stay.", { seconds: secondsLeft })}
        </p>
      )}
    </div>
  );
}
