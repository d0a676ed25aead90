import { message } from "../../words/words.ts";

/** What a series holds that is not shown as a stack of pictures. */
export interface Kind {
  /** Short enough for the strip. */
  short: string;
  name: string;
  explanation: string;
  /** Whether the archive makes a page, a drawing, a document or a film of it. */
  readable?: true;
}

const storage = "1.2.840.10008.5.1.4.1.1.";

const report: Kind = {
  short: "SR",
  name: message("Structured report"),
  explanation: message("Findings and measurements as text and codes, not a picture."),
  readable: true,
};
const waveform: Kind = {
  short: "ECG",
  name: message("Waveform"),
  explanation: message("Curves over time, such as an ECG."),
  readable: true,
};
const presentation: Kind = {
  short: "PR",
  name: message("Presentation state"),
  explanation: message("How images are to be shown, as somebody saved it: choose it in the toolbar."),
};
const segmentation: Kind = {
  short: "SEG",
  name: message("Segmentation"),
  explanation: message("Regions on the images of another series: open that series, they are drawn on it."),
};
const radiotherapy = (short: string, name: string): Kind => ({
  short,
  name,
  explanation: message("Radiotherapy planning data that belongs to the images of another series."),
});
const video: Kind = {
  short: "Video",
  name: message("Video"),
  explanation: message("A film in a video format."),
  readable: true,
};

const bySopClass: Record<string, Kind> = {
  [`${storage}88.59`]: {
    short: "KO",
    name: message("Key object selection"),
    explanation: message("A list of images that somebody marked as important."),
    readable: true,
  },
  [`${storage}104.1`]: {
    short: "PDF",
    name: message("Document (PDF)"),
    explanation: message("A document, not a picture."),
    readable: true,
  },
  [`${storage}104.2`]: {
    short: "CDA",
    name: message("Document (CDA)"),
    explanation: message("A clinical document, not a picture."),
  },
  [`${storage}104.3`]: {
    short: "STL",
    name: message("3D model (STL)"),
    explanation: message("A surface model for printing."),
  },
  [`${storage}104.4`]: {
    short: "OBJ",
    name: message("3D model (OBJ)"),
    explanation: message("A surface model."),
  },
  [`${storage}104.5`]: {
    short: "MTL",
    name: message("3D material (MTL)"),
    explanation: message("The materials of a surface model."),
  },
  [`${storage}66`]: {
    short: "RAW",
    name: message("Raw data"),
    explanation: message("Data of the scanner before reconstruction."),
  },
  [`${storage}66.1`]: {
    short: "REG",
    name: message("Registration"),
    explanation: message("How two series lie to each other."),
  },
  [`${storage}66.3`]: {
    short: "REG",
    name: message("Deformable registration"),
    explanation: message("How two series lie to each other."),
  },
  [`${storage}66.2`]: {
    short: "FID",
    name: message("Fiducials"),
    explanation: message("Marked points that series have in common."),
  },
  [`${storage}66.4`]: segmentation,
  [`${storage}66.5`]: { ...segmentation, name: message("Surface segmentation") },
  [`${storage}66.7`]: { ...segmentation, name: message("Label map segmentation") },
  [`${storage}66.6`]: {
    short: "TRK",
    name: message("Tractography"),
    explanation: message("Nerve fibres computed from other images."),
  },
  [`${storage}67`]: {
    short: "RWV",
    name: message("Real world values"),
    explanation: message("How pixel values translate to units."),
  },
  [`${storage}91.1`]: {
    short: "ANN",
    name: message("Bulk annotations"),
    explanation: message("Annotations drawn on the images of another series."),
  },
  [`${storage}481.3`]: {
    short: "RT",
    name: message("Structure set"),
    explanation: message("Contours on the images of another series: open that series, they are drawn on it."),
  },
  [`${storage}481.4`]: radiotherapy("RT", message("Beams treatment record")),
  [`${storage}481.5`]: radiotherapy("RT", message("Treatment plan")),
  [`${storage}481.6`]: radiotherapy("RT", message("Brachytherapy record")),
  [`${storage}481.7`]: radiotherapy("RT", message("Treatment summary")),
  [`${storage}481.8`]: radiotherapy("RT", message("Ion treatment plan")),
  [`${storage}481.9`]: radiotherapy("RT", message("Ion treatment record")),
  [`${storage}77.1.1.1`]: video,
  [`${storage}77.1.2.1`]: video,
  [`${storage}77.1.4.1`]: video,
};

/** The kind of an instance that is not shown as a picture, or undefined where it is an image. */
export function kindOf(
  sopClassUid: string,
  isPicture: boolean,
  transferSyntaxUid?: string,
): Kind | undefined {
  const known = bySopClass[sopClassUid];
  if (known) return known;
  if (sopClassUid.startsWith(`${storage}88.`)) return report;
  if (sopClassUid.startsWith(`${storage}9.`)) return waveform;
  if (sopClassUid.startsWith(`${storage}11.`)) return presentation;
  if (transferSyntaxUid && isVideoTransferSyntax(transferSyntaxUid)) return video;
  if (isPicture) return undefined;
  return {
    short: "Data",
    name: message("Data without a picture"),
    explanation: message("An object of a kind that holds no picture."),
  };
}

/** MPEG-2, MPEG-4 and HEVC, whole or fragmentable (PS3.5 8.2.5 to 8.2.8). */
export function isVideoTransferSyntax(uid: string): boolean {
  return /^1\.2\.840\.10008\.1\.2\.4\.10[0-8](\.1)?$/.test(uid);
}
