import {
  ChangePatient,
  CreatePatient,
  Id,
  listOf,
  Patient,
  PatientListQuery,
  Problem,
} from "@isocenter/contract";
import { Type } from "typebox";
import {
  type App,
  created,
  listAnswer,
  type Platform,
  type Routes,
  sendVersioned,
  transact,
  type Viewer,
  versionedBody,
} from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import { changePatient, createPatient, type PatientContext } from "./commands.ts";
import { getPatient, listPatients } from "./queries.ts";

const problems = { "4xx": Problem };
const params = Type.Object({ id: Id });

/** `/patients`: entering, finding, reading and changing demographics. */
export function patientRoutes(deps: { platform: Platform; journal: Journal }): Routes {
  const { db, clock } = deps.platform;
  const { journal } = deps;
  const context: PatientContext = { clock, journal };

  /** Reads a patient and writes down who did. */
  async function view(viewer: Viewer, patientId: string): Promise<Patient> {
    const patient = await getPatient(db, viewer, patientId);
    await journal.access(viewer, {
      action: "patient.viewed",
      subject: { type: "patient", id: patientId },
      patientId,
      facilityId: patient.facilityIds[0] ?? null,
    });
    return patient;
  }

  return (app: App) => {
    app.get(
      "/patients",
      {
        config: { permission: "patients.read" },
        schema: {
          tags: ["Patients"],
          summary: "Finds patients by name, identifier and birth date",
          querystring: PatientListQuery,
          response: { 200: listOf(Patient), ...problems },
        },
      },
      async (request) => {
        const page = await listPatients(db, request.viewer, request.query);
        await journal.access(request.viewer, {
          action: "patient.searched",
          subject: { type: "search", id: "patients" },
          data: { found: page.total },
        });
        return listAnswer(request, request.query, page);
      },
    );

    app.post(
      "/patients",
      {
        config: { permission: "patients.write", idempotent: true },
        schema: {
          tags: ["Patients"],
          summary: "Enters a patient",
          body: CreatePatient,
          response: { 201: Patient, ...problems },
        },
      },
      async (request, reply) => {
        const id = await transact(db, (tx) => createPatient(tx, request.viewer, request.body, context));
        created(request, reply, id);
        return sendVersioned(reply, await getPatient(db, request.viewer, id));
      },
    );

    app.get(
      "/patients/:id",
      {
        config: { permission: "patients.read" },
        schema: {
          tags: ["Patients"],
          summary: "Reads a patient",
          params,
          response: { 200: Patient, ...problems },
        },
      },
      async (request, reply) => sendVersioned(reply, await view(request.viewer, request.params.id)),
    );

    app.patch(
      "/patients/:id",
      {
        config: { permission: "patients.write" },
        schema: {
          tags: ["Patients"],
          summary: "Changes a patient; what a person changed, later images do not overwrite",
          params,
          body: ChangePatient,
          response: { 200: Patient, ...problems },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const input = versionedBody(request);
        await transact(db, (tx) => changePatient(tx, request.viewer, id, input, context));
        return sendVersioned(reply, await getPatient(db, request.viewer, id));
      },
    );
  };
}
