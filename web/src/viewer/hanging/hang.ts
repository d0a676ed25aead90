import { textOf, textsOf } from "@isocenter/presentation";
import { uptakeFor } from "../layers/fusion.ts";
import { orientationOf, planeOf } from "../model/geometry.ts";
import type { StackImage } from "../model/image.ts";
import type { SeriesEntry } from "../model/study.ts";
import { tags } from "../model/tags.ts";
import { bodyRegionOf } from "../model/windows.ts";
import type { ChosenMask } from "../pixels/subtracted.ts";
import { volumeOf } from "../volume/geometry.ts";
import type { Turn } from "../volume/oblique.ts";
import type { Slab } from "../volume/reslice.ts";
import { type PlaneName, type Protocol, planarNuclear, protocols, type Wish } from "./protocols.ts";

/** What hangs in a viewport. */
export interface Hung {
  seriesInstanceUid: string;
  /** The image to begin with, from 0. */
  index?: number;
  /** The plane that the series is cut along; absent: as it was acquired. */
  plane?: PlaneName;
  /** How the plane is turned; absent: as the volume lies. */
  turn?: Turn;
  /** What a person chose to be subtracted from the frames of a film; absent: as it wants that, or its presentation state. */
  mask?: ChosenMask;
  /** The series whose uptake lies over it in colours. */
  fused?: string;
  /** Drawn as a solid that can be turned. */
  solid?: true;
  /** How thick the plane is; the thinnest where it does not say. */
  slab?: Slab;
  /** The key of the window to open with. */
  window?: string;
}

export interface Hanging {
  rows: number;
  columns: number;
  hung: readonly (Hung | undefined)[];
  linked: boolean;
}

/** Fewer slices are no volume that a plane could be cut from. */
const leastSlices = 20;

/** Planning images (PS3.3 C.8.2.1.1.1, value 3 of Image Type): nobody opens a study to read them. */
const isLocalizer = (entry: SeriesEntry): boolean => {
  const first = entry.images[0];
  return first !== undefined && textsOf(first.attributes, tags.ImageType).includes("LOCALIZER");
};

const nameOf = ({ attributes }: StackImage) =>
  [tags.SeriesDescription, tags.ProtocolName].map((tag) => textOf(attributes, tag) ?? "").join(" ");

function isWished(image: StackImage, wish: Wish, name: string | undefined): boolean {
  const { attributes } = image;
  const side = textOf(attributes, tags.ImageLaterality) ?? textOf(attributes, tags.Laterality);
  return (
    (!wish.modality || wish.modality.split("|").includes(image.modality)) &&
    (!name || new RegExp(name, "i").test(nameOf(image))) &&
    (!wish.not || !new RegExp(wish.not, "i").test(nameOf(image))) &&
    (!wish.view || wish.view.includes((textOf(attributes, tags.ViewPosition) ?? "").toUpperCase())) &&
    (!wish.laterality || side === wish.laterality)
  );
}

const planeNames: Readonly<Record<string, PlaneName | undefined>> = {
  Axial: "axial",
  Coronal: "coronal",
  Sagittal: "sagittal",
};

/** The plane in which the slices of a series lie, if it is an anatomical one. */
export function acquiredPlane(entry: SeriesEntry): PlaneName | undefined {
  const orientation = entry.images[0] && orientationOf(entry.images[0].attributes);
  return orientation && planeNames[planeOf(orientation)];
}

/** Nuclear pictures of which each frame is another view of the patient (PS3.3 C.8.4.9.1.1, value 3 of Image Type), no film and no volume. */
const isPlanar = ({ attributes, modality }: StackImage): boolean =>
  modality === "NM" &&
  textsOf(attributes, tags.ImageType).some((value) => value === "STATIC" || value === "WHOLE BODY");

const isVolume = (entry: SeriesEntry) => !("reason" in volumeOf(entry.images));

function candidates(series: readonly SeriesEntry[], wish: Wish): readonly SeriesEntry[] {
  const readable = series.filter((entry) => entry.images.length > 0 && !isLocalizer(entry));
  if (!wish.volume) return readable;
  const volumes = readable.filter((entry) => entry.images.length >= leastSlices && acquiredPlane(entry));
  // Of volumes the finest; of equals the first.
  return [...volumes].sort((a, b) => b.images.length - a.images.length);
}

