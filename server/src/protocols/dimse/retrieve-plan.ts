import { type DataSet, hasWildcard, isTolerableUid, Tags, text, texts } from "@isocenter/dicom";
import { Status, StatusError } from "@isocenter/dimse";
import type {
  Archive,
  AttributeMatch,
  DicomJson,
  InstanceSelection,
  QueryLevel,
  Tag,
} from "../../modules/archive/index.ts";
import type { Viewer } from "../../platform/index.ts";

/** The unique keys of an identifier of C-MOVE and C-GET (PS3.4 C.4.2.1.4). */
export interface RetrieveKeys {
  level: QueryLevel;
  PatientID: string | undefined;
  StudyInstanceUID: readonly string[];
  SeriesInstanceUID: readonly string[];
  SOPInstanceUID: readonly string[];
}

/** One thing to be sent; of a series, perhaps, a few instances. */
export interface Retrieved {
  selection: InstanceSelection;
  /** null: all. */
  only: ReadonlySet<string> | null;
}

const levels: Readonly<Record<string, QueryLevel>> = {
  PATIENT: "PATIENT",
  STUDY: "STUDY",
  SERIES: "SERIES",
  IMAGE: "INSTANCE",
};

const maxListed = 10_000;

const mismatch = (comment: string, tag: Tag): StatusError =>
  new StatusError(Status.RetrieveIdentifierDoesNotMatchSopClass, comment, [tag]);

/**
 * Reads the identifier of a C-MOVE or C-GET. The unique key of the level must be there, one value or a list of UIDs; keys of higher levels are
 * matched where they are, and not demanded, as in relational retrieval (PS3.4 C.4.2.2.2.1).
 * @throws StatusError A900H with the offending element
 */
export function readRetrieveKeys(identifier: DataSet, modelLevels: readonly string[]): RetrieveKeys {
  const named = text(identifier, Tags.QueryRetrieveLevel) ?? "";
  const level = levels[named];
  if (!level || !modelLevels.includes(named))
    throw mismatch(`Query/Retrieve Level must be ${modelLevels.join(", ")}`, Tags.QueryRetrieveLevel);
  const uids = (tag: Tag): readonly string[] => {
    const values = texts(identifier, tag).filter((value) => value !== "");
    if (values.length > maxListed) throw mismatch("too many UIDs", tag);
    if (!values.every((uid) => isTolerableUid(uid))) throw mismatch("not a UID or a list of them", tag);
    return [...new Set(values)];
  };
  const patientIds = texts(identifier, Tags.PatientID).filter((value) => value !== "");
  const PatientID = patientIds[0];
  if (patientIds.length > 1 || (PatientID !== undefined && hasWildcard(PatientID)))
    throw mismatch("one patient, without wildcards", Tags.PatientID);
  const keys = {
    level,
    PatientID,
    StudyInstanceUID: uids(Tags.StudyInstanceUID),
    SeriesInstanceUID: uids(Tags.SeriesInstanceUID),
    SOPInstanceUID: uids(Tags.SOPInstanceUID),
  };
  const missing = (
    {
      PATIENT: PatientID === undefined && Tags.PatientID,
      STUDY: keys.StudyInstanceUID.length === 0 && Tags.StudyInstanceUID,
      SERIES: keys.SeriesInstanceUID.length === 0 && Tags.SeriesInstanceUID,
      INSTANCE: keys.SOPInstanceUID.length === 0 && Tags.SOPInstanceUID,
    } as const
  )[level];
  if (missing) throw mismatch("the unique key of the level is missing", missing);
  return keys;
}

/** What the keys name, as far as the viewer may see it. Where they say the place in the hierarchy nothing is searched for. */
export async function retrievePlan(
  archive: Pick<Archive, "find">,
  viewer: Viewer,
  keys: RetrieveKeys,
): Promise<Retrieved[]> {
  return direct(keys) ?? searched(archive, viewer, keys);
}

function direct(keys: RetrieveKeys): Retrieved[] | null {
  const [StudyInstanceUID, ...otherStudies] = keys.StudyInstanceUID;
  if (keys.PatientID !== undefined || StudyInstanceUID === undefined) return null;
  if (keys.level === "STUDY")
    return keys.StudyInstanceUID.map((uid) => ({ selection: { StudyInstanceUID: uid }, only: null }));
  const [SeriesInstanceUID, ...otherSeries] = keys.SeriesInstanceUID;
  if (otherStudies.length > 0 || SeriesInstanceUID === undefined) return null;
  if (keys.level === "SERIES")
    return keys.SeriesInstanceUID.map((uid) => ({
      selection: { StudyInstanceUID, SeriesInstanceUID: uid },
      only: null,
    }));
  if (otherSeries.length > 0) return null;
  return [ofInstances({ StudyInstanceUID }, SeriesInstanceUID, keys.SOPInstanceUID)];
}

function ofInstances(
  study: InstanceSelection,
  SeriesInstanceUID: string,
  uids: readonly string[],
): Retrieved {
  const series = { ...study, SeriesInstanceUID };
  return uids.length === 1
    ? { selection: { ...series, SOPInstanceUID: uids[0]! }, only: null }
    : { selection: series, only: new Set(uids) };
}

async function searched(
  archive: Pick<Archive, "find">,
  viewer: Viewer,
  keys: RetrieveKeys,
): Promise<Retrieved[]> {
  const level = keys.level === "PATIENT" ? "STUDY" : keys.level;
  const matches: AttributeMatch[] = [];
  if (keys.PatientID !== undefined)
    matches.push({ tag: Tags.PatientID, match: { kind: "text", pattern: keys.PatientID } });
  const uids = (tag: Tag, values: readonly string[]) => {
    if (values.length > 0) matches.push({ tag, match: { kind: "uids", values } });
  };
  uids(Tags.StudyInstanceUID, keys.StudyInstanceUID);
  if (level !== "STUDY") uids(Tags.SeriesInstanceUID, keys.SeriesInstanceUID);
  if (level === "INSTANCE") uids(Tags.SOPInstanceUID, keys.SOPInstanceUID);
  const include = [
    Tags.StudyInstanceUID,
    ...(level === "STUDY" ? [] : [Tags.SeriesInstanceUID]),
    ...(level === "INSTANCE" ? [Tags.SOPInstanceUID] : []),
  ];
  const found = new Map<
    string,
    { study: InstanceSelection; series: string | undefined; instances: string[] }
  >();
  for await (const { attributes, patientId } of archive.find(viewer, { level, matches, include })) {
    const StudyInstanceUID = uidOf(attributes, "0020000D");
    // Another patient may have a study of the same UID: who names a patient means that one's.
    const study: InstanceSelection =
      keys.PatientID === undefined || patientId === undefined
        ? { StudyInstanceUID }
        : { StudyInstanceUID, patientId };
    const series = level === "STUDY" ? undefined : uidOf(attributes, "0020000E");
    const key = `${study.patientId} ${StudyInstanceUID} ${series}`;
    const place = found.get(key) ?? { study, series, instances: [] };
    found.set(key, place);
    if (level === "INSTANCE") place.instances.push(uidOf(attributes, "00080018"));
  }
  return [...found.values()].map(({ study, series, instances }) => {
    if (series === undefined) return { selection: study, only: null };
    if (instances.length > 0) return ofInstances(study, series, instances);
    return { selection: { ...study, SeriesInstanceUID: series }, only: null };
  });
}

const uidOf = (attributes: DicomJson, key: string): string => String(attributes[key]?.Value?.[0] ?? "");
