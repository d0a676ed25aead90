import { DropdownMenu as Menu } from "radix-ui";
import { chooseFacility, chosenFacility, useSession } from "../api/client.ts";
import { Icon } from "../kit/Icon.tsx";
import type { MenuButton } from "../kit/OnDemand.tsx";
import { t } from "../words/words.ts";

const all = "all";

/** One of one's facilities to work at, or all of them. */
export function FacilityChoice({ button }: { button: MenuButton }) {
  const facilities = useSession().me?.facilities ?? [];
  const chosen = chosenFacility();
  return (
    <Menu.Root modal={false} defaultOpen>
      <Menu.Trigger asChild>{button}</Menu.Trigger>
      <Menu.Portal>
        <Menu.Content className="menu" align="start" sideOffset={8} collisionPadding={8}>
          <Menu.RadioGroup
            value={chosen ?? all}
            onValueChange={(value) => chooseFacility(value === all ? null : value)}
          >
            {[{ id: all, name: t("All my facilities") }, ...facilities].map((facility) => (
              <Menu.RadioItem key={facility.id} value={facility.id} className="menu-item">
                <span className="w-4">
                  <Menu.ItemIndicator>
                    <Icon name="check" size="s" className="text-beam" />
                  </Menu.ItemIndicator>
                </span>
                {facility.name}
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}
