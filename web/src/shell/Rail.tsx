import { Link } from "@tanstack/react-router";
import { Icon, type IconName, Mark } from "../kit/Icon.tsx";

/** What the rail leads to. A page that this person cannot use is not there. */
const places: ReadonlyArray<{ to: "/studies"; word: string; icon: IconName }> = [
  { to: "/studies", word: "Studies", icon: "scan" },
];

export function Rail() {
  return (
    <aside className="rail">
      <Link to="/studies" search={{}} className="mark" aria-label="Isocenter, home">
        <Mark />
      </Link>
      <nav aria-label="Main">
        {places.map((place) => (
          <Link key={place.to} to={place.to} search={{}} activeOptions={{ includeSearch: false }}>
            <Icon name={place.icon} className="place-mark" />
            {place.word}
          </Link>
        ))}
      </nav>
    </aside>
  );
}
