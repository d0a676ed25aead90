import {
  cache,
  Enums,
  type RenderingEngine,
  setVolumesForViewports,
  type Types,
  volumeLoader,
} from "@cornerstonejs/core";
import * as tools from "@cornerstonejs/tools";
import { message } from "../../words/words.ts";
import type { Vector } from "../model/geometry.ts";
import { releaseContexts } from "../stack/contexts.ts";
import type { Volume } from "./volumes.ts";

/** A look of the rendered volume, by Cornerstone's name of it. */
export interface Look {
  preset: string;
  title: string;
  /** Whether each ray shows the highest value that it meets, and no surface. */
  projects?: true;
}

const computed: readonly Look[] = [
  { preset: "CT-Bone", title: message("Bone") },
  { preset: "CT-Chest-Contrast-Enhanced", title: message("Vessels and bone") },
  { preset: "CT-Cardiac", title: message("Heart") },
  { preset: "CT-Lung", title: message("Lung") },
  { preset: "CT-Soft-Tissue", title: message("Soft tissue") },
  { preset: "CT-Muscle", title: message("Muscle") },
  { preset: "CT-MIP", title: message("MIP"), projects: true },
];
const magnetic: readonly Look[] = [
  { preset: "MR-Default", title: message("Surface") },
  { preset: "MR-T2-Brain", title: message("Brain, T2") },
  { preset: "MR-Angio", title: message("Vessels") },
  { preset: "MR-MIP", title: message("MIP"), projects: true },
];

export const looksFor = (modality: string): readonly Look[] => (modality === "MR" ? magnetic : computed);

export interface Solid {
  choose(look: Look): void;
  /** Looks from a side of the patient. */
  lookFrom(side: Side): void;
  resize(): void;
  dispose(): void;
}

export type Side = "front" | "left" | "back" | "right" | "above" | "below";

/** Where one looks to, and what is up on the screen. */
const sides: Readonly<Record<Side, readonly [viewPlaneNormal: Vector, viewUp: Vector]>> = {
  front: [
    [0, -1, 0],
    [0, 0, 1],
  ],
  back: [
    [0, 1, 0],
    [0, 0, 1],
  ],
  left: [
    [1, 0, 0],
    [0, 0, 1],
  ],
  right: [
    [-1, 0, 0],
    [0, 0, 1],
  ],
  above: [
    [0, 0, 1],
    [0, -1, 0],
  ],
  below: [
    [0, 0, -1],
    [0, -1, 0],
  ],
};

/** More voxels than this are thinned out: graphics cards of offices draw so many while they are turned. */
const mostVoxels = 16 * 2 ** 20;
/** Without a graphics card the processor draws. */
const mostVoxelsBySoftware = 2 ** 19;

/** Whether WebGL is drawn by the processor. */
function isDrawnBySoftware(): boolean {
  const context = document.createElement("canvas").getContext("webgl2");
  const info = context?.getExtension("WEBGL_debug_renderer_info");
  const renderer = info ? String(context?.getParameter(info.UNMASKED_RENDERER_WEBGL)) : "";
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return /swiftshader|llvmpipe|software|basic render/i.test(renderer);
}

/** The volume as evenly spaced voxels, thinned out where there are too many. */
function voxelsOf(
  { geometry }: Pick<Volume, "geometry">,
  slices: readonly ArrayLike<number>[],
  most = mostVoxels,
): { values: Int16Array; dimensions: Types.Point3; spacing: Types.Point3 } {
  const [columns, rows, count] = geometry.size;
  const step = Math.max(1, Math.ceil(Math.cbrt((columns * rows * count) / most)));
  const [width, height, depth] = [columns, rows, count].map((size) => Math.ceil(size / step)) as Types.Point3;
  const values = new Int16Array(width * height * depth);
  let at = 0;
  for (let z = 0; z < depth; z++) {
    const slice = slices[Math.min(count - 1, z * step)]!;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) values[at++] = slice[y * step * columns + x * step]!;
  }
  const between = geometry.places.at(-1)! / Math.max(1, count - 1);
  return {
    values,
    dimensions: [width, height, depth],
    spacing: [geometry.spacing[0] * step, geometry.spacing[1] * step, between * step],
  };
}

let opened = 0;

