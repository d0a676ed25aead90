import type { ReactNode } from "react";
import { IconButton } from "../../kit/Button.tsx";
import { useShortcuts } from "../../kit/shortcuts.ts";
import { t } from "../../words/words.ts";

/** A page of administration: its head, what it shows, and at the right what is open. */
export function Page({
  title,
  about,
  actions,
  side,
  readOnly,
  children,
}: {
  title: string;
  about?: ReactNode;
  actions?: ReactNode;
  side?: ReactNode;
  /** Nothing in it takes the focus: so it does itself, to be scrolled by keys. */
  readOnly?: boolean;
  children: ReactNode;
}) {
  return (
    <div className="admin-page">
      <section className="admin-main" aria-label={title} {...(readOnly ? { tabIndex: 0 } : {})}>
        <header>
          <h2>{title}</h2>
          {about && <span className="text-12 text-text-2">{about}</span>}
          <span className="flex-1" />
          {actions}
        </header>
        {children}
      </section>
      {side}
    </div>
  );
}

/** A box with its own head, mostly around a table. */
export function Card({
  title,
  count,
  tone = "",
  actions,
  children,
}: {
  title: string;
  count?: ReactNode;
  tone?: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={`admin-card ${tone}`} aria-label={title}>
      <header>
        <h3>{title}</h3>
        {count !== undefined && <span className="text-12 text-text-3">{count}</span>}
        <span className="flex-1" />
        {actions}
      </header>
      {children}
    </section>
  );
}

/** What is open of a list, at the right. Escape closes it. */
export function Side({
  title,
  about,
  onClose,
  children,
}: {
  title: string;
  about?: ReactNode;
  onClose: () => void;
  children: ReactNode;
}) {
  useShortcuts(t("Details"), [
    { caps: ["Esc"], label: t("close the details"), on: ["escape"], run: onClose },
  ]);
  return (
    <aside className="admin-side" aria-label={title}>
      <header>
        <div className="flex items-start gap-2">
          <h2 className="flex-1">{title}</h2>
          <IconButton icon="x" label={t("Close the details, Escape")} onClick={onClose} />
        </div>
        {about && <div className="text-12 text-text-2">{about}</div>}
      </header>
      {children}
    </aside>
  );
}
