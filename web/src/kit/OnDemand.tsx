import {
  type ButtonHTMLAttributes,
  type ComponentType,
  cloneElement,
  type ReactElement,
  useEffect,
  useState,
} from "react";
import { loaded } from "../api/loaded.ts";
import { t } from "../words/words.ts";
import { toast } from "./toast.ts";

/** The button of a menu: drawn alone at first, then handed to the menu as its trigger. */
export type MenuButton = ReactElement<ButtonHTMLAttributes<HTMLButtonElement>>;

interface OnDemandProps<Props extends object> {
  button: MenuButton;
  popup: "menu" | "dialog";
  /** Brings the menu: a component that draws the button as its trigger, and is open at first. The same function at every drawing. */
  load: () => Promise<ComponentType<Props & { button: MenuButton }>>;
  props: Props;
  /** Opened by something else than its button, a key for instance. */
  wanted?: boolean;
  onWant?: () => void;
}

/** Menus come after the page, when nothing else is to do: until one is opened there is its button alone. */
const idleMs = 1500;

export function OnDemand<Props extends object>({
  button,
  popup,
  load,
  props,
  wanted,
  onWant,
}: OnDemandProps<Props>) {
  const [Menu, setMenu] = useState<ComponentType<Props & { button: MenuButton }> | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => void load().catch(() => {}), idleMs);
    return () => clearTimeout(timer);
  }, [load]);
  const open = () =>
    void loaded(load, { patient: false }).then(
      (menu) => setMenu(() => menu),
      () => toast({ title: t("This could not be loaded"), detail: t("Try again in a moment."), tone: "urg" }),
    );
  // biome-ignore lint/correctness/useExhaustiveDependencies: opened once, when it begins to be wanted
  useEffect(() => {
    if (wanted && !Menu) open();
  }, [wanted]);
  if (Menu) return <Menu {...props} button={button} />;
  return cloneElement(button, {
    type: "button",
    "aria-haspopup": popup,
    "aria-expanded": false,
    onPointerEnter: () => void load().catch(() => {}),
    onClick: () => {
      onWant?.();
      open();
    },
  });
}
