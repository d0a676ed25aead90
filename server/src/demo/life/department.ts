import type { Logger } from "pino";
import type { Archive } from "../../modules/archive/index.ts";
import { localTime, systemViewer } from "../../platform/index.ts";
import { type Call, must, type Person } from "../department/desk.ts";
import type { Department } from "../department/establish.ts";
import type { Drawing } from "../drawing.ts";
import type { StudyIdentity } from "../headers.ts";
import type { OwnTime } from "../own-time.ts";
import type { Case, Visitor } from "./cases.ts";

/** A department that lives, as everything that happens in it needs it. */
export interface Living {
  department: Department;
  archive: Archive;
  own: OwnTime;
  drawing: Drawing;
  call: Call;
  log: Logger;
  /** Of the patients' numbers. */
  issuer: string;
  /** What each examination is known by so far. */
  known: Map<Case, Known>;
  /** Patients' ids by their numbers. */
  patients: Map<string, Promise<string>>;
  /** Calls that did not succeed. */
  refused: string[];
}

export interface Known {
  patientId: string;
  orderId: string;
  accessionNumber: string;
  StudyInstanceUID: string;
  studyId?: string;
  reportId?: string;
  findingId?: string;
}

export const staff = ({ department }: Living, role: keyof Department["people"], at = 0): Person => {
  const people = department.people[role] ?? [];
  return people[at % people.length]!;
};

/** What is refused is written down, and life goes on without it. @returns null then */
// biome-ignore lint/suspicious/noExplicitAny: the bodies of the API's many answers
export async function attempt(living: Living, ...args: Parameters<Call>): Promise<any> {
  const { status, body } = await living.call(...args);
  if (status < 300) return body ?? {};
  const [who, method, url] = args;
  living.refused.push(
    `${who.username} ${method} ${url}: ${status} ${body?.code ?? ""} ${body?.detail ?? ""}`,
  );
  return null;
}

/** Enters a patient once. */
export function register(living: Living, visitor: Visitor): Promise<string> {
  const { patients, call, issuer } = living;
  const { identifier, ...person } = visitor;
  let entered = patients.get(identifier);
  if (!entered) {
    const desk = staff(living, "FRONT_DESK");
    entered = must(
      call(desk, "POST", "/patients", { ...person, identifiers: [{ value: identifier, issuer }] }),
    ).then((patient) => patient.id as string);
    patients.set(identifier, entered);
  }
  return entered;
}

async function* single(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

/** Whose the pictures of an examination are. */
export function identityOf(living: Living, one: Case, known: Known): StudyIdentity {
  const { date, time } = localTime(one.startedAt, living.department.timeZone);
  const provider = staff(living, "PHYSICIAN", one.provider).name.split(" ");
  const { identifier, firstName, lastName, birthDate, sex } = one.visitor;
  return {
    patient: {
      id: identifier,
      name: `${lastName}^${firstName}`,
      birthDate: birthDate.replaceAll("-", ""),
      sex,
    },
    issuer: living.issuer,
    StudyInstanceUID: known.StudyInstanceUID,
    accessionNumber: known.accessionNumber,
    date: date.replaceAll("-", ""),
    time: time.replaceAll(":", ""),
    description: one.procedure.name,
    referringPhysician: `${provider.slice(1).join(" ")}^${provider[0]}^^Dr.`,
  };
}

const atOnce = 16;

/** As a scanner sends them. @returns the id of the study */
export async function sendImages(living: Living, key: string, as: StudyIdentity): Promise<string> {
  const { archive, department } = living;
  const { facilityId } = department;
  const viewer = systemViewer([facilityId], "demo");
  const files = await living.drawing.write(key, as);
  let studyId = "";
  for (let from = 0; from < files.length; from += atOnce) {
    const stored = await Promise.all(
      files
        .slice(from, from + atOnce)
        .map((bytes) => archive.ingest(viewer, { chunks: single(bytes), door: "system", facilityId })),
    );
    studyId = stored[0]!.studyId;
  }
  return studyId;
}
