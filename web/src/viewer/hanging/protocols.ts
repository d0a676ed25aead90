/** Anatomical planes, which a volume can be cut along. */
export type PlaneName = "axial" | "coronal" | "sagittal";

/** Which picture a viewport wants; all that is said must be true of it. */
export interface Wish {
  /** Of the prior instead of the current study. */
  prior?: true;
  /** Words of the series' or the protocol's name, as regular expressions without regard to case: the first that any series has. */
  name?: readonly string[];
  /** Words that the name must not have. */
  not?: string;
  modality?: string;
  /** View Position, as MLO, CC, PA, LL. */
  view?: readonly string[];
  laterality?: "R" | "L";
  /** The series with the most images, a whole volume of slices at least. */
  volume?: true;
  /** With the uptake of the same examination over it, in colours. */
  fused?: true;
  /** The plane to cut the volume along, where the slices themselves lie otherwise. */
  plane?: PlaneName;
  /** The key of the window to open with. */
  window?: string;
}

export interface Protocol {
  rows: number;
  columns: number;
  cells: readonly Wish[];
  /** Whether scrolling and crosshair go together from the beginning. */
  linked?: true;
  /** Whether places of the current study for which nothing is found take the series that hang nowhere. */
  filled?: true;
  /** Whether all places are alike, so that pictures stand in the smallest grid that has room for them. */
  alike?: true;
}

export interface ProtocolsOfModality {
  withoutPrior?: Protocol;
  withPrior?: Protocol;
}

const t2 = "\\bT2|TSE|FSE";
const flair = "FLAIR|TIRM";
const t1 = "\\bT1|MPRAGE";
const diffusion = "DWI|DIFF|\\bADC|TRACE|\\bB ?1000";
const contrast = "\\+ ?C|\\bGD\\b|\\bKM\\b|POST|CONTRAST|GADO";
const mr: Wish[] = [
  { name: [t2], not: `${flair}|${t1}` },
  { name: [flair, t1], not: contrast },
  { name: [diffusion] },
  { name: [contrast, t1] },
];
const breast: Wish[] = [
  { view: ["CC"], laterality: "R" },
  { view: ["CC"], laterality: "L" },
  { view: ["MLO", "ML", "LM"], laterality: "R" },
  { view: ["MLO", "ML", "LM"], laterality: "L" },
];
const frontal = ["AP", "PA"];
const lateral = ["LL", "RL", "LAT", "LATERAL", "LLD", "RLD"];
const ofPrior = (wish: Wish): Wish => ({ ...wish, prior: true });

const projection: ProtocolsOfModality = {
  withoutPrior: { rows: 1, columns: 2, cells: [{ view: frontal }, { view: lateral }] },
  withPrior: { rows: 1, columns: 2, cells: [{ view: frontal }, { view: frontal, prior: true }] },
};
const nuclear: ProtocolsOfModality = {
  withoutPrior: {
    rows: 2,
    columns: 2,
    cells: [
      { modality: "CT", volume: true },
      { modality: "PT|NM" },
      { modality: "CT", volume: true, fused: true },
      { modality: "CT", volume: true, plane: "coronal", fused: true },
    ],
    linked: true,
  },
  withPrior: {
    rows: 2,
    columns: 2,
    cells: [
      { modality: "CT", volume: true },
      { modality: "PT|NM" },
      { modality: "CT", volume: true, prior: true },
      { modality: "PT|NM", prior: true },
    ],
    linked: true,
  },
};

const gamma: Wish = { modality: "NM" };
/** Nuclear pictures without a tomogram: what looks from the front beside what looks from behind, and the prior after them. */
export const planarNuclear: ProtocolsOfModality = {
  withoutPrior: { rows: 1, columns: 4, cells: [gamma, gamma, gamma, gamma] },
  withPrior: { rows: 1, columns: 4, cells: [gamma, gamma, ofPrior(gamma), ofPrior(gamma)] },
};

/** How studies hang by modality, with and without a prior: defaults, which each person may change. */
export const protocols: Readonly<Record<string, ProtocolsOfModality>> = {
  CT: {
    withoutPrior: {
      rows: 2,
      columns: 2,
      cells: [
        { volume: true, window: "1" },
        { volume: true, window: "2" },
        { volume: true, plane: "coronal" },
        { volume: true, plane: "sagittal" },
      ],
      linked: true,
    },
    withPrior: {
      rows: 2,
      columns: 2,
      cells: [
        { volume: true },
        { volume: true, prior: true },
        { volume: true, plane: "coronal" },
        { volume: true, plane: "sagittal" },
      ],
      linked: true,
    },
  },
  MR: {
    withoutPrior: { rows: 2, columns: 2, cells: mr, linked: true, filled: true },
    withPrior: {
      rows: 2,
      columns: 3,
      cells: [...mr.slice(0, 3), ...mr.slice(0, 3).map(ofPrior)],
      linked: true,
    },
  },
  DX: projection,
  CR: projection,
  MG: {
    withoutPrior: { rows: 2, columns: 2, cells: breast },
    withPrior: { rows: 2, columns: 4, cells: [...breast, ...breast.map(ofPrior)] },
  },
  US: {
    withoutPrior: {
      rows: 3,
      columns: 3,
      cells: Array.from({ length: 9 }, () => ({ modality: "US" })),
      alike: true,
    },
    withPrior: { rows: 1, columns: 2, cells: [{ modality: "US" }, { modality: "US", prior: true }] },
  },
  NM: nuclear,
  PT: nuclear,
};
