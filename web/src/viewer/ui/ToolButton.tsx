import { Icon, type IconName } from "./icons.tsx";

export interface ToolButtonProps {
  icon: IconName;
  label: string;
  hotkey?: string;
  title?: string;
  pressed?: boolean;
  disabled?: boolean;
  /** Whether its name stands beside it, as in a menu. */
  named?: boolean;
  onClick: () => void;
}

/** A button of the toolbar, with the key that does the same. */
export function ToolButton({
  icon,
  label,
  hotkey,
  title,
  pressed,
  disabled,
  named,
  onClick,
}: ToolButtonProps) {
  return (
    <button
      type="button"
      className={named ? "vw-more-item" : "vw-tool"}
      aria-label={label}
      aria-pressed={pressed}
      aria-keyshortcuts={hotkey}
      title={named ? undefined : (title ?? (hotkey ? `${label} (${hotkey})` : label))}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
      {named && <span>{label}</span>}
      {hotkey && (named || hotkey.length === 1) && <kbd data-text={hotkey} />}
    </button>
  );
}
