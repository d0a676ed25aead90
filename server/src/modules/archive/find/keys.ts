import { dictionaryEntry, Tags } from "@isocenter/dicom";
import { type NameColumns, patientNameColumns } from "../../patients/index.ts";
import { attributesOf, instanceColumnTags } from "../levels.ts";
import type { Match, QueryLevel, SupportedKey, Tag } from "../types.ts";

/** The levels from the top; a query at one has the keys of those above. */
export const levels: readonly QueryLevel[] = ["PATIENT", "STUDY", "SERIES", "INSTANCE"];

/** How an attribute is matched in SQL. Columns: `p` patient, `st` study, `se` series, `i` instance. */
export type Matching =
  /** As it is written; wildcards. */
  | { by: "text"; column: string }
  /** Without case and accents; wildcards anywhere. */
  | { by: "folded"; column: string }
  | { by: "name"; columns: NameColumns }
  | { by: "date"; column: string }
  | { by: "time"; column: string }
  /** `array`: the column has several values. */
  | { by: "uid"; column: string; array?: boolean }
  | { by: "code"; column: string; array?: boolean }
  | { by: "number"; column: string }
  | { by: "identifier" }
  | { by: "issuer" };

export interface Key {
  tag: Tag;
  within?: Tag;
  level: QueryLevel;
  matching: Matching | null;
  byDefault: boolean;
  /** SQL that gives the value, where it is not among the level's attributes: counts, columns, what is gathered from below. */
  computed?: string;
}

const kinds: Readonly<Record<Matching["by"], SupportedKey["matching"]>> = {
  text: ["text"],
  folded: ["text"],
  name: ["name"],
  date: ["date"],
  time: ["time"],
  uid: ["uids"],
  code: ["codes", "text"],
  number: ["number"],
  identifier: ["text"],
  issuer: ["text"],
};

const at =
  (level: QueryLevel) =>
  (tag: Tag, matching: Matching | null, more: Partial<Key> = {}): Key => ({
    tag,
    level,
    matching,
    byDefault: false,
    ...more,
  });

const text = (column: string): Matching => ({ by: "text", column });
const folded = (column: string): Matching => ({ by: "folded", column });
const names = (column: string, sounds?: string): Matching => ({
  by: "name",
  columns: sounds ? { form: "wrapped", folded: column, sounds } : { form: "wrapped", folded: column },
});
const date = (column: string): Matching => ({ by: "date", column });
const time = (column: string): Matching => ({ by: "time", column });
const uid = (column: string): Matching => ({ by: "uid", column });
const code = (column: string): Matching => ({ by: "code", column });
const codes = (column: string): Matching => ({ by: "code", column, array: true });
const number = (column: string): Matching => ({ by: "number", column });
const shown = { byDefault: true };

/** The first value of an attribute that has no column of its own. */
const value = (alias: "st" | "se" | "i", tag: Tag): string =>
  `(${alias}.attributes -> '${tag.toString(16).toUpperCase().padStart(8, "0")}' -> 'Value' ->> 0)`;

const ofPatient = (what: string): string =>
  `(select ${what} from study c where c.patient_id = p.id and c.facility_id = any(v.facilities) and c.deleted_at is null)`;

const patient = at("PATIENT");
const patientKeys: readonly Key[] = [
  patient(Tags.PatientName, { by: "name", columns: patientNameColumns }, shown),
  patient(Tags.PatientID, { by: "identifier" }, shown),
  patient(Tags.IssuerOfPatientID, { by: "issuer" }, shown),
  patient(Tags.PatientBirthDate, date("p.birth_date"), shown),
  patient(Tags.PatientSex, code("p.sex"), shown),
  patient(Tags.NumberOfPatientRelatedStudies, null, { computed: ofPatient("count(*)::int") }),
  patient(Tags.NumberOfPatientRelatedSeries, null, {
    computed: ofPatient("coalesce(sum(c.number_of_series), 0)::int"),
  }),
  patient(Tags.NumberOfPatientRelatedInstances, null, {
    computed: ofPatient("coalesce(sum(c.number_of_instances), 0)::int"),
  }),
];

