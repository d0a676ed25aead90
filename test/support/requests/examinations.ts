import type { House, Requests } from "./house.ts";

/** A page of a patient's list, by the name of the patient in the path. */
const ofPatient = async (h: House) => ({ path: { patientId: (await h.patient()).id } });
const ofAPatient = async (h: House) => ({ path: { id: (await h.patient()).id } });
const ofStudy = async (h: House) => ({ path: { id: (await h.study()).studyId } });
const ofImage = async (h: House) => ({ path: { id: (await h.study()).imageId } });

const queryOf = ({ studyId, patientId }: { studyId: string; patientId: string }) => ({ studyId, patientId });

/** Patients, orders, the catalogue, and the archive. */
export const examinationRequests: Requests = {
  createPatient: (h) => ({
    body: {
      firstName: "Jane",
      lastName: "Doe",
      birthDate: "1970-01-02",
      sex: "F",
      phone: "1",
      email: "jane@home.example",
      facilityId: h.facilityId,
    },
  }),
  getPatient: ofAPatient,
  updatePatient: async (h) => ({ ...(await ofAPatient(h)), body: { phone: "+44 1", vip: true } }),
  getPatientCareTeam: async (h) => ({ ...(await ofAPatient(h)), query: { facilityId: h.facilityId } }),
  replacePatientCareTeam: async (h) => ({
    ...(await ofAPatient(h)),
    body: { facilityId: h.facilityId, members: [{ userId: h.me.id, role: "REFERRING" }] },
  }),
  breakGlass: [
    async (h) => ({ body: { patientId: (await h.patient()).id, reason: "unconscious at the door" } }),
    async (h) => {
      const { value, issuer } = (await h.patient()).identifiers[0];
      return { body: { identifier: value, issuer, reason: "unconscious at the door" } };
    },
  ],
  listBrokenGlass: async (h) => ({ query: { patientId: (await h.patient()).id, userId: h.me.id } }),
  mergePatient: async (h) => ({
    ...(await ofAPatient(h)),
    body: { intoPatientId: (await h.patient()).id, reason: "entered twice" },
  }),
  undoPatientMerge: async (h) => ({ path: await h.merged() }),
  listPatientMerges: ofAPatient,
  listPatientDuplicates: ofAPatient,
  checkPatientDuplicates: () => ({
    body: { firstName: "Nobody", lastName: "Nowhere", birthDate: "1970-01-02", sex: "F" },
  }),
  listPatientAccesses: async (h) => ({
    ...(await ofAPatient(h)),
    query: { actorId: h.me.id, subjectId: h.facilityId },
  }),
  listPatientTimeline: ofAPatient,

  listPatients: () => ({ query: { query: "doe", birthDate: "1970-01-02" } }),
  listImagingOrders: async (h) => ({
    query: {
      patientId: (await h.patient()).id,
      providerId: h.me.id,
      facilityId: h.facilityId,
      stationAeTitle: (await h.station()).aeTitle,
    },
  }),
  createImagingOrder: async (h) => ({
    body: {
      patientId: (await h.patient()).id,
      providerId: h.me.id,
      facilityId: h.facilityId,
      modality: "CT",
      bodyPart: "CHEST",
      procedureCode: (await h.procedure()).code,
      clinicalIndication: "Cough",
      priority: "URGENT",
      scheduledAt: "2031-03-04T10:00:00Z",
      stationAeTitle: (await h.station()).aeTitle,
      durationMinutes: 15,
      notes: "none",
    },
  }),
  listImagingOrdersByPatient: async (h) => ({
    ...(await ofPatient(h)),
    query: {
      providerId: h.me.id,
      facilityId: h.facilityId,
      stationAeTitle: (await h.station()).aeTitle,
    },
  }),
  getImagingOrder: async (h) => ({ path: { id: (await h.order()).id } }),
  updateImagingOrder: async (h) => ({
    path: { id: (await h.order()).id },
    body: {
      providerId: (await h.person()).id,
      procedureCode: (await h.procedure()).code,
      scheduledAt: "2031-03-04T10:00:00Z",
      stationAeTitle: (await h.station()).aeTitle,
      notes: "none",
    },
  }),
  deleteImagingOrder: async (h) => ({ path: { id: (await h.order()).id }, body: { reason: "moved" } }),
  listImagingOrderSteps: async (h) => ({ path: { id: (await h.order()).id } }),
  listImagingOrderProviders: (h) => ({ query: { facilityId: h.facilityId } }),
  getSchedule: async (h) => ({
    query: { date: "2026-12-07", facilityId: h.facilityId, stationAeTitle: (await h.station()).aeTitle },
  }),
  listProcedures: (h) => ({ query: { facilityId: h.facilityId } }),
  createProcedure: async (h) => ({
    body: {
      facilityId: h.facilityId,
      code: h.fresh(),
      name: "CT of the chest",
      modality: "CT",
      durationMinutes: 20,
      price: 18_000,
      currency: "EUR",
      reportTemplateId: (await h.template()).id,
    },
  }),
  getProcedure: async (h) => ({ path: { id: (await h.procedure()).id } }),
  updateProcedure: async (h) => ({
    path: { id: (await h.procedure()).id },
    body: { preparation: "None", reportTemplateId: (await h.template()).id },
  }),
  listStations: (h) => ({ query: { facilityId: h.facilityId } }),
  createStation: (h) => ({
    body: {
      facilityId: h.facilityId,
      aeTitle: h.fresh(),
      name: "Room 1",
      modalities: ["CT"],
      openingHours: { 1: [["08:00", "12:00"]] },
    },
  }),
  getStation: async (h) => ({ path: { id: (await h.station()).id } }),
  updateStation: async (h) => ({ path: { id: (await h.station()).id }, body: { name: "Room 2" } }),
  getStationSlots: async (h) => ({
    path: { id: (await h.station()).id },
    query: { date: "2026-12-07", procedureCode: (await h.procedure()).code },
  }),

  listStudies: async (h) => {
    const { patientId, file } = await h.study();
    return { query: { patientId, studyInstanceUid: file.StudyInstanceUID } };
  },
  registerStudy: async (h) => {
    const { id, patientId } = await h.order();
    return { body: { orderId: id, patientId, modality: "CT", studyDescription: "Chest", bodyPart: "CHEST" } };
  },
  getStudy: ofStudy,
  updateStudy: async (h) => {
    const { id, patientId } = await h.order();
    return {
      ...(await ofStudy(h)),
      body: { studyDescription: "Chest", patientId, orderId: id, reason: "mistaken" },
    };
  },
  deleteStudy: async (h) => ({ ...(await ofStudy(h)), body: { reason: "blurred" } }),
  getStudiesByAccessionNumber: async (h) => {
    const { studyId } = await h.study();
    const { accessionNumber } = await h.call("GET", `/studies/${studyId}`);
    return { path: { accessionNumber } };
  },
  listStudySeries: ofStudy,
  listStudyImages: ofStudy,
  registerStudyImage: async (h) => {
    const { id: patientId } = await h.patient();
    const { id } = await h.call("POST", "/studies", { patientId, modality: "MR" });
    return {
      path: { id },
      body: { sopInstanceUid: "1.2.3.4.5", seriesInstanceUid: "1.2.3.4", modality: "MR" },
    };
  },
  listStudySeriesImages: async (h) => {
    const { studyId, file } = await h.study();
    return { path: { id: studyId, seriesUID: file.SeriesInstanceUID } };
  },
  listImages: async (h) => {
    const { studyId, patientId } = await h.study();
    return { query: { studyId, patientId } };
  },
  createImage: async (h) => {
    const { id } = await h.patient();
    return { form: { file: h.picture, patientId: id, modality: "OT" } };
  },
  uploadImages: async (h) => {
    const { studyId, patientId } = await h.study();
    return { form: { file: h.picture, patientId, studyId, modality: "OT" } };
  },
  getImage: ofImage,
  deleteImage: async (h) => ({ ...(await ofImage(h)), body: { reason: "blurred" } }),
  listImagesByPatient: async (h) => ({ path: { patientId: (await h.study()).patientId } }),
  getImageUrl: ofImage,
  exportStudy: ofStudy,
  exportStudies: async (h) => ({ body: { studyIds: [(await h.study()).studyId] } }),
  updateStudyStatus: async (h) => {
    const { id: patientId } = await h.patient();
    const { id } = await h.call("POST", "/studies", { patientId, modality: "MR" });
    return { path: { id }, body: { status: "ARRIVED" } };
  },
  listStudyRegisteredImages: ofStudy,
  updateImageMetadata: async (h) => ({
    ...(await ofImage(h)),
    body: { attributes: { SeriesDescription: "Axial" }, reason: "mistaken" },
  }),
  listImageVersions: ofImage,
  getImageVersionContent: async (h) => {
    const { imageId: id } = await h.study();
    await h.call("PATCH", `/images/${id}/metadata`, {
      attributes: { SeriesDescription: "Axial" },
      reason: "no",
    });
    const { data } = await h.call("GET", `/images/${id}/versions`);
    return { path: { id, versionId: data.find(({ kind }: { kind: string }) => kind === "RECEIVED").id } };
  },
  listQuarantineItems: async (h) => ({ query: await h.quarantined().then(queryOf) }),
  getQuarantineItem: async (h) => ({ path: { id: (await h.quarantined()).id } }),
  getQuarantineItemContent: async (h) => ({ path: { id: (await h.quarantined()).id } }),
  resolveQuarantineItem: async (h) => ({
    path: { id: (await h.quarantined()).id },
    body: { action: "KEEP", reason: "no" },
  }),
  undoQuarantineItem: async (h) => {
    const { id } = await h.quarantined();
    await h.call("POST", `/quarantine/${id}/resolve`, { action: "KEEP", reason: "no" });
    return { path: { id } };
  },
  listReconciliationItems: async (h) => ({ query: await h.doubted().then(queryOf) }),
  getReconciliationItem: async (h) => ({ path: { id: (await h.doubted()).id } }),
  resolveReconciliationItem: [
    async (h) => ({
      path: { id: (await h.doubted()).id },
      body: { action: "MOVE", patientId: (await h.patient()).id, reason: "told so" },
    }),
    async (h) => {
      const { id, orderId } = await h.ofAnotherOrder();
      return { path: { id }, body: { action: "MATCH", orderId, reason: "told so" } };
    },
    async (h) => {
      const { id, registered } = await h.registeredTwice();
      return { path: { id }, body: { action: "MATCH", studyId: registered, reason: "told so" } };
    },
  ],
  undoReconciliationItem: async (h) => {
    const { id } = await h.doubted();
    await h.call("POST", `/reconciliation/${id}/resolve`, { action: "ACCEPT", reason: "ok" });
    return { path: { id } };
  },
  deleteSeries: async (h) => ({ path: { id: (await h.study()).seriesId }, body: { reason: "blurred" } }),
  listDeletions: async (h) => ({ query: await h.deletion().then(queryOf) }),
  getDeletion: async (h) => ({ path: { id: (await h.deletion()).id } }),
  restoreDeletion: async (h) => ({ path: { id: (await h.deletion()).id } }),
  restoreImage: async (h) => {
    const { imageId: id } = await h.study();
    await h.call("DELETE", `/images/${id}`, { reason: "blurred" });
    return { path: { id } };
  },
  purgeDeletion: async (h) => {
    const { id } = await h.deletion(h.second, { StudyDate: "19010101" });
    return { path: { id }, body: { reason: "retention has ended" } };
  },
  createLegalHold: [
    async (h) => ({ body: { studyId: (await h.study()).studyId, reason: "lawsuit" } }),
    async (h) => ({ body: { patientId: (await h.patient()).id, reason: "lawsuit" } }),
  ],
  liftLegalHold: async (h) => ({ path: { id: (await h.hold()).id }, body: { reason: "settled" } }),
  getImageContent: ofImage,
  getImagePreview: ofImage,
  getStudyThumbnail: ofStudy,

  getDicomPreview: async (h) => ({
    path: { orthancInstanceId: await h.orthancIdOf((await h.study()).file.SOPInstanceUID) },
  }),
  getDicomFile: async (h) => ({ path: { sopInstanceUID: (await h.study()).file.SOPInstanceUID } }),
  createExamImage: async (h) => {
    const { id, patientId } = await h.order();
    const { identifiers } = await h.call("GET", `/patients/${patientId}`);
    const { file } = await h.study({ PatientID: identifiers[0].value });
    return {
      body: {
        examenID: id,
        studyInstanceUID: file.StudyInstanceUID,
        seriesInstanceUID: file.SeriesInstanceUID,
        sopInstanceUID: file.SOPInstanceUID,
        dateAcquisition: "2026-01-05",
        modalite: "CT",
        description: "Chest",
        orthancInstanceId: await h.orthancIdOf(file.SOPInstanceUID),
      },
    };
  },
  listExamImages: async (h) => ({ path: { examenID: (await h.order()).id } }),
  getExam: async (h) => ({ path: { examenID: (await h.order()).id } }),
};
