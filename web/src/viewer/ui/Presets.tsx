import { t } from "../../words/words.ts";
import { formatWindowValue, type WindowPreset } from "../model/windows.ts";
import type { ViewportController } from "../stack/viewport-controller.ts";
import type { ViewportState } from "../stack/viewport-state.ts";

interface PresetsProps {
  controller: ViewportController | undefined;
  state: ViewportState | undefined;
  /** Whether they are a list to open, and not all side by side. */
  folded: boolean;
}

const figuresOf = ({ rule }: WindowPreset): string =>
  rule.kind === "fixed"
    ? `${formatWindowValue(rule.width, rule.width)}/${formatWindowValue(rule.center, rule.width)}`
    : "";

/** As the corner of the viewport says it. */
const figuresNow = (state: ViewportState | undefined): string => {
  const { width, center } = state?.window ?? {};
  if (width === undefined || center === undefined) return "";
  return `W ${formatWindowValue(width, width)} L ${formatWindowValue(center, width)}`;
};

/** The windows of the active image, by the keys that choose them. */
export function Presets({ controller, state, folded }: PresetsProps) {
  const presets = controller?.presets() ?? [];
  if (presets.length === 0) return null;
  const chosen = presets.find(({ name }) => name === state?.windowName);
  if (folded)
    return (
      <span className="vw-slab">
        <select
          className="vw-presets"
          aria-label={t("Windows")}
          title={t("Windows (1 to {last})", { last: presets.at(-1)!.key })}
          value={chosen?.key ?? ""}
          onChange={(event) => {
            const preset = presets.find(({ key }) => key === event.target.value);
            if (preset) controller?.choosePreset(preset);
            event.target.blur();
          }}
        >
          {!chosen && <option value="">{figuresNow(state) || t("Window…")}</option>}
          {presets.map((preset) => (
            <option key={preset.key} value={preset.key}>
              {[preset.key, t(preset.name), figuresOf(preset)].filter(Boolean).join("  ")}
            </option>
          ))}
        </select>
      </span>
    );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own box and legend.
    <span className="vw-segments vw-presets" role="group" aria-label={t("Windows")}>
      {presets.map((preset) => (
        <button
          key={preset.key}
          type="button"
          aria-pressed={preset === chosen}
          aria-keyshortcuts={preset.key}
          aria-label={t(preset.name)}
          title={`${t(preset.name)} (${preset.key})`}
          onClick={() => controller?.choosePreset(preset)}
        >
          <kbd data-text={preset.key} />
          <span>{t(preset.name)}</span>
          {preset === chosen && figuresOf(preset) && <small data-text={figuresOf(preset)} />}
        </button>
      ))}
    </span>
  );
}
