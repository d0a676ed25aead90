import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { Icon, type IconName } from "./Icon.tsx";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: "primary" | "danger" | "ghost";
  size?: "s" | "l" | "xl";
  icon?: IconName;
  /** The key that does the same, shown on the button. */
  hotkey?: string;
  /** Work is under way: the button keeps its place and focus, and does nothing until it ends. */
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
  children: ReactNode;
}

export function Button({
  variant,
  size,
  icon,
  hotkey,
  busy,
  className = "",
  children,
  onClick,
  ...rest
}: ButtonProps) {
  const sizes = size === "xl" ? "l xl" : (size ?? "");
  return (
    <button
      type="button"
      {...rest}
      className={`btn ${variant ?? ""} ${sizes} ${className}`}
      aria-disabled={busy || undefined}
      aria-keyshortcuts={hotkey}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {icon && <Icon name={icon} size="s" />}
      {children}
      {hotkey && <kbd>{hotkey}</kbd>}
    </button>
  );
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: IconName;
  /** What it does, for whoever does not see the drawing. */
  label: string;
  ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ icon, label, className = "", ...rest }: IconButtonProps) {
  return (
    <button type="button" title={label} {...rest} aria-label={label} className={`icon-btn ${className}`}>
      <Icon name={icon} />
    </button>
  );
}
