import { type MouseEvent, type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { keepFocus } from "../../kit/focus.ts";
import { t } from "../../words/words.ts";
import { Icon } from "./icons.tsx";

interface SidePanelProps {
  /** Its name for whoever does not see it. */
  label: string;
  title: string;
  /** What stands beside its title. */
  beside?: ReactNode;
  className?: string;
  closeLabel: string;
  onClose: () => void;
  children: ReactNode;
}

/** What stands beside the pictures. While it has the focus the keys are its own, and Escape closes it and goes back to where one was. */
export function SidePanel({
  label,
  title,
  beside,
  className = "",
  closeLabel,
  onClose,
  children,
}: SidePanelProps) {
  const panel = useRef<HTMLElement>(null);
  const [back] = useState(keepFocus);
  useLayoutEffect(() => {
    const element = panel.current;
    return () => {
      if (element?.contains(document.activeElement)) back();
    };
  }, [back]);
  return (
    <aside
      ref={panel}
      className={`vw-panel ${className}`}
      aria-label={label}
      // A press on its text is a stay in it.
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.preventDefault();
        onClose();
      }}
    >
      <header>
        <h2>{title}</h2>
        {beside !== undefined && <span className="vw-dim">{beside}</span>}
        <button
          type="button"
          className="vw-icon-button"
          aria-label={closeLabel}
          title={t("Close (Esc)")}
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
      </header>
      {children}
    </aside>
  );
}

/** Whoever presses with a pointer on where something lies goes on with the pictures; who came by keys stays in the list. */
export function lookAtPictures({ detail, currentTarget }: MouseEvent<HTMLElement>): void {
  if (detail > 0) currentTarget.blur();
}
