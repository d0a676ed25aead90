import { DropdownMenu as Menu } from "radix-ui";
import { chooseFacility, chosenFacility, useSession } from "../api/client.ts";
import { Icon } from "../kit/Icon.tsx";
import { t } from "../words/words.ts";

const all = "all";

/** Where one works: a name, or for who works at several a choice of one or all of them. */
export function FacilityMenu() {
  const facilities = useSession().me?.facilities ?? [];
  const chosen = chosenFacility();
  if (facilities.length === 0) return null;
  const name =
    facilities.find(({ id }) => id === chosen)?.name ??
    (facilities.length === 1
      ? facilities[0]!.name
      : t("{count, plural, one {# facility} other {# facilities}}", { count: facilities.length }));
  if (facilities.length === 1) {
    return (
      <span className="facility max-md:hidden" title={name}>
        <span className="sr-only">{t("Facility:")}</span>
        <span className="max-w-48 truncate">{name}</span>
      </span>
    );
  }
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger
        className="facility max-md:hidden"
        aria-label={t("Facility: {name}. Choose another", { name })}
      >
        <span className="max-w-48 truncate">{name}</span>
        <Icon name="down" size="xs" />
      </Menu.Trigger>
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
