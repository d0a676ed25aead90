import { type ReactNode, useRef } from "react";
import { message, t } from "../../words/words.ts";
import type { ToolName } from "../stack/session.ts";
import type { ViewportController } from "../stack/viewport-controller.ts";
import type { ViewportState } from "../stack/viewport-state.ts";
import type { Slab } from "../volume/reslice.ts";
import type { Commands } from "./commands.ts";
import { type Fusion, FusionChoice } from "./FusionChoice.tsx";
import { Icon, type IconName } from "./icons.tsx";
import { MoreTools } from "./MoreTools.tsx";
import { PresentationChoice } from "./PresentationChoice.tsx";
import { Presets } from "./Presets.tsx";
import { ScaleChoice } from "./ScaleChoice.tsx";
import { SlabChoice } from "./SlabChoice.tsx";
import { ToolButton, type ToolButtonProps } from "./ToolButton.tsx";
import { useFolding } from "./use-folding.ts";
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
  onStraighten: (() => void) | undefined;
  /** Whether planes of the active series hang. */
  planes: boolean;
  /** Whether a mask is subtracted in the active viewport; undefined where there is none. */
  masked: boolean | undefined;
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

/** Of the measuring tools those that stay in a narrow toolbar. */
const daily = new Set<ToolName>(["length", "angle", "ellipse"]);

/** What goes from a toolbar that has not room for all: names of windows, rare tools, commands of the picture, those of the layout; then it breaks. */
const folds = { windows: 1, tools: 2, picture: 3, layout: 4, lines: 5 } as const;

export function Toolbar(props: ToolbarProps) {
  const { tool, onTool, commands, state } = props;
  const bar = useRef<HTMLDivElement>(null);
  const folded = useFolding(bar, folds.lines, contentOf(props));
  const toolOf = ([name, icon, label, key]: [ToolName, IconName, string, string]): ToolButtonProps => ({
    icon,
    label: t(label),
    hotkey: key,
    pressed: tool === name,
    onClick: () => onTool(name),
  });
  const isRare = ([name]: [ToolName, ...unknown[]]) =>
    folded >= folds.tools && !daily.has(name) && name !== tool;
  const isFolded = ({ folds: from }: { folds?: number }) => from !== undefined && folded >= from;
  const picture = pictureCommands(props);
  const layout = layoutCommands(props);
  const more = [
    ...measuringTools.filter(isRare).map(toolOf),
    ...picture.filter(isFolded),
    ...(folded >= folds.layout ? layout : []),
  ];
  const buttons = (all: readonly ToolButtonProps[], named = false): ReactNode[] =>
    all.map((each) => <ToolButton key={each.icon + each.label} {...each} named={named} />);
  return (
    <div
      ref={bar}
      className="vw-tools"
      role="toolbar"
      aria-label={t("Image tools")}
      data-folded={folded}
      data-lines={folded >= folds.lines || undefined}
    >
      <span className="vw-group">{buttons(pictureTools.map(toolOf))}</span>
      <span className="vw-rule" />
      <span className="vw-group">
        {buttons(measuringTools.filter((each) => !isRare(each)).map(toolOf))}
        <ToolButton icon="undo" label={t("Undo")} title={t("Undo (Ctrl+Z)")} onClick={commands.undo} />
      </span>
      <span className="vw-rule" />
      <Presets controller={props.controller} state={state} folded={folded >= folds.windows} />
      <span className="vw-group">
        <LayoutChoice layout={props.layout} onLayout={props.onLayout} />
        {folded < folds.layout && buttons(layout)}
      </span>
      <SlabChoice {...props} />
      <FusionChoice fusion={props.fusion} />
      <PresentationChoice presentations={props.presentations} />
      <ScaleChoice scale={props.scale} onScale={props.onScale} />
      <span className="vw-rule" />
      <span className="vw-group">
        <Cine {...props} />
        {buttons(picture.filter((each) => !isFolded(each)))}
        <MoreTools>{buttons(more, true)}</MoreTools>
      </span>
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

/** What decides how wide the toolbar is. */
const contentOf = ({ controller, state, tool, slab, fusion, presentations, scale, ...rest }: ToolbarProps) =>
  [
    controller?.presets().map(({ name }) => name),
    state?.windowName,
    state?.playing,
    tool,
    slab !== undefined,
    rest.onStraighten !== undefined,
    fusion !== undefined,
    presentations.all.length + presentations.others.length > 0,
    presentations.error,
    scale !== undefined,
    rest.regions !== undefined,
    rest.fused !== undefined,
    rest.masked !== undefined,
  ].join();

function pictureCommands(props: ToolbarProps): (ToolButtonProps & { folds?: number })[] {
  const { state, commands, overlays } = props;
  const disabled = !state;
  return [
    {
      icon: "invert",
      label: t("Invert"),
      hotkey: "I",
      pressed: state?.reversed ?? false,
      disabled,
      folds: folds.layout,
      onClick: commands.invert,
    },
    {
      icon: "rotate",
      label: t("Rotate by a quarter"),
      hotkey: "R",
      disabled,
      folds: folds.picture,
      onClick: commands.rotate,
    },
    {
      icon: "flip",
      label: t("Flip left and right"),
      hotkey: "H",
      disabled,
      folds: folds.picture,
      onClick: commands.flip,
    },
    {
      icon: "fit",
      label: t("Fit to the viewport"),
      hotkey: "F",
      disabled,
      folds: folds.picture,
      onClick: commands.fit,
    },
    {
      icon: "star",
      label: t("Key image"),
      hotkey: "K",
      pressed: props.keyImage ?? false,
      disabled: props.keyImage === undefined,
      onClick: commands.keyImage,
    },
    { icon: "eye", label: t("Texts"), hotkey: "O", pressed: overlays, onClick: commands.overlays },
    {
      icon: "reset",
      label: t("Reset"),
      hotkey: "0",
      disabled,
      folds: folds.layout,
      onClick: commands.reset,
    },
  ];
}

function layoutCommands({
  linked,
  planes,
  fused,
  masked,
  regions,
  controller,
  commands,
}: ToolbarProps): ToolButtonProps[] {
  const all: ToolButtonProps[] = [
    { icon: "link", label: t("Link viewports"), hotkey: "Y", pressed: linked, onClick: commands.link },
    {
      icon: "planes",
      label: t("Planes of the volume"),
      hotkey: "V",
      pressed: planes,
      disabled: !controller && !planes,
      onClick: commands.planes,
    },
  ];
  if (regions !== undefined)
    all.push({
      icon: "regions",
      label: t("Regions and structures"),
      hotkey: "G",
      pressed: regions,
      onClick: commands.regions,
    });
  if (masked !== undefined)
    all.push({
      icon: "mask",
      label: t("Subtract the mask"),
      hotkey: "D",
      pressed: masked,
      onClick: commands.mask,
    });
  if (fused !== undefined)
    all.push({
      icon: "fusion",
      label: t("Uptake, or another series, over the picture"),
      hotkey: "U",
      pressed: fused,
      onClick: commands.fuse,
    });
  return all;
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

function LayoutChoice({ layout, onLayout }: Pick<ToolbarProps, "layout" | "onLayout">) {
  return (
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
            // Who came with a pointer goes on with the pictures.
            onPointerUp={(event) => event.currentTarget.blur()}
          />
          <output>{t("{count} / s", { count: state.framesPerSecond })}</output>
        </label>
      )}
    </>
  );
}
