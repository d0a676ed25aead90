import { ExportsButton } from "../exports/ExportsButton.tsx";
import { FacilityMenu } from "./FacilityMenu.tsx";
import { NoticeBell } from "./NoticeBell.tsx";
import { SearchBox } from "./SearchBox.tsx";
import { UserMenu } from "./UserMenu.tsx";

/** Where one is, whose archive it is, the search, and who one is. */
export function TopBar({
  title,
  onHelp,
  onSearch,
}: {
  title: string;
  onHelp: () => void;
  onSearch: () => void;
}) {
  return (
    <header className="top">
      <h1>{title}</h1>
      <span className="flex-1" />
      <FacilityMenu />
      <SearchBox onSearch={onSearch} />
      <ExportsButton />
      <NoticeBell />
      <UserMenu onHelp={onHelp} />
    </header>
  );
}