function hangOne(series: readonly SeriesEntry[], wish: Wish, taken: Set<string>): Hung | undefined {
  for (const name of wish.name ?? [undefined]) {
    const hung = hangNamed(series, wish, name, taken);
    if (hung) return hung;
  }
  return undefined;
}

function hangNamed(
  series: readonly SeriesEntry[],
  wish: Wish,
  name: string | undefined,
  taken: Set<string>,
): Hung | undefined {
  for (const entry of candidates(series, wish)) {
    const index = entry.images.findIndex(
      (image, at) =>
        isWished(image, wish, name) && (wish.volume || !taken.has(`${entry.seriesInstanceUid}/${at}`)),
    );
    if (index < 0) continue;
    // A stack of slices hangs once; single pictures of a series hang side by side.
    const image = entry.images[index]!;
    const planar = isPlanar(image);
    const stack = !planar && orientationOf(image.attributes) !== undefined && entry.images.length > 1;
    if (!wish.volume && stack && taken.has(entry.seriesInstanceUid)) continue;
    const frames = planar ? 1 : image.numberOfFrames;
    for (let at = index; at < index + Math.max(1, frames); at++)
      taken.add(`${entry.seriesInstanceUid}/${at}`);
    taken.add(entry.seriesInstanceUid);
    const over = wish.fused && uptakeFor(entry, series, isVolume);
    if (wish.fused && !over) continue;
    const plane = wish.plane && wish.plane !== acquiredPlane(entry) ? { plane: wish.plane } : {};
    if (plane.plane && !isVolume(entry)) continue;
    return {
      seriesInstanceUid: entry.seriesInstanceUid,
      ...(index > 0 && !stack ? { index } : {}),
      ...plane,
      ...(over ? { fused: over.seriesInstanceUid } : {}),
      ...(wish.window ? { window: wish.window } : {}),
    };
  }
  return undefined;
}

/** Without the rows and columns of the grid that stay empty. */
function compact(hung: readonly (Hung | undefined)[], { rows, columns, alike }: Protocol) {
  if (alike) {
    const there = hung.filter((one) => one !== undefined);
    const across = there.length <= columns ? there.length : Math.ceil(Math.sqrt(there.length));
    const down = Math.ceil(there.length / across);
    return {
      rows: down,
      columns: across,
      hung: Array.from({ length: down * across }, (_, index) => there[index]),
    };
  }
  const at = (row: number, column: number) => hung[row * columns + column];
  const all = (count: number) => Array.from({ length: count }, (_, index) => index);
  const usedRows = all(rows).filter((row) => all(columns).some((column) => at(row, column)));
  const usedColumns = all(columns).filter((column) => all(rows).some((row) => at(row, column)));
  // Two alone are as large as can be side by side.
  const [down, across] = [usedRows.length, usedColumns.length];
  return {
    rows: down === 2 && across === 1 ? 1 : down,
    columns: down === 2 && across === 1 ? 2 : across,
    hung: usedRows.flatMap((row) => usedColumns.map((column) => at(row, column))),
  };
}

/** What a person hangs by: the modality, the region of the body, and whether there is a prior. */
export interface HangingKey {
  modality: string;
  region: string;
  hasPrior: boolean;
}

/** By the modality that most pictures of the study have; nuclear pictures decide over the tomogram that goes with them. */
export function hangingKeyOf(
  current: readonly SeriesEntry[],
  prior: readonly SeriesEntry[],
): HangingKey | undefined {
  const pictures = current.filter((entry) => entry.images.length > 0);
  const first =
    pictures.find((entry) => entry.modality === "PT" || entry.modality === "NM") ??
    pictures.find((entry) => !isLocalizer(entry));
  if (!first) return undefined;
  const hasPrior = prior.some((entry) => entry.modality === first.modality && entry.images.length > 0);
  return { modality: first.modality, region: bodyRegionOf(first.images[0]!.attributes), hasPrior };
}

export const keyText = ({ modality, region, hasPrior }: HangingKey) =>
  `${modality}/${region}/${hasPrior ? "prior" : "current"}`;

