import type { Priority, Role } from "@isocenter/contract";
import { newUid } from "@isocenter/dicom";
import { type Archive, archiveRoutes, createArchive } from "@isocenter/server/modules/archive/index.ts";
import { type IdentityWithDeps, sessionRoutes } from "@isocenter/server/modules/identity/index.ts";
import type { Journal } from "@isocenter/server/modules/journal/index.ts";
import {
  measurementRoutes,
  movedShares,
  paperRoutes,
  registerReportPapers,
  reportNotices,
  reportRoutes,
} from "@isocenter/server/modules/reports/index.ts";
import { newId, prepareJobs, type Routes } from "@isocenter/server/platform/index.ts";
import { beforeAll, inject } from "vitest";
import { viewerAt } from "./archive.ts";
import type { testDatabase } from "./database.ts";
import { testPassword, testServer } from "./identity.ts";
import { chunked, ctInstance } from "./instances.ts";
import type { TestPlatform } from "./platform.ts";

/** Somebody who is signed in. */
export interface Person {
  id: string;
  name: string;
  username: string;
  /** Renewed when the clock has outrun them. */
  headers: { authorization: string };
}

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came.
  body: any;
  headers: Record<string, unknown>;
}

/** An archive and the reading room over it, with people at one facility. Call at the top of the file. */
export function testReadingRoom(
  database: ReturnType<typeof testDatabase>,
  platform: TestPlatform,
  more: (parts: {
    identity: IdentityWithDeps;
    journal: Journal;
    archive: Archive;
  }) => readonly Routes[] = () => [],
  /** Beside the API, at the root. */
  atRoot: (parts: { journal: Journal; archive: Archive }) => readonly Routes[] = () => [],
) {
  let archive: Archive | undefined;
  let facilityId = "";
  let patients = 0;
  const server = testServer(
    platform,
    ({ identity, journal }) => {
      archive = createArchive(platform, journal);
      journal.registerReader(reportNotices(platform.clock));
      journal.registerReader(movedShares(platform.clock, journal));
      registerReportPapers({ platform, journal, archive });
      return [
        sessionRoutes(identity),
        archiveRoutes({ platform, archive }),
        reportRoutes({ platform, journal, identity }),
        paperRoutes({ platform, journal, archive }),
        measurementRoutes({ platform, journal, archive }),
        ...more({ identity, journal, archive }),
      ];
    },
    ({ journal }) => [
      async (app) => {
        // The archive is there by now: routes are put in after all of them are made.
        for (const routes of atRoot({ journal, archive: archive! })) await routes(app);
      },
    ],
  );
  beforeAll(async () => {
    await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
    await platform.objects.check();
    facilityId = await server.addFacility("Here");
  });

  async function call(
    who: Person,
    method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE",
    url: string,
    payload?: object,
    more: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await server.app.inject({
      method,
      url: `/api/v1${url}`,
      headers: { ...who.headers, ...more },
      ...(payload ? { payload } : {}),
    });
    const body = answer.body === "" ? null : answer.json();
    if (body?.code === "auth.expired-token" || body?.code === "auth.session-ended") {
      who.headers = await server.signIn(who.username);
      return await call(who, method, url, payload, more);
    }
    return { status: answer.statusCode, body, headers: answer.headers };
  }

  const room = {
    server,
    call,
    get facilityId() {
      return facilityId;
    },
    async person(roles: readonly Role[], at = facilityId): Promise<Person> {
      const { id, username } = await server.addUser({ roles, facilityIds: [at] });
      return { id, name: `Full ${username}`, username, headers: await server.signIn(username) };
    },
    /** A study with images, of a patient of its own. @returns what is needed to send more of it */
    async study({ images = 1, at = facilityId } = {}) {
      const attributes = {
        StudyInstanceUID: newUid(),
        SeriesInstanceUID: newUid(),
        PatientID: `R-${++patients}`,
        PatientName: `Doe^Jane ${patients}`,
      };
      const one = await room.image(attributes, at);
      for (let number = 1; number < images; number++) await room.image(attributes, at);
      return { id: one.studyId, patientId: one.patientId, attributes };
    },
    async image(attributes: object, at = facilityId) {
      const made = ctInstance({ ...attributes });
      return await archive!.ingest(viewerAt([at]), { chunks: chunked(made.bytes), door: "upload" });
    },
    /** An order of the study, placed by the provider. */
    async order(
      study: { id: string; patientId: string },
      providerId: string,
      procedureId: string | null = null,
      priority: Priority = "ROUTINE",
    ) {
      const id = newId(platform.clock);
      const now = platform.clock.now();
      const number = id.slice(-12);
      await database.db`insert into imaging_order ${database.db({
        id,
        facility_id: facilityId,
        patient_id: study.patientId,
        provider_id: providerId,
        accession_number: number,
        requested_procedure_id: number,
        study_instance_uid: newUid(),
        procedure_id: procedureId,
        procedure_name: "CT",
        modality: "CT",
        clinical_indication: "pain",
        priority,
        status: "PERFORMED",
        duration_minutes: 10,
        ordered_at: now,
        created_by: providerId,
        updated_at: now,
      })}`;
      await database.db`update study set order_id = ${id} where id = ${study.id}`;
      return id;
    },
    /** Begins the report of a study. */
    async begin(who: Person, studyId: string, more: object = {}): Promise<Answer["body"]> {
      const answer = await call(who, "POST", "/reports", {
        studyId,
        findings: "No fracture.",
        impression: "Normal.",
        ...more,
      });
      if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
      return answer.body;
    },
    sign: (who: Person, report: { id: string; version: number }, more: object = {}) =>
      call(who, "POST", `/reports/${report.id}/sign`, {
        expectedVersion: report.version,
        password: testPassword,
        ...more,
      }),
    amend: (who: Person, report: { id: string; version: number }, more: object) =>
      call(who, "POST", `/reports/${report.id}/amend`, {
        kind: "AMENDED",
        reason: "a second look",
        expectedVersion: report.version,
        password: testPassword,
        ...more,
      }),
  };
  return room;
}
