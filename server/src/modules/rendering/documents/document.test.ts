import { SopClasses } from "@isocenter/dicom";
import { expect, test } from "vitest";
import { documentMediaType } from "./document.ts";

test.each([
  ["BasicTextSRStorage", "text/html"],
  ["KeyObjectSelectionDocumentStorage", "text/html"],
  ["ChestCADSRStorage", "text/html"],
  ["TwelveLeadECGWaveformStorage", "image/svg+xml"],
  ["HemodynamicWaveformStorage", "image/svg+xml"],
  ["BasicVoiceAudioWaveformStorage", null],
  ["GeneralAudioWaveformStorage", null],
  ["CTImageStorage", null],
] as const)("%s is shown as %s", (name, mediaType) => {
  expect(documentMediaType({ SOPClassUID: SopClasses[name] })).toBe(mediaType);
});
