import type { Json } from "./types.ts";

const id = (last: string): string => `01994f6e-0000-7000-8000-0000000000${last}`;

/** One request of each of the main operations, by operationId. */
export const requestExamples: Readonly<Record<string, Json>> = {
  login: { username: "admin", password: "the password printed at the first start" },
  createPatient: {
    firstName: "Ada",
    lastName: "Byron",
    birthDate: "1975-12-10",
    sex: "F",
    identifiers: [{ value: "4711", issuer: "GENERAL" }],
  },
  updatePatient: { phone: "+44 20 7946 0000", expectedVersion: 1 },
  mergePatient: { intoPatientId: id("02"), reason: "The same person, entered twice" },
  createImagingOrder: {
    patientId: id("01"),
    providerId: id("03"),
    facilityId: id("04"),
    modality: "CT",
    bodyPart: "CHEST",
    clinicalIndication: "Cough for six weeks, weight loss",
    priority: "URGENT",
  },
  createReport: {
    studyId: id("05"),
    findings: "No focal consolidation. No pleural effusion.",
    impression: "No acute finding.",
  },
  signReport: { expectedVersion: 2, password: "the signer's password" },
  amendReport: {
    kind: "APPENDED",
    reason: "Prior examination received",
    expectedVersion: 3,
    password: "the signer's password",
    impression: "Unchanged against the examination of last year.",
  },
  createCriticalFinding: {
    studyId: id("05"),
    description: "Tension pneumothorax on the left",
    severity: "CRITICAL",
  },
  acknowledgeCriticalFinding: { readBack: "Tension pneumothorax on the left", method: "PHONE" },
  createBill: {
    patientId: id("01"),
    currency: "EUR",
    lines: [{ code: "71250", description: "CT of the chest", quantity: 1, unitAmount: 18_000 }],
  },
  payBill: { method: "CARD", reference: "terminal 3, 0815" },
  createModality: {
    aeTitle: "CT01",
    host: "10.0.0.21",
    port: 104,
    permissions: ["echo", "store", "worklist", "mpps"],
  },
};
