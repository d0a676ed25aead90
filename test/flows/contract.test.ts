import fs from "node:fs/promises";
import net from "node:net";
import { implementationClassUid } from "@isocenter/dicom";
import { implicitVrLittleEndian, openAssociation, verificationSopClass } from "@isocenter/dimse";
import { frameOf } from "@isocenter/hl7";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type Api, judgingClient, made, readContract, type Sent } from "../support/contract.ts";
import { hl7Receiver } from "../support/hl7-receiver.ts";
import { ctInstance, type MadeInstance } from "../support/instances.ts";
import { adminPassword, eventually, type Program, startProgram } from "../support/program.ts";

/**
 * The whole API by the generated client: each test calls the operations of one subject in a sensible order, and whatever comes back is
 * judged by the OpenAPI document. An operation that is new wants a call here.
 */
const contract = readContract();
const wrong: string[] = [];
const sent = new Map<string, Sent>();
const password = "a-long-password-for-everybody";

let program: Program;
let token: string | null = null;
let adminToken = "";
let api: Api;
let facilityId = "";
let userId = "";

beforeAll(async () => {
  program = await startProgram();
  api = judgingClient(contract, { baseUrl: program.url, token: () => token, wrong, sent });
  token = (
    await made(api.POST("/api/v1/users/login", { body: { username: "admin", password: adminPassword } }))
  ).accessToken;
  adminToken = token;
  facilityId = (await made(api.GET("/api/v1/facilities"))).data[0]!.id;
  const user = await made(
    api.POST("/api/v1/users", {
      body: {
        username: "ada",
        fullName: "Ada Byron",
        email: "ada@clinic.example",
        roles: ["ADMINISTRATOR", "RADIOLOGIST"],
        facilityIds: [facilityId],
        password: "for-the-first-time-only",
      },
    }),
  );
  userId = user.id;
  await signIn("ada", "for-the-first-time-only");
  await made(
    api.POST("/api/v1/users/me/password", {
      body: { currentPassword: "for-the-first-time-only", newPassword: password },
    }),
  );
  await signIn("ada", password);
});

afterAll(async () => {
  await program?.stop();
  if (program) await fs.rm(program.dataDir, { recursive: true, force: true });
});

async function signIn(username: string, secret: string): Promise<void> {
  token = (await made(api.POST("/api/v1/users/login", { body: { username, password: secret } }))).accessToken;
}

/** Sends a message to the HL7 port, and answers with what comes back. */
function tell(message: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = net.connect(program.hl7Port, "127.0.0.1", () => socket.write(frameOf(Buffer.from(message))));
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk;
    if (answer.endsWith("\x1c\r")) {
      socket.destroy();
      resolve(answer);
    }
  });
  socket.once("error", reject);
  socket.once("close", () => reject(new Error("The connection was closed without an answer.")));
  return promise;
}

let patients = 0;
const newPatient = () =>
  made(
    api.POST("/api/v1/patients", {
      body: {
        firstName: "Jane",
        lastName: `Doe${++patients}`,
        birthDate: "1970-01-02",
        sex: "f",
        identifiers: [{ value: `CONTRACT-${patients}` }],
      },
    }),
  );

const fileForm = (files: readonly MadeInstance[]) => () => {
  const form = new FormData();
  for (const [at, { bytes }] of files.entries())
    form.append("file", new Blob([bytes as Uint8Array<ArrayBuffer>]), `${at}.dcm`);
  return form;
};

/** Uploads DICOM files; the image of a single one. */
async function upload(...files: MadeInstance[]) {
  const answer = await made(
    api.POST("/api/v1/images", { body: { file: [""] }, bodySerializer: fileForm(files) }),
  );
  return answer as { id: string; studyId: string; patientId: string; seriesInstanceUid: string };
}

const path = (id: string) => ({ params: { path: { id } } });

