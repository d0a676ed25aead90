import type { WindowPreset } from "../model/windows.ts";
import { formatWindowValue } from "../model/windows.ts";
import type { ToolName } from "../stack/session.ts";
import { Icon, type IconName } from "./icons.tsx";

export interface ToolbarProps {
  tool: ToolName;
  onTool: (tool: ToolName) => void;
  presets: readonly WindowPreset[];
  /** The name of the preset in use, or "". */
  preset: string;
  onPreset: (preset: WindowPreset) => void;
  layout: number;
  onLayout: (layout: number) => void;
  inverted: boolean;
  overlays: boolean;
  attributes: boolean;
  playing: boolean;
  canPlay: boolean;
  hasImage: boolean;
  framesPerSecond: number;
  onFramesPerSecond: (framesPerSecond: number) => void;
  onCommand: (command: ToolbarCommand) => void;
}

export type ToolbarCommand =
  | "play"
  | "invert"
  | "rotate"
  | "flip"
  | "fit"
  | "reset"
  | "overlays"
  | "attributes"
  | "clear"
  | "help";

const pictureTools: [ToolName, IconName, string, string][] = [
  ["window", "window", "Window and level", "W"],
  ["zoom", "zoom", "Zoom", "Z"],
  ["pan", "pan", "Pan", "P"],
  ["scroll", "scroll", "Scroll", "S"],
];
const measuringTools: [ToolName, IconName, string, string][] = [
  ["length", "length", "Length", "L"],
  ["angle", "angle", "Angle", "N"],
  ["ellipse", "ellipse", "Ellipse region", "E"],
  ["probe", "probe", "Probe", "B"],
];

export function Toolbar(props: ToolbarProps) {
  const { tool, onTool, onCommand, hasImage } = props;
  const toolButton = ([name, icon, label, key]: [ToolName, IconName, string, string]) => (
    <ToolButton
      key={name}
      icon={icon}
      label={label}
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
        <ToolButton icon="trash" label="Remove all measurements" onClick={() => onCommand("clear")} />
      </span>
      <span className="vw-rule" />
      <Presets {...props} />
      <Layouts {...props} />
      <span className="vw-rule" />
      <span className="vw-group">
        <Cine {...props} />
        <ToolButton
          icon="invert"
          label="Invert"
          hotkey="I"
          pressed={props.inverted}
          disabled={!hasImage}
          onClick={() => onCommand("invert")}
        />
        <ToolButton
          icon="rotate"
          label="Rotate by a quarter"
          hotkey="R"
          disabled={!hasImage}
          onClick={() => onCommand("rotate")}
        />
        <ToolButton
          icon="flip"
          label="Flip left and right"
          hotkey="H"
          disabled={!hasImage}
          onClick={() => onCommand("flip")}
        />
        <ToolButton
          icon="fit"
          label="Fit to the viewport"
          hotkey="F"
          disabled={!hasImage}
          onClick={() => onCommand("fit")}
        />
        <ToolButton
          icon="eye"
          label="Texts"
          hotkey="O"
          pressed={props.overlays}
          onClick={() => onCommand("overlays")}
        />
        <ToolButton
          icon="reset"
          label="Reset"
          hotkey="0"
          disabled={!hasImage}
          onClick={() => onCommand("reset")}
        />
      </span>
      <span className="vw-space" />
      <span className="vw-group">
        <ToolButton
          icon="tags"
          label="Attributes"
          hotkey="A"
          pressed={props.attributes}
          onClick={() => onCommand("attributes")}
        />
        <ToolButton icon="help" label="Keyboard shortcuts" hotkey="?" onClick={() => onCommand("help")} />
      </span>
    </div>
  );
}

interface ToolButtonProps {
  icon: IconName;
  label: string;
  hotkey?: string;
  pressed?: boolean;
  disabled?: boolean;
  onClick: () => void;
}

function ToolButton({ icon, label, hotkey, pressed, disabled, onClick }: ToolButtonProps) {
  return (
    <button
      type="button"
      className="vw-tool"
      aria-label={label}
      aria-pressed={pressed}
      aria-keyshortcuts={hotkey}
      title={hotkey ? `${label} (${hotkey})` : label}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
      {hotkey && <kbd>{hotkey}</kbd>}
    </button>
  );
}

function Presets({ presets, preset, onPreset }: ToolbarProps) {
  if (presets.length === 0) return null;
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own box and legend. */}
      <span className="vw-segments vw-presets" role="group" aria-label="Windows">
        {presets.map((choice) => {
          const on = choice.name === preset;
          return (
            <button
              key={choice.key}
              type="button"
              aria-pressed={on}
              aria-keyshortcuts={choice.key}
              aria-label={choice.name}
              title={`${choice.name} (${choice.key})`}
              onClick={() => onPreset(choice)}
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

function Cine({ playing, canPlay, framesPerSecond, onFramesPerSecond, onCommand }: ToolbarProps) {
  return (
    <>
      <ToolButton
        icon={playing ? "pause" : "play"}
        label={playing ? "Pause" : "Play"}
        hotkey="␣"
        pressed={playing}
        disabled={!canPlay}
        onClick={() => onCommand("play")}
      />
      {playing && (
        <label className="vw-speed">
          <span className="vw-hidden">Pictures per second</span>
          <input
            type="range"
            min={1}
            max={60}
            value={framesPerSecond}
            onChange={(event) => onFramesPerSecond(Number(event.target.value))}
          />
          <output>{framesPerSecond} / s</output>
        </label>
      )}
    </>
  );
}
