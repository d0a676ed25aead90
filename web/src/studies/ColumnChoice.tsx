import { Icon } from "../kit/Icon.tsx";
import { OnDemand } from "../kit/OnDemand.tsx";
import { t } from "../words/words.ts";
import type { ColumnMenuProps } from "./ColumnMenu.tsx";

const load = async () => (await import("./ColumnMenu.tsx")).ColumnMenu;

/** The button over a list by which its columns are chosen. */
export function ColumnChoice(props: ColumnMenuProps) {
  return (
    <OnDemand
      popup="menu"
      load={load}
      props={props}
      button={
        <button type="button" className="chip">
          {t("Columns")}
          <Icon name="down" size="xs" />
        </button>
      }
    />
  );
}