describe("a client that is generated from the document calls", () => {
  test("health, system and sessions", async () => {
    await made(api.GET("/health"));
    for (const path of ["/api/health/ready", "/api/v1/health/", "/api/v1/health/live"])
      expect((await fetch(`${program.url}${path}`)).status, path).toBe(200);
    await made(api.GET("/health/live"));
    await made(api.GET("/health/ready"));
    await made(api.GET("/api/v1/system"));
    await made(api.GET("/api/v1/users/me"));
    await made(api.PUT("/api/v1/users/me/preferences", { body: { theme: "dark" } }));
    await made(api.GET("/api/v1/users/me/preferences"));
    const { refreshToken } = await made(
      api.POST("/api/v1/users/login", { body: { username: "ada", password } }),
    );
    const renewed = await made(api.POST("/api/v1/users/refresh", { body: { refreshToken } }));
    await made(api.POST("/api/v1/users/logout", { body: { refreshToken: renewed.refreshToken } }));
    await signIn("ada", password);
    const ending = (await made(api.GET("/api/v1/users/me/sessions"))).data.find(({ current }) => current)!;
    await made(api.DELETE("/api/v1/users/me/sessions"));
    await made(api.DELETE("/api/v1/users/me/sessions/{id}", path(ending.id)));
    await signIn("ada", password);
    await made(api.GET("/api/v1/jobs"));
    const refused = await api.POST("/api/v1/jobs/{id}/retry", path("1"));
    expect(refused.response.ok).toBe(false);
    const stop = new AbortController();
    const { response } = await api.GET("/api/v1/events", { parseAs: "stream", signal: stop.signal });
    expect(response.status).toBe(200);
    stop.abort();
  });

  test("users, keys, facilities, staff and on call", async () => {
    await made(api.GET("/api/v1/users", { params: { query: { role: "radiologist" } } }));
    const user = await made(
      api.POST("/api/v1/users", {
        body: { username: "bob", fullName: "Bob", roles: ["technologist"], facilityIds: [facilityId] },
      }),
    );
    await made(api.GET("/api/v1/users/{id}", path(user.id)));
    await made(api.PATCH("/api/v1/users/{id}", { ...path(user.id), body: { fullName: "Robert" } }));
    await made(api.POST("/api/v1/users/{id}/reset-password", { ...path(user.id), body: {} }));
    await made(api.GET("/api/v1/users/{id}/sessions", path(user.id)));
    await made(api.DELETE("/api/v1/users/{id}/sessions", path(user.id)));
    await made(api.POST("/api/v1/users/{id}/deactivate", { ...path(user.id), body: {} }));
    await made(api.POST("/api/v1/users/{id}/activate", { ...path(user.id), body: {} }));

    const key = await made(
      api.POST("/api/v1/api-keys", { body: { name: "Scanner", roles: ["integration"] } }),
    );
    await made(api.GET("/api/v1/api-keys"));
    await made(api.DELETE("/api/v1/api-keys/{id}", path(key.id)));

    const facility = await made(api.POST("/api/v1/facilities", { body: { name: "North" } }));
    await made(api.GET("/api/v1/facilities"));
    await made(api.GET("/api/v1/facilities/{id}", path(facility.id)));
    await made(
      api.PATCH("/api/v1/facilities/{id}", { ...path(facility.id), body: { timeZone: "Europe/Berlin" } }),
    );

    const department = await made(
      api.POST("/api/v1/departments", { body: { name: "Radiology", facilityId } }),
    );
    await made(api.GET("/api/v1/departments"));
    await made(api.GET("/api/v1/departments/{id}", path(department.id)));
    await made(api.PATCH("/api/v1/departments/{id}", { ...path(department.id), body: { name: "Imaging" } }));
    const staff = await made(
      api.POST("/api/v1/staff", {
        body: {
          firstName: "Grace",
          lastName: "Hopper",
          profession: "RADIOLOGIST",
          department: "Imaging",
          facilityIds: [facilityId],
        },
      }),
    );
    await made(api.GET("/api/v1/staff"));
    await made(api.GET("/api/v1/staff/{id}", path(staff.id)));
    await made(api.PATCH("/api/v1/staff/{id}", { ...path(staff.id), body: { phone: "1234" } }));

    const day = { from: "2026-12-01T00:00:00Z", to: "2026-12-02T00:00:00Z" };
    await made(
      api.PUT("/api/v1/on-call", {
        body: {
          facilityId,
          service: "radiology",
          ...day,
          entries: [{ userId, startsAt: day.from, endsAt: day.to }],
        },
      }),
    );
    await made(api.GET("/api/v1/on-call"));
  });

  test("log, audit, notices and webhooks", async () => {
    await made(api.POST("/api/v1/logs", { body: { action: "note.made", note: "for the contract" } }));
    await made(api.GET("/api/v1/logs"));
    await made(api.GET("/api/v1/audit"));
    await made(api.GET("/api/v1/audit/verify"));
    await made(api.GET("/api/v1/notifications"));
    await made(api.POST("/api/v1/notifications/read-all", { body: {} }));
    await made(api.GET("/api/v1/notifications/preferences"));
    await made(api.PUT("/api/v1/notifications/preferences", { body: { preferences: [] } }));
  });

  test("patients", async () => {
    const patient = await newPatient();
    await made(api.GET("/api/v1/patients", { params: { query: { query: "doe" } } }));
    await made(api.GET("/api/v1/patients/{id}", path(patient.id)));
    await made(api.PATCH("/api/v1/patients/{id}", { ...path(patient.id), body: { phone: "+44 1" } }));
    await made(
      api.PUT("/api/v1/patients/{id}/care-team", {
        ...path(patient.id),
        body: { facilityId, members: [{ userId, role: "REFERRING" }] },
      }),
    );
    await made(api.GET("/api/v1/patients/{id}/care-team", path(patient.id)));
    const other = await newPatient();
    await made(
      api.POST("/api/v1/patients/{id}/merge", {
        ...path(other.id),
        body: { intoPatientId: patient.id, reason: "entered twice" },
      }),
    );
    const merges = await made(api.GET("/api/v1/patients/{id}/merges", path(patient.id)));
    await made(api.POST("/api/v1/patients/merges/{id}/undo", path(merges.data[0]!.id)));
    await made(api.GET("/api/v1/patients/{id}/duplicates", path(patient.id)));
    await made(
      api.POST("/api/v1/patients/duplicates-check", {
        body: { firstName: "Jane", lastName: "Doe1", birthDate: "1970-01-02", sex: "f" },
      }),
    );
    await made(api.GET("/api/v1/patients/{id}/accesses", path(patient.id)));
    await made(api.GET("/api/v1/patients/{id}/timeline", path(patient.id)));
    await made(
      api.POST("/api/v1/break-glass", { body: { patientId: patient.id, reason: "unconscious at the door" } }),
    );
    await made(api.GET("/api/v1/break-glass"));
    await made(api.GET("/api/v1/search", { params: { query: { query: "doe" } } }));
  });

  test("catalogue, stations, orders and the schedule", async () => {
    const procedure = await made(
      api.POST("/api/v1/procedures", {
        body: {
          facilityId,
          code: "CTCH",
          name: "CT of the chest",
          modality: "ct",
          durationMinutes: 20,
          price: 18_000,
          currency: "EUR",
        },
      }),
    );
    await made(api.GET("/api/v1/procedures"));
    await made(api.GET("/api/v1/procedures/{id}", path(procedure.id)));
    await made(
      api.PATCH("/api/v1/procedures/{id}", { ...path(procedure.id), body: { preparation: "None" } }),
    );
    const station = await made(
      api.POST("/api/v1/stations", { body: { facilityId, aeTitle: "CT01", modalities: ["CT"] } }),
    );
    await made(api.GET("/api/v1/stations"));
    await made(api.GET("/api/v1/stations/{id}", path(station.id)));
    await made(api.PATCH("/api/v1/stations/{id}", { ...path(station.id), body: { name: "Room 1" } }));
    const date = "2026-12-07";
    await made(
      api.GET("/api/v1/stations/{id}/slots", {
        params: { path: { id: station.id }, query: { date, procedureCode: "CTCH" } },
      }),
    );
    const patient = await newPatient();
    const order = await made(
      api.POST("/api/v1/imaging-orders", {
        body: {
          patientId: patient.id,
          providerId: userId,
          facilityId,
          modality: "ct",
          bodyPart: "CHEST",
          procedureCode: "CTCH",
          clinicalIndication: "Cough",
          priority: "urgent",
        },
      }),
    );
    await made(api.GET("/api/v1/imaging-orders", { params: { query: { status: "requested" } } }));
    await made(api.GET("/api/v1/imaging-orders/{id}", path(order.id)));
    await made(api.GET("/api/v1/imaging-orders/providers", { params: { query: { facilityId } } }));
    await made(
      api.GET("/api/v1/imaging-orders/patient/{patientId}", {
        params: { path: { patientId: patient.id } },
      }),
    );
    await made(api.PATCH("/api/v1/imaging-orders/{id}", { ...path(order.id), body: { notes: "none" } }));
    await made(api.GET("/api/v1/imaging-orders/{id}/steps", path(order.id)));
    await made(api.GET("/api/v1/schedule", { params: { query: { date } } }));
    await made(api.DELETE("/api/v1/imaging-orders/{id}", { ...path(order.id), body: { reason: "moved" } }));
  });

  test("studies, images and exports", async () => {
    const file = ctInstance({ PatientID: "IMG-1", AccessionNumber: "CONTRACT1" });
    const image = await upload(file);
    const study = path(image.studyId);
    const one = path(image.id);
    await made(api.GET("/api/v1/studies", { params: { query: { modality: "ct" } } }));
    await made(api.GET("/api/v1/studies/{id}", study));
    await made(
      api.GET("/api/v1/studies/accession/{accessionNumber}", {
        params: { path: { accessionNumber: "CONTRACT1" } },
      }),
    );
    await made(api.GET("/api/v1/studies/{id}/series", study));
    await made(api.GET("/api/v1/studies/{id}/images", study));
    await made(
      api.GET("/api/v1/studies/{id}/series/{seriesUID}/images", {
        params: { path: { id: image.studyId, seriesUID: file.SeriesInstanceUID } },
      }),
    );
    await made(api.GET("/api/v1/images", { params: { query: { format: "dicom" } } }));
    await made(api.GET("/api/v1/images/{id}", one));
    await made(
      api.GET("/api/v1/images/patient/{patientId}", { params: { path: { patientId: image.patientId } } }),
    );
    await made(api.GET("/api/v1/images/{id}/content", { ...one, parseAs: "arrayBuffer" }));
    await made(api.GET("/api/v1/images/{id}/preview", { ...one, parseAs: "arrayBuffer" }));
    await made(api.GET("/api/v1/studies/{id}/thumbnail", { ...study, parseAs: "arrayBuffer" }));
    const { url } = await made(api.GET("/api/v1/images/{id}/url", one));
    await made(
      api.GET("/api/v1/images/links/{token}", {
        params: { path: { token: url.split("/").at(-1)! } },
        parseAs: "arrayBuffer",
      }),
    );
    await made(
      api.POST("/api/v1/images/upload", {
        body: { file: [""] },
        bodySerializer: fileForm([ctInstance({ PatientID: "IMG-1" }), ctInstance({ PatientID: "IMG-1" })]),
      }),
    );
    await made(api.GET("/api/v1/studies/{id}/export", { ...study, parseAs: "arrayBuffer" }));
    await made(api.POST("/api/v1/exports", { body: { studyIds: [image.studyId] }, parseAs: "arrayBuffer" }));
    const later = await api.POST("/api/v1/exports", {
      body: { studyIds: [image.studyId] },
      headers: { prefer: "respond-async" },
    });
    const job = later.data as { id: string };
    expect([later.response.status, later.response.headers.get("location")]).toEqual([
      202,
      `/api/v1/jobs/${job.id}`,
    ]);
    await eventually(async () => {
      const now = await made(api.GET("/api/v1/jobs/{id}", path(job.id)));
      return now.state === "DONE";
    });
    const answer = await made(
      api.GET("/api/v1/jobs/{id}/result", { ...path(job.id), parseAs: "arrayBuffer" }),
    );
    expect(
      Buffer.from(answer as unknown as ArrayBuffer)
        .subarray(0, 2)
        .toString(),
    ).toBe("PK");
    const { data: asked } = await made(api.GET("/api/v1/exports"));
    expect(asked).toMatchObject([{ id: job.id, state: "DONE", studies: 1, deidentify: null }]);
    expect(asked[0]!.size).toBe((answer as unknown as ArrayBuffer).byteLength);
    await made(api.DELETE("/api/v1/exports/{id}", path(job.id)));
    expect((await made(api.GET("/api/v1/exports"))).data).toEqual([]);
    await made(
      api.PATCH("/api/v1/studies/{id}", { ...study, body: { studyDescription: "Chest", reason: "typo" } }),
    );
    await made(
      api.PATCH("/api/v1/images/{id}/metadata", {
        ...one,
        body: { attributes: { SeriesDescription: "Axial" }, reason: "typo" },
      }),
    );
    const versions = await made(api.GET("/api/v1/images/{id}/versions", one));
    const version = versions.data.find(({ kind }) => kind === "RECEIVED") ?? versions.data[0]!;
    await made(
      api.GET("/api/v1/images/{id}/versions/{versionId}/content", {
        params: { path: { id: image.id, versionId: version.id } },
        parseAs: "arrayBuffer",
      }),
    );
  });

  test("studies that are registered before their images", async () => {
    const patient = await newPatient();
    const study = await made(
      api.POST("/api/v1/studies", { body: { patientId: patient.id, modality: "mri", bodyPart: "KNEE" } }),
    );
    await made(
      api.POST("/api/v1/studies/{id}/images", {
        ...path(study.id),
        body: {
          seriesInstanceUid: `${study.studyInstanceUid}.1`.slice(0, 64),
          sopInstanceUid: `${study.studyInstanceUid}.2`.slice(0, 64),
          modality: "MR",
        },
      }),
    );
    await made(api.GET("/api/v1/studies/{id}/registered-images", path(study.id)));
    await made(api.PATCH("/api/v1/studies/{id}/status", { ...path(study.id), body: { status: "arrived" } }));
  });

  test("the names of hosted PACS clients", async () => {
    const file = ctInstance({ PatientID: "HOSTED-1" });
    const { data } = await made(
      api.POST("/api/v1/dicom/upload", { body: { file: "" }, bodySerializer: fileForm([file]) }),
    );
    await made(
      api.GET("/api/v1/dicom/instances/{orthancInstanceId}/preview", {
        params: { path: { orthancInstanceId: data.ID } },
        parseAs: "arrayBuffer",
      }),
    );
    await made(
      api.GET("/api/v1/dicom/wado/{sopInstanceUID}", {
        params: { path: { sopInstanceUID: file.SOPInstanceUID } },
        parseAs: "arrayBuffer",
      }),
    );
    const found = await made(
      api.GET("/api/v1/studies", { params: { query: { studyInstanceUid: file.StudyInstanceUID } } }),
    );
    const order = await made(
      api.POST("/api/v1/imaging-orders", {
        body: {
          patientId: found.data[0]!.patientId,
          providerId: userId,
          facilityId,
          modality: "CT",
          bodyPart: "CHEST",
          clinicalIndication: "Cough",
        },
      }),
    );
    const exam = { params: { path: { examenID: order.id } } };
    await made(
      api.POST("/api/v1/examens-medicaux/images", {
        body: {
          examenID: order.id,
          studyInstanceUID: file.StudyInstanceUID,
          seriesInstanceUID: file.SeriesInstanceUID,
          sopInstanceUID: file.SOPInstanceUID,
          dateAcquisition: "2026-01-05",
          modalite: "CT",
          description: "Chest",
        },
      }),
    );
    await made(api.GET("/api/v1/examens-medicaux/{examenID}/images", exam));
    await made(api.GET("/api/v1/examens-medicaux/{examenID}", exam));
  });

  test("doubt, deletion and retention", async () => {
    const file = ctInstance({ PatientID: "DOUBT-1" });
    const image = await upload(file);
    const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID } = file;
    const again = { PatientID: "DOUBT-1", StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID };
    await api.POST("/api/v1/images", {
      body: { file: [""] },
      bodySerializer: fileForm([ctInstance({ ...again, StudyDescription: "Other data" })]),
    });
    const quarantine = await made(api.GET("/api/v1/quarantine"));
    const kept = path(quarantine.data[0]!.id);
    await made(api.GET("/api/v1/quarantine/{id}", kept));
    await made(api.GET("/api/v1/quarantine/{id}/content", { ...kept, parseAs: "arrayBuffer" }));
    await made(
      api.POST("/api/v1/quarantine/{id}/resolve", { ...kept, body: { action: "keep", reason: "no" } }),
    );
    await made(api.POST("/api/v1/quarantine/{id}/undo", kept));

    await upload(
      ctInstance({ PatientID: "DOUBT-1", PatientName: "Somebody^Else", PatientBirthDate: "19010101" }),
    );
    const doubts = await made(api.GET("/api/v1/reconciliation"));
    const doubt = path(doubts.data[0]!.id);
    await made(api.GET("/api/v1/reconciliation/{id}", doubt));
    await made(
      api.POST("/api/v1/reconciliation/{id}/resolve", { ...doubt, body: { action: "accept", reason: "ok" } }),
    );
    await made(api.POST("/api/v1/reconciliation/{id}/undo", doubt));

    const hold = await made(
      api.POST("/api/v1/legal-holds", { body: { studyId: image.studyId, reason: "lawsuit" } }),
    );
    await made(api.GET("/api/v1/legal-holds"));
    await made(api.POST("/api/v1/legal-holds/{id}/lift", { ...path(hold.id), body: { reason: "settled" } }));
    const rules = await made(api.GET("/api/v1/retention-rules"));
    await made(api.PUT("/api/v1/retention-rules", { body: { data: rules.data } }));
    await made(api.DELETE("/api/v1/images/{id}", { ...path(image.id), body: { reason: "blurred" } }));
    await made(api.POST("/api/v1/images/{id}/restore", path(image.id)));
    const series = await made(api.GET("/api/v1/studies/{id}/series", path(image.studyId)));
    await made(api.DELETE("/api/v1/series/{id}", { ...path(series.data[0]!.id), body: { reason: "no" } }));
    const deletions = await made(api.GET("/api/v1/deletions"));
    const deletion = path(deletions.data[0]!.id);
    await made(api.GET("/api/v1/deletions/{id}", deletion));
    await made(api.POST("/api/v1/deletions/{id}/restore", deletion));
    await made(api.DELETE("/api/v1/studies/{id}", { ...path(image.studyId), body: { reason: "no" } }));

    // Deleted by one administrator and purged by another.
    await made(
      api.PUT("/api/v1/retention-rules", { body: { data: [{ modality: "", years: 0, untilAge: null }] } }),
    );
    const old = await upload(ctInstance({ PatientID: "PURGE-1", StudyDate: "20010101" }));
    const mine = token;
    token = adminToken;
    await made(api.DELETE("/api/v1/studies/{id}", { ...path(old.studyId), body: { reason: "no" } }));
    token = mine;
    const { data } = await made(api.GET("/api/v1/deletions"));
    await made(
      api.POST("/api/v1/deletions/{id}/purge", {
        ...path(data.find(({ studyId }) => studyId === old.studyId)!.id),
        body: { reason: "retention has ended" },
      }),
    );
    await made(api.PUT("/api/v1/retention-rules", { body: { data: rules.data } }));
  });

  test("reports, templates and what the reader draws", async () => {
    const template = await made(
      api.POST("/api/v1/report-templates", {
        body: { name: "Chest", modality: "ct", sections: { findings: "Lungs: " }, facilityId },
      }),
    );
    await made(api.GET("/api/v1/report-templates"));
    await made(api.GET("/api/v1/report-templates/{id}", path(template.id)));
    await made(
      api.PATCH("/api/v1/report-templates/{id}", { ...path(template.id), body: { name: "Thorax" } }),
    );
    const macro = await made(
      api.POST("/api/v1/report-macros", { body: { name: "normal", text: "No finding." } }),
    );
    await made(api.GET("/api/v1/report-macros"));
    await made(api.GET("/api/v1/report-macros/{id}", path(macro.id)));
    await made(api.PATCH("/api/v1/report-macros/{id}", { ...path(macro.id), body: { text: "Nothing." } }));
    await made(api.DELETE("/api/v1/report-macros/{id}", path(macro.id)));

    const file = ctInstance({ PatientID: "REPORT-1" });
    const image = await upload(file);
    const study = path(image.studyId);
    await made(api.GET("/api/v1/worklist"));
    await made(api.POST("/api/v1/studies/{id}/skip", { ...study, body: { minutes: 5, reason: "lunch" } }));
    await made(api.POST("/api/v1/studies/{id}/claim", study));
    await made(api.POST("/api/v1/studies/{id}/release", study));
    await made(api.GET("/api/v1/studies/{id}/readers", study));
    await made(api.POST("/api/v1/studies/{id}/assign", { ...study, body: { userId } }));
    const targets = await made(api.GET("/api/v1/reading-targets"));
    await made(
      api.PUT("/api/v1/reading-targets", {
        body: { facilityId, minutes: { STAT: 30, URGENT: 120, ROUTINE: 1440 } },
      }),
    );
    expect(targets).toBeDefined();

    const draft = await made(
      api.POST("/api/v1/reports", {
        body: { studyId: image.studyId, findings: "Clear lungs.", impression: "Normal." },
      }),
    );
    const report = path(draft.id);
    await made(api.PATCH("/api/v1/reports/{id}", { ...report, body: { findings: "Clear." } }));
    await made(api.POST("/api/v1/reports/{id}/submit", { ...report, body: {} }));
    const preliminary = await made(api.GET("/api/v1/reports/{id}", report));
    await made(
      api.POST("/api/v1/reports/{id}/sign", {
        ...report,
        body: { expectedVersion: preliminary.version, password },
      }),
    );
    await made(
      api.POST("/api/v1/reports/{id}/discrepancy", { ...report, body: { category: "minor", note: "no" } }),
    );
    const signed = await made(api.GET("/api/v1/reports/{id}", report));
    const expectedVersion = signed.version;
    await made(
      api.POST("/api/v1/reports/{id}/amend", {
        ...report,
        body: {
          kind: "appended",
          reason: "priors came",
          password,
          expectedVersion,
          impression: "Unchanged.",
        },
      }),
    );
    await made(api.GET("/api/v1/reports/{id}/versions", report));
    await made(api.GET("/api/v1/reports/{id}/verify", report));
    await made(api.GET("/api/v1/reports/{id}/pdf", { ...report, parseAs: "arrayBuffer" }));
    await made(api.GET("/api/v1/reports/{id}/dicom", report));
    await made(api.GET("/api/v1/reports/study/{studyId}", { params: { path: { studyId: image.studyId } } }));
    await made(
      api.GET("/api/v1/reports/patient/{patientId}", { params: { path: { patientId: image.patientId } } }),
    );
    await made(
      api.GET("/api/v1/reports/radiologist/{radiologistId}", {
        params: { path: { radiologistId: userId } },
      }),
    );

    await made(
      api.PUT("/api/v1/studies/{id}/measurements", {
        ...study,
        body: {
          measurements: [
            {
              id: "m1",
              kind: "length",
              values: [{ quantity: "length", value: 12.5, unit: "mm" }],
              sopInstanceUid: file.SOPInstanceUID,
              points: [
                [1, 1],
                [4, 5],
              ],
            },
          ],
        },
      }),
    );
    await made(api.GET("/api/v1/studies/{id}/measurements", study));
    await made(
      api.PUT("/api/v1/studies/{id}/key-images", {
        ...study,
        body: { images: [{ sopInstanceUid: file.SOPInstanceUID }] },
      }),
    );
    await made(api.GET("/api/v1/studies/{id}/key-images", study));

    const share = await made(
      api.POST("/api/v1/studies/{id}/share", { ...study, body: { includeReport: true } }),
    );
    const link = { token: share.url.split("/").at(-1)! };
    await made(api.GET("/api/v1/studies/{id}/shares", study));
    const shown = await made(api.GET("/api/v1/shares/{token}", { params: { path: link } }));
    expect(shown).toBeDefined();
    const shared = { params: { path: { ...link, imageId: image.id } }, parseAs: "arrayBuffer" as const };
    await made(api.GET("/api/v1/shares/{token}/images/{imageId}/preview", shared));
    await made(api.GET("/api/v1/shares/{token}/images/{imageId}/content", shared));
    await made(api.GET("/api/v1/shares/{token}/report", { params: { path: link }, parseAs: "arrayBuffer" }));
    await made(api.DELETE("/api/v1/shares/{id}", path(share.id)));

    const amended = await made(api.GET("/api/v1/reports/{id}", report));
    await made(
      api.POST("/api/v1/reports/{id}/entered-in-error", {
        ...report,
        body: { reason: "wrong patient", password, expectedVersion: amended.version },
      }),
    );
    const other = await upload(ctInstance({ PatientID: "REPORT-2" }));
    const second = await made(
      api.POST("/api/v1/reports", {
        body: { studyId: other.studyId, findings: "Clear lungs.", impression: "Normal." },
      }),
    );
    await made(
      api.PUT("/api/v1/reports/{id}/confirm", {
        ...path(second.id),
        body: { password, expectedVersion: second.version },
      }),
    );
    const third = await upload(ctInstance({ PatientID: "REPORT-3" }));
    const unwanted = await made(api.POST("/api/v1/reports", { body: { studyId: third.studyId } }));
    await made(api.DELETE("/api/v1/reports/{id}", { ...path(unwanted.id), body: { reason: "twice" } }));
  });

  test("critical findings", async () => {
    const image = await upload(ctInstance({ PatientID: "FINDING-1" }));
    const raise = (description: string) =>
      made(
        api.POST("/api/v1/critical-findings", {
          body: { studyId: image.studyId, description, severity: "urgent", recipients: [userId] },
        }),
      );
    const finding = path((await raise("Pneumothorax on the left")).id);
    await made(api.GET("/api/v1/critical-findings"));
    await made(api.GET("/api/v1/critical-findings/pending"));
    await made(
      api.GET("/api/v1/critical-findings/severity/{severity}", { params: { path: { severity: "high" } } }),
    );
    await made(
      api.GET("/api/v1/critical-findings/study/{studyId}", { params: { path: { studyId: image.studyId } } }),
    );
    await made(api.GET("/api/v1/critical-findings/{id}/alarm", finding));
    await made(api.GET("/api/v1/critical-findings/{id}", finding));
    await made(
      api.PATCH("/api/v1/critical-findings/{id}", { ...finding, body: { description: "Pneumothorax" } }),
    );
    await made(
      api.POST("/api/v1/critical-findings/{id}/acknowledge", {
        ...finding,
        body: { readBack: "Pneumothorax", method: "phone" },
      }),
    );
    await made(
      api.POST("/api/v1/critical-findings/{id}/follow-up", { ...finding, body: { action: "Drain" } }),
    );
    await made(api.POST("/api/v1/critical-findings/{id}/close", { ...finding, body: { note: "done" } }));
    await made(api.GET("/api/v1/critical-findings/{id}/history", finding));
    const mistaken = await raise("Nodule");
    await made(
      api.POST("/api/v1/critical-findings/{id}/void", { ...path(mistaken.id), body: { reason: "error" } }),
    );
    const policies = await made(api.GET("/api/v1/critical-finding-policies"));
    await made(
      api.PUT("/api/v1/critical-finding-policies", { body: { facilityId, policies: policies.policies } }),
    );
    const notices = await eventually(async () => {
      const { data } = await made(api.GET("/api/v1/notifications"));
      return data.length > 0 ? data : null;
    });
    await made(api.POST("/api/v1/notifications/{id}/read", path(notices[0]!.id)));
  });

  test("bills", async () => {
    const patient = await newPatient();
    const bill = await made(
      api.POST("/api/v1/billing", {
        body: {
          patientId: patient.id,
          currency: "eur",
          lines: [{ code: "71250", description: "CT", quantity: 1, unitAmount: 100 }],
        },
      }),
    );
    await made(api.GET("/api/v1/billing", { params: { query: { status: "pending" } } }));
    await made(api.GET("/api/v1/billing", { params: { query: { format: "csv" } }, parseAs: "text" }));
    await made(api.GET("/api/v1/billing/{id}", path(bill.id)));
    await made(api.PATCH("/api/v1/billing/{id}", { ...path(bill.id), body: { dueDate: "2027-01-31" } }));
    await made(
      api.PUT("/api/v1/billing/{id}/pay", { ...path(bill.id), body: { amount: 40, method: "card" } }),
    );
    await made(
      api.POST("/api/v1/billing/{id}/refunds", {
        ...path(bill.id),
        body: { amount: 40, reason: "goodwill" },
      }),
    );
    await made(api.POST("/api/v1/billing/{id}/void", { ...path(bill.id), body: { reason: "mistake" } }));
    const ofPatient = { params: { path: { patientId: patient.id } } };
    await made(api.GET("/api/v1/billing/patient/{patientId}", ofPatient));
    await made(api.GET("/api/v1/billing/patient/{patientId}/total", ofPatient));
    await made(api.GET("/api/v1/billing/aging"));
    await made(api.GET("/api/v1/billing/payments"));

    const order = await made(
      api.POST("/api/v1/imaging-orders", {
        body: {
          patientId: patient.id,
          providerId: userId,
          facilityId,
          modality: "CT",
          bodyPart: "HEAD",
          clinicalIndication: "Headache",
        },
      }),
    );
    const image = await upload(
      ctInstance({
        PatientID: patient.identifiers[0]!.value,
        PatientName: `${patient.lastName}^Jane`,
        AccessionNumber: order.accessionNumber,
      }),
    );
    const report = await made(
      api.POST("/api/v1/reports", {
        body: { studyId: image.studyId, findings: "Nothing.", impression: "Normal." },
      }),
    );
    await made(
      api.POST("/api/v1/reports/{id}/sign", {
        ...path(report.id),
        body: { password, expectedVersion: report.version },
      }),
    );
    const unpriced = await eventually(async () => {
      const { data } = await made(api.GET("/api/v1/billing/without-price"));
      return data[0];
    });
    await made(
      api.DELETE("/api/v1/billing/without-price/{orderId}", {
        params: { path: { orderId: unpriced.orderId } },
      }),
    );
  });

  test("webhooks, of something that happens", async () => {
    const hook = await made(
      api.POST("/api/v1/webhooks", {
        body: { url: "https://hooks.invalid/isocenter", events: ["patient.created"], facilityId },
      }),
    );
    const one = path(hook.id);
    await made(api.GET("/api/v1/webhooks"));
    await made(api.GET("/api/v1/webhooks/{id}", one));
    await made(api.PATCH("/api/v1/webhooks/{id}", { ...one, body: { description: "ours" } }));
    await made(api.POST("/api/v1/webhooks/{id}/rotate-secret", one));
    await made(api.POST("/api/v1/webhooks/{id}/test", one));
    await newPatient();
    const delivery = await eventually(async () => {
      const { data } = await made(api.GET("/api/v1/webhooks/{id}/deliveries", one));
      return data.find(({ event }) => event === "patient.created");
    });
    await made(
      api.POST("/api/v1/webhooks/{id}/deliveries/{deliveryId}/redeliver", {
        params: { path: { id: hook.id, deliveryId: delivery.id } },
      }),
    );
    await made(api.DELETE("/api/v1/webhooks/{id}", one));
  });

  test("analytics", async () => {
    const query = { from: "2026-01-01", to: "2026-12-31" };
    await made(api.GET("/api/v1/analytics/turnaround", { params: { query } }));
    await made(api.GET("/api/v1/analytics/volumes", { params: { query } }));
    await made(api.GET("/api/v1/analytics/productivity", { params: { query } }));
    await made(api.GET("/api/v1/analytics/critical-findings", { params: { query } }));
    await made(api.GET("/api/v1/analytics/utilization", { params: { query } }));
    await made(api.GET("/api/v1/analytics/quality", { params: { query } }));
    await made(api.GET("/api/v1/analytics/revenue", { params: { query } }));
  });

  test("HL7 systems and messages", async () => {
    const system = await made(
      api.POST("/api/v1/hl7/systems", {
        body: { name: "Hospital", application: "HIS", receives: ["ADT", "ORDERS"], facilityId },
      }),
    );
    const his = path(system.id);
    await made(api.GET("/api/v1/hl7/systems"));
    await made(api.GET("/api/v1/hl7/systems/{id}", his));
    const receiver = await hl7Receiver();
    onTestFinished(() => receiver.shut());
    receiver.reply = () => ({ code: "AE", text: "No such patient" });
    const { port } = receiver;
    await made(
      api.PATCH("/api/v1/hl7/systems/{id}", {
        ...his,
        body: { host: "127.0.0.1", port, sends: ["ORDER_STATUS"] },
      }),
    );
    await made(api.POST("/api/v1/hl7/systems/{id}/test", his));
    await made(
      api.POST("/api/v1/imaging-orders", {
        body: {
          patientId: (await newPatient()).id,
          providerId: userId,
          facilityId,
          modality: "MR",
          bodyPart: "KNEE",
          clinicalIndication: "Pain",
        },
      }),
    );
    const refused = () =>
      eventually(async () => {
        const query = { systemId: system.id, status: "REFUSED" };
        return (await made(api.GET("/api/v1/hl7/messages", { params: { query } }))).data[0] ?? null;
      });
    const one = path((await refused()).id);
    await made(api.GET("/api/v1/hl7/messages/{id}", one));
    await made(api.POST("/api/v1/hl7/messages/{id}/retry", one));
    await refused();
    expect(receiver.got).toHaveLength(2);
    await made(api.POST("/api/v1/hl7/messages/{id}/dismiss", { ...one, body: { reason: "A test" } }));
    const control = "MSH|^~\\&|HIS|NORTH|ISOCENTER|RAD|||ADT^A04|7|P|2.5.1";
    const patient = "PID|1||HL7-1^^^HIS||DOE^JANE||19700203|F";
    expect(await tell(`${control}\r${patient}`)).toContain("MSA|AA|7");
    await made(api.PATCH("/api/v1/hl7/systems/{id}", { ...his, body: { receives: ["ORDERS"] } }));
    expect(await tell(`${control.replace("|7|", "|8|")}\r${patient}`)).toContain("MSA|AR|8");
    await made(api.PATCH("/api/v1/hl7/systems/{id}", { ...his, body: { receives: ["ADT"] } }));
    const { data } = await made(
      api.GET("/api/v1/hl7/messages", { params: { query: { status: "rejected" } } }),
    );
    const message = path(data[0]!.id);
    await made(api.GET("/api/v1/hl7/messages/{id}", message));
    expect((await made(api.POST("/api/v1/hl7/messages/{id}/retry", message))).status).toBe("ACCEPTED");
    expect(await tell("no HL7")).toContain("MSA|AR");
    const { data: left } = await made(
      api.GET("/api/v1/hl7/messages", { params: { query: { status: "rejected" } } }),
    );
    const body = { reason: "Nobody knows who that was" };
    await made(api.POST("/api/v1/hl7/messages/{id}/dismiss", { ...path(left[0]!.id), body }));
    await made(api.DELETE("/api/v1/hl7/systems/{id}", his));
  });

  test("modalities, routing and sending", async () => {
    // Known, but calling somebody else: they are refused, and knock.
    for (const aeTitle of ["STRANGER", "DISMISSED"]) {
      const body = { aeTitle, host: "127.0.0.1", port: 104, permissions: ["echo"], facilityId };
      await made(api.POST("/api/v1/modalities", { body }));
      const calling = openAssociation({
        host: "127.0.0.1",
        port: program.dicomPort,
        callingAeTitle: aeTitle,
        calledAeTitle: "SOMEBODY",
        implementation: { classUid: implementationClassUid, versionName: "CONTRACT" },
        contexts: [{ abstractSyntax: verificationSopClass, transferSyntaxes: [implicitVrLittleEndian] }],
      });
      await expect(calling).rejects.toThrow();
    }
    const knocking = await eventually(async () => {
      const { data } = await made(api.GET("/api/v1/modalities/knocking"));
      return data.length === 2 ? data : null;
    });
    await made(api.DELETE("/api/v1/modalities/knocking/{id}", path(knocking[0]!.id)));
    const letIn = await api.POST("/api/v1/modalities/knocking/{id}/let-in", {
      ...path(knocking[1]!.id),
      body: {},
    });
    expect(letIn.error).toMatchObject({ code: "knock.mend-at-modality" });

    const self = await made(
      api.POST("/api/v1/modalities", {
        body: {
          aeTitle: "ISOCENTER",
          host: "127.0.0.1",
          port: program.dicomPort,
          permissions: ["echo", "store", "find", "move", "get"],
          facilityId,
        },
      }),
    );
    const modality = path(self.id);
    await made(api.GET("/api/v1/modalities"));
    await made(api.GET("/api/v1/modalities/{id}", modality));
    await made(api.PATCH("/api/v1/modalities/{id}", { ...modality, body: { description: "ourselves" } }));
    await made(api.POST("/api/v1/modalities/{id}/echo", modality));
    await made(api.POST("/api/v1/modalities/{id}/find", { ...modality, body: { level: "study" } }));
    const image = await upload(ctInstance({ PatientID: "SEND-1" }));
    const study = await made(api.GET("/api/v1/studies/{id}", path(image.studyId)));
    await made(
      api.POST("/api/v1/modalities/{id}/move", {
        ...modality,
        body: { studyInstanceUids: [study.studyInstanceUid] },
      }),
    );
    const fetched = await made(
      api.POST("/api/v1/modalities/{id}/get", {
        ...modality,
        body: { studyInstanceUids: [study.studyInstanceUid] },
      }),
    );
    expect(fetched).toMatchObject({ outcome: "DONE", completed: 1 });
    const away = await made(
      api.POST("/api/v1/modalities", {
        body: { aeTitle: "AWAY", host: "127.0.0.1", port: 1, permissions: ["store"], facilityId },
      }),
    );
    await made(
      api.POST("/api/v1/modalities/{id}/send", { ...path(away.id), body: { studies: [image.studyId] } }),
    );
    const item = (await made(api.GET("/api/v1/send-queue"))).data[0]!;
    await made(api.GET("/api/v1/send-queue/destinations"));
    await made(api.GET("/api/v1/send-queue/{id}", path(item.id)));
    await made(api.POST("/api/v1/send-queue/{id}/cancel", path(item.id)));
    // Once the attempt that is under way has ended.
    await eventually(
      async () => (await api.POST("/api/v1/send-queue/{id}/retry", path(item.id))).response.ok,
    );
    const rule = await made(
      api.POST("/api/v1/routing-rules", { body: { name: "CT away", destinationId: away.id, facilityId } }),
    );
    await made(api.GET("/api/v1/routing-rules"));
    await made(api.GET("/api/v1/routing-rules/{id}", path(rule.id)));
    await made(api.PATCH("/api/v1/routing-rules/{id}", { ...path(rule.id), body: { enabled: false } }));
    await made(api.DELETE("/api/v1/routing-rules/{id}", path(rule.id)));
    await made(api.DELETE("/api/v1/modalities/{id}", modality));
    await made(api.DELETE("/api/v1/demo", {}));
    await made(api.GET("/api/v1/demo"));
  });
});

