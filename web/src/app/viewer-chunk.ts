import { loaded } from "../api/loaded.ts";

/** Whether it was warmed and did not come: its style sheets are then asked for again too. */
let hasFailed = false;

const viewer = () => import("../viewer/index.tsx");
const failed = () => {
  hasFailed = true;
};

/** Loads the viewer, which is large and so not part of the first load. While the server is away it is waited for. */
export const loadViewer = () => loaded(viewer, { asked: hasFailed });

/** Begins to load it while the person still looks at the list. */
export function warmViewer(): void {
  const idle = globalThis.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 500));
  idle(() => {
    void import("./ViewPage.tsx").catch(() => {});
    void viewer().catch(failed);
  });
}

/** Begins to load it where the page was opened at a study: its program may come while the server is still asked who is there. */
export function warmViewerAt(path: string): void {
  if (!/^\/studies\/[^/]+\/view$/.test(path)) return;
  void import("./ViewPage.tsx").catch(() => {});
  void viewer().catch(failed);
}
