import { chosenFacility, useSession } from "../api/client.ts";
import { Icon } from "../kit/Icon.tsx";
import { OnDemand } from "../kit/OnDemand.tsx";
import { t } from "../words/words.ts";

const load = async () => (await import("./FacilityChoice.tsx")).FacilityChoice;

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
        <span className="max-w-48 truncate lg:max-w-72">{name}</span>
      </span>
    );
  }
  return (
    <OnDemand
      popup="menu"
      load={load}
      props={{}}
      button={
        <button
          type="button"
          className="facility max-md:hidden"
          aria-label={t("Facility: {name}. Choose another", { name })}
        >
          <span className="max-w-48 truncate lg:max-w-72">{name}</span>
          <Icon name="down" size="xs" />
        </button>
      }
    />
  );
}
