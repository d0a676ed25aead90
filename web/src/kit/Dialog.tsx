import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useRef, useState } from "react";
import { t } from "../words/words.ts";
import { IconButton } from "./Button.tsx";
import { keepFocus } from "./focus.ts";
import { holdsTyped } from "./typed.ts";

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

/** A window over the page. Focus stays in it, Escape closes it, and focus goes back to where it was. */
export function Dialog({ open, onOpenChange, ...window }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="scrim" />
        <Window {...window} />
      </Radix.Portal>
    </Radix.Root>
  );
}

function Window({ title, description, wide, children }: WindowProps) {
  // Before any field of the window takes the focus.
  const [back] = useState(keepFocus);
  const content = useRef<HTMLDivElement>(null);
  return (
    <Radix.Content
      ref={content}
      className={`dialog ${wide ? "wide" : ""}`}
      onOpenAutoFocus={focusFirstField}
      // A press beside the window closes it, but not over what somebody has written in it.
      onPointerDownOutside={(event) => {
        if (content.current && holdsTyped(content.current)) event.preventDefault();
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
