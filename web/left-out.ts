import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const metadata = fileURLToPath(new URL("src/viewer/cornerstone-metadata.ts", import.meta.url));
const capabilities = fileURLToPath(new URL("src/viewer/cornerstone-capabilities.ts", import.meta.url));

/** Modules that stand for nothing, by what asks for them and what they are asked by. */
const leftOut: readonly { asks: RegExp; by?: RegExp }[] = [
  // vtk.js draws by WebGL here.
  { asks: /\/WebGPU\// },
  // Meshes, and the XML that they are written in.
  { asks: /^@kitware\/vtk\.js\/IO\// },
  {
    asks: /\/(CubeAxesActor|CutterMapper|Glyph3DMapper|ImageCPRMapper|ScalarBarActor|Skybox|SphereMapper|StickMapper)\.js$/,
    by: /OpenGL\/Profiles\/|vtkStreamingOpenGLViewNodeFactory\.js$/,
  },
  // Scales of colours by name; ours are in layers/color-maps.ts.
  { asks: /\/cpuColormaps\.js$/ },
  // Viewports of other kinds than stacks and solids.
  {
    asks: /\/(VideoViewport|WSIViewport|ECGViewport|GenericViewport\/.*)\.js$/,
    by: /core\/dist\/esm\/RenderingEngine\/helpers\/viewportTypeToViewportClass\.js$/,
  },
];

/** Packages of which only names are taken. */
const standIns: Readonly<Record<string, string>> = {
  // Its logger says warnings and errors.
  dcmjs: `
    const silent = () => {};
    const logger = () => ({ trace: silent, debug: silent, info: silent, log: silent, setLevel: silent,
      getLevel: () => 3, warn: (...said) => console.warn(...said), error: (...said) => console.error(...said) });
    export const log = { ...logger(), getLogger: logger };
    export const constants = {};
    export default {};`,
  "@kitware/vtk.js/Rendering/Core/ColorTransferFunction/ColorMaps.js":
    "export default { rgbPresetNames: [], getPresetByName: () => undefined };",
  // A line that closes is asked for the pieces that it makes where it crosses itself, and stays as it was drawn where there are none: what is inside is
  // counted by viewer/marks/region.ts.
  "clipper2-ts": `
    export const Clipper = { booleanOpDWithPolyTree() {} };
    export const ClipType = {}, FillRule = {}, EndType = {}, JoinType = {};
    export class PolyTreeD { count = 0; }`,
};

const nothing = "\0left-out:";

/** Keeps out of what is built what Cornerstone and vtk.js bring along and no page of ours ever runs: more than half of their script. */
export const leaveOut: Plugin = {
  name: "left-out",
  apply: "build",
  enforce: "pre",
  resolveId(asked, by = "") {
    if (asked === "@cornerstonejs/metadata") return metadata;
    if (asked in standIns) return nothing + asked;
    if (!by.includes("node_modules")) return null;
    if (asked.endsWith("/renderingCapabilities.js")) return capabilities;
    const isLeftOut = leftOut.some((rule) => rule.asks.test(asked) && (!rule.by || rule.by.test(by)));
    return isLeftOut ? `${nothing}nothing` : null;
  },
  load(id) {
    if (!id.startsWith(nothing)) return null;
    return standIns[id.slice(nothing.length)] ?? "export default {};";
  },
};
