import type { KeyImage, Measurement } from "@isocenter/contract";
import type { Desk, MeasurementsOfOthers } from "../desk.ts";
import type { StackImage } from "../model/image.ts";
import type { SeriesEntry, StudyState } from "../model/study.ts";
import { type ImageSource, registeredImage } from "../pixels/image-source.ts";
import { createStore, type Store } from "../stack/store.ts";
import type { Marked } from "./annotations.ts";
import { createKeeper, type Keeper, type KeeperState } from "./keeper.ts";
import type { Marks } from "./marks.ts";
import { canBeKept, isInPlane } from "./planes.ts";

/** The marks of one study, in step with the server. */
export interface MarkedStudy {
  measurements: Store<KeeperState>;
  keyImages: Store<readonly KeyImage[]>;
  keyImageState: Store<KeeperState>;
  others: Store<readonly MeasurementsOfOthers[]>;
  /** Makes an image a key image, or no longer one; answers which. */
  toggleKeyImage(image: StackImage, window: KeyImage["window"]): boolean;
  removeKeyImage(key: KeyImage): void;
  /** Says what a key image is chosen for, and what is to be seen; of interest and nothing where nothing is said. */
  describeKeyImage(key: KeyImage, said: Pick<KeyImage, "title" | "note">): void;
  /** Puts what is kept into the study as a structured report. Rejects in words for a person. */
  archive(): Promise<void>;
  retry(): void;
  dispose(): void;
}

export const keyOfImage = ({ sopInstanceUid, frame = 1 }: Pick<KeyImage, "sopInstanceUid" | "frame">) =>
  `${sopInstanceUid}/${frame}`;

interface MarkedStudyOptions {
  desk: Desk;
  studyInstanceUid: string;
  study: Store<StudyState>;
  source: ImageSource;
  marks: Marks;
}

/** Brings what was kept onto the images as they come, and keeps what is drawn. */
export function openMarkedStudy(options: MarkedStudyOptions): MarkedStudy {
  const { desk, studyInstanceUid, study, source, marks } = options;
  const { measurements, keyImages, others, archiveMeasurements } = desk.marksOf(studyInstanceUid);
  const keys = createStore<readonly KeyImage[]>([]);
  const ofOthers = createStore<readonly MeasurementsOfOthers[]>([]);
  /** Kept, but on images, or in planes of series, that are not here yet. */
  let waiting: readonly Measurement[] = [];
  let reading = false;

  const isHere = (seriesInstanceUid: string) =>
    study.get().series.some((entry) => entry.seriesInstanceUid === seriesInstanceUid);
  const isOurs = ({ imageId, measurement }: Marked) =>
    isInPlane(measurement)
      ? canBeKept(measurement) && isHere(measurement.plane.seriesInstanceUid)
      : registeredImage(imageId)?.studyInstanceUid === studyInstanceUid;
  const drawn = () =>
    marks.list
      .get()
      .filter(isOurs)
      .map(({ measurement }) => measurement);

  /** Draws those whose images have come. */
  function place(): void {
    if (waiting.length === 0) return;
    const images = imagesByKey(study.get().series);
    const ready = waiting.flatMap((measurement): Pick<Marked, "measurement" | "imageId">[] => {
      if (isInPlane(measurement))
        return isHere(measurement.plane.seriesInstanceUid) ? [{ measurement, imageId: "" }] : [];
      const image = images.get(keyOfImage(measurement));
      return image ? [{ measurement, imageId: source.register([image])[0]! }] : [];
    });
    if (ready.length === 0) return;
    const placed = new Set(ready.map(({ measurement }) => measurement));
    waiting = waiting.filter((measurement) => !placed.has(measurement));
    reading = true;
    marks.show(ready);
    reading = false;
  }

  const keeper: Keeper<Measurement> = createKeeper({
    list: measurements,
    keyOf: ({ id }) => id,
    onItems(items) {
      const here = new Map(drawn().map((measurement) => [measurement.id, measurement]));
      const wanted = new Set(items.map(({ id }) => id));
      reading = true;
      // What somebody took away elsewhere goes here too.
      const gone = [...here.keys()].filter((id) => !wanted.has(id));
      if (gone.length > 0) marks.remove(gone);
      reading = false;
      waiting = items.filter(({ id }) => !here.has(id));
      place();
    },
  });
  const keyKeeper: Keeper<KeyImage> = createKeeper({
    list: keyImages,
    keyOf: keyOfImage,
    onItems: (items) => keys.set(items),
  });
  others().then(ofOthers.set, () => {
    // The list of one's own says why the server cannot be reached.
  });

  const stops = [
    study.subscribe(place),
    marks.list.subscribe(() => {
      if (!reading && desk.mayMark) keeper.put([...drawn(), ...waiting]);
    }),
  ];
  const put = (next: readonly KeyImage[]) => {
    keys.set(next);
    keyKeeper.put(next);
  };
  return {
    measurements: keeper.state,
    keyImages: keys,
    keyImageState: keyKeeper.state,
    others: ofOthers,
    toggleKeyImage(image, window) {
      const key: KeyImage = {
        sopInstanceUid: image.sopInstanceUid,
        ...(image.numberOfFrames > 1 ? { frame: image.frameNumber } : {}),
        ...(window ? { window } : {}),
      };
      const without = keys.get().filter((each) => keyOfImage(each) !== keyOfImage(key));
      const isNew = without.length === keys.get().length;
      put(isNew ? [...without, key] : without);
      return isNew;
    },
    removeKeyImage: (key) => put(keys.get().filter((each) => keyOfImage(each) !== keyOfImage(key))),
    describeKeyImage(key, { title, note = "" }) {
      const described = (one: KeyImage): KeyImage => {
        const { title: _title, note: _note, ...plain } = one;
        return {
          ...plain,
          ...(title && title !== "OF_INTEREST" ? { title } : {}),
          ...(note.trim() ? { note: note.trim() } : {}),
        };
      };
      put(keys.get().map((each) => (keyOfImage(each) === keyOfImage(key) ? described(each) : each)));
    },
    archive: archiveMeasurements,
    retry() {
      if (keeper.state.get().state === "failed") keeper.retry();
      if (keyKeeper.state.get().state === "failed") keyKeeper.retry();
    },
    dispose() {
      for (const stop of stops) stop();
      keeper.dispose();
      keyKeeper.dispose();
    },
  };
}

function imagesByKey(series: readonly SeriesEntry[]): Map<string, StackImage> {
  return new Map(
    series.flatMap(({ images }) =>
      images.map((image) => [`${image.sopInstanceUid}/${image.frameNumber}`, image] as const),
    ),
  );
}
