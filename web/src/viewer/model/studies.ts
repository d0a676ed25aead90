import type { Desk, OtherStudy } from "../desk.ts";
import type { Dicomweb } from "../dicomweb.ts";
import { createStore, type Store } from "../stack/store.ts";
import { createStudyStore, type SeriesEntry, type StudyState, type StudyStore } from "./study.ts";

export interface PriorEntry extends OtherStudy {
  /** Undefined until somebody looks at it. */
  study: StudyState | undefined;
}

export interface StudiesState {
  current: StudyState;
  /** Whether it is known which priors there are. */
  priorsKnown: boolean;
  priors: readonly PriorEntry[];
}

/** The study that is open and its priors, of which only those that are looked at are loaded. */
export interface Studies extends Store<StudiesState> {
  current: StudyStore;
  openPrior(studyInstanceUid: string): void;
  /** Tries a series again, of whichever study. */
  reloadSeries(seriesInstanceUid: string): void;
  dispose(): void;
}

interface StudiesOptions {
  dicomweb: Dicomweb;
  studyInstanceUid: string;
  desk: Desk | undefined;
  /** Told of each prior that is opened. */
  onPrior: (studyInstanceUid: string, study: StudyStore) => void;
}

export function createStudies({ dicomweb, studyInstanceUid, desk, onPrior }: StudiesOptions): Studies {
  const current = createStudyStore(dicomweb, studyInstanceUid);
  const opened = new Map<string, StudyStore>();
  let others: readonly OtherStudy[] = [];
  let disposed = false;
  const store = createStore<StudiesState>({ current: current.get(), priorsKnown: !desk, priors: [] });

  const renew = () => {
    if (disposed) return;
    const priors = others.map((other) => ({ ...other, study: opened.get(other.studyInstanceUid)?.get() }));
    store.update({ current: current.get(), priors });
  };
  current.subscribe(renew);
  desk?.priorsOf(studyInstanceUid).then(
    (found) => {
      others = found;
      renew();
      store.update({ priorsKnown: true });
    },
    // The study itself can be read without what was before it.
    () => store.update({ priorsKnown: true }),
  );

  return {
    get: store.get,
    subscribe: store.subscribe,
    current,
    openPrior(uid) {
      if (opened.has(uid) || disposed || !others.some((other) => other.studyInstanceUid === uid)) return;
      const study = createStudyStore(dicomweb, uid);
      opened.set(uid, study);
      study.subscribe(renew);
      study.load();
      onPrior(uid, study);
      renew();
    },
    reloadSeries(uid) {
      for (const study of [current, ...opened.values()])
        if (study.get().series.some((entry) => entry.seriesInstanceUid === uid)) study.reloadSeries(uid);
    },
    dispose() {
      disposed = true;
      current.dispose();
      for (const study of opened.values()) study.dispose();
    },
  };
}

/** All series of the priors that are loaded. */
export const priorSeries = (state: StudiesState): SeriesEntry[] =>
  state.priors.flatMap(({ study }) => study?.series ?? []);

/** Whether all that is to come of a study has come. */
export const isWhole = (study: StudyState | undefined): boolean =>
  study !== undefined && study.state !== "loading" && study.series.every(({ state }) => state !== "loading");

/** The newest prior of the same modality, of the same region of the body where it says one. */
export function priorFor(
  priors: readonly PriorEntry[],
  modality: string,
  bodyPart: string,
): PriorEntry | undefined {
  const alike = priors.filter(({ modalities }) => modalities.includes(modality));
  const sameRegion = alike.filter((prior) => prior.bodyPart !== "" && prior.bodyPart === bodyPart);
  return sameRegion[0] ?? (bodyPart === "" ? alike[0] : alike.find((prior) => prior.bodyPart === ""));
}
