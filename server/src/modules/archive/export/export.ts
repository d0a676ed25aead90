import type { ExportFormat, FacilityLanguage, Study } from "@isocenter/contract";
import {
  createDeidentifier,
  createDirectory,
  type Deidentifier,
  type DirectoryWriter,
  newUid,
  readDeidentification,
  Tags,
  text,
} from "@isocenter/dicom";
import {
  type Db,
  type Platform,
  productVersion,
  Refusal,
  requirePermission,
  type Viewer,
  type ZipEntry,
} from "../../../platform/index.ts";
import type { Journal } from "../../journal/index.ts";
import { getStudy } from "../read/studies.ts";
import type { StoredInstance } from "../stored-instance.ts";
import type { Archive } from "../types.ts";
import { type ExportedFile, type ExportSource, exportedFile, modalityWord } from "./files.ts";
import { deidentificationReport, indexPage, type Report, readme } from "./pages.ts";
import { deidentificationSecret } from "./secret.ts";

export interface ExportDeps {
  platform: Pick<Platform, "config" | "clock" | "db">;
  journal: Pick<Journal, "access">;
  archive: Pick<Archive, "locateEach"> & ExportSource;
}

export interface ExportOrder {
  studyIds: readonly string[];
  format: ExportFormat;
  /** `basic` and options after commas; null leaves identity as it is. */
  deidentify: string | null;
  /** The set that pseudonyms are of; null for one of its own. */
  set: string | null;
}

/** At most so many instances fit the directory that is held while they are written. */
const maxInstances = 300_000;
/** Objects that are fetched at once; each is small, or only its header is. */
const fetchedAtOnce = 4;

/**
 * Studies as the entries of one ZIP archive, made one after another as they are read. Everything is checked, and the access recorded for each study,
 * before the first entry.
 * @throws Refusal `not-found` (`study.not-found`), `forbidden`, `invalid` (`export.deidentify`), `too-large` (`export.too-many`)
 */
export async function exportStudies(
  deps: ExportDeps,
  viewer: Viewer,
  order: ExportOrder,
): Promise<AsyncGenerator<ZipEntry>> {
  requirePermission(viewer, "images.export");
  const deidentifier = order.deidentify === null ? null : deidentifierFor(deps, order.deidentify, order.set);
  const studies: Study[] = [];
  for (const id of order.studyIds) studies.push(await getStudy(deps.platform.db, viewer, id));
  const instances = studies.reduce((sum, study) => sum + study.numberOfInstances, 0);
  if (instances > maxInstances)
    throw new Refusal("too-large", "export.too-many", `An export has at most ${maxInstances} instances.`);
  for (const { id, patientId, facilityId } of studies)
    await deps.journal.access(viewer, {
      action: "study.exported",
      subject: { type: "study", id },
      patientId,
      facilityId,
      data: { purpose: "export", format: order.format, deidentified: order.deidentify },
    });
  return entriesOf(deps, viewer, studies, order, deidentifier);
}

