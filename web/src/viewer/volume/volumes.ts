import { t } from "../../words/words.ts";
import type { PlaneName } from "../hanging/protocols.ts";
import type { StackImage } from "../model/image.ts";
import type { SeriesEntry } from "../model/study.ts";
import { fetchImage, type ImageSource } from "../pixels/image-source.ts";
import { createStore, type Store } from "../stack/store.ts";
import { layerOf, type NoVolume, type VolumeGeometry, volumeOf } from "./geometry.ts";
import { type Turn, turnedPlanesOf } from "./oblique.ts";
import { planesOf } from "./planes.ts";
import { type Slab, thinnest } from "./reslice.ts";

/** A series as a volume: how it lies, and its pixels when they have come. */
export interface Volume {
  geometry: VolumeGeometry;
  /** How many slices are here. */
  loaded: Store<number>;
  slices(): Promise<readonly ArrayLike<number>[]>;
  /** The stack of planes; the same for the same question, but for planes that are turned. */
  planes(plane: PlaneName, slab?: Slab, turn?: Turn): readonly StackImage[];
}

/** The volumes of the series that are open. */
export interface Volumes {
  /** The volume of a series, or why it is none. */
  of(series: SeriesEntry): Volume | NoVolume;
  /** Images as what lies over others, one or two too; the same for the same list. */
  over(images: readonly StackImage[]): Volume | NoVolume;
}

/** So many slices are asked for at once. */
const concurrency = 4;
/** Above this many bytes of pixels the page would run out of memory. */
const mostBytes = 1.5 * 2 ** 30;

export const isVolume = (found: Volume | NoVolume): found is Volume => !("reason" in found);

export function createVolumes(source: ImageSource): Volumes {
  type Known = WeakMap<readonly StackImage[], Volume | NoVolume>;
  const [volumes, layers]: [Known, Known] = [new WeakMap(), new WeakMap()];
  const find = (known: Known, images: readonly StackImage[], geometryOf: typeof layerOf) => {
    let found = known.get(images);
    if (!found) {
      const geometry = geometryOf(images);
      found = "reason" in geometry ? { reason: t(geometry.reason) } : open(geometry, source);
      known.set(images, found);
    }
    return found;
  };
  const of: Volumes["of"] = ({ images }) => find(volumes, images, (all) => volumeOf(all));
  return {
    of,
    over: (images) =>
      images.length < 3 ? find(layers, images, layerOf) : find(volumes, images, (all) => volumeOf(all)),
  };
}

function open(geometry: VolumeGeometry, source: ImageSource): Volume | NoVolume {
  const [columns, rows, count] = geometry.size;
  if (columns * rows * count * 2 > mostBytes)
    return { reason: t("This series is too large for planes to be cut from it in a browser.") };
  const loaded = createStore(0);
  let loading: Promise<readonly ArrayLike<number>[]> | undefined;
  const stacks = new Map<string, readonly StackImage[]>();

  async function loadAll(): Promise<readonly ArrayLike<number>[]> {
    const ids = source.register(geometry.images);
    const slices: ArrayLike<number>[] = new Array(ids.length);
    // From the middle outwards, as people look.
    const order = ids
      .map((_, index) => index)
      .sort((a, b) => Math.abs(a - count / 2) - Math.abs(b - count / 2));
    const worker = async () => {
      for (let index = order.shift(); index !== undefined; index = order.shift()) {
        const image = await fetchImage(ids[index]!);
        // The volume keeps the pixels even if the cache lets go of the image.
        slices[index] = image.getPixelData();
        loaded.set(loaded.get() + 1);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
    return slices;
  }

  const slices = () => {
    if (!loading) {
      loaded.set(0);
      loading = loadAll();
      // What failed is tried again by whoever asks next.
      loading.catch(() => {
        loading = undefined;
      });
    }
    return loading;
  };
  return {
    geometry,
    loaded,
    slices,
    planes(plane, slab = thinnest, turn) {
      if (turn) return turnedPlanesOf(geometry, plane, slab, turn, slices);
      const key = `${plane}/${slab.mode}/${slab.thickness}`;
      let stack = stacks.get(key);
      if (!stack) {
        stack = planesOf(geometry, plane, slab, slices);
        stacks.set(key, stack);
      }
      return stack;
    },
  };
}
