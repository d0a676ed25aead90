import { message, t } from "../../words/words.ts";
import { formatWindowValue } from "../model/windows.ts";
import type { ToolName } from "../stack/session.ts";
import type { ViewportController } from "../stack/viewport-controller.ts";
import type { ViewportState } from "../stack/viewport-state.ts";
import type { Slab, SlabMode } from "../volume/reslice.ts";
import type { Commands } from "./commands.ts";
import { type Fusion, FusionChoice } from "./FusionChoice.tsx";
import { Icon, type IconName } from "./icons.tsx";
import { PresentationChoice } from "./PresentationChoice.tsx";
import { ScaleChoice } from "./ScaleChoice.tsx";
import type { Layout } from "./use-hanging.ts";
import type { Presentations } from "./use-presentations.ts";
import type { Scale } from "./use-scale.ts";

export interface ToolbarProps {
  tool: ToolName;
  onTool: (tool: ToolName) => void;
  /** Of the active viewport, where it shows an image. */
  controller: ViewportController | undefined;
  state: ViewportState | undefined;
  layout: Layout;
  onLayout: (layout: Layout) => void;
  linked: boolean;
  /** Of the active viewport, if it shows a plane; undefined elsewhere. */
  slab: Slab | undefined;
  onSlab: (slab: Slab) => void;
  /** Whether planes of the active series hang. */
  planes: boolean;
  /** Whether uptake lies over the active picture; undefined where there is none. */
  fused: boolean | undefined;
  fusion: Fusion | undefined;
  /** Whether regions of segmentations are drawn; undefined where there are none. */
  regions: boolean | undefined;
  /** Whether their list is open. */
  regionList: boolean;
  presentations: Presentations;
  /** How large projections are; undefined where there is none. */
  scale: Scale | undefined;
  onScale: (scale: Scale) => void;
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
  ["crosshair", "crosshair", message("Crosshair"), "X"],
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
    <div className="vw-tools" role="toolbar" aria-label={t("Image tools")}>
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
      <SlabChoice {...props} />
      <FusionChoice fusion={props.fusion} />
      <PresentationChoice presentations={props.presentations} />
      <ScaleChoice scale={props.scale} onScale={props.onScale} />
      <PictureCommands {...props} />
      <span className="vw-space" />
      <span className="vw-group">
        {props.regions !== undefined && (
          <ToolButton
            icon="regionList"
            label={t("List of regions and structures")}
            hotkey="Shift+G"
            pressed={props.regionList}
            onClick={commands.regionList}
          />
        )}
        <ToolButton
          icon="list"
          label={t("Measurements and key images")}
          hotkey="Shift+M"
          pressed={props.measurements}
          onClick={commands.measurements}
        />
        <ToolButton
          icon="tags"
          label={t("Attributes")}
          hotkey="A"
          pressed={props.attributes}
          onClick={commands.attributes}
        />
        <ToolButton icon="help" label={t("Keyboard shortcuts")} hotkey="?" onClick={commands.help} />
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
        label={t("Invert")}
        hotkey="I"
        pressed={state?.reversed ?? false}
        disabled={disabled}
        onClick={commands.invert}
      />
      <ToolButton
        icon="rotate"
        label={t("Rotate by a quarter")}
        hotkey="R"
        disabled={disabled}
        onClick={commands.rotate}
      />
      <ToolButton
        icon="flip"
        label={t("Flip left and right")}
        hotkey="H"
        disabled={disabled}
        onClick={commands.flip}
      />
      <ToolButton
        icon="fit"
        label={t("Fit to the viewport")}
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
      <ToolButton icon="eye" label={t("Texts")} hotkey="O" pressed={overlays} onClick={commands.overlays} />
      <ToolButton icon="reset" label={t("Reset")} hotkey="0" disabled={disabled} onClick={commands.reset} />
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
      {hotkey && hotkey.length === 1 && <kbd data-text={hotkey} />}
    </button>
  );
}

function Presets({ controller, state }: ToolbarProps) {
  const presets = controller?.presets() ?? [];
  if (presets.length === 0) return null;
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own box and legend. */}
      <span className="vw-segments vw-presets" role="group" aria-label={t("Windows")}>
        {presets.map((choice) => {
          const on = choice.name === state?.windowName;
          return (
            <button
              key={choice.key}
              type="button"
              aria-pressed={on}
              aria-keyshortcuts={choice.key}
              aria-label={t(choice.name)}
              title={`${t(choice.name)} (${choice.key})`}
              onClick={() => controller?.choosePreset(choice)}
            >
              <kbd data-text={choice.key} />
              <span>{t(choice.name)}</span>
              {on && choice.rule.kind === "fixed" && (
                <small
                  data-text={`${formatWindowValue(choice.rule.width, choice.rule.width)}/${formatWindowValue(choice.rule.center, choice.rule.width)}`}
                />
              )}
            </button>
          );
        })}
      </span>
      <span className="vw-rule" />
    </>
  );
}

