import type { RenderingEngine } from "@cornerstonejs/core";

/** Browsers keep few WebGL contexts; they are given back now, not when the garbage is collected. */
export function releaseContexts(engine: RenderingEngine): void {
  interface Window3d {
    getOpenGLRenderWindow(): { get3DContext(): WebGL2RenderingContext | null };
  }
  const pool = (engine as unknown as { _implementation?: { contextPool?: { getAllContexts(): Window3d[] } } })
    ._implementation?.contextPool;
  const contexts = (pool?.getAllContexts() ?? []).map((window) =>
    window.getOpenGLRenderWindow().get3DContext(),
  );
  // Cornerstone deletes its textures first, which needs the contexts alive.
  queueMicrotask(() => {
    for (const context of contexts) {
      const quietly = (event: Event) => event.stopImmediatePropagation();
      context?.canvas.addEventListener("webglcontextlost", quietly, { capture: true, once: true });
      context?.getExtension("WEBGL_lose_context")?.loseContext();
    }
  });
}