/** @throws Refusal `invalid` (`export.deidentify`) with the word that is not known */
function deidentifierFor({ platform }: ExportDeps, text: string, set: string | null): Deidentifier {
  try {
    return createDeidentifier({
      options: readDeidentification(text),
      secret: deidentificationSecret(platform, set),
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Refusal("invalid", "export.deidentify", message, {
      errors: [{ path: "deidentify", message }],
    });
  }
}

async function* entriesOf(
  deps: ExportDeps,
  viewer: Viewer,
  studies: readonly Study[],
  order: ExportOrder,
  deidentifier: Deidentifier | null,
): AsyncGenerator<ZipEntry> {
  const directory = order.format === "dicomdir" ? createDirectory("ISOCENTER") : null;
  const nameOf = directory ? mediaNames(directory) : folderNames();
  const report: Report = { deidentify: order.deidentify ?? "", warnings: [], left: [] };
  const modified = deps.platform.clock.now();
  const outcomes = ahead(instancesOf(deps.archive, viewer, studies), (instance) =>
    exportedFile(deps.archive, instance, deidentifier),
  );
  for await (const outcome of outcomes) {
    if (outcome.kind === "refused") {
      noteLeft(report, outcome.reason);
      continue;
    }
    const { file } = outcome;
    const name = nameOf(file);
    for (const warning of file.warnings) report.warnings.push({ name, text: warning.text });
    // Only whole files are left as they are: not every reader finds the end of a streamed one that is not deflated.
    const stored = file.compressed && file.body instanceof Uint8Array;
    yield {
      name,
      modified: deidentifier ? modified : file.modified,
      size: file.size,
      body: file.body,
      stored,
    };
  }
  const language = await languageOf(deps.platform.db, studies);
  const page = (name: string, body: Uint8Array): ZipEntry => ({ name, modified, size: body.length, body });
  if (directory) {
    yield page("DICOMDIR", directory.bytes(newUid()));
    yield page("README.TXT", Buffer.from(readme(`Isocenter ${productVersion}`, language)));
    yield page("INDEX.HTM", Buffer.from(indexPage(directory.patients, language)));
  }
  if (deidentifier) yield page("DEIDENT.TXT", Buffer.from(deidentificationReport(report)));
}

/** What people read on the medium is in the language of the facility that gives it. */
async function languageOf(db: Db, [study]: readonly Study[]): Promise<FacilityLanguage> {
  const [facility] = await db<{ language: FacilityLanguage }[]>`
    select language from facility where id = ${study?.facilityId ?? null}`;
  return facility?.language ?? "en";
}

/**
 * The next objects are fetched while one is being sent: a store far away answers each of them late. What is fetched is small or not yet opened, so
 * nothing has to be closed where the archive ends early.
 */
async function* ahead<From, To>(
  source: AsyncGenerator<From>,
  work: (one: From) => Promise<To>,
): AsyncGenerator<To> {
  const waiting: Promise<To>[] = [];
  try {
    for await (const one of source) {
      const started = work(one);
      // Whoever waits for it is told; nobody waits where the archive ends early
      started.catch(() => {});
      waiting.push(started);
      if (waiting.length >= fetchedAtOnce) yield await waiting.shift()!;
    }
    for (let next = waiting.shift(); next; next = waiting.shift()) yield await next;
  } finally {
    await source.return(undefined);
  }
}

async function* instancesOf(
  archive: ExportDeps["archive"],
  viewer: Viewer,
  studies: readonly Study[],
): AsyncGenerator<StoredInstance> {
  for (const study of studies) {
    const selection = { StudyInstanceUID: study.studyInstanceUid };
    // Another facility of the viewer may have the study too
    for await (const batch of archive.locateEach(viewer, selection, "none"))
      for (const instance of batch) if (instance.studyId === study.id) yield instance;
  }
}

function noteLeft(report: Report, reason: string): void {
  const known = report.left.find((left) => left.reason === reason);
  if (known) known.files += 1;
  else report.left.push({ reason, files: 1 });
}

/** Names that the directory gives: DICOM/PA000001/ST000001/SE000001/IM000001. */
const mediaNames = (directory: DirectoryWriter) => (file: ExportedFile) => directory.add(file).join("/");

/** Names by number and modality alone: study-1/series-2-CT/000003.dcm. Nothing of the patient is in them. */
function folderNames() {
  const studies = new Map<string, Map<string, number>>();
  const counts = new Map<string, number>();
  return ({ dataSet }: ExportedFile): string => {
    const of = (tag: number) => text(dataSet, tag) ?? "";
    const study = of(Tags.StudyInstanceUID);
    const series = studies.get(study) ?? new Map<string, number>();
    studies.set(study, series);
    const key = of(Tags.SeriesInstanceUID);
    const number = series.get(key) ?? series.size + 1;
    series.set(key, number);
    const folder = `study-${[...studies.keys()].indexOf(study) + 1}/series-${number}-${modalityWord(dataSet)}`;
    const count = (counts.get(folder) ?? 0) + 1;
    counts.set(folder, count);
    return `${folder}/${String(count).padStart(6, "0")}.dcm`;
  };
}
