import type { ComponentType } from "react";
import { Icon, type IconName } from "./Icon.tsx";
import { type MenuButton, OnDemand } from "./OnDemand.tsx";

/** What a button of the top bar opens: see BarPopover.tsx. */
export interface BarMenuProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

interface BarButtonProps extends BarMenuProps {
  icon: IconName;
  label: string;
  /** Over the icon's shoulder; null: nothing to count. */
  count: string | number | null;
  load: () => Promise<ComponentType<BarMenuProps & { button: MenuButton }>>;
}

/** A button of the top bar that counts, and opens what it counts. */
export function BarButton({ icon, label, count, load, open, onOpenChange }: BarButtonProps) {
  return (
    <OnDemand
      popup="dialog"
      load={load}
      props={{ open, onOpenChange }}
      wanted={open}
      onWant={() => onOpenChange(true)}
      button={
        <button type="button" className="icon-btn" aria-label={label} title={label}>
          <Icon name={icon} />
          {count !== null && (
            <span className={`bar-count ${String(count).length > 1 ? "long" : ""}`} aria-hidden="true">
              {count}
            </span>
          )}
        </button>
      }
    />
  );
}
