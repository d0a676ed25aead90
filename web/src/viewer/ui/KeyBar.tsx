import { message, t } from "../../words/words.ts";
import type { Session } from "../stack/session.ts";
import type { ViewportState } from "../stack/viewport-state.ts";
import { useStore } from "./use-store.ts";

const hints: [string[], string][] = [
  [["Esc"], message("list")],
  [["↑", "↓"], message("image")],
  [["PgUp", "PgDn"], message("series")],
  [["1", "…", "9"], message("window")],
  [["Q"], message("layout")],
  [["0"], message("reset")],
  [["A"], message("attributes")],
];

/** What the keys do here, and how much of the active stack is at hand. */
export function KeyBar({ session, state }: { session: Session; state: ViewportState | undefined }) {
  useStore(session.prefetcher.version);
  const total = state?.imageIds.length ?? 0;
  const loaded = state?.imageIds.filter((imageId) => session.prefetcher.isLoaded(imageId)).length ?? 0;
  return (
    <footer className="vw-keys">
      {hints.map(([keys, what]) => (
        <span key={what}>
          {keys.map((key) => (
            <kbd key={key}>{key}</kbd>
          ))}
          {t(what)}
        </span>
      ))}
      <span className="vw-space" />
      <span>
        <kbd>?</kbd>
        {t("all shortcuts")}
      </span>
      {total > 0 && (
        <span data-testid="loaded" data-loaded-count={loaded}>
          <i className="vw-dot" data-done={loaded === total || undefined} />
          {t("{loaded} of {total} loaded", { loaded, total })}
        </span>
      )}
    </footer>
  );
}