/** An operation with the first call of it that succeeded. */
const called = () =>
  contract.operations.flatMap((operation) => {
    const call = sent.get(operation.id);
    return call ? [{ ...operation, url: new URL(call.url), body: call.body }] : [];
  });
type Called = ReturnType<typeof called>[number];

/** Sends a call once more: with or without a token, at another address, with another body. */
async function again(
  operation: Called,
  {
    url = operation.url,
    body = operation.body,
    bearer = token,
  }: Partial<Record<"body" | "bearer", string | null>> & { url?: URL },
) {
  const stop = new AbortController();
  const response = await fetch(url, {
    method: operation.method,
    signal: stop.signal,
    headers: {
      ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
      ...(body ? { "content-type": "application/json" } : {}),
    },
    ...(body ? { body } : {}),
  });
  const type = (response.headers.get("content-type") ?? "").split(";")[0]!;
  const text = type.endsWith("json") ? await response.text() : "";
  stop.abort();
  // biome-ignore lint/suspicious/noExplicitAny: whatever came
  const json = text ? (JSON.parse(text) as any) : null;
  return { status: response.status, type, json };
}

const withQuery = (url: URL, name: string, value: string): URL => {
  const changed = new URL(url);
  changed.searchParams.set(name, value);
  return changed;
};
const elsewhere = (url: URL, prefix: string, end: string): URL =>
  Object.assign(new URL(url), { pathname: url.pathname.replace(/^\/api\/v1/, prefix) + end });

