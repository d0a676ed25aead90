import { useMe } from "../api/client.ts";
import { SearchBox } from "./SearchBox.tsx";
import { UserMenu } from "./UserMenu.tsx";

/** Where one is, whose archive it is, the search, and who one is. */
export function TopBar({ title, onHelp }: { title: string; onHelp: () => void }) {
  const facilities = useMe()?.facilities ?? [];
  const names = facilities.map((facility) => facility.name).join(", ");
  return (
    <header className="top">
      <h1>{title}</h1>
      <span className="flex-1" />
      {facilities.length > 0 && (
        <span className="facility max-md:hidden" title={names}>
          <span className="sr-only">Facility: {names}</span>
          <span aria-hidden="true" className="max-w-48 truncate">
            {facilities.length === 1 ? names : `${facilities.length} facilities`}
          </span>
        </span>
      )}
      <SearchBox />
      <UserMenu onHelp={onHelp} />
    </header>
  );
}
