import type { SearchAnswer, SearchQuery } from "@isocenter/contract";
import { type Db, type Fragment, likePrefix, reach, type Viewer } from "../../platform/index.ts";
import type { Archive } from "../archive/index.ts";
import {
  allOf,
  facilities,
  firstIdentifier,
  hasWord,
  inCareOf,
  listPatients,
  type SummaryColumns,
  searchWords,
  summaryColumns,
  toPatientSummary,
} from "../patients/index.ts";

interface OrderRow extends SummaryColumns {
  id: string;
  accessionNumber: string;
  procedureName: string;
  status: string;
  scheduledAt: Date | null;
}

/** True where the word is in the patient's name, or an identifier of theirs or the accession number begins with it. */
const hasWordOf = (db: Db, viewer: Viewer, word: string): Fragment => db`o.id in (
  select of_patient.id from imaging_order of_patient
  where of_patient.facility_id = any(${facilities(viewer)}::uuid[]) and ${hasWord(db, "of_patient.patient_id", word)}
  union all select numbered.id from imaging_order numbered
  where numbered.facility_id = any(${facilities(viewer)}::uuid[])
    and upper(numbered.accession_number) like ${likePrefix(word.toUpperCase())})`;

async function findOrders(
  db: Db,
  viewer: Viewer,
  text: string,
  limit: number,
): Promise<SearchAnswer["orders"]> {
  const reached = reach(viewer, "orders.read");
  const words = searchWords(text);
  if (reached === null || words.length === 0) return [];
  const conditions = [
    db`o.facility_id = any(${facilities(viewer)}::uuid[])`,
    ...(reached === "in-care" ? [inCareOf(db, viewer, "o.patient_id")] : []),
    ...words.map((word) => hasWordOf(db, viewer, word)),
  ];
  const rows = await db<OrderRow[]>`
    select o.id, o.accession_number as "accessionNumber", o.procedure_name as "procedureName", o.status, o.scheduled_at as "scheduledAt",
      ${summaryColumns(db)}
    from imaging_order o join patient p on p.id = o.patient_id ${firstIdentifier(db)}
    where ${allOf(db, conditions)} order by o.ordered_at desc, o.id desc limit ${limit}`;
  return rows.map(({ id, accessionNumber, procedureName, status, scheduledAt, ...row }) => ({
    id,
    accessionNumber,
    procedureName,
    status,
    scheduledAt: scheduledAt?.toISOString() ?? null,
    patient: toPatientSummary(row),
  }));
}

/** What the one search field finds: by name, identifier, accession number and description, of each kind what the viewer may see. */
export async function searchAll(
  db: Db,
  archive: Pick<Archive, "listStudies">,
  viewer: Viewer,
  { query, limit = 6 }: SearchQuery,
): Promise<SearchAnswer> {
  const [patients, orders, studies] = await Promise.all([
    reach(viewer, "patients.read") ? listPatients(db, viewer, { query, limit }) : null,
    findOrders(db, viewer, query, limit),
    reach(viewer, "images.read") ? archive.listStudies(viewer, { query, limit }) : null,
  ]);
  return {
    patients: (patients?.data ?? []).map(
      ({ id, firstName, middleName, lastName, identifiers, birthDate, sex, provisional }) => ({
        id,
        name: [lastName, [firstName, middleName].filter(Boolean).join(" ")].filter(Boolean).join(", "),
        identifier: identifiers[0]?.value ?? "",
        issuer: identifiers[0]?.issuer ?? "",
        birthDate,
        sex,
        provisional,
      }),
    ),
    orders,
    studies: (studies?.data ?? []).map(
      ({ id, accessionNumber, studyDescription, studyDate, modalities, status, patient }) => ({
        id,
        accessionNumber,
        studyDescription,
        studyDate,
        modalities,
        status,
        patient,
      }),
    ),
  };
}
