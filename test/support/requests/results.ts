import { newUid } from "@isocenter/dicom";
import { testPassword } from "../identity.ts";
import type { House, Requests } from "./house.ts";

const year = { from: "2026-01-01", to: "2026-12-31" };
const figures = (h: House) => ({ query: { ...year, facilityId: h.facilityId } });
const ofReader = (h: House) => ({ query: { ...year, facilityId: h.facilityId, radiologistId: h.me.id } });
const ofStudy = async (h: House) => ({ path: { id: (await h.study()).studyId } });
const ofDraft = async (h: House) => ({ path: { id: (await h.draft()).id } });
const ofSigned = async (h: House) => ({ path: { id: (await h.signed()).id } });
const ofFinding = async (h: House) => ({ path: { id: (await h.finding()).id } });
const ofBill = async (h: House) => ({ path: { id: (await h.bill()).id } });

/** Reports, findings, bills and figures. */
export const resultRequests: Requests = {
  getReport: ofSigned,
  updateReport: async (h) => ({
    ...(await ofDraft(h)),
    body: { templateId: (await h.template()).id, findings: "Clear.", fields: {} },
  }),
  deleteReport: async (h) => ({ ...(await ofDraft(h)), body: { reason: "twice" } }),
  listReportVersions: ofSigned,
  verifyReport: ofSigned,
  listReportsByStudy: async (h) => ({ path: { studyId: (await h.study()).studyId } }),
  listReportsByPatient: async (h) => ({ path: { patientId: (await h.study()).patientId } }),
  listReportsByRadiologist: (h) => ({ path: { radiologistId: h.me.id } }),
  createReport: async (h) => ({
    body: {
      studyId: (await h.study()).studyId,
      templateId: (await h.template()).id,
      findings: "Clear lungs.",
      impression: "Normal.",
    },
  }),
  submitReport: async (h) => ({ ...(await ofDraft(h)), body: {} }),
  signReport: async (h) => {
    const { id, version, patientId } = await h.draft();
    return { path: { id }, body: { expectedVersion: version, patientId, password: testPassword } };
  },
  confirmReport: async (h) => {
    const { id, version, patientId } = await h.draft();
    return { path: { id }, body: { expectedVersion: version, patientId, password: testPassword } };
  },
  amendReport: async (h) => {
    const { id, version, patientId } = await h.signed();
    return {
      path: { id },
      body: {
        kind: "APPENDED",
        patientId,
        reason: "priors came",
        password: testPassword,
        expectedVersion: version,
        impression: "Unchanged.",
      },
    };
  },
  markReportEnteredInError: async (h) => {
    const { id, version } = await h.signed();
    return {
      path: { id },
      body: { reason: "wrong patient", password: testPassword, expectedVersion: version },
    };
  },
  markReportDiscrepancy: async (h) => {
    const { id } = await h.draft();
    await h.call("POST", `/reports/${id}/submit`, {});
    const { version } = await h.call("GET", `/reports/${id}`);
    await h.call("POST", `/reports/${id}/sign`, { expectedVersion: version, password: testPassword });
    return { path: { id }, body: { category: "MINOR", note: "no" } };
  },
  getReportPdf: ofSigned,
  getReportDocuments: ofSigned,
  claimStudy: ofStudy,
  releaseStudy: async (h) => {
    const { studyId } = await h.study();
    await h.call("POST", `/studies/${studyId}/claim`);
    return { path: { id: studyId } };
  },
  listReaders: ofStudy,
  assignStudy: async (h) => ({ ...(await ofStudy(h)), body: { userId: (await h.person()).id } }),
  skipStudy: async (h) => ({ ...(await ofStudy(h)), body: { minutes: 5, reason: "lunch" } }),
  createReportTemplate: (h) => ({
    body: { name: h.fresh(), modality: "CT", sections: { findings: "Lungs: " }, facilityId: h.facilityId },
  }),
  getReportTemplate: async (h) => ({ path: { id: (await h.template()).id } }),
  updateReportTemplate: async (h) => ({ path: { id: (await h.template()).id }, body: { name: "Thorax" } }),
  createReportMacro: (h) => ({ body: { name: h.fresh(), text: "No finding." } }),
  getReportMacro: async (h) => ({ path: { id: (await h.macro()).id } }),
  updateReportMacro: async (h) => ({ path: { id: (await h.macro()).id }, body: { text: "Nothing." } }),
  deleteReportMacro: async (h) => ({ path: { id: (await h.macro()).id } }),
  listWorklist: async (h) => ({
    query: { facilityId: h.facilityId, patientId: (await h.study()).patientId },
  }),
  getReadingTargets: (h) => ({ query: { facilityId: h.facilityId } }),
  replaceReadingTargets: (h) => ({
    body: { facilityId: h.facilityId, minutes: { STAT: 30, URGENT: 120, ROUTINE: 1440 } },
  }),
  search: () => ({ query: { query: "doe" } }),
  getStudyMeasurements: ofStudy,
  replaceStudyMeasurements: async (h) => {
    const frameOfReferenceUid = newUid();
    const { studyId, file } = await h.study({
      FrameOfReferenceUID: frameOfReferenceUid,
      ImagePositionPatient: ["0", "0", "0"],
    });
    const length = { kind: "length", values: [{ quantity: "length", value: 5, unit: "mm" }] };
    const inImage = [
      [1, 1],
      [4, 5],
    ];
    const inPatient = [
      [0, 0, 1],
      [0, 3, 5],
    ];
    const plane = {
      frameOfReferenceUid,
      seriesInstanceUid: file.SeriesInstanceUID,
      normal: [1, 0, 0],
    };
    return {
      path: { id: studyId },
      body: {
        measurements: [
          { ...length, id: "m1", sopInstanceUid: file.SOPInstanceUID, points: inImage },
          { ...length, id: "m2", plane, points: inPatient },
        ],
      },
    };
  },
  getStudyKeyImages: ofStudy,
  replaceStudyKeyImages: async (h) => {
    const { studyId, file } = await h.study();
    return { path: { id: studyId }, body: { images: [{ sopInstanceUid: file.SOPInstanceUID }] } };
  },
  shareStudy: async (h) => ({ ...(await ofStudy(h)), body: { includeReport: false, note: "for you" } }),
  listStudyShares: async (h) => ({ path: { id: (await h.share()).studyId } }),
  deleteShare: async (h) => ({ path: { id: (await h.share()).id } }),

  listCriticalFindings: async (h) => ({
    query: { facilityId: h.facilityId, patientId: (await h.study()).patientId },
  }),
  createCriticalFinding: async (h) => {
    const { id, studyId } = await h.draft();
    return {
      body: {
        studyId,
        reportId: id,
        description: "Pneumothorax",
        severity: "HIGH",
        recipients: [(await h.person()).id],
      },
    };
  },
  listCriticalFindingsBySeverity: () => ({ path: { severity: "HIGH" } }),
  listCriticalFindingsByStudy: async (h) => ({ path: { studyId: (await h.finding()).studyId } }),
  getCriticalFinding: ofFinding,
  getCriticalFindingAlarm: ofFinding,
  updateCriticalFinding: async (h) => ({ ...(await ofFinding(h)), body: { description: "Tension" } }),
  listCriticalFindingHistory: ofFinding,
  acknowledgeCriticalFinding: async (h) => ({
    ...(await ofFinding(h)),
    body: {
      readBack: "Pneumothorax",
      method: "PHONE",
      acknowledgedBy: { userId: (await h.person()).id, at: h.now().toISOString() },
    },
  }),
  followUpCriticalFinding: [
    async (h) => ({
      path: { id: (await h.acknowledged()).id },
      body: { action: "Drain", dueAt: "2100-01-01T00:00:00Z" },
    }),
    async (h) => {
      const { id } = await h.acknowledged();
      const { followUps } = await h.call("POST", `/critical-findings/${id}/follow-up`, { action: "Drain" });
      return { path: { id }, body: { done: followUps[0].id } };
    },
  ],
  closeCriticalFinding: async (h) => ({ path: { id: (await h.acknowledged()).id }, body: { note: "done" } }),
  voidCriticalFinding: async (h) => ({ ...(await ofFinding(h)), body: { reason: "error" } }),
  getCriticalFindingPolicies: (h) => ({ query: { facilityId: h.facilityId } }),
  replaceCriticalFindingPolicies: async (h) => {
    const { policies } = await h.call("GET", "/critical-finding-policies");
    return { body: { facilityId: h.facilityId, policies } };
  },

  listBills: async (h) => {
    const { id, patientId } = await h.order();
    return { query: { patientId, orderId: id, facilityId: h.facilityId } };
  },
  createBill: async (h) => {
    const { id, patientId, reportId } = await h.reported();
    return {
      body: {
        patientId,
        orderId: id,
        reportId,
        facilityId: h.facilityId,
        currency: "EUR",
        dueDate: "2100-01-01",
        lines: [{ code: "71250", description: "CT", quantity: 1, unitAmount: 100, modifiers: ["26"] }],
      },
    };
  },
  getBill: ofBill,
  updateBill: async (h) => ({ ...(await ofBill(h)), body: { dueDate: "2100-01-31" } }),
  payBill: async (h) => ({ ...(await ofBill(h)), body: { amount: 40, method: "CARD", reference: "r" } }),
  createRefund: async (h) => {
    const { id } = await h.bill();
    const { payments } = await h.call("PUT", `/billing/${id}/pay`, { amount: 40, method: "CARD" });
    return { path: { id }, body: { amount: 40, reason: "goodwill", paymentId: payments[0].id } };
  },
  voidBill: async (h) => ({ ...(await ofBill(h)), body: { reason: "mistake" } }),
  listBillsByPatient: async (h) => ({ path: { patientId: (await h.patient()).id } }),
  getBillTotalByPatient: async (h) => ({ path: { patientId: (await h.patient()).id } }),
  getBillAging: (h) => ({ query: { facilityId: h.facilityId } }),
  listPayments: (h) => ({ query: { facilityId: h.facilityId } }),
  listOrdersWithoutPrice: (h) => ({ query: { facilityId: h.facilityId } }),
  dismissOrderWithoutPrice: async (h) => ({ path: { orderId: (await h.unpriced()).id } }),

  getAnalyticsTurnaround: ofReader,
  getAnalyticsVolumes: ofReader,
  getAnalyticsProductivity: ofReader,
  getAnalyticsQuality: ofReader,
  getAnalyticsCriticalFindings: figures,
  getAnalyticsUtilization: figures,
  getAnalyticsRevenue: figures,
};
