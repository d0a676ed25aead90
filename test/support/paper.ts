import type { ReportPaper } from "@isocenter/server/modules/reports/papers/paper.ts";

/** A signed report with everything that one can have. */
export function reportPaper(more: Partial<ReportPaper> = {}): ReportPaper {
  return {
    reportId: "0197d3f0-0000-7000-8000-000000000001",
    version: 1,
    status: "FINAL",
    language: "en",
    hash: "3f9a0c27b1".repeat(6).concat("abcd"),
    previousHash: null,
    facility: {
      name: "Universitätsklinikum Süd",
      timeZone: "Europe/Berlin",
      address: "Ringstraße 12\n80336 München",
      phone: "+49 89 5160 0",
    },
    patient: {
      name: "Papadopoulou^Žofia^Ιωάννα",
      identifier: "P00000123",
      issuer: "UKS",
      birthDate: "1961-11-30",
      sex: "F",
    },
    study: {
      studyInstanceUid: "1.2.3",
      studyId: "1",
      accessionNumber: "A20261234",
      description: "CT abdomen with contrast",
      date: "2026-01-05",
      time: "09:15:00",
      modalities: ["CT", "SR"],
      bodyPart: "ABDOMEN",
      referringPhysician: "Иванов^Пётр",
    },
    order: {
      procedure: "CT abdomen",
      procedureCode: { value: "24627-2", scheme: "LN" },
      clinicalIndication: "Pain in the right upper quadrant",
      orderedBy: "Gregory House",
      placerOrderNumber: "PL-77",
      requestedProcedureId: "RP1",
    },
    sections: [
      { key: "findings", heading: "Findings", text: "A cyst of 14 × 12 mm.\nNo lesion ≥ 5 mm elsewhere." },
      { key: "impression", heading: "Impression", text: "Hepatic cyst → no follow-up." },
    ],
    fields: [{ label: "Mean attenuation", value: "18", unit: "[hnsf'U]" }],
    findings: [],
    author: null,
    signature: { name: "Dr. Jürgen Löwe", at: new Date("2026-01-05T09:31:00Z") },
    amendment: null,
    enteredInError: null,
    supersededBy: null,
    anothers: null,
    createdAt: new Date("2026-01-05T09:31:00Z"),
    ...more,
  };
}
