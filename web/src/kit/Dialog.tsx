import { Dialog as Radix } from "radix-ui";
import { type ReactNode, type RefObject, useRef, useState } from "react";
import { t } from "../words/words.ts";
import { Button, IconButton } from "./Button.tsx";
import { keepFocus } from "./focus.ts";
import { forgetTyped, holdsWork } from "./typed.ts";

interface WindowProps {
  title: string;
  description?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}

interface DialogProps extends WindowProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/**
 * A window over the page. Focus stays in it, Escape closes it, and focus goes back to where it was. Where somebody has written in it,
 * Escape and the cross ask first.
 */
export function Dialog({ open, onOpenChange, children, ...window }: DialogProps) {
  const content = useRef<HTMLDivElement>(null);
  const [asks, setAsks] = useState(false);
  const change = (next: boolean) => {
    const asked = !next && content.current !== null && holdsWork(content.current);
    setAsks(asked);
    if (!asked) onOpenChange(next);
  };
  const lose = () => {
    setAsks(false);
    // Nobody is asked again where closing the window leads to another page.
    if (content.current) forgetTyped(content.current);
    onOpenChange(false);
  };
  return (
    <Radix.Root open={open} onOpenChange={change}>
      <Radix.Portal>
        <Radix.Overlay className="scrim" />
        <Window {...window} content={content}>
          {children}
          <LoseIt open={asks} onStay={() => setAsks(false)} onClose={lose} />
        </Window>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Asks whoever would close a window in which they have written. */
function LoseIt({ open, onStay, onClose }: { open: boolean; onStay: () => void; onClose: () => void }) {
  const content = useRef<HTMLDivElement>(null);
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onStay()}>
      <Radix.Portal>
        <Radix.Overlay className="scrim" />
        <Window
          title={t("What you wrote is not saved yet")}
          description={t("If you close the window it is lost.")}
          content={content}
        >
          <div className="flex flex-wrap justify-end gap-2">
            <Button size="l" onClick={onStay}>
              {t("Go on writing")}
            </Button>
            <Button size="l" variant="danger" onClick={onClose}>
              {t("Close and lose it")}
            </Button>
          </div>
        </Window>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Window({
  title,
  description,
  wide,
  content,
  children,
}: WindowProps & { content: RefObject<HTMLDivElement | null> }) {
  // Before any field of the window takes the focus.
  const [back] = useState(keepFocus);
  return (
    <Radix.Content
      ref={content}
      className={`dialog ${wide ? "wide" : ""}`}
      onOpenAutoFocus={focusFirstField}
      // A press beside the window closes it, but not over what somebody has written in it.
      onPointerDownOutside={(event) => {
        if (content.current && holdsWork(content.current)) event.preventDefault();
      }}
      onCloseAutoFocus={(event) => {
        // Radix gives it to a trigger, and what a key opened has none.
        event.preventDefault();
        back();
      }}
      {...(description ? {} : { "aria-describedby": undefined })}
    >
      <header className="flex items-start gap-3 px-5 pt-4 pb-3">
        <div className="flex-1">
          <Radix.Title className="text-16 font-semibold">{title}</Radix.Title>
          {description && <Radix.Description className="text-text-2">{description}</Radix.Description>}
        </div>
        <Radix.Close asChild>
          <IconButton icon="x" label={t("Close")} />
        </Radix.Close>
      </header>
      <div className="px-5 pb-5">{children}</div>
    </Radix.Content>
  );
}

/** The first field takes the focus, not the button that closes; a window without fields takes it itself, to be read out. */
function focusFirstField(event: Event) {
  const content = event.currentTarget as HTMLElement;
  const field = content.querySelector<HTMLElement>("input:not([hidden]):not([readonly]), select, textarea");
  event.preventDefault();
  (field ?? content).focus();
}
