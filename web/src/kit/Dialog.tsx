import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { t } from "../words/words.ts";
import { IconButton } from "./Button.tsx";

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}

/** A window over the page. Focus stays in it, Escape closes it, and focus goes back to where it was. */
export function Dialog({ open, onOpenChange, title, description, wide, children }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="scrim" />
        <Radix.Content
          className={`dialog ${wide ? "wide" : ""}`}
          onOpenAutoFocus={focusFirstField}
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
      </Radix.Portal>
    </Radix.Root>
  );
}

/** The first field takes the focus, not the button that closes; a window without fields takes it itself, to be read out. */
function focusFirstField(event: Event) {
  const content = event.currentTarget as HTMLElement;
  const field = content.querySelector<HTMLElement>("input:not([hidden]):not([readonly]), select, textarea");
  event.preventDefault();
  (field ?? content).focus();
}
