import { testPassword } from "../identity.ts";
import type { Requests } from "./house.ts";

/** Identity, the journal, notices, and what stands around the department. */
export const peopleRequests: Requests = {
  login: async (h) => ({ body: { username: h.me.username, password: testPassword } }),
  refreshTokens: () => ({ body: { refreshToken: "nothing" } }),
  logout: async (h) => ({ headers: (await h.person()).headers, body: {} }),
  changeMyPassword: async (h) => ({
    headers: (await h.person()).headers,
    body: { currentPassword: testPassword, newPassword: "quite another passphrase" },
  }),
  deleteUserMeSessions: async (h) => ({ headers: (await h.person()).headers }),
  deleteUserMeSession: async (h) => ({ path: await h.session() }),
  replaceMyPreferences: () => ({ body: { theme: "dark" } }),

  listUsers: (h) => ({ query: { facilityId: h.facilityId, role: "RADIOLOGIST" } }),
  createUser: (h) => ({
    body: {
      username: h.fresh(),
      fullName: "Ada Byron",
      email: "ada@clinic.example",
      roles: ["RADIOLOGIST"],
      facilityIds: [h.facilityId],
      password: "for-the-first-time-only",
    },
  }),
  getUser: async (h) => ({ path: { id: (await h.person()).id } }),
  updateUser: async (h) => ({
    path: { id: (await h.person()).id },
    body: {
      fullName: "Robert",
      email: "bob@clinic.example",
      roles: ["RESIDENT"],
      facilityIds: [h.facilityId],
    },
  }),
  activateUser: async (h) => {
    const { id } = await h.person();
    await h.call("POST", `/users/${id}/deactivate`, {});
    return { path: { id }, body: {} };
  },
  deactivateUser: async (h) => ({ path: { id: (await h.person()).id }, body: {} }),
  resetUserPassword: async (h) => ({ path: { id: (await h.person()).id }, body: {} }),
  listUserSessions: async (h) => ({ path: { id: (await h.person()).id } }),
  endUserSessions: async (h) => ({ path: { id: (await h.person()).id } }),
  createApiKey: (h) => ({
    body: {
      name: "Scanner",
      roles: ["INTEGRATION"],
      facilityIds: [h.facilityId],
      expiresAt: "2100-01-01T00:00:00Z",
    },
  }),
  deleteApiKey: async (h) => {
    const { id } = await h.call("POST", "/api-keys", { name: "Old", roles: ["INTEGRATION"] });
    return { path: { id } };
  },
  createFacility: () => ({
    body: { name: "North", timeZone: "Europe/Berlin", language: "fr", address: "Here 1", phone: "1" },
  }),
  getFacility: (h) => ({ path: { id: h.facilityId } }),
  updateFacility: (h) => ({
    path: { id: h.facilityId },
    body: { address: "Here 2", phone: "2", privacyOfficerId: h.me.id },
  }),

  listStaff: async (h) => ({ query: { facilityId: h.facilityId, userId: h.me.id } }),
  createStaffMember: async (h) => ({
    body: {
      firstName: "Grace",
      lastName: "Hopper",
      profession: "RADIOLOGIST",
      facilityIds: [h.facilityId],
      userId: (await h.person()).id,
      phone: "1",
    },
  }),
  getStaffMember: async (h) => ({ path: { id: (await h.staff()).id } }),
  updateStaffMember: async (h) => ({
    path: { id: (await h.staff()).id },
    body: { phone: "1234", facilityIds: [h.facilityId], userId: (await h.person()).id },
  }),
  listDepartments: (h) => ({ query: { facilityId: h.facilityId } }),
  createDepartment: async (h) => ({
    body: { name: "Nuclear medicine", facilityId: h.facilityId, headId: (await h.person()).id },
  }),
  getDepartment: async (h) => ({ path: { id: (await h.department()).id } }),
  updateDepartment: async (h) => ({
    path: { id: (await h.department()).id },
    body: { headId: (await h.person()).id },
  }),
  listOnCall: (h) => ({ query: { facilityId: h.facilityId, userId: h.me.id } }),
  replaceOnCall: (h) => ({
    body: {
      facilityId: h.facilityId,
      service: "radiology",
      from: "2026-12-01T00:00:00Z",
      to: "2026-12-02T00:00:00Z",
      entries: [
        { userId: h.me.id, startsAt: "2026-12-01T00:00:00Z", endsAt: "2026-12-02T00:00:00Z", level: 1 },
      ],
    },
  }),

  listLogEntries: async (h) => ({
    query: { actorId: h.me.id, patientId: (await h.patient()).id, subjectId: h.facilityId },
  }),
  listAuditEntries: async (h) => ({
    query: { actorId: h.me.id, patientId: (await h.patient()).id, subjectId: h.facilityId },
  }),
  createLogEntry: async (h) => ({
    body: {
      action: "note.made",
      subject: { type: "patient", id: (await h.patient()).id },
      note: "for the grid",
    },
  }),
  markNotificationRead: async (h) => ({ path: await h.notice() }),
  markAllNotificationsRead: () => ({ body: { kind: "report.available" } }),
  replaceNotificationPreferences: () => ({
    body: { preferences: [{ kind: "report.available", channels: ["EMAIL"] }] },
  }),
  createWebhook: (h) => ({
    body: {
      url: "https://hooks.invalid/isocenter",
      events: ["patient.created"],
      description: "ours",
      facilityId: h.facilityId,
    },
  }),
  getWebhook: async (h) => ({ path: { id: (await h.webhook()).id } }),
  updateWebhook: async (h) => ({ path: { id: (await h.webhook()).id }, body: { description: "ours" } }),
  deleteWebhook: async (h) => ({ path: { id: (await h.webhook()).id } }),
  rotateWebhookSecret: async (h) => ({ path: { id: (await h.webhook()).id } }),
  testWebhook: async (h) => ({ path: { id: (await h.webhook()).id } }),
  listWebhookDeliveries: async (h) => ({ path: { id: (await h.webhook()).id } }),
  redeliverWebhookDelivery: async (h) => ({ path: await h.delivery() }),
  getJob: async (h) => ({ path: await h.deferred() }),
  getJobResult: async (h) => ({ path: await h.deferred() }),
  deleteExport: async (h) => ({ path: await h.deferred() }),

  createModality: (h) => ({
    body: {
      aeTitle: h.fresh(),
      host: "127.0.0.1",
      port: 104,
      permissions: ["ECHO"],
      facilityId: h.facilityId,
    },
  }),
  getModality: async (h) => ({ path: { id: (await h.modality()).id } }),
  updateModality: async (h) => ({
    path: { id: (await h.modality()).id },
    body: { description: "ours", facilityId: h.facilityId },
  }),
  deleteModality: async (h) => ({ path: { id: (await h.modality()).id } }),
  echoModality: async (h) => ({ path: { id: (await h.modality({ permissions: ["echo"] })).id } }),
  findInModality: async (h) => ({ path: { id: (await h.modality()).id }, body: { level: "STUDY" } }),
  moveFromModality: async (h) => ({
    path: { id: (await h.modality()).id },
    body: { studyInstanceUids: ["1.2.3"] },
  }),
  fetchFromModality: async (h) => ({
    path: { id: (await h.modality({ permissions: ["find", "get", "store"] })).id },
    body: { studyInstanceUids: ["1.2.3"] },
  }),
  sendToModality: async (h) => {
    const { studyId, seriesId, imageId } = await h.study();
    return {
      path: { id: (await h.modality()).id },
      body: { studies: [studyId], series: [seriesId], instances: [imageId] },
    };
  },
  listSendItems: async (h) => ({
    query: {
      modalityId: (await h.modality()).id,
      studyInstanceUid: (await h.study()).file.StudyInstanceUID,
    },
  }),
  getSendItem: async (h) => ({ path: await h.sendItem() }),
  retrySendItem: async (h) => {
    const path = await h.sendItem();
    await h.call("POST", `/send-queue/${path.id}/cancel`);
    return { path };
  },
  cancelSendItem: async (h) => ({ path: await h.sendItem() }),
  createRoutingRule: async (h) => ({
    body: { name: h.fresh(), destinationId: (await h.modality()).id, facilityId: h.facilityId },
  }),
  getRoutingRule: async (h) => ({ path: { id: (await h.rule()).id } }),
  updateRoutingRule: async (h) => ({
    path: { id: (await h.rule()).id },
    body: { enabled: false, destinationId: (await h.modality()).id },
  }),
  deleteRoutingRule: async (h) => ({ path: { id: (await h.rule()).id } }),
  createHl7System: (h) => ({
    body: { name: "Hospital", application: h.fresh(), facilityId: h.facilityId, providerId: h.me.id },
  }),
  getHl7System: async (h) => ({ path: { id: (await h.hl7System()).id } }),
  updateHl7System: async (h) => ({
    path: { id: (await h.hl7System()).id },
    body: { name: "Ours", facilityId: h.facilityId, providerId: h.me.id },
  }),
  deleteHl7System: async (h) => ({ path: { id: (await h.hl7System()).id } }),
  testHl7System: async (h) => ({ path: { id: (await h.hl7System()).id } }),
  listHl7Messages: async (h) => {
    const { systemId, patientId } = await h.hl7Message();
    return { query: { systemId, patientId } };
  },
  getHl7Message: async (h) => ({ path: { id: (await h.hl7Message()).id } }),
  retryHl7Message: async (h) => ({ path: { id: (await h.hl7Message()).id } }),
  dismissHl7Message: async (h) => ({
    path: { id: (await h.hl7Message()).id },
    body: { reason: "a trial" },
  }),
};
