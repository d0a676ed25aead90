import { newUid } from "@isocenter/dicom";
import type { DrawingOrder } from "../drawing.ts";
import type { Case } from "./cases.ts";
import { attempt, identityOf, type Known, type Living, sendImages, staff } from "./department.ts";

/** A known examination with images, the newest first. */
const performed = (living: Living): [Case, Known][] =>
  [...living.known.entries()]
    .filter(([one, known]) => known.studyId !== undefined && one.drawing?.key === one.procedure.code)
    .sort(([a], [b]) => b.performedAt.getTime() - a.performedAt.getTime());

/** Drawn for the quarantine. */
export const otherChest: DrawingOrder = {
  key: "DXCHEST:other",
  examination: { kind: "dx-chest", noduleMm: 14 },
  seed: 31,
  coarse: true,
};

/** What comes in and does not fit: it waits under reconciliation and in quarantine for a person to decide. */
export async function bringDoubt(living: Living): Promise<void> {
  const [[a, knownA], [b, knownB]] = performed(living) as [[Case, Known], [Case, Known]];
  // The number of another patient's order, typed by hand.
  await sendImages(living, "DXCHEST", {
    ...identityOf(living, a, knownA),
    StudyInstanceUID: newUid(),
    accessionNumber: knownB.accessionNumber,
    description: "Chest, 2 views",
  });
  // A known number with another name and birth date.
  const claimed = identityOf(living, b, knownB);
  await sendImages(living, "USABD", {
    ...claimed,
    StudyInstanceUID: newUid(),
    accessionNumber: "",
    description: "Ultrasound abdomen",
    patient: { ...claimed.patient, name: "Thornbury^Wilhelmina", birthDate: "19710824", sex: "F" },
  });
  // An unconscious patient: nobody knows the number yet.
  await sendImages(living, "CTHEAD", {
    ...claimed,
    StudyInstanceUID: newUid(),
    accessionNumber: "",
    description: "CT head without contrast",
    patient: { id: "", name: "Unknown^Trauma 1", birthDate: "", sex: "O" },
  });
  // The same UIDs again, and other pictures.
  const chest = performed(living).find(([one]) => one.drawing?.key === "DXCHEST");
  if (chest) await sendImages(living, otherChest.key, identityOf(living, ...chest));
}

/** Two records that may be one person, somebody whom the curious look at, and a glass that was broken. */
export async function disturb(living: Living): Promise<void> {
  const desk = staff(living, "FRONT_DESK");
  const [[one, known], [, other]] = performed(living) as [[Case, Known], [Case, Known]];
  const { firstName, lastName, birthDate, sex } = one.visitor;
  await attempt(living, desk, "POST", "/patients", {
    firstName: firstName.slice(0, 4),
    lastName,
    birthDate,
    sex,
    identifiers: [{ value: "DEMO-902217", issuer: living.issuer }],
  });
  await attempt(living, living.department.admin, "PATCH", `/patients/${other.patientId}`, { vip: true });
  await attempt(living, staff(living, "PHYSICIAN", one.provider + 1), "POST", "/break-glass", {
    patientId: known.patientId,
    reason: "Called to the ward at night: the patient is unconscious",
  });
}
