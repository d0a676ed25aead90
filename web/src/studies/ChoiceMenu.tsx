import { DropdownMenu as Menu } from "radix-ui";
import type { ReactNode } from "react";
import { Icon } from "../kit/Icon.tsx";
import type { MenuButton } from "../kit/OnDemand.tsx";
import { t } from "../words/words.ts";
import { membersOf, toggled } from "./list-state.ts";

export interface ChoiceMenuProps {
  name: string;
  value: string | undefined;
  options: ReadonlyArray<{ value: string; content: ReactNode }>;
  onChange: (value: string | undefined) => void;
}

/** The members of a filter; the menu stays open while one chooses. */
export function ChoiceMenu({
  name,
  value,
  options,
  onChange,
  button,
}: ChoiceMenuProps & { button: MenuButton }) {
  const members = membersOf(value);
  return (
    <Menu.Root modal={false} defaultOpen>
      <Menu.Trigger asChild>{button}</Menu.Trigger>
      <Menu.Portal>
        <Menu.Content className="menu" align="start" sideOffset={4} collisionPadding={8} aria-label={name}>
          <Option checked={!value} onChange={() => onChange(undefined)}>
            {t("Any")}
          </Option>
          {options.map((option) => (
            <Option
              key={option.value}
              checked={members.includes(option.value)}
              onChange={() => onChange(toggled(value, option.value))}
            >
              {option.content}
            </Option>
          ))}
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}

function Option(props: { checked: boolean; onChange: () => void; children: ReactNode }) {
  return (
    <Menu.CheckboxItem
      className="menu-item"
      checked={props.checked}
      onCheckedChange={props.onChange}
      onSelect={(event) => event.preventDefault()}
    >
      <span className="w-3.5">
        <Menu.ItemIndicator>
          <Icon name="check" size="s" className="text-beam" />
        </Menu.ItemIndicator>
      </span>
      {props.children}
    </Menu.CheckboxItem>
  );
}
