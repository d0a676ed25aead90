import { message, t } from "../../words/words.ts";
import { formatWindowValue } from "../model/windows.ts";
import type { ToolName } from "../stack/session.ts";
import type { ViewportController } from "../stack/viewport-controller.ts";
import type { ViewportState } from "../stack/viewport-state.ts";
import type { Commands } from "./commands.ts";
import { Icon, type IconName } from "./icons.tsx";

export interface ToolbarProps {
  tool: ToolName;
  onTool: (tool: ToolName) => void;
  /** Of the active viewport, where it shows an image. */
  controller: ViewportController | undefined;
  state: ViewportState | undefined;
  layout: number;
  onLayout: (layout: number) => void;
  overlays: boolean;
  attributes: boolean;
  measurements: boolean;
  /** Whether the image in the active viewport is a key image; undefined where none can be chosen. */
  keyImage: boolean | undefined;
  commands: Commands;
}

const pictureTools: [ToolName, IconName, string, string][] = [
  ["window", "window", message("Window and level"), "W"],
  ["zoom", "zoom", message("Zoom"), "Z"],
  ["pan", "pan", message("Pan"), "P"],
  ["scroll", "scroll", message("Scroll"), "S"],
];
const measuringTools: [ToolName, IconName, string, string][] = [
  ["length", "length", message("Length"), "L"],
  ["angle", "angle", message("Angle"), "N"],
  ["cobb", "cobb", message("Cobb angle"), "Shift+N"],
  ["ellipse", "ellipse", message("Ellipse"), "E"],
  ["rectangle", "rectangle", message("Rectangle"), "Shift+E"],
  ["freehand", "freehand", message("Freehand"), "Shift+L"],
  ["arrow", "arrow", message("Arrow"), "T"],
  ["probe", "probe", message("Probe"), "B"],
];

export function Toolbar(props: ToolbarProps) {
  const { tool, onTool, commands } = props;
  const toolButton = ([name, icon, label, key]: [ToolName, IconName, string, string]) => (
    <ToolButton
      key={name}
      icon={icon}
      label={t(label)}
      hotkey={key}
      pressed={tool === name}
      onClick={() => onTool(name)}
    />
  );
  return (
    <div className="vw-tools" role="toolbar" aria-label="Image tools">
      <span className="vw-group">{pictureTools.map(toolButton)}</span>
      <span className="vw-rule" />
      <span className="vw-group">
        {measuringTools.map(toolButton)}
        <ToolButton icon="undo" label={t("Undo")} title={t("Undo (Ctrl+Z)")} onClick={commands.undo} />
      </span>
      <span className="vw-rule" />
      <Presets {...props} />
      <Layouts {...props} />
      <span className="vw-rule" />
      <PictureCommands {...props} />
      <span className="vw-space" />
      <span className="vw-group">
        <ToolButton
          icon="list"
          label={t("Measurements and key images")}
          hotkey="Shift+M"
          pressed={props.measurements}
          onClick={commands.measurements}
        />
        <ToolButton
          icon="tags"
          label="Attributes"
          hotkey="A"
          pressed={props.attributes}
          onClick={commands.attributes}
        />
        <ToolButton icon="help" label="Keyboard shortcuts" hotkey="?" onClick={commands.help} />
      </span>
    </div>
  );
}

function PictureCommands(props: ToolbarProps) {
  const { state, commands, overlays } = props;
  const disabled = !state;
  return (
    <span className="vw-group">
      <Cine {...props} />
      <ToolButton
        icon="invert"
        label="Invert"
        hotkey="I"
        pressed={state?.inverted ?? false}
        disabled={disabled}
        onClick={commands.invert}
      />
      <ToolButton
        icon="rotate"
        label="Rotate by a quarter"
        hotkey="R"
        disabled={disabled}
        onClick={commands.rotate}
      />
      <ToolButton
        icon="flip"
        label="Flip left and right"
        hotkey="H"
        disabled={disabled}
        onClick={commands.flip}
      />
      <ToolButton
        icon="fit"
        label="Fit to the viewport"
        hotkey="F"
        disabled={disabled}
        onClick={commands.fit}
      />
      <ToolButton
        icon="star"
        label={t("Key image")}
        hotkey="K"
        pressed={props.keyImage ?? false}
        disabled={props.keyImage === undefined}
        onClick={commands.keyImage}
      />
      <ToolButton icon="eye" label="Texts" hotkey="O" pressed={overlays} onClick={commands.overlays} />
      <ToolButton icon="reset" label="Reset" hotkey="0" disabled={disabled} onClick={commands.reset} />
    </span>
  );
}

interface ToolButtonProps {
  icon: IconName;
  label: string;
  hotkey?: string;
  title?: string;
  pressed?: boolean;
  disabled?: boolean;
  onClick: () => void;
}

function ToolButton({ icon, label, hotkey, title, pressed, disabled, onClick }: ToolButtonProps) {
  return (
    <button
      type="button"
      className="vw-tool"
      aria-label={label}
      aria-pressed={pressed}
      aria-keyshortcuts={hotkey}
      title={title ?? (hotkey ? `${label} (${hotkey})` : label)}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
      {hotkey && hotkey.length === 1 && <kbd>{hotkey}</kbd>}
    </button>
  );
}

function Presets({ controller, state }: ToolbarProps) {
  const presets = controller?.presets() ?? [];
  if (presets.length === 0) return null;
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own box and legend. */}
      <span className="vw-segments vw-presets" role="group" aria-label="Windows">
        {presets.map((choice) => {
          const on = choice.name === state?.windowName;
          return (
            <button
              key={choice.key}
              type="button"
              aria-pressed={on}
              aria-keyshortcuts={choice.key}
              aria-label={choice.name}
              title={`${choice.name} (${choice.key})`}
              onClick={() => controller?.choosePreset(choice)}
            >
              <kbd>{choice.key}</kbd>
              <span>{choice.name}</span>
              {on && choice.rule.kind === "fixed" && (
                <small>
                  {formatWindowValue(choice.rule.width, choice.rule.width)}/
                  {formatWindowValue(choice.rule.center, choice.rule.width)}
                </small>
              )}
            </button>
          );
        })}
      </span>
      <span className="vw-rule" />
    </>
  );
}

const layouts: [number, IconName, string][] = [
  [1, "layout1", "One viewport"],
  [2, "layout2", "Two viewports"],
  [4, "layout4", "Four viewports"],
];

function Layouts({ layout, onLayout }: ToolbarProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own box and legend.
    <span className="vw-segments" role="group" aria-label="Layout">
      {layouts.map(([count, icon, label]) => (
        <button
          key={count}
          type="button"
          aria-label={label}
          aria-pressed={layout === count}
          title={`${label} (Q)`}
          onClick={() => onLayout(count)}
        >
          <Icon name={icon} />
        </button>
      ))}
    </span>
  );
}

function Cine({ controller, state, commands }: ToolbarProps) {
  const playing = state?.playing ?? false;
  return (
    <>
      <ToolButton
        icon={playing ? "pause" : "play"}
        label={playing ? "Pause" : "Play"}
        title={playing ? "Pause (Space)" : "Play (Space)"}
        pressed={playing}
        disabled={(state?.images.length ?? 0) < 2}
        onClick={commands.play}
      />
      {playing && state && (
        <label className="vw-speed">
          <span className="vw-hidden">Pictures per second</span>
          <input
            type="range"
            min={1}
            max={60}
            value={state.framesPerSecond}
            onChange={(event) => controller?.setFramesPerSecond(Number(event.target.value))}
          />
          <output>{state.framesPerSecond} / s</output>
        </label>
      )}
    </>
  );
}