/** How a study hangs by the protocol of its modality; undefined where there is none, or too little is there for it. */
export function hang(
  key: HangingKey,
  current: readonly SeriesEntry[],
  prior: readonly SeriesEntry[],
): Hanging | undefined {
  const planar = key.modality === "NM" && !current.some(({ modality }) => modality === "CT");
  const { withPrior, withoutPrior } = (planar ? planarNuclear : protocols[key.modality]) ?? {};
  for (const protocol of key.hasPrior ? [withPrior, withoutPrior] : [withoutPrior]) {
    if (!protocol) continue;
    const taken = new Set<string>();
    const hung = protocol.cells.map((wish) => hangOne(wish.prior ? prior : current, wish, taken));
    const isCurrentThere = hung.some((one, index) => one && !protocol.cells[index]!.prior);
    const places = protocol.filled ? hung.map((one) => one ?? hangOne(current, {}, taken)) : hung;
    if (!isCurrentThere && !(protocol.filled && places.some((one) => one))) continue;
    return { ...compact(places, protocol), linked: protocol.linked ?? false };
  }
  return undefined;
}

/**
 * What a study opens with: the first series that holds pictures and is no localizer, as soon as all before it are known. Undefined while it
 * is too early to say. A study of localizers, or without any picture, opens with its first series.
 */
export function initialSeries(series: readonly SeriesEntry[]): string | undefined {
  for (const entry of series) {
    if (entry.state === "loading") return undefined;
    if (entry.state === "ready" && entry.images.length > 0 && !isLocalizer(entry))
      return entry.seriesInstanceUid;
  }
  return (series.find((entry) => entry.images.length > 0) ?? series[0])?.seriesInstanceUid;
}

/**
 * What hangs on the second of two screens: what the first one leaves, the prior before the rest of the study. Where nothing is left, the
 * study's first pictures.
 */
export function hangSecond(
  first: Hanging | undefined,
  current: readonly SeriesEntry[],
  prior: readonly SeriesEntry[],
): Hanging {
  const used = new Set(
    (first?.hung ?? [{ seriesInstanceUid: initialSeries(current) }]).map((one) => one?.seriesInstanceUid),
  );
  const pictures = (series: readonly SeriesEntry[]) => series.filter((entry) => entry.images.length > 0);
  const left = [...pictures(prior), ...pictures(current)].filter(
    (entry) => !used.has(entry.seriesInstanceUid),
  );
  const wanted = (left.length > 0 ? left : pictures(current).slice(0, 1)).slice(0, 4);
  const [rows, columns] = wanted.length > 2 ? [2, 2] : [1, Math.max(1, wanted.length)];
  const hung = wanted.map(({ seriesInstanceUid }) => ({ seriesInstanceUid }));
  return { rows, columns, hung, linked: first?.linked ?? false };
}

/** Which viewports are on the screen: so many, among them the active one. */
export function visibleSlots(count: number, active: number): number[] {
  const first = Math.floor(active / count) * count;
  return Array.from({ length: count }, (_, index) => first + index);
}

/** The layout that a person likes, or a smaller one where a study has so little that most of it would stay empty. */
export function roomFor(
  liked: { rows: number; columns: number },
  hung: readonly (Hung | undefined)[],
): { rows: number; columns: number } {
  const count = liked.rows * liked.columns;
  const filled = hung.slice(0, count).filter((one) => one !== undefined).length;
  if (filled < 2) return { rows: 1, columns: 1 };
  return filled === 2 && count > 2 ? { rows: 1, columns: 2 } : liked;
}

/** Fills the empty ones of the visible viewports with the next series of pictures that is in none. */
export function fillSlots(
  series: readonly SeriesEntry[],
  hung: readonly (Hung | undefined)[],
  visible: readonly number[],
): (Hung | undefined)[] {
  const filled = [...hung];
  const used = new Set(hung.map((one) => one?.seriesInstanceUid));
  for (const slot of visible) {
    if (filled[slot]) continue;
    const next = series.find((entry) => entry.images.length > 0 && !used.has(entry.seriesInstanceUid));
    if (!next) break;
    used.add(next.seriesInstanceUid);
    filled[slot] = { seriesInstanceUid: next.seriesInstanceUid };
  }
  return filled;
}
