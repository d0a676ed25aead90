import { Dialog } from "../kit/Dialog.tsx";
import { Kbd } from "../kit/Kbd.tsx";
import { useRegisteredShortcuts, useSingleKeys } from "../kit/shortcuts.ts";
import { t } from "../words/words.ts";

/** Every key that acts on this page, by group. */
export function ShortcutHelp({
  open,
  onOpenChange,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const registrations = useRegisteredShortcuts();
  const singleKeys = useSingleKeys();
  const groups = Map.groupBy(registrations, (registration) => registration.group);
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t("Shortcuts")}
      description={
        singleKeys
          ? t("Single keys act outside text fields.")
          : t("Single letters are switched off in your account menu.")
      }
      wide
    >
      <div className="grid gap-x-8 gap-y-5 sm:grid-cols-2">
        {[...groups].map(([group, list]) => (
          <section key={group}>
            <h3 className="cap mb-1">{t(group)}</h3>
            <dl className="grid grid-cols-[104px_1fr] gap-y-1.5 text-12">
              {list
                .flatMap((registration) => registration.shortcuts)
                .map((shortcut) => (
                  <div key={shortcut.label} className="contents">
                    <dt className="flex gap-1">
                      <Kbd keys={shortcut.caps} />
                    </dt>
                    <dd className="text-text-2 first-letter:uppercase">{shortcut.label}</dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
