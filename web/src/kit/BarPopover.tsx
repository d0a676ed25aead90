import { Popover } from "radix-ui";
import type { ReactNode } from "react";
import type { BarMenuProps } from "./BarButton.tsx";
import type { MenuButton } from "./OnDemand.tsx";

interface BarPopoverProps extends BarMenuProps {
  button: MenuButton;
  label: string;
  className: string;
  children: ReactNode;
}

/** What hangs from a button of the top bar. */
export function BarPopover({ button, open, onOpenChange, label, className, children }: BarPopoverProps) {
  return (
    <Popover.Root open={open} onOpenChange={onOpenChange}>
      <Popover.Trigger asChild>{button}</Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className={`popover ${className}`}
          align="end"
          sideOffset={8}
          collisionPadding={8}
          aria-label={label}
        >
          {children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
