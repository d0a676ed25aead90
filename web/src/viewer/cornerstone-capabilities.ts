/**
 * Stands for Cornerstone's own module of this name in what is built (`left-out.ts`). That one compiles a program, draws six textures and reads
 * them back before the first image may be drawn, to know what solids alone ask for; here they are tried when that is asked.
 */
import {
  detectRenderingCapabilities,
  RENDERING_CAPABILITIES_PROBE_VERSION,
  type RenderingCapabilities,
  resetRenderingCapabilities,
} from "@cornerstonejs/core/utilities/renderingCapabilities";

export { detectRenderingCapabilities, RENDERING_CAPABILITIES_PROBE_VERSION, resetRenderingCapabilities };

let whole: RenderingCapabilities | undefined;
const tried = () => (whole ??= detectRenderingCapabilities());

let known: Pick<RenderingCapabilities, "webgl" | "webgl2"> | undefined;

function look(): Pick<RenderingCapabilities, "webgl" | "webgl2"> {
  const canvas = document.createElement("canvas");
  const second = canvas.getContext("webgl2");
  const context = second ?? canvas.getContext("webgl");
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return { webgl: context !== null, webgl2: second !== null };
}

/** What only solids ask for is tried when it is asked. Whether a program draws instead of a graphics card is not said. */
export function getRenderingCapabilities(): Partial<RenderingCapabilities> {
  known ??= look();
  return {
    ...known,
    get norm16() {
      return tried().norm16;
    },
    get norm16Linear() {
      return tried().norm16Linear;
    },
    get floatLinear() {
      return tried().floatLinear;
    },
  };
}
