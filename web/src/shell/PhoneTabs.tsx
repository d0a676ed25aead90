import { Link } from "@tanstack/react-router";
import { useMe } from "../api/client.ts";
import { placesFor } from "../app/places.ts";
import { Icon } from "../kit/Icon.tsx";
import { t } from "../words/words.ts";
import { FindingsCount } from "./FindingsCount.tsx";
import { useWaitingFindings } from "./waiting-findings.ts";

/** Beside these is the tab that leads to all the rest. */
const mostPlaces = 3;

/** On a phone, the first places of this person at the lower edge, in the thumb's reach. */
export function PhoneTabs({ onMore }: { onMore: () => void }) {
  const waiting = useWaitingFindings();
  const places = placesFor(useMe()?.permissions ?? []);
  return (
    <nav className="phone-tabs md:hidden" aria-label={t("Main")}>
      {places.slice(0, mostPlaces).map((place) => (
        <Link key={place.to} to={place.to} search={{}} activeOptions={{ includeSearch: false }}>
          <Icon name={place.icon} />
          {t(place.word)}
          {place.to === "/findings" && <FindingsCount waiting={waiting} />}
        </Link>
      ))}
      <button type="button" onClick={onMore}>
        <Icon name="more" />
        {t("More")}
      </button>
    </nav>
  );
}
