import type { ComponentType, ReactNode } from "react";

/** What the viewer needs of the app around it: it knows DICOMweb and nothing else of the server. */
export interface ViewerProps {
  studyInstanceUid: string;
  dicomwebRoot: string;
  /** `fetch` with the token of the person signed in. */
  fetchAuthorized: (input: string, init?: RequestInit) => Promise<Response>;
  patientBanner?: ReactNode;
  onClose: () => void;
}

const found = import.meta.glob<{ default: ComponentType<ViewerProps> }>("../viewer/index.tsx");

/** Loads the viewer, which is large and so not part of the first load; null where the build has none. */
export const loadViewer = found["../viewer/index.tsx"] ?? null;

/** Begins to load it while the person still looks at the list. */
export function warmViewer(): void {
  const idle = globalThis.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 500));
  idle(() => {
    void import("./ViewPage.tsx").catch(() => {});
    void loadViewer?.().catch(() => {});
  });
}
