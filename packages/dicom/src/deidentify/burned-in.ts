import { Tags } from "../dictionary.ts";
import type { DataSet } from "../model.ts";
import { items, number, text, texts } from "../values.ts";

export type WarningCode =
  | "burned-in"
  | "recognizable-features"
  | "encapsulated-document"
  | "private-sop-class";

/** Something that de-identification cannot see to by itself. */
export interface DeidentificationWarning {
  readonly code: WarningCode;
  readonly text: string;
}

const warning = (code: WarningCode, text: string): DeidentificationWarning => ({ code, text });

/** Modalities whose devices write names into the picture as a rule, or whose pictures come from a screen or from paper. */
const writingModalities = new Set([
  "US",
  "IVUS",
  "ES",
  "XC",
  "GM",
  "OT",
  "SC",
  "BI",
  "DOC",
  "HC",
  "OP",
  "ECG",
  "BDUS",
]);
const captured =
  /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.(7|7\.1|7\.2|7\.3|7\.4|3|3\.1|6|6\.1|77\.1\.1(\.1)?|77\.1\.2\.1|77\.1\.4(\.1)?)$/;
const capturedWords = /SCREEN|CAPTURE|PASTED|DIGITIZED|SECONDARY|REPORT|SUMMARY|DOSE/;

/** Whether a name may be written into the pixels: "yes" where the object says so, "maybe" where its kind is known for it. */
export function burnedIn(set: DataSet): "yes" | "maybe" | "no" {
  const said = text(set, Tags.BurnedInAnnotation);
  if (said === "YES") return "yes";
  const type = texts(set, Tags.ImageType);
  const conversion = text(set, Tags.ConversionType);
  // What was converted from film or a screen, and what is drawn by a program, says NO without having looked
  if (said === "NO" && conversion === undefined && !type.some((word) => /SCREEN|CAPTURE/.test(word)))
    return "no";
  const suspicious =
    conversion !== undefined ||
    captured.test(text(set, Tags.SOPClassUID) ?? "") ||
    writingModalities.has(text(set, Tags.Modality) ?? "") ||
    type.slice(2).some((word) => capturedWords.test(word));
  return suspicious ? "maybe" : "no";
}

const faceParts = /HEAD|FACE|SKULL|BRAIN|NECK|ORBIT|SINUS|JAW|TMJ|EYE|WHOLEBODY/;
const faceModalities = new Set(["CT", "MR", "PT", "XC", "GM", "OP", "OPT", "DX", "PX", "IO", "M3D"]);

/** Overlays of old stood in bits of the pixels that were not used (PS3.5 8.1.2). */
const hasEmbeddedOverlay = (set: DataSet) =>
  [...set.elements.keys()].some(
    (tag) => tag >>> 24 === 0x60 && (tag & 0xffff) === 0x0102 && (number(set, tag) ?? 0) > 0,
  );

/** What a person has to look at: burned-in names, faces. */
export function warningsOf(set: DataSet, hasPixels: boolean): DeidentificationWarning[] {
  const warnings: DeidentificationWarning[] = [];
  const state = hasPixels ? burnedIn(set) : "no";
  if (state === "yes")
    warnings.push(warning("burned-in", "The object says that its pixels bear annotations."));
  else if (state === "maybe")
    warnings.push(
      warning("burned-in", "Pixels of this kind often bear names: look at them before you give them away."),
    );
  if (hasPixels && hasEmbeddedOverlay(set))
    warnings.push(
      warning("burned-in", "Unused bits of the pixels hold an overlay, which was not taken out."),
    );
  const modality = text(set, Tags.Modality) ?? "";
  const [region] = items(set, Tags.AnatomicRegionSequence);
  const part = `${text(set, Tags.BodyPartExamined) ?? ""} ${(region && text(region, Tags.CodeMeaning)) ?? ""} ${
    text(set, Tags.StudyDescription) ?? ""
  }`;
  if (hasPixels && faceModalities.has(modality) && (faceParts.test(part.toUpperCase()) || modality === "XC"))
    warnings.push(warning("recognizable-features", "A face may be seen in these pixels or made from them."));
  if (set.elements.has(Tags.EncapsulatedDocument))
    warnings.push(warning("encapsulated-document", "The document inside was replaced by an empty one."));
  const sopClass = text(set, Tags.SOPClassUID) ?? "";
  if (!sopClass.startsWith("1.2.840.10008."))
    warnings.push(warning("private-sop-class", "What a private SOP class means is not known."));
  return warnings;
}
