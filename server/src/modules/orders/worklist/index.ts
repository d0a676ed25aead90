import type { DicomJson } from "@isocenter/dicom";
import type { Platform, Viewer } from "../../../platform/index.ts";
import type { Journal } from "../../journal/index.ts";
import type { WorklistMatch } from "./match.ts";
import { findSteps } from "./query.ts";

export { type AskedKey, answerOf } from "./entry.ts";
export { type ReturnType, type WorklistKey, worklistKeys } from "./keys.ts";
export type { WorklistCondition, WorklistMatch } from "./match.ts";

/** The modality worklist. */
export interface ModalityWorklist {
  /** See `findSteps`. Each query is an access of its own. */
  find(viewer: Viewer, matches: readonly WorklistMatch[], asking: string): AsyncIterable<DicomJson>;
}

export function createModalityWorklist(platform: Platform, journal: Journal): ModalityWorklist {
  return {
    async *find(viewer, matches, asking) {
      let recorded = false;
      const note = async () => {
        if (recorded) return;
        recorded = true;
        await journal.access(viewer, {
          action: "modality-worklist.searched",
          subject: { type: "search", id: "modality-worklist" },
        });
      };
      for await (const entry of findSteps(platform.db, viewer, matches, asking)) {
        await note();
        yield entry;
      }
      await note();
    },
  };
}
