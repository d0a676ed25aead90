import type { Patient, Study } from "@isocenter/contract";
import { type DataSetValues, formatDate, formatTime, newUid, writePart10 } from "@isocenter/dicom";
import { ImagingError, pictureToSecondaryCapture } from "@isocenter/imaging";
import { type Platform, Refusal, type Viewer } from "../../platform/index.ts";
import { getPatient, joinName } from "../patients/index.ts";
import type { Archive, IngestAnswer } from "./types.ts";
import type { UploadFields } from "./upload-form.ts";

const maxPictureBytes = 64 * 1024 * 1024;

/** The pictures of one upload: one series, of the study named or of a new one. */
export interface PictureBatch {
  /** @throws Refusal `too-large` (`image.too-large`) */
  checkSize(bytes: number): void;
  /** @throws Refusal where the patient or study is not named, not there, or another's; `unprocessable` (`image.*`) */
  archive(kind: "png" | "jpeg", bytes: Uint8Array, fields: UploadFields): Promise<IngestAnswer>;
}
export type PictureArchiver = (viewer: Viewer) => PictureBatch;

export interface PictureDeps {
  platform: Pick<Platform, "db" | "clock">;
  archive: Pick<Archive, "ingest" | "getStudy">;
}

/** Where the pictures of one upload belong. */
interface Place {
  patient: Patient;
  facilityId: string;
  /** Of patient, study and series. */
  attributes: DataSetValues & { StudyInstanceUID: string; SeriesInstanceUID: string; Modality: string };
}

const refuse = (code: string, detail: string): Refusal => new Refusal("unprocessable", code, detail);

/** Date and time on the facility's wall: `YYYYMMDD`, `HHMMSS`. */
function localTime(now: Date, timeZone: string): { date: string; time: string } {
  const parts = new Intl.DateTimeFormat("en-US-u-ca-iso8601-nu-latn", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).formatToParts(now);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? "";
  return {
    date: part("year") + part("month") + part("day"),
    time: part("hour") + part("minute") + part("second"),
  };
}

function patientAttributes(patient: Patient): DataSetValues {
  const { lastName, firstName, middleName, prefix, suffix, birthDate, sex } = patient;
  const [identifier] = patient.identifiers;
  return {
    PatientName: joinName({ family: lastName, given: firstName, middle: middleName, prefix, suffix }),
    PatientID: identifier?.value ?? "",
    ...(identifier?.issuer ? { IssuerOfPatientID: identifier.issuer } : {}),
    PatientBirthDate: birthDate === null ? "" : formatDate(birthDate),
    PatientSex: sex === "U" ? "" : (sex ?? ""),
  };
}

function studyAttributes(study: Study): DataSetValues & { StudyInstanceUID: string } {
  return {
    StudyInstanceUID: study.studyInstanceUid,
    StudyDate: study.studyDate === null ? "" : formatDate(study.studyDate),
    StudyTime: study.studyTime === null ? "" : formatTime(study.studyTime),
    StudyID: study.studyId ?? "",
    AccessionNumber: study.accessionNumber ?? "",
    ...(study.studyDescription === null ? {} : { StudyDescription: study.studyDescription }),
  };
}

/** Pictures become Secondary Captures of a patient that is here, with the uploaded bytes kept beside them. */
export function createPictureArchiver({ platform, archive }: PictureDeps): PictureArchiver {
  async function placeFor(viewer: Viewer, fields: UploadFields): Promise<Place> {
    const study = fields.studyId === undefined ? null : await archive.getStudy(viewer, fields.studyId);
    const patientId = study?.patientId ?? fields.patientId;
    if (patientId === undefined)
      throw refuse("upload.no-patient", "A picture does not say whose it is: give patientId or studyId.");
    if (fields.patientId !== undefined && fields.patientId !== patientId)
      throw refuse("upload.other-patient", "The study is another patient's.");
    const patient = await getPatient(platform.db, viewer, patientId);
    const home = patient.facilityIds.includes(viewer.homeFacilityId) ? viewer.homeFacilityId : undefined;
    const facilityId = study?.facilityId ?? home ?? patient.facilityIds[0] ?? viewer.homeFacilityId;
    const [facility] = await platform.db<{ timeZone: string }[]>`
      select time_zone as "timeZone" from facility where id = ${facilityId}`;
    const { date, time } = localTime(platform.clock.now(), facility?.timeZone ?? "UTC");
    // Study and series have numbers, or no medium with a DICOMDIR could be made of them (PS3.3 F.5.2, F.5.3).
    const newStudy = { StudyInstanceUID: newUid(), StudyDate: date, StudyTime: time, StudyID: "1" };
    return {
      patient,
      facilityId,
      attributes: {
        ...patientAttributes(patient),
        ...(study ? studyAttributes(study) : newStudy),
        SeriesInstanceUID: newUid(),
        SeriesNumber: (study?.numberOfSeries ?? 0) + 1,
        SeriesDate: date,
        SeriesTime: time,
        ContentDate: date,
        ContentTime: time,
        Modality: fields.modality ?? "OT",
      },
    };
  }

  return (viewer) => {
    let place: Promise<Place> | null = null;
    let number = 0;
    return {
      checkSize(bytes) {
        if (bytes > maxPictureBytes)
          throw new Refusal(
            "too-large",
            "image.too-large",
            `A picture may have at most ${maxPictureBytes} bytes.`,
          );
      },
      async archive(_kind, bytes, fields) {
        place ??= placeFor(viewer, fields);
        const { patient, facilityId, attributes } = await place;
        number += 1;
        const capture = await captureOf(bytes, { ...attributes, InstanceNumber: number });
        const object = writePart10(capture);
        return archive.ingest(viewer, {
          chunks: chunksOf(object),
          door: "upload",
          facilityId,
          patientId: patient.id,
          original: { format: capture.format, bytes },
        });
      },
    };
  };
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const size = 1 << 18;
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function captureOf(bytes: Uint8Array, attributes: Place["attributes"] & DataSetValues) {
  try {
    return await pictureToSecondaryCapture(bytes, attributes);
  } catch (error) {
    if (!(error instanceof ImagingError)) throw error;
    const kind = error.code === "too-large" ? "too-large" : "unprocessable";
    throw new Refusal(kind, `image.${error.code}`, error.message, { cause: error });
  }
}
