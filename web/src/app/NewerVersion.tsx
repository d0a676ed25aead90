import { useNewerVersion } from "../api/newer-version.ts";
import { Button } from "../kit/Button.tsx";
import { Icon } from "../kit/Icon.tsx";
import { t } from "../words/words.ts";

/** Over every page and window: what was asked for is not there any more, and what is typed still is. */
export function NewerVersion() {
  if (!useNewerVersion()) return null;
  return (
    <div
      role="alert"
      // A window below is not closed by it.
      onPointerDown={(event) => event.stopPropagation()}
      className="note urg items-center pointer-events-auto fixed top-3 left-1/2 z-60 w-max max-w-[calc(100vw-1.5rem)] -translate-x-1/2"
    >
      <Icon name="retry" className="text-urg" />
      <span className="flex-1">
        <b>{t("Isocenter was brought up to date.")}</b>{" "}
        {t("Save what you typed, then load the page anew: until then not everything on it opens.")}
      </span>
      <Button size="s" onClick={() => location.reload()}>
        {t("Load anew")}
      </Button>
    </div>
  );
}