const study = at("STUDY");
const studyKeys: readonly Key[] = [
  study(Tags.StudyInstanceUID, uid("st.study_instance_uid"), { ...shown, computed: "st.study_instance_uid" }),
  study(Tags.StudyDate, date("st.study_date"), shown),
  study(Tags.StudyTime, time("st.study_time"), shown),
  study(Tags.AccessionNumber, text("st.accession_number"), shown),
  study(Tags.StudyID, text("st.study_id"), shown),
  study(
    Tags.ReferringPhysicianName,
    names("st.referring_physician_folded", "st.referring_physician_sounds"),
    shown,
  ),
  study(Tags.StudyDescription, folded("st.description_folded"), shown),
  study(Tags.ModalitiesInStudy, codes("st.modalities"), { ...shown, computed: "st.modalities" }),
  study(
    Tags.SOPClassesInStudy,
    { by: "uid", column: "st.sop_classes", array: true },
    { computed: "st.sop_classes" },
  ),
  study(Tags.NameOfPhysiciansReadingStudy, names("st.reading_physicians_folded")),
  study(Tags.CodeValue, codes("st.procedure_codes"), { within: Tags.ProcedureCodeSequence }),
  study(Tags.PatientAge, text(value("st", Tags.PatientAge))),
  study(Tags.AdmissionID, text(value("st", Tags.AdmissionID))),
  study(Tags.NumberOfStudyRelatedSeries, number("st.number_of_series"), {
    ...shown,
    computed: "st.number_of_series",
  }),
  study(Tags.NumberOfStudyRelatedInstances, number("st.number_of_instances"), {
    ...shown,
    computed: "st.number_of_instances",
  }),
  study(Tags.TimezoneOffsetFromUTC, null, shown),
  study(Tags.InstanceAvailability, null, { ...shown, computed: "'ONLINE'" }),
];

const series = at("SERIES");
const seriesKeys: readonly Key[] = [
  series(Tags.SeriesInstanceUID, uid("se.series_instance_uid"), {
    ...shown,
    computed: "se.series_instance_uid",
  }),
  series(Tags.Modality, code("se.modality"), shown),
  series(Tags.SeriesNumber, number("se.series_number"), shown),
  series(Tags.SeriesDescription, folded("se.description_folded"), shown),
  series(Tags.SeriesDate, date("se.series_date")),
  series(Tags.SeriesTime, time("se.series_time")),
  series(Tags.BodyPartExamined, code("se.body_part"), shown),
  series(Tags.Laterality, code("se.laterality")),
  series(Tags.ProtocolName, folded("se.protocol_name_folded")),
  series(Tags.StationName, folded("se.station_name_folded")),
  series(Tags.InstitutionName, folded("se.institution_folded")),
  series(Tags.PerformingPhysicianName, names("se.performing_physicians_folded")),
  series(Tags.OperatorsName, names("se.operators_folded")),
  series(Tags.FrameOfReferenceUID, uid("se.frame_of_reference_uid")),
  series(Tags.PerformedProcedureStepStartDate, date("se.step_start_date"), shown),
  series(Tags.PerformedProcedureStepStartTime, time("se.step_start_time"), shown),
  series(Tags.PerformedProcedureStepID, text("se.step_id")),
  series(Tags.RequestAttributesSequence, null, shown),
  series(Tags.ScheduledProcedureStepID, codes("se.scheduled_step_ids"), {
    within: Tags.RequestAttributesSequence,
  }),
  series(Tags.RequestedProcedureID, codes("se.requested_procedure_ids"), {
    within: Tags.RequestAttributesSequence,
  }),
  series(Tags.NumberOfSeriesRelatedInstances, number("se.number_of_instances"), {
    ...shown,
    computed: "se.number_of_instances",
  }),
];