/** Rows and columns. */
const layouts: readonly [number, number][] = [
  [1, 1],
  [1, 2],
  [2, 1],
  [1, 3],
  [2, 2],
  [2, 3],
  [2, 4],
  [3, 3],
];

function Layouts({ layout, onLayout, linked, planes, fused, regions, controller, commands }: ToolbarProps) {
  return (
    <span className="vw-group">
      <label className="vw-layout" title={t("Layout (Q)")}>
        <Icon name="layout4" />
        <span className="vw-hidden">{t("Layout")}</span>
        <select
          value={`${layout.rows} × ${layout.columns}`}
          onChange={(event) => {
            const [rows = 1, columns = 1] = event.target.value.split(" × ").map(Number);
            onLayout({ rows, columns });
            // So that the keys act on the images again.
            event.target.blur();
          }}
        >
          {layouts.map(([rows, columns]) => (
            <option key={`${rows} ${columns}`}>{`${rows} × ${columns}`}</option>
          ))}
        </select>
      </label>
      <ToolButton
        icon="link"
        label={t("Link viewports")}
        hotkey="Y"
        pressed={linked}
        onClick={commands.link}
      />
      <ToolButton
        icon="planes"
        label={t("Planes of the volume")}
        hotkey="V"
        pressed={planes}
        disabled={!controller && !planes}
        onClick={commands.planes}
      />
      {regions !== undefined && (
        <ToolButton
          icon="regions"
          label={t("Regions and structures")}
          hotkey="G"
          pressed={regions}
          onClick={commands.regions}
        />
      )}
      {fused !== undefined && (
        <ToolButton
          icon="fusion"
          label={t("Uptake over the picture")}
          hotkey="U"
          pressed={fused}
          onClick={commands.fuse}
        />
      )}
    </span>
  );
}

const slabModes: readonly [SlabMode, string][] = [
  ["average", message("Average")],
  ["maximum", message("MIP")],
  ["minimum", message("MinIP")],
];
const thicknesses = [0, 3, 5, 10, 20, 40];

/** How thick the active plane is, and what becomes of the values behind each other. */
function SlabChoice({ slab, onSlab }: ToolbarProps) {
  if (!slab) return null;
  return (
    <>
      <span className="vw-slab">
        <select
          aria-label={t("What a slab shows")}
          value={slab.mode}
          onChange={(event) => {
            const mode = event.target.value as SlabMode;
            onSlab({ mode, thickness: slab.thickness || 10 });
            event.target.blur();
          }}
        >
          {slabModes.map(([mode, label]) => (
            <option key={mode} value={mode}>
              {t(label)}
            </option>
          ))}
        </select>
        <select
          aria-label={t("Thickness of the slab")}
          value={slab.thickness}
          onChange={(event) => {
            onSlab({ ...slab, thickness: Number(event.target.value) });
            event.target.blur();
          }}
        >
          {thicknesses.map((thickness) => (
            <option key={thickness} value={thickness}>
              {thickness === 0 ? t("thin") : `${thickness} mm`}
            </option>
          ))}
        </select>
      </span>
      <span className="vw-rule" />
    </>
  );
}

function Cine({ controller, state, commands }: ToolbarProps) {
  const playing = state?.playing ?? false;
  return (
    <>
      <ToolButton
        icon={playing ? "pause" : "play"}
        label={playing ? t("Pause") : t("Play")}
        title={playing ? t("Pause (Space)") : t("Play (Space)")}
        pressed={playing}
        disabled={(state?.images.length ?? 0) < 2}
        onClick={commands.play}
      />
      {playing && state && (
        <label className="vw-speed">
          <span className="vw-hidden">{t("Pictures per second")}</span>
          <input
            type="range"
            min={1}
            max={60}
            value={state.framesPerSecond}
            onChange={(event) => controller?.setFramesPerSecond(Number(event.target.value))}
          />
          <output>{t("{count} / s", { count: state.framesPerSecond })}</output>
        </label>
      )}
    </>
  );
}
