import {
  AuditEntry,
  AuditListQuery,
  CheckDuplicates,
  Id,
  listOf,
  MergedPatient,
  MergePatients,
  Patient,
  PatientMerge,
  Problem,
} from "@isocenter/contract";
import { Type } from "typebox";
import {
  type App,
  expectedVersion,
  listAnswer,
  type Platform,
  type Routes,
  sendVersioned,
  transact,
} from "../../platform/index.ts";
import { type Journal, listAudit, type NameEntries } from "../journal/index.ts";
import { clusterOf, type MergeFollower, mergePatients, undoMerge } from "./merge.ts";
import { listDuplicates, listDuplicatesOf, listMerges } from "./merge-queries.ts";
import { getPatient } from "./queries.ts";

const problems = { "4xx": Problem };
const params = Type.Object({ id: Id });
const tags = ["Patients"];
const { patientId: _, kind: __, ...accessFilters } = AuditListQuery.properties;
const AccessListQuery = Type.Object(accessFilters, { additionalProperties: false });

/** Facts that say that somebody came to see records, or gave them away. */
const looksAndExports = [
  "access.broken-glass",
  "access.care-claimed",
  "share.created",
  "share.revoked",
  "send.queued",
] as const;

export interface MergeRoutesDeps {
  platform: Platform;
  journal: Journal;
  /** Rooms above whose records go with their patients. */
  followers: readonly MergeFollower[];
  /** What people call what was looked at. */
  nameEntries?: NameEntries;
}

/** Merging patients and parting them again, who may be the same, and who looked at them. */
export function mergeRoutes({ platform, journal, followers, nameEntries }: MergeRoutesDeps): Routes {
  const { db, clock } = platform;
  const context = { clock, journal, followers };
  return (app: App) => {
    app.post(
      "/patients/:id/merge",
      {
        config: { permission: "patients.write", idempotent: true },
        schema: {
          tags,
          summary: "Makes one patient of two; answers with the survivor",
          params,
          body: MergePatients,
          response: { 200: MergedPatient, ...problems },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const { intoPatientId, reason } = request.body;
        const version = expectedVersion(request, request.body.expectedVersion);
        const input = {
          intoPatientId,
          reason,
          ...(version === undefined ? {} : { expectedVersion: version }),
        };
        const mergeId = await transact(db, (tx) => mergePatients(tx, request.viewer, id, input, context));
        const survivor = await getPatient(db, request.viewer, intoPatientId);
        return sendVersioned(reply, { ...survivor, mergeId });
      },
    );
    app.post(
      "/patients/merges/:id/undo",
      {
        config: { permission: "patients.write" },
        schema: {
          tags,
          summary: "Parts again what a merge joined; answers with the patient who is there again",
          params,
          response: { 200: Patient, ...problems },
        },
      },
      async (request, reply) => {
        const id = await transact(db, (tx) => undoMerge(tx, request.viewer, request.params.id, context));
        return sendVersioned(reply, await getPatient(db, request.viewer, id));
      },
    );
    app.get(
      "/patients/:id/merges",
      {
        config: { permission: "patients.read" },
        schema: {
          tags,
          summary: "The merges that a patient is part of, the newest first",
          params,
          response: { 200: Type.Object({ data: Type.Array(PatientMerge) }), ...problems },
        },
      },
      async (request) => ({ data: await listMerges(db, request.viewer, request.params.id) }),
    );
    app.get(
      "/patients/:id/duplicates",
      {
        config: { permission: "patients.write" },
        schema: {
          tags,
          summary: "Patients who may be the same person, the likeliest first",
          params,
          response: { 200: Type.Object({ data: Type.Array(Patient) }), ...problems },
        },
      },
      async (request) => {
        const data = await listDuplicates(db, request.viewer, request.params.id);
        await journal.access(request.viewer, {
          action: "patient.searched",
          subject: { type: "patient", id: request.params.id },
          patientId: request.params.id,
          data: { found: data.length },
        });
        return { data };
      },
    );
    app.post(
      "/patients/duplicates-check",
      {
        config: { permission: "patients.write" },
        schema: {
          tags,
          summary: "Patients who may be the person that is to be entered, the likeliest first",
          body: CheckDuplicates,
          response: { 200: Type.Object({ data: Type.Array(Patient) }), ...problems },
        },
      },
      async (request) => {
        const data = await listDuplicatesOf(db, request.viewer, request.body);
        await journal.access(request.viewer, {
          action: "patient.searched",
          subject: { type: "search", id: "duplicates" },
          data: { found: data.length },
        });
        return { data };
      },
    );
    app.get(
      "/patients/:id/accesses",
      {
        config: { permission: "audit.read" },
        schema: {
          tags,
          summary: "Who looked at this patient, or gave records away, the newest first",
          params,
          querystring: AccessListQuery,
          response: { 200: listOf(AuditEntry), ...problems },
        },
      },
      async (request) => {
        const { viewer } = request;
        const { id } = request.params;
        await getPatient(db, viewer, id);
        const page = await listAudit(db, viewer, request.query, {
          name: nameEntries ?? null,
          of: { patientIds: await clusterOf(db, [id]), facts: looksAndExports },
        });
        await journal.access(viewer, {
          action: "audit.viewed",
          subject: { type: "audit", id: "accesses" },
          patientId: id,
        });
        return listAnswer(request, request.query, page);
      },
    );
  };
}
