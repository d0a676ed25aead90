import { type JsonDataSet, numberOf, textOf } from "@isocenter/presentation";
import { t } from "../../words/words.ts";
import { type Dicomweb, DicomwebError } from "../dicomweb.ts";
import { createStore, type Store } from "../stack/store.ts";
import { dateOf, timeOf } from "./dicom-json.ts";
import { imagesOfInstance, type StackImage } from "./image.ts";
import { type Kind, kindOf } from "./kinds.ts";
import { distinctPatients, type Patient, patientOf } from "./patient.ts";
import { compareSeries, sortImages } from "./sorting.ts";
import { tags } from "./tags.ts";
import { withKnownVrs } from "./unknown-vr.ts";

export interface SeriesEntry {
  studyInstanceUid: string;
  seriesInstanceUid: string;
  seriesNumber: number | undefined;
  description: string;
  modality: string;
  /** As the archive counts, until the metadata is here. */
  instanceCount: number | undefined;
  state: "loading" | "ready" | "failed";
  error: string;
  /** In the order of scrolling; empty for what is no picture. */
  images: readonly StackImage[];
  /** The data sets of all instances. */
  instances: readonly JsonDataSet[];
  /** Set where the series holds no picture. */
  kind: Kind | undefined;
  /** The people that the instances name: one, unless something is wrong. */
  patients: readonly Patient[];
}

export interface StudyState {
  state: "loading" | "ready" | "failed";
  error: string;
  series: readonly SeriesEntry[];
}

export interface StudyStore extends Store<StudyState> {
  load(): void;
  reloadSeries(seriesInstanceUid: string): void;
  dispose(): void;
}

/** So many series are asked for at once; the rest wait, in the order of the strip. */
const concurrency = 6;

/** After which what the archive could not answer is asked for again. */
const retryMs = 5000;

