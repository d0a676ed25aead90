import { type ReactNode, useId, useRef, useState } from "react";
import { t } from "../../words/words.ts";
import { Icon } from "./icons.tsx";

/** What the toolbar has no room for, behind one button. Nothing where there is nothing. */
export function MoreTools({ children }: { children: ReactNode[] }) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  if (children.length === 0) return null;
  return (
    <>
      <button
        ref={button}
        type="button"
        className="vw-tool vw-more"
        aria-label={t("More tools")}
        title={t("More tools")}
        aria-expanded={open}
        popoverTarget={id}
      >
        <Icon name="more" />
      </button>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own box and legend. */}
      <div
        ref={menu}
        id={id}
        popover="auto"
        className="vw-more-menu"
        role="group"
        aria-label={t("More tools")}
        onBeforeToggle={() => {
          const place = button.current?.getBoundingClientRect();
          if (!place || !menu.current) return;
          menu.current.style.top = `${place.bottom + 4}px`;
          menu.current.style.right = `${Math.max(8, globalThis.innerWidth - place.right)}px`;
        }}
        onToggle={(event) => setOpen(event.newState === "open")}
        onClick={(event) => {
          if ((event.target as HTMLElement).closest("button")) menu.current?.hidePopover();
        }}
        onKeyDown={(event) => {
          const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
          if (step === 0) return;
          event.preventDefault();
          event.stopPropagation();
          const all = [...event.currentTarget.querySelectorAll<HTMLElement>("button:not(:disabled)")];
          const at = all.indexOf(document.activeElement as HTMLElement);
          all[(at + step + all.length) % all.length]?.focus();
        }}
      >
        {children}
      </div>
    </>
  );
}