/** Draws a volume as a solid in an element. Its slices must be here. */
export async function openSolid(
  makeEngine: (name: string) => RenderingEngine,
  element: HTMLDivElement,
  volume: Volume,
  look: Look,
): Promise<Solid> {
  const name = `isocenter-solid-${++opened}`;
  const software = isDrawnBySoftware();
  const most = software ? mostVoxelsBySoftware : mostVoxels;
  const { values, dimensions, spacing } = voxelsOf(volume, await volume.slices(), most);
  const { axes, origin } = volume.geometry;
  volumeLoader.createLocalVolume(name, {
    scalarData: values,
    dimensions,
    spacing,
    origin: [...origin],
    direction: axes.flat() as unknown as Types.Mat3,
    metadata: metadataOf(volume, dimensions, spacing),
  });
  const engine = makeEngine(name);
  engine.enableElement({
    viewportId: name,
    type: Enums.ViewportType.VOLUME_3D,
    element,
    defaultOptions: { orientation: Enums.OrientationAxis.CORONAL, background: [0, 0, 0] },
  });
  await setVolumesForViewports(engine, [{ volumeId: name }], [name]);
  const viewport = engine.getViewport(name) as Types.IVolumeViewport;
  const group = turningTools(name);
  group?.addViewport(name, name);

  const ramp = rampOf(volume.geometry.images[0]!.modality, values);
  const solid: Solid = {
    choose({ preset, projects }) {
      viewport.setProperties({ preset });
      project(viewport, projects ? ramp : undefined);
      // Rays take fewer samples where the processor follows each of them.
      (
        viewport as unknown as Types.IVolumeViewport & { setSampleDistanceMultiplier(by: number): void }
      ).setSampleDistanceMultiplier(software ? 3 : 1);
      viewport.render();
    },
    lookFrom(side) {
      const [viewPlaneNormal, viewUp] = sides[side];
      viewport.setCamera({ viewPlaneNormal: [...viewPlaneNormal], viewUp: [...viewUp] });
      viewport.resetCamera();
      viewport.render();
    },
    resize: () => engine.resize(true, true),
    dispose() {
      tools.ToolGroupManager.destroyToolGroup(name);
      releaseContexts(engine);
      engine.destroy();
      cache.removeVolumeLoadObject(name);
      for (let slice = 0; slice < dimensions[2]; slice++) {
        const imageId = `${name}_slice_${slice}`;
        if (cache.getImageLoadObject(imageId)) cache.removeImageLoadObject(imageId, { force: true });
      }
    },
  };
  solid.choose(look);
  solid.lookFrom("front");
  return solid;
}

/** From which value to which a projection goes from black to white: bones and vessels of a CT, else most of what is there. */
function rampOf(modality: string, values: Int16Array): readonly [from: number, to: number] {
  if (modality === "CT") return [-200, 800];
  const step = Math.ceil(values.length / 100_000);
  const some = Int16Array.from(
    { length: Math.ceil(values.length / step) },
    (_, n) => values[n * step]!,
  ).sort();
  const from = some[0] ?? 0;
  return [from, Math.max(from + 1, some[Math.floor(some.length * 0.999)] ?? 0)];
}

/**
 * The highest value along each ray, as a grey of the ramp; without one the look's surfaces. Presets of Cornerstone are colours and opacities alone, and its
 * own setBlendMode does nothing for solids.
 */
function project(
  viewport: Types.IVolumeViewport,
  ramp: readonly [from: number, to: number] | undefined,
): void {
  const { actor } = viewport.getDefaultActor() as { actor: Types.VolumeActor };
  const mapper = actor.getMapper() as unknown as { setBlendMode(mode: Enums.BlendModes): void };
  mapper.setBlendMode(ramp ? Enums.BlendModes.MAXIMUM_INTENSITY_BLEND : Enums.BlendModes.COMPOSITE);
  if (!ramp) return;
  const property = actor.getProperty();
  const greys = property.getRGBTransferFunction(0);
  greys.removeAllPoints();
  const opacities = property.getScalarOpacity(0);
  opacities.removeAllPoints();
  for (const [level, value] of ramp.entries()) {
    greys.addRGBPoint(value, level, level, level);
    opacities.addPoint(value, 1);
  }
}

function metadataOf({ geometry }: Volume, dimensions: Types.Point3, spacing: Types.Point3): Types.Metadata {
  const [row, column] = geometry.axes;
  return {
    BitsAllocated: 16,
    BitsStored: 16,
    SamplesPerPixel: 1,
    HighBit: 15,
    PhotometricInterpretation: "MONOCHROME2",
    PixelRepresentation: 1,
    Modality: geometry.images[0]!.modality,
    ImageOrientationPatient: [...row, ...column],
    PixelSpacing: [spacing[1], spacing[0]],
    FrameOfReferenceUID: geometry.images[0]!.seriesInstanceUid,
    Columns: dimensions[0],
    Rows: dimensions[1],
    voiLut: [],
    VOILUTFunction: "LINEAR",
  };
}

/** Left button and one finger: turn. Middle: move. Right, wheel and two fingers: zoom. */
function turningTools(name: string) {
  const { MouseBindings } = tools.Enums;
  const group = tools.ToolGroupManager.createToolGroup(name);
  for (const tool of [tools.TrackballRotateTool, tools.PanTool, tools.ZoomTool])
    group?.addTool(tool.toolName);
  group?.setToolActive(tools.TrackballRotateTool.toolName, {
    bindings: [{ mouseButton: MouseBindings.Primary }, { numTouchPoints: 1 }],
  });
  group?.setToolActive(tools.PanTool.toolName, { bindings: [{ mouseButton: MouseBindings.Auxiliary }] });
  group?.setToolActive(tools.ZoomTool.toolName, {
    bindings: [
      { mouseButton: MouseBindings.Secondary },
      { mouseButton: MouseBindings.Wheel },
      { numTouchPoints: 2 },
    ],
  });
  return group;
}