/** The series of a study: first their list, then the metadata of each as it comes. */
export function createStudyStore(dicomweb: Dicomweb, studyInstanceUid: string): StudyStore {
  const store = createStore<StudyState>({ state: "loading", error: "", series: [] });
  const abort = new AbortController();
  /** What is asked for again, by the series; "" for their list. */
  const later = new Map<string, ReturnType<typeof setTimeout>>();

  function forget(what: string): void {
    clearTimeout(later.get(what));
    later.delete(what);
  }

  function againLater(what: string, error: unknown, ask: () => void): void {
    if (error instanceof DicomwebError && error.mayPass) later.set(what, setTimeout(ask, retryMs));
  }

  function put(seriesInstanceUid: string, change: Partial<SeriesEntry>): void {
    const series = store
      .get()
      .series.map((entry) =>
        entry.seriesInstanceUid === seriesInstanceUid ? { ...entry, ...change } : entry,
      );
    store.update({ series });
  }

  async function loadSeries(seriesInstanceUid: string): Promise<void> {
    forget(seriesInstanceUid);
    put(seriesInstanceUid, { state: "loading", error: "" });
    try {
      const sent = await dicomweb.seriesMetadata(studyInstanceUid, seriesInstanceUid, abort.signal);
      const instances = await withKnownVrs(sent);
      if (!abort.signal.aborted) put(seriesInstanceUid, describeSeries(instances));
    } catch (error) {
      if (abort.signal.aborted) return;
      put(seriesInstanceUid, { state: "failed", error: messageOf(error) });
      againLater(seriesInstanceUid, error, () => void loadSeries(seriesInstanceUid));
    }
  }

  async function load(): Promise<void> {
    for (const what of [...later.keys()]) forget(what);
    store.set({ state: "loading", error: "", series: [] });
    let list: JsonDataSet[];
    try {
      list = await dicomweb.listSeries(studyInstanceUid, abort.signal);
    } catch (error) {
      if (abort.signal.aborted) return;
      store.set({ state: "failed", error: messageOf(error), series: [] });
      againLater("", error, () => void load());
      return;
    }
    if (abort.signal.aborted) return;
    const listed = new Map(
      list.map((one) => listedSeries(one, studyInstanceUid)).map((entry) => [entry.seriesInstanceUid, entry]),
    );
    listed.delete("");
    const series = [...listed.values()];
    series.sort(compareSeries);
    store.set({ state: "ready", error: "", series });
    const waiting = series.map((entry) => entry.seriesInstanceUid);
    const worker = async () => {
      for (let next = waiting.shift(); next !== undefined && !abort.signal.aborted; next = waiting.shift()) {
        await loadSeries(next);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
  }

  return {
    get: store.get,
    subscribe: store.subscribe,
    load: () => void load(),
    reloadSeries: (uid) => void loadSeries(uid),
    dispose() {
      abort.abort();
      for (const what of [...later.keys()]) forget(what);
    },
  };
}

function messageOf(error: unknown): string {
  if (!(error instanceof DicomwebError)) return t("The archive's answer could not be read.");
  return error.mayPass ? `${error.message} ${t("It is tried again by itself.")}` : error.message;
}

function listedSeries(dataSet: JsonDataSet, studyInstanceUid: string): SeriesEntry {
  return {
    studyInstanceUid,
    seriesInstanceUid: textOf(dataSet, tags.SeriesInstanceUID) ?? "",
    seriesNumber: numberOf(dataSet, tags.SeriesNumber),
    description: textOf(dataSet, tags.SeriesDescription) ?? "",
    modality: textOf(dataSet, tags.Modality) ?? "",
    instanceCount: numberOf(dataSet, tags.NumberOfSeriesRelatedInstances),
    state: "loading",
    error: "",
    images: [],
    instances: [],
    kind: undefined,
    patients: [],
  };
}

/** What the metadata of all instances says about their series. */
export function describeSeries(instances: readonly JsonDataSet[]): Partial<SeriesEntry> {
  const first = instances[0];
  if (!first) return { state: "failed", error: t("The series is empty."), instanceCount: 0 };
  const pictures: StackImage[] = [];
  let kind: Kind | undefined;
  for (const instance of instances) {
    const images = imagesOfInstance(instance);
    const instanceKind = kindOf(
      textOf(instance, tags.SOPClassUID) ?? "",
      images.length > 0,
      textOf(instance, tags.AvailableTransferSyntaxUID),
    );
    if (instanceKind) kind ??= instanceKind;
    else pictures.push(...images);
  }
  return {
    state: "ready",
    seriesNumber: numberOf(first, tags.SeriesNumber),
    description: textOf(first, tags.SeriesDescription) ?? titleOf(first),
    modality: textOf(first, tags.Modality) ?? "OT",
    instanceCount: instances.length,
    instances,
    images: sortImages(pictures),
    kind: pictures.length > 0 ? undefined : kind,
    patients: distinctPatients(instances.map(patientOf)),
  };
}

/** What else may name a series. */
function titleOf(dataSet: JsonDataSet): string {
  for (const tag of [
    tags.DocumentTitle,
    tags.ContentDescription,
    tags.ContentLabel,
    tags.ProtocolName,
    tags.BodyPartExamined,
  ]) {
    const text = textOf(dataSet, tag);
    if (text) return text;
  }
  return "";
}

export interface StudyHeading {
  patient: Patient;
  description: string;
  date: string;
  time: string;
  accessionNumber: string;
  /** Those of pictures, reports and other papers left out; of a study without pictures, all. */
  modalities: string[];
}

/** Undefined for none. */
function modalitiesOf(series: readonly SeriesEntry[]): string[] | undefined {
  const all = [...new Set(series.map(({ modality }) => modality).filter(Boolean))];
  return all.length > 0 ? all : undefined;
}

/** What stands in the banner, from the first of these series that is here. */
export function headingOf(series: readonly SeriesEntry[]): StudyHeading | undefined {
  const first = series.find((entry) => entry.instances.length > 0)?.instances[0];
  if (!first) return undefined;
  return {
    patient: patientOf(first),
    description: textOf(first, tags.StudyDescription) ?? "",
    date: dateOf(first, tags.StudyDate) ?? "",
    time: timeOf(first, tags.StudyTime) ?? "",
    accessionNumber: textOf(first, tags.AccessionNumber) ?? "",
    modalities: modalitiesOf(series.filter(({ kind }) => !kind)) ?? modalitiesOf(series) ?? [],
  };
}
