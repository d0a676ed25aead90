import type { Reach } from "@isocenter/contract";
import type { Reader, Viewer } from "../../platform/index.ts";
import { facilities, inCareOf, noPatient } from "../patients/index.ts";
import { noStudy } from "./lock.ts";

/**
 * That there is such a study or patient for the viewer: asked where a list about one is empty, since an empty list says that there is one.
 * @param reached how far the right to the list goes
 * @throws Refusal `not-found` (`study.not-found`, `patient.not-found`)
 */
export async function requireSubject(
  reader: Reader,
  viewer: Viewer,
  of: { studyId: string } | { patientId: string },
  reached: Reach,
): Promise<void> {
  const inCare = reached.endsWith("in-care");
  const here = facilities(viewer);
  if ("studyId" in of) {
    const [study] = await reader`
      select from study st where st.id = ${of.studyId} and st.facility_id = any(${here}::uuid[])
        ${inCare ? reader`and ${inCareOf(reader, viewer, "st.patient_id")}` : reader``}`;
    if (!study) throw noStudy();
    return;
  }
  const [patient] = await reader`
    select from patient_facility f where f.patient_id = ${of.patientId} and f.facility_id = any(${here}::uuid[])
      ${inCare ? reader`and ${inCareOf(reader, viewer, "f.patient_id")}` : reader``} limit 1`;
  if (!patient) throw noPatient();
}
