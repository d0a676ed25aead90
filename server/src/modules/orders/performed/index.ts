import type { DicomJson } from "@isocenter/dicom";
import { type Platform, transact, type Viewer } from "../../../platform/index.ts";
import type { Journal } from "../../journal/index.ts";
import {
  changePerformedStep,
  createPerformedStep,
  type PerformedStepInput,
  performedStepAttributes,
} from "./commands.ts";

export type { PerformedStepInput } from "./commands.ts";
export { type PerformedImages, performedImages, stepsOfModalities } from "./steps.ts";

/** What modalities report of what they do: see the commands. Each call is a transaction of its own. */
export interface PerformedSteps {
  create(viewer: Viewer, input: PerformedStepInput): Promise<void>;
  change(viewer: Viewer, input: PerformedStepInput): Promise<void>;
  attributes(viewer: Viewer, sopInstanceUid: string): Promise<DicomJson>;
}

export function createPerformedSteps(platform: Platform, journal: Journal): PerformedSteps {
  const context = { clock: platform.clock, journal };
  return {
    async create(viewer, input) {
      await transact(platform.db, (tx) => createPerformedStep(tx, viewer, input, context));
    },
    change: (viewer, input) => transact(platform.db, (tx) => changePerformedStep(tx, viewer, input, context)),
    async attributes(viewer, sopInstanceUid) {
      const { id, attributes } = await transact(platform.db, (tx) =>
        performedStepAttributes(tx, viewer, sopInstanceUid),
      );
      await journal.access(viewer, {
        action: "performed-step.viewed",
        subject: { type: "performed-step", id },
      });
      return attributes;
    },
  };
}
