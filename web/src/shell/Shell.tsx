import { Outlet, useMatches, useNavigate } from "@tanstack/react-router";
import { Suspense, useEffect, useLayoutEffect, useState } from "react";
import { useMe } from "../api/client.ts";
import { lazily } from "../api/loaded.ts";
import { placesFor } from "../app/places.ts";
import { everywhere, useShortcuts } from "../kit/shortcuts.ts";
import { Uploads } from "../uploads/Uploads.tsx";
import { t } from "../words/words.ts";
import { type Early, EarlyKeys } from "./EarlyKeys.tsx";
import { KeyBar } from "./KeyBar.tsx";
import { AlarmBar } from "./NoticeBell.tsx";
import { OfflineBanner } from "./OfflineBanner.tsx";
import { PhoneTabs } from "./PhoneTabs.tsx";
import { Rail } from "./Rail.tsx";
import { useKeptSize } from "./size.ts";
import { TopBar } from "./TopBar.tsx";

const ShortcutHelp = lazily(async () => ({ default: (await import("./ShortcutHelp.tsx")).ShortcutHelp }));
const CommandPalette = lazily(async () => ({
  default: (await import("./CommandPalette.tsx")).CommandPalette,
}));

/** What stands around every page: rail, top bar, key bar, messages and uploads. */
export function Shell() {
  useKeptSize();
  const [help, setHelp] = useState(false);
  /** Open where it is not null. */
  const [palette, setPalette] = useState<Early | null>(null);
  const openPalette = () => setPalette({ text: "", entered: false });
  const navigate = useNavigate();
  const permissions = useMe()?.permissions ?? [];
  const named = useMatches({ select: (matches) => matches.at(-1)?.staticData.title });
  const title = named ? t(named) : "Isocenter";
  useEffect(() => {
    document.title = `${title} · Isocenter`;
  }, [title]);
  useLayoutEffect(() => {
    const open = (event: KeyboardEvent) => {
      if (
        event.key.toLowerCase() !== "k" ||
        !(event.ctrlKey || event.metaKey) ||
        event.altKey ||
        event.shiftKey
      )
        return;
      event.preventDefault();
      setPalette((shown) => (shown ? null : { text: "", entered: false }));
    };
    addEventListener("keydown", open);
    return () => removeEventListener("keydown", open);
  }, []);
  useShortcuts(everywhere, [
    { caps: ["Ctrl", "K"], label: t("search and commands") },
    { caps: ["?"], label: t("all shortcuts"), on: ["?"], run: () => setHelp(true) },
    ...placesFor(permissions).map(({ key, word, to }) => ({
      caps: ["G", key.toUpperCase()],
      label: t("go to {place}", { place: t(word) }),
      on: [`g ${key}`],
      run: () => void navigate({ to, search: {} }),
    })),
  ]);
  return (
    <div className="app max-md:grid-cols-1!">
      <button
        type="button"
        className="btn primary absolute top-2 left-2 z-60 not-focus:sr-only"
        onClick={() => document.getElementById("main")?.focus()}
      >
        {t("Skip to the page")}
      </button>
      <div className="contents max-md:hidden">
        <Rail />
      </div>
      <TopBar title={title} onHelp={() => setHelp(true)} onSearch={openPalette} />
      <main id="main" tabIndex={-1} className="flex min-h-0 min-w-0 flex-col overflow-hidden outline-0">
        <OfflineBanner />
        <AlarmBar />
        <div className="min-h-0 flex-1">
          <Outlet />
        </div>
      </main>
      <KeyBar onHelp={() => setHelp(true)} />
      <PhoneTabs onMore={openPalette} />
      <Uploads />
      {help && (
        <Suspense>
          <ShortcutHelp open onOpenChange={setHelp} />
        </Suspense>
      )}
      {palette && (
        <Suspense fallback={<EarlyKeys into={palette} onClose={() => setPalette(null)} />}>
          <CommandPalette early={palette} onClose={() => setPalette(null)} />
        </Suspense>
      )}
    </div>
  );
}
