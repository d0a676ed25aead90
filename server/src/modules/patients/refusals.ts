import { Refusal } from "../../platform/index.ts";

/** Also of a patient who does not exist for the viewer. */
export const noPatient = (): Refusal =>
  new Refusal("not-found", "patient.not-found", "There is no such patient.");
