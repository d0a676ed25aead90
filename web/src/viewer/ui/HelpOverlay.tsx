import { useLayoutEffect, useRef } from "react";
import { t } from "../../words/words.ts";
import { Icon } from "./icons.tsx";
import { shortcutGroups } from "./shortcuts.ts";

/** All shortcuts. The dialog keeps the focus while it is open and gives it back. */
export function HelpOverlay({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    // Closing it here would tell the owner that a person closed it; it leaves the screen with its element.
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} className="vw-help" aria-label={t("Keyboard shortcuts")} onClose={onClose}>
      <header>
        <h2>{t("Keyboard shortcuts")}</h2>
        <button type="button" className="vw-icon-button" aria-label={t("Close")} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div className="vw-help-groups">
        {shortcutGroups.map((group) => (
          <section key={group.title}>
            <h3>{t(group.title)}</h3>
            <dl>
              {group.shortcuts.map((shortcut) => (
                <div key={shortcut.what}>
                  <dt>
                    {shortcut.keys.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dt>
                  <dd>{t(shortcut.what)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className="vw-dim">
        {t(
          "Left button: the chosen tool. Wheel: images. Right button: zoom. Middle button: pan. Double click: one viewport alone.",
        )}
      </p>
    </dialog>
  );
}
