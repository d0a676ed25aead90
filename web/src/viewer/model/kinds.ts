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
  name: "Structured report",
  explanation: "Findings and measurements as text and codes, not a picture.",
  readable: true,
};
const waveform: Kind = {
  short: "ECG",
  name: "Waveform",
  explanation: "Curves over time, such as an ECG.",
  readable: true,
};
const presentation: Kind = {
  short: "PR",
  name: "Presentation state",
  explanation: "How images are to be shown: windows, marks and shutters that somebody saved.",
};
const segmentation: Kind = {
  short: "SEG",
  name: "Segmentation",
  explanation: "Regions drawn on the images of another series.",
};
const radiotherapy = (short: string, name: string): Kind => ({
  short,
  name,
  explanation: "Radiotherapy planning data that belongs to the images of another series.",
});
const video: Kind = {
  short: "Video",
  name: "Video",
  explanation: "A film in a video format.",
  readable: true,
};

const bySopClass: Record<string, Kind> = {
  [`${storage}88.59`]: {
    short: "KO",
    name: "Key object selection",
    explanation: "A list of images that somebody marked as important.",
    readable: true,
  },
  [`${storage}104.1`]: {
    short: "PDF",
    name: "Document (PDF)",
    explanation: "A document, not a picture.",
    readable: true,
  },
  [`${storage}104.2`]: {
    short: "CDA",
    name: "Document (CDA)",
    explanation: "A clinical document, not a picture.",
  },
  [`${storage}104.3`]: { short: "STL", name: "3D model (STL)", explanation: "A surface model for printing." },
  [`${storage}104.4`]: { short: "OBJ", name: "3D model (OBJ)", explanation: "A surface model." },
  [`${storage}104.5`]: {
    short: "MTL",
    name: "3D material (MTL)",
    explanation: "The materials of a surface model.",
  },
  [`${storage}66`]: {
    short: "RAW",
    name: "Raw data",
    explanation: "Data of the scanner before reconstruction.",
  },
  [`${storage}66.1`]: {
    short: "REG",
    name: "Registration",
    explanation: "How two series lie to each other.",
  },
  [`${storage}66.3`]: {
    short: "REG",
    name: "Deformable registration",
    explanation: "How two series lie to each other.",
  },
  [`${storage}66.2`]: {
    short: "FID",
    name: "Fiducials",
    explanation: "Marked points that series have in common.",
  },
  [`${storage}66.4`]: segmentation,
  [`${storage}66.5`]: { ...segmentation, name: "Surface segmentation" },
  [`${storage}66.7`]: { ...segmentation, name: "Label map segmentation" },
  [`${storage}66.6`]: {
    short: "TRK",
    name: "Tractography",
    explanation: "Nerve fibres computed from other images.",
  },
  [`${storage}67`]: {
    short: "RWV",
    name: "Real world values",
    explanation: "How pixel values translate to units.",
  },
  [`${storage}91.1`]: {
    short: "ANN",
    name: "Bulk annotations",
    explanation: "Annotations drawn on the images of another series.",
  },
  [`${storage}481.3`]: radiotherapy("RT", "Structure set"),
  [`${storage}481.4`]: radiotherapy("RT", "Beams treatment record"),
  [`${storage}481.5`]: radiotherapy("RT", "Treatment plan"),
  [`${storage}481.6`]: radiotherapy("RT", "Brachytherapy record"),
  [`${storage}481.7`]: radiotherapy("RT", "Treatment summary"),
  [`${storage}481.8`]: radiotherapy("RT", "Ion treatment plan"),
  [`${storage}481.9`]: radiotherapy("RT", "Ion treatment record"),
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
    name: "Data without a picture",
    explanation: "An object of a kind that holds no picture.",
  };
}

/** MPEG-2, MPEG-4 and HEVC, whole or fragmentable (PS3.5 8.2.5 to 8.2.8). */
export function isVideoTransferSyntax(uid: string): boolean {
  return /^1\.2\.840\.10008\.1\.2\.4\.10[0-8](\.1)?$/.test(uid);
}
