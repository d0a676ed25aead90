import { useLive } from "../api/live.ts";
import { Kbd } from "../kit/Kbd.tsx";
import { useNow } from "../kit/now.ts";
import { everywhere, useRegisteredShortcuts } from "../kit/shortcuts.ts";
import { t } from "../words/words.ts";
import { agoShort } from "./time.ts";

/** What keys do on this page, and whether what is shown is current. */
export function KeyBar({ onHelp }: { onHelp: () => void }) {
  // What belongs to the page comes before what works everywhere.
  const shown = useRegisteredShortcuts()
    .toSorted((a, b) => Number(a.group === everywhere) - Number(b.group === everywhere))
    .flatMap((registration) => registration.shortcuts)
    .filter((shortcut) => shortcut.inBar);
  return (
    <footer className="keybar">
      <div className="flex gap-4 overflow-hidden max-md:hidden" aria-hidden="true">
        {shown.map((shortcut) => (
          <span key={shortcut.label} className="hint-key">
            <Kbd keys={shortcut.caps} />
            {shortcut.label}
          </span>
        ))}
      </div>
      <span className="flex-1" />
      <button type="button" className="hint-key hover:text-text max-md:hidden" onClick={onHelp}>
        <kbd>?</kbd>
        {t("all shortcuts")}
      </button>
      <LiveMark />
    </footer>
  );
}

function LiveMark() {
  const live = useLive();
  const now = useNow(1000);
  const words =
    live.status === "live"
      ? live.lastEventAt
        ? t("Live, last change {ago}", { ago: agoShort(now - live.lastEventAt) })
        : t("Live")
      : live.status === "connecting"
        ? t("Connecting")
        : t("Not live, trying again");
  const look = live.status === "live" ? "" : live.status === "connecting" ? "waiting" : "down";
  return (
    <span className="hint-key">
      <i className={`live-dot ${look}`} aria-hidden="true" />
      {words}
    </span>
  );
}
