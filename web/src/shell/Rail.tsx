import { Link } from "@tanstack/react-router";
import { useMe } from "../api/client.ts";
import { placesFor } from "../app/places.ts";
import { Icon, Mark } from "../kit/Icon.tsx";
import { t } from "../words/words.ts";
import { FindingsCount } from "./FindingsCount.tsx";
import { useWaitingFindings } from "./waiting-findings.ts";

/** What leads to the places of this person. */
export function Rail() {
  const me = useMe();
  const waiting = useWaitingFindings();
  return (
    <aside className="rail">
      <Link to="/" className="mark" aria-label={t("Isocenter, home")}>
        <Mark />
      </Link>
      <nav aria-label={t("Main")}>
        {placesFor(me?.permissions ?? []).map((place) => (
          <Link key={place.to} to={place.to} search={{}} activeOptions={{ includeSearch: false }}>
            <Icon name={place.icon} className="place-mark" />
            {t(place.word)}
            {place.to === "/findings" && <FindingsCount waiting={waiting} />}
          </Link>
        ))}
      </nav>
    </aside>
  );
}
