import type { Permission } from "@isocenter/contract";
import { Link } from "@tanstack/react-router";
import { useMe } from "../api/client.ts";
import { Icon, type IconName, Mark } from "../kit/Icon.tsx";

/** What the rail leads to. A page that this person cannot use is not there. */
const places: ReadonlyArray<{
  to: "/reading" | "/findings" | "/studies";
  word: string;
  icon: IconName;
  permission: Permission;
}> = [
  { to: "/reading", word: "Reading", icon: "list", permission: "reading.claim" },
  { to: "/findings", word: "Findings", icon: "bell", permission: "findings.read" },
  { to: "/studies", word: "Studies", icon: "scan", permission: "images.read" },
];

export function Rail() {
  const me = useMe();
  return (
    <aside className="rail">
      <Link to="/studies" search={{}} className="mark" aria-label="Isocenter, home">
        <Mark />
      </Link>
      <nav aria-label="Main">
        {places
          .filter(({ permission }) => me?.permissions.includes(permission))
          .map((place) => (
            <Link key={place.to} to={place.to} search={{}} activeOptions={{ includeSearch: false }}>
              <Icon name={place.icon} className="place-mark" />
              {place.word}
            </Link>
          ))}
      </nav>
    </aside>
  );
}
