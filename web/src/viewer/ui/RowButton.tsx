import type { Ref } from "react";
import { Icon, type IconName } from "./icons.tsx";

interface RowButtonProps {
  icon: IconName;
  label: string;
  ref?: Ref<HTMLButtonElement>;
  onClick: () => void;
}

/** A small button at the end of a row, named by what it does. */
export function RowButton({ icon, label, ref, onClick }: RowButtonProps) {
  return (
    <button
      ref={ref}
      type="button"
      className="vw-icon-button"
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      <Icon name={icon} size={14} />
    </button>
  );
}
