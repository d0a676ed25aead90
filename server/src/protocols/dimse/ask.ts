import {
  type DataSetValues,
  DicomError,
  type DicomJson,
  dataSetOf,
  readDataSet,
  SopClasses,
  toDicomJson,
  writeDataSet,
} from "@isocenter/dicom";
import { type ClientAssociation, isPending, type OperationResult, type StoreContext } from "@isocenter/dimse";
import { Refusal } from "../../platform/index.ts";

/** Query/Retrieve Level (0008,0052), from the top. */
export const askedLevels = ["PATIENT", "STUDY", "SERIES", "IMAGE"] as const;
export type AskedLevel = (typeof askedLevels)[number];
export const askedModels = ["STUDY", "PATIENT"] as const;
export type AskedModel = (typeof askedModels)[number];

/** Values to be matched by keyword or tag (`PatientName`, `00100010`), of a sequence's item as an object; "" asks for the attribute. */
export type AskedKeys = { readonly [key: string]: string | readonly string[] | AskedKeys };

/** What a peer is usually asked for at each level: the required and the customary keys of PS3.4 C.6. */
const usualKeys: Readonly<Record<AskedLevel, readonly string[]>> = {
  PATIENT: ["PatientName", "PatientID", "PatientBirthDate", "PatientSex"],
  STUDY: [
    "StudyInstanceUID",
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "StudyDescription",
    "ModalitiesInStudy",
    "NumberOfStudyRelatedSeries",
    "NumberOfStudyRelatedInstances",
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
  ],
  SERIES: [
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "Modality",
    "SeriesNumber",
    "SeriesDescription",
    "NumberOfSeriesRelatedInstances",
  ],
  IMAGE: ["StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID", "InstanceNumber"],
};

const models = {
  find: {
    STUDY: SopClasses.StudyRootQueryRetrieveInformationModelFind,
    PATIENT: SopClasses.PatientRootQueryRetrieveInformationModelFind,
  },
  move: {
    STUDY: SopClasses.StudyRootQueryRetrieveInformationModelMove,
    PATIENT: SopClasses.PatientRootQueryRetrieveInformationModelMove,
  },
  get: {
    STUDY: SopClasses.StudyRootQueryRetrieveInformationModelGet,
    PATIENT: SopClasses.PatientRootQueryRetrieveInformationModelGet,
  },
} as const;

/** The abstract syntax of a service: the Patient Root model where the level is PATIENT. */
export const modelOf = (service: keyof typeof models, model: AskedModel, level: AskedLevel): string =>
  models[service][level === "PATIENT" ? "PATIENT" : model];

/** @throws Refusal `invalid` (`query.invalid-key`) for what is no attribute, or a value that it cannot have */
function identifierOf(level: AskedLevel, keys: AskedKeys): (transferSyntax: string) => Uint8Array {
  try {
    const set = dataSetOf({ ...keys, QueryRetrieveLevel: level } as DataSetValues);
    return (transferSyntax) => writeDataSet(set, transferSyntax);
  } catch (error) {
    if (!(error instanceof DicomError)) throw error;
    throw new Refusal("invalid", "query.invalid-key", `The keys cannot be asked for: ${error.message}.`);
  }
}

/** Before anybody is called. @throws Refusal as `identifierOf` */
export const requireKeys = ({ level, keys }: FindQuestion): void => void identifierOf(level, keys);

export interface FindQuestion {
  level: AskedLevel;
  keys: AskedKeys;
  model?: AskedModel;
  /** Without the keys that are usual at the level. */
  bare?: boolean;
}

const matchLimits = { maxElements: 5000, maxItems: 2000, maxDepth: 8, maxInflatedBytes: 1 << 20 };

/** C-FIND: each match as DICOM JSON. Leaving the loop cancels. @throws Refusal as `identifierOf`, DimseError, StatusError */
export async function* findAt(
  association: ClientAssociation,
  { level, keys, model = "STUDY", bare = false }: FindQuestion,
  signal?: AbortSignal,
): AsyncGenerator<DicomJson, void, undefined> {
  const usual = bare ? [] : usualKeys[level].map((key) => [key, ""] as const);
  const matches = association.find({
    sopClassUid: modelOf("find", model, level),
    identifier: identifierOf(level, { ...Object.fromEntries(usual), ...keys }),
    ...(signal ? { signal } : {}),
  });
  for await (const { identifier, transferSyntax } of matches) {
    yield toDicomJson(readDataSet(identifier, transferSyntax, matchLimits));
  }
}

/** What is to be retrieved: the UIDs of the level, and those above it; of a patient the identifier. */
export interface RetrieveQuestion {
  patientId?: string;
  studyInstanceUid?: readonly string[];
  seriesInstanceUid?: readonly string[];
  sopInstanceUid?: readonly string[];
  model?: AskedModel;
}

/** How far a retrieval is. */
export interface RetrieveProgress {
  status: number;
  pending: boolean;
  remaining: number | null;
  completed: number;
  failed: number;
  warning: number;
}

function questionOf({ patientId, studyInstanceUid, seriesInstanceUid, sopInstanceUid }: RetrieveQuestion): {
  level: AskedLevel;
  keys: AskedKeys;
} {
  const level = sopInstanceUid
    ? "IMAGE"
    : seriesInstanceUid
      ? "SERIES"
      : studyInstanceUid
        ? "STUDY"
        : "PATIENT";
  if (level === "PATIENT" && patientId === undefined)
    throw new Refusal("invalid", "query.nothing", "Name a patient, studies, series or instances.");
  if ((level === "SERIES" || level === "IMAGE") && !studyInstanceUid)
    throw new Refusal("invalid", "query.no-study", "Name the study as well.");
  if (level === "IMAGE" && !seriesInstanceUid)
    throw new Refusal("invalid", "query.no-series", "Name the series as well.");
  return {
    level,
    keys: {
      ...(patientId === undefined ? {} : { PatientID: patientId }),
      ...(studyInstanceUid ? { StudyInstanceUID: studyInstanceUid } : {}),
      ...(seriesInstanceUid ? { SeriesInstanceUID: seriesInstanceUid } : {}),
      ...(sopInstanceUid ? { SOPInstanceUID: sopInstanceUid } : {}),
    },
  };
}

/** The abstract syntax that the retrieval needs. @throws Refusal `invalid` */
export const retrieveModelOf = (service: "move" | "get", question: RetrieveQuestion): string =>
  modelOf(service, question.model ?? "STUDY", questionOf(question).level);

/**
 * C-MOVE to a destination, or C-GET with what takes the objects: every response, the final one the last. The signal sends C-CANCEL.
 * @throws Refusal `invalid`, DimseError, StatusError for a failure
 */
export async function* retrieveFrom(
  association: ClientAssociation,
  question: RetrieveQuestion,
  to:
    | { destination: string }
    | {
        store(context: StoreContext<undefined>, chunks: AsyncIterable<Uint8Array>): Promise<OperationResult>;
      },
  signal?: AbortSignal,
): AsyncGenerator<RetrieveProgress, void, undefined> {
  const { level, keys } = questionOf(question);
  const more = { identifier: identifierOf(level, keys), ...(signal ? { signal } : {}) };
  const responses =
    "destination" in to
      ? association.move({
          sopClassUid: retrieveModelOf("move", question),
          destination: to.destination,
          ...more,
        })
      : association.get({ sopClassUid: retrieveModelOf("get", question), store: to.store, ...more });
  for await (const { status, remaining = null, completed, failed, warning } of responses)
    yield { status, pending: isPending(status), remaining, completed, failed, warning };
}
