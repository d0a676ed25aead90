import { DropdownMenu as Menu } from "radix-ui";
import { Icon } from "../kit/Icon.tsx";
import type { MenuButton } from "../kit/OnDemand.tsx";
import { t } from "../words/words.ts";

export interface ColumnMenuProps {
  columns: ReadonlyArray<{ id: string; word: string }>;
  hidden: readonly string[];
  onToggle: (id: string) => void;
}

/** Which columns a list shows; the menu stays open while one chooses. */
export function ColumnMenu({ columns, hidden, onToggle, button }: ColumnMenuProps & { button: MenuButton }) {
  return (
    <Menu.Root modal={false} defaultOpen>
      <Menu.Trigger asChild>{button}</Menu.Trigger>
      <Menu.Portal>
        <Menu.Content className="menu" align="end" sideOffset={4} collisionPadding={8}>
          <Menu.Label className="menu-label">{t("Columns")}</Menu.Label>
          {columns.map(({ id, word }) => (
            <Menu.CheckboxItem
              key={id}
              className="menu-item"
              checked={!hidden.includes(id)}
              onCheckedChange={() => onToggle(id)}
              onSelect={(event) => event.preventDefault()}
            >
              <span className="w-3.5">
                <Menu.ItemIndicator>
                  <Icon name="check" size="s" className="text-beam" />
                </Menu.ItemIndicator>
              </span>
              {word}
            </Menu.CheckboxItem>
          ))}
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}
