/** Loads the viewer, which is large and so not part of the first load. */
export const loadViewer = () => import("../viewer/index.tsx");

/** Begins to load it while the person still looks at the list. */
export function warmViewer(): void {
  const idle = globalThis.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 500));
  idle(() => {
    void import("./ViewPage.tsx").catch(() => {});
    void loadViewer().catch(() => {});
  });
}

/** Begins to load it where the page was opened at a study: its program may come while the server is still asked who is there. */
export function warmViewerAt(path: string): void {
  if (!/^\/studies\/[^/]+\/view$/.test(path)) return;
  void import("./ViewPage.tsx").catch(() => {});
  void loadViewer().catch(() => {});
}
