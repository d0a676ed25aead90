import {
  Enums as CoreEnums,
  cache,
  getWebWorkerManager,
  imageLoader,
  init as initCore,
  metaData,
} from "@cornerstonejs/core";
import * as tools from "@cornerstonejs/tools";
import { loadImage, scheme } from "./pixels/image-source.ts";
import { provideMetadata } from "./pixels/metadata-provider.ts";
import { remPixels } from "./rem.ts";

let ready: Promise<void> | undefined;

/** Browsers allow few WebGL contexts; viewports share these. */
const maximumContexts = 4;

/** Sets Cornerstone up once for the life of the page. */
export function prepareCornerstone(): Promise<void> {
  ready ??= prepare();
  return ready;
}

async function prepare(): Promise<void> {
  await initCore({
    rendering: {
      renderingEngineMode: CoreEnums.RenderingEngineModeEnum.ContextPool,
      webGlContextCount: maximumContexts,
    },
  } as Parameters<typeof initCore>[0]);
  getWebWorkerManager().registerWorker("dicomImageLoader", openDecoder, {
    maxWorkerInstances: workerCount(),
  });
  const load = loadImage as Parameters<typeof imageLoader.registerImageLoader>[1];
  imageLoader.registerImageLoader(scheme, load);
  // What is subtracted stands under names of its own.
  imageLoader.registerUnknownImageLoader(load);
  metaData.addProvider(provideMetadata as Parameters<typeof metaData.addProvider>[0], 10_000);
  cache.setMaxCacheSize(cacheBytes());
  tools.init();
  for (const tool of usedTools) tools.addTool(tool);
  tools.annotation.config.style.setDefaultToolStyles({
    ...tools.annotation.config.style.getDefaultToolStyles(),
    global: measurementStyle,
  });
}

const usedTools = [
  tools.WindowLevelTool,
  tools.ZoomTool,
  tools.PanTool,
  tools.StackScrollTool,
  tools.LengthTool,
  tools.AngleTool,
  tools.CobbAngleTool,
  tools.EllipticalROITool,
  tools.RectangleROITool,
  tools.ArrowAnnotateTool,
  tools.ProbeTool,
  tools.PlanarFreehandROITool,
  tools.TrackballRotateTool,
];

const amber = "#ffe08a";
const measurementStyle = {
  color: amber,
  colorHighlighted: "#fff1c4",
  colorSelected: "#ffffff",
  colorLocked: amber,
  lineWidth: "1.5",
  lineDash: "",
  shadow: true,
  textBoxVisibility: true,
  textBoxFontFamily: '"Inter Variable", "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif',
  textBoxFontSize: `${0.75 * remPixels()}px`,
  textBoxColor: amber,
  textBoxColorHighlighted: "#fff1c4",
  textBoxColorSelected: "#ffffff",
  textBoxColorLocked: amber,
  textBoxLinkLineWidth: "1",
  textBoxLinkLineDash: "2,3",
  textBoxShadow: true,
};

const openDecoder = () =>
  new Worker(new URL("./pixels/decode-worker.ts", import.meta.url), { type: "module" });

function workerCount(): number {
  return Math.min(4, Math.max(1, Math.floor((navigator.hardwareConcurrency || 2) / 2)));
}

/** A quarter of the memory that the browser admits to, between half a gigabyte and three. */
function cacheBytes(): number {
  const gigabytes = (navigator as { deviceMemory?: number }).deviceMemory ?? 4;
  return Math.round(Math.min(3, Math.max(0.5, gigabytes / 4)) * 2 ** 30);
}