const instance = at("INSTANCE");
const instanceKeys: readonly Key[] = [
  instance(Tags.SOPInstanceUID, uid("i.sop_instance_uid"), { ...shown, computed: "i.sop_instance_uid" }),
  instance(Tags.SOPClassUID, uid("i.sop_class_uid"), { ...shown, computed: "i.sop_class_uid" }),
  instance(Tags.InstanceNumber, number("i.instance_number"), { ...shown, computed: "i.instance_number" }),
  instance(Tags.Rows, number('i."rows"'), { ...shown, computed: 'i."rows"' }),
  instance(Tags.Columns, number('i."columns"'), { ...shown, computed: 'i."columns"' }),
  instance(Tags.BitsAllocated, number("i.bits_allocated"), { ...shown, computed: "i.bits_allocated" }),
  instance(Tags.SamplesPerPixel, number("i.samples_per_pixel"), { computed: "i.samples_per_pixel" }),
  instance(Tags.NumberOfFrames, number("i.number_of_frames"), {
    ...shown,
    computed: "nullif(i.number_of_frames, 0)",
  }),
  instance(Tags.ContentDate, date("i.content_date")),
  instance(Tags.ContentTime, time("i.content_time")),
  instance(Tags.AcquisitionDate, date("i.acquisition_date")),
  instance(Tags.AcquisitionTime, time("i.acquisition_time")),
  instance(Tags.AvailableTransferSyntaxUID, uid("i.transfer_syntax_uid"), {
    computed: "i.transfer_syntax_uid",
  }),
  instance(Tags.AcquisitionNumber, text(value("i", Tags.AcquisitionNumber))),
  instance(Tags.ContentLabel, text(value("i", Tags.ContentLabel))),
  instance(Tags.CompletionFlag, text(value("i", Tags.CompletionFlag))),
  instance(Tags.VerificationFlag, text(value("i", Tags.VerificationFlag))),
  instance(Tags.CodeValue, text("(i.attributes #>> '{0040A043,Value,0,00080100,Value,0}')"), {
    within: Tags.ConceptNameCodeSequence,
  }),
];

/** The attributes that are kept and returned, and not matched. */
const returnedOnly = (level: QueryLevel, known: readonly Key[]): Key[] =>
  attributesOf[level]
    .filter((tag) => !known.some((key) => key.tag === tag && key.within === undefined))
    .filter((tag) => !instanceColumnTags.includes(tag))
    .map((tag) => at(level)(tag, null));

const withReturned = (level: QueryLevel, known: readonly Key[]): readonly Key[] => [
  ...known,
  ...returnedOnly(level, known),
];

const keysOf: Readonly<Record<QueryLevel, readonly Key[]>> = {
  PATIENT: withReturned("PATIENT", patientKeys),
  STUDY: withReturned("STUDY", studyKeys),
  SERIES: withReturned("SERIES", seriesKeys),
  INSTANCE: withReturned("INSTANCE", instanceKeys),
};

const atEachLevel = <T>(make: (level: QueryLevel) => T): Readonly<Record<QueryLevel, T>> =>
  Object.fromEntries(levels.map((level) => [level, make(level)])) as Record<QueryLevel, T>;

const keysDownTo = atEachLevel<readonly Key[]>((level) =>
  levels.slice(0, levels.indexOf(level) + 1).flatMap((one) => keysOf[one]),
);

/** Every key of the level and of those above, the top first. */
export const keysAt = (level: QueryLevel): readonly Key[] => keysDownTo[level];

const keyName = (tag: Tag, within?: Tag): string => `${within ?? ""}/${tag}`;
const byName = atEachLevel<ReadonlyMap<string, Key>>(
  (level) => new Map(keysAt(level).map((key) => [keyName(key.tag, key.within), key])),
);

/** The key at the level or above, or undefined where the archive does not know it. */
export const keyAt = (level: QueryLevel, tag: Tag, within?: Tag): Key | undefined =>
  byName[level].get(keyName(tag, within));

const supportedAt = atEachLevel((level) =>
  keysAt(level).map(
    ({ tag, within, level: of, matching, byDefault }): SupportedKey => ({
      tag,
      ...(within === undefined ? {} : { within }),
      vr: dictionaryEntry(tag)?.vr ?? "UN",
      level: of,
      matching: matching ? kinds[matching.by] : [],
      byDefault,
    }),
  ),
);

/** What a search at the level can match and return, for whoever parses queries and for the conformance statement. */
export const supportedKeys = (level: QueryLevel): readonly SupportedKey[] => supportedAt[level];

/** Whether the kind of match suits the key. */
export const takes = (key: Key, kind: Match["kind"]): boolean =>
  kind === "universal" || (key.matching !== null && kinds[key.matching.by].some((known) => known === kind));
