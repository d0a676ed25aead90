import { t } from "../../words/words.ts";
import type { RegionGroup, RegionItem } from "../layers/regions.ts";
import { Icon } from "./icons.tsx";
import { lookAtPictures, SidePanel } from "./SidePanel.tsx";

interface RegionsPanelProps {
  groups: readonly RegionGroup[];
  /** The keys of those that are not drawn. */
  hidden: ReadonlySet<string>;
  onHide: (hidden: ReadonlySet<string>) => void;
  /** Shows where it is. */
  onGo: (item: RegionItem) => void;
  onClose: () => void;
}

/** All segments and structures that are open: which are drawn, and where they are. */
export function RegionsPanel({ groups, hidden, onHide, onGo, onClose }: RegionsPanelProps) {
  const toggle = (items: readonly RegionItem[], on: boolean) => {
    const next = new Set(hidden);
    for (const { key } of items) {
      if (on) next.delete(key);
      else next.add(key);
    }
    onHide(next);
  };
  return (
    <SidePanel
      label={t("Regions and structures")}
      title={t("Regions and structures")}
      className="vw-regions"
      closeLabel={t("Close the regions")}
      onClose={onClose}
    >
      <div className="vw-regions-body">
        {groups.map((group) => {
          const shown = group.items.filter(({ key }) => !hidden.has(key)).length;
          return (
            <section key={group.key} aria-label={group.label}>
              <label className="vw-region-line vw-region-all">
                <input
                  type="checkbox"
                  ref={(box) => {
                    if (box) box.indeterminate = shown > 0 && shown < group.items.length;
                  }}
                  checked={shown === group.items.length}
                  onChange={(event) => toggle(group.items, event.target.checked)}
                />
                <span>{group.label}</span>
                <small className="vw-dim">{`${shown} / ${group.items.length}`}</small>
              </label>
              <ul>
                {group.items.map((item) => (
                  <li key={item.key}>
                    <label className="vw-region-line">
                      <input
                        type="checkbox"
                        checked={!hidden.has(item.key)}
                        onChange={(event) => toggle([item], event.target.checked)}
                      />
                      <i style={{ background: item.color }} />
                      <span>{item.name}</span>
                    </label>
                    {item.place && (
                      <button
                        type="button"
                        className="vw-icon-button"
                        aria-label={t("Go to {name}", { name: item.name })}
                        title={t("Go to {name}", { name: item.name })}
                        onClick={(event) => {
                          onGo(item);
                          lookAtPictures(event);
                        }}
                      >
                        <Icon name="crosshair" size={14} />
                      </button>
                    )}
                  </li>
                ))}
              </ul>
            </section>
          );
        })}
      </div>
    </SidePanel>
  );
}