/** Calls for each, some at once, and what is wrong with them. */
async function eachCall(
  operations: readonly Called[],
  check: (operation: Called) => Promise<string | null | undefined | false>,
): Promise<string[]> {
  const left = [...operations];
  const found: string[] = [];
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const complaint = await check(next);
      if (complaint) found.push(`${next.id}: ${complaint}`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return found.sort();
}

const ofApi = ({ path }: { path: string }) => path.startsWith("/api/");

async function withoutToken(one: Called) {
  const { status, type, json } = await again(one, { bearer: null, body: one.body ?? null });
  return (
    (status !== 401 || type !== "application/problem+json" || json.code !== "auth.missing") && `${status}`
  );
}

async function withUnknownParameter(one: Called) {
  for (const prefix of ["/api/v1", "/api"])
    for (const end of ["", "/"]) {
      const url = withQuery(elsewhere(one.url, prefix, end), "surprise", "1");
      const { status, json } = await again(one, { url });
      const named = json?.errors?.some(({ path }: { path: string }) => path === "querystring.surprise");
      if (status !== 400 || !named) return `${prefix}${end} ${status} ${JSON.stringify(json)}`;
    }
  return null;
}

describe("all over the API", () => {
  test("nothing is answered without a token but what is public", async () => {
    const closed = called().filter((one) => !one.public);
    expect(await eachCall(closed, withoutToken)).toEqual([]);
  });

  test("an unknown query parameter is a 400 that names it, under both prefixes, with a trailing slash and without", async () => {
    expect(await eachCall(called().filter(ofApi), withUnknownParameter)).toEqual([]);
  });

  test("the pages about the API are open to who has no token, and the index is HTML unless JSON is asked for", async () => {
    for (const path of ["/docs", "/docs/", "/docs/static/index.html", "/redoc", "/api", "/api/v1/"]) {
      const page = await fetch(`${program.url}${path}`);
      const type = page.headers.get("content-type")?.split(";")[0];
      expect([path, page.status, type]).toEqual([path, 200, "text/html"]);
      await page.arrayBuffer();
    }
    const json = await fetch(`${program.url}/api`, { headers: { accept: "application/json" } });
    expect(json.headers.get("content-type")).toMatch(/^application\/json/);
  });

  test("lists about a study or a patient that there is not are a 404, and filters of time take a day or a moment", async () => {
    const nobody = "01900000-0000-7000-8000-000000000000";
    const ask = async (path: string) =>
      (await fetch(`${program.url}/api/v1${path}`, { headers: { authorization: `Bearer ${adminToken}` } }))
        .status;
    for (const path of ["reports/study", "reports/patient", "critical-findings/study", "images/patient"])
      expect([path, await ask(`/${path}/${nobody}`)]).toEqual([path, 404]);
    for (const [path, from, to] of [
      ["images", "createdFrom", "createdTo"],
      ["logs", "from", "to"],
      ["audit", "from", "to"],
      ["break-glass", "from", "to"],
    ])
      for (const [text, status] of [
        ["2026-01-01", 200],
        ["2026-01-01T00:00:00%2B02:00", 200],
        ["2026-01-01T00:00:00", 400],
        ["2026-02-30", 400],
      ])
        for (const name of [from, to])
          expect([path, name, text, await ask(`/${path}?${name}=${text}`)]).toEqual([
            path,
            name,
            text,
            status,
          ]);
  });

  test("an unknown member of a body is a 400 that names it", async () => {
    // What a person prefers is free, and files are no JSON.
    const free = new Set(["replaceMyPreferences"]);
    const json = called().filter((one) => ofApi(one) && one.method !== "GET" && one.body !== undefined);
    expect(json.length).toBeGreaterThan(80);
    expect(
      await eachCall(
        json.filter(({ id }) => !free.has(id)),
        async (one) => {
          const body = JSON.stringify({ ...JSON.parse(one.body ?? "{}"), surprise: 1 });
          const { status, json } = await again(one, { body });
          const named = json?.errors?.some(({ path }: { path: string }) => path === "body.surprise");
          return (status !== 400 || !named) && `${status} ${JSON.stringify(json)}`;
        },
      ),
    ).toEqual([]);
  });

  test("what is read is the same under both prefixes, with a trailing slash and without", async () => {
    const readable = called().filter(
      (one) => ofApi(one) && one.method === "GET" && one.id !== "followEvents",
    );
    expect(
      await eachCall(readable, async (one) => {
        const first = await again(one, {});
        for (const [prefix, end] of [
          ["/api/v1", "/"],
          ["/api", ""],
          ["/api", "/"],
        ] as const) {
          const other = await again(one, { url: elsewhere(one.url, prefix, end) });
          const shape = (answer: typeof first) => [
            answer.status,
            answer.type,
            Object.keys(answer.json ?? {}),
          ];
          if (JSON.stringify(shape(other)) !== JSON.stringify(shape(first)))
            return `${prefix}${end} ${other.status} is not ${first.status}`;
        }
        return null;
      }),
    ).toEqual([]);
  });

  test("lists have one shape: 25 where nothing is said, at most 200, and the page that was asked for", async () => {
    const lists = called().filter(({ isList }) => isList);
    expect(lists.length).toBeGreaterThan(20);
    expect(
      await eachCall(lists, async (one) => {
        const whole = await again(one, {});
        // Of something that was deleted by now.
        if (whole.status === 404) return null;
        if (whole.json.pagination.limit !== 25) return `limit ${whole.json.pagination.limit}`;
        const page = await again(one, { url: withQuery(one.url, "limit", "1") });
        const { limit, total, next } = page.json.pagination;
        if (page.json.data.length > 1 || limit !== 1) return `limit=1 gives ${page.json.data.length}`;
        if (total > 1 && typeof next !== "string") return "no next page";
        if (next) {
          const second = await again(one, { url: new URL(next, one.url) });
          if (second.status !== 200 || second.json.data.length > 1) return `next: ${second.status}`;
        }
        const many = await again(one, { url: withQuery(one.url, "limit", "201") });
        return many.status !== 400 && `limit=201 is ${many.status}`;
      }),
    ).toEqual([]);
  });

  test("enumerations in filters are read in any case, and an unknown value is a 400 that names the parameter", async () => {
    const values: Record<string, Record<string, string>> = {
      listStudies: { status: "final", modality: "mri" },
      listImages: { modality: "x-ray", format: "dicom" },
      listImagingOrders: { status: "requested", modality: "pet_ct", priority: "stat" },
      listUsers: { role: "front_desk" },
      listCriticalFindings: { status: "acknowledged", severity: "significant" },
      listPendingCriticalFindings: { severity: "urgent" },
      listBills: { status: "partially_paid" },
      listWorklist: { modality: "ultrasound", priority: "routine" },
      listProcedures: { modality: "mri" },
    };
    const complaints = await eachCall(
      called().filter(({ id }) => id in values),
      async (one) => {
        for (const [name, value] of Object.entries(values[one.id]!)) {
          if (!(name in one.query)) continue;
          for (const written of [value, value.toUpperCase()]) {
            const { status, json } = await again(one, { url: withQuery(one.url, name, written) });
            if (status !== 200) return `${name}=${written}: ${status} ${JSON.stringify(json)}`;
          }
          if (name === "modality") continue;
          const { status, json } = await again(one, { url: withQuery(one.url, name, "nonsense") });
          if (status !== 400 || !JSON.stringify(json.errors ?? json.detail).includes(name))
            return `${name}=nonsense: ${status} ${JSON.stringify(json)}`;
        }
        return null;
      },
    );
    expect(complaints).toEqual([]);
  });

  test("what creates or pays takes a key, so that asking twice does it once", () => {
    /** Their answers hold a secret, or they take a body that is no JSON; see docs/decisions/0007-idempotency.md. */
    const without = new Set([
      "createUser",
      "createApiKey",
      "createWebhook",
      "shareStudy",
      "login",
      "createImage",
      "uploadImages",
      "uploadDicom",
    ]);
    const creating = contract.operations.filter(({ id, answers }) => "201" in answers || id === "payBill");
    expect(creating.filter(({ id, takesKey }) => !takesKey && !without.has(id)).map(({ id }) => id)).toEqual(
      [],
    );
  });
});

test("the demonstration is loaded: last of all, because the program draws pictures for it from then on", async () => {
  await made(api.POST("/api/v1/demo"));
  const load = called().filter(({ id }) => id === "loadDemonstration");
  expect(load).toHaveLength(1);
  expect(await eachCall(load, withoutToken)).toEqual([]);
  expect(await eachCall(load, withUnknownParameter)).toEqual([]);
  expect((await made(api.GET("/api/v1/demo"))).state).toBe("LOADING");
});

test("every answer was as the document says", () => {
  expect(wrong).toEqual([]);
});

/** No job gave up in a department that is one minute old, and nobody knocks from another machine; the refusals are judged all the same. */
const refusedHere = new Set(["retryJob", "letKnockingCallerIn"]);

test("every operation was called and did what it is for: write a call for what is new", () => {
  expect(
    contract.operations.map(({ id }) => id).filter((id) => !sent.has(id) && !refusedHere.has(id)),
  ).toEqual([]);
});
