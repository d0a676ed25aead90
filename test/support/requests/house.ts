import type { Role } from "@isocenter/contract";
import type { Modules } from "@isocenter/server/compose.ts";
import { type App, newId } from "@isocenter/server/platform/index.ts";
import { viewerAt } from "../archive.ts";
import { testPassword } from "../identity.ts";
import { chunked, ctInstance } from "../instances.ts";
import type { TestPlatform } from "../platform.ts";

// biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
export type Json = any;

/** A request of an operation, all of whose names are of one house. */
export interface Ask {
  path?: Record<string, string>;
  query?: Record<string, string>;
  body?: Record<string, Json>;
  /** Fields of a form, with one file. */
  form?: { file: Uint8Array } & Record<string, string | Uint8Array>;
  /** Who asks; everybody in one person when left out. */
  headers?: { authorization: string };
}

interface Doubtful {
  id: string;
  studyId: string;
  patientId: string;
}

export interface Person {
  id: string;
  username: string;
  headers: { authorization: string };
}

/** One pixel (PNG). */
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

const all: readonly Role[] = [
  "ADMINISTRATOR",
  "RADIOLOGIST",
  "RESIDENT",
  "TECHNOLOGIST",
  "PHYSICIAN",
  "FRONT_DESK",
  "BILLING",
];

/**
 * A facility with one person who may do everything in it, and with records of every kind, made as they are asked for. Two houses made alike say the same
 * in their requests except for what names a record.
 */
export async function buildHouse(
  { platform, modules, app }: { platform: TestPlatform; modules: Modules; app: App },
  name: string,
) {
  const { db, clock } = platform;
  const hash = await modules.identity.deps.hasher.hash(testPassword);
  const facilityId = newId(clock);
  const now = () => clock.now();
  await db`insert into facility (id, name, time_zone, patient_id_issuer, created_at)
    values (${facilityId}, ${name}, 'Europe/Paris', ${name}, ${now()})`;

  async function person(roles: readonly Role[] = all): Promise<Person> {
    const id = newId(clock);
    const username = `${name}-${id.slice(-12)}`.toLowerCase();
    await db`insert into app_user (id, username, username_folded, full_name, password_hash, password_changed_at, must_change_password, active, created_at)
      values (${id}, ${username}, ${username}, 'Full Name', ${hash}, ${now()}, false, true, ${now()})`;
    for (const role of roles) await db`insert into user_role values (${id}, ${role})`;
    await db`insert into user_facility values (${id}, ${facilityId}, 0)`;
    const answer = await app.inject({
      method: "POST",
      url: "/api/v1/users/login",
      payload: { username, password: testPassword },
    });
    if (answer.statusCode !== 200) throw new Error(answer.body);
    return { id, username, headers: { authorization: `Bearer ${answer.json().accessToken}` } };
  }
  const me = await person();
  const second = await person();

  /** Something that has to succeed. */
  async function call(
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
    url: string,
    payload?: object,
    who = me,
  ): Promise<Json> {
    const answer = await app.inject({
      method,
      url: `/api/v1${url}`,
      headers: who.headers,
      ...(payload ? { payload } : {}),
    });
    if (answer.statusCode >= 300) throw new Error(`${method} ${url}: ${answer.statusCode} ${answer.body}`);
    return answer.body === "" ? null : answer.json();
  }

  let count = 0;
  const house = {
    name,
    facilityId,
    me,
    second,
    person,
    call,
    db,
    modules,
    now,
    /** A name that nothing has yet. */
    fresh: () => `FRESH${name}${++count}`,
    patient: async (): Promise<Json> =>
      call("POST", "/patients", {
        firstName: "Jane",
        lastName: "Doe",
        birthDate: "1970-01-02",
        sex: "F",
        identifiers: [{ value: `${name}-${++count}` }],
      }),
    /** An archived study of one image, of a patient of its own when none is named. */
    async study(attributes: object = {}) {
      const file = ctInstance({
        PatientID: `${name}-${++count}`,
        AccessionNumber: `${name}${count}`,
        ...attributes,
      });
      const { studyId, patientId } = await modules.archive.ingest(viewerAt([facilityId]), {
        chunks: chunked(file.bytes),
        door: "upload",
      });
      const [row] = await db<{ image: string; series: string }[]>`
        select i.id as image, i.series_id as series from instance i where i.sop_instance_uid = ${file.SOPInstanceUID}`;
      return { studyId, patientId, file, imageId: row!.image, seriesId: row!.series };
    },
    /** The same UIDs with other data: kept apart. */
    async quarantined(): Promise<Doubtful> {
      const { file, studyId, patientId } = await house.study();
      const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID } = file;
      const other = ctInstance({
        StudyInstanceUID,
        SeriesInstanceUID,
        SOPInstanceUID,
        StudyDescription: "Other data",
      });
      await modules.archive.ingest(viewerAt([facilityId]), { chunks: chunked(other.bytes), door: "upload" });
      const [row] = await db<{ id: string }[]>`
        select id from quarantine where study_instance_uid = ${StudyInstanceUID}`;
      return { id: row!.id, studyId, patientId };
    },
    /** A study under a number that somebody else has. */
    async doubted(): Promise<Doubtful> {
      const first = await house.patient();
      const { studyId, patientId } = await house.study({
        PatientID: first.identifiers[0].value,
        PatientName: "Somebody^Else",
        PatientBirthDate: "19010101",
      });
      const [row] = await db<{ id: string }[]>`
        select id from reconciliation_item where study_id = ${studyId} order by id desc limit 1`;
      return { id: row!.id, studyId, patientId };
    },
    /** A study under the accession number of another patient's order, and an order of its own. */
    async ofAnotherOrder(): Promise<{ id: string; orderId: string }> {
      const [mine, other] = [await house.order(), await house.order()];
      const { identifiers } = await call("GET", `/patients/${mine.patientId}`);
      const { studyId } = await house.study({
        PatientID: identifiers[0].value,
        AccessionNumber: other.accessionNumber,
      });
      await modules.journal.drain();
      const [row] = await db<
        { id: string }[]
      >`select id from reconciliation_item where study_id = ${studyId}`;
      return { id: row!.id, orderId: mine.id };
    },
    /** A study for which two wait under one number. */
    async registeredTwice(): Promise<{ id: string; registered: string }> {
      const { id: patientId, identifiers } = await house.patient();
      const accessionNumber = `${name}TWICE${++count}`;
      const body = { patientId, modality: "CT", accessionNumber };
      const { id: registered } = await call("POST", "/studies", body);
      await call("POST", "/studies", body);
      const { studyId } = await house.study({
        PatientID: identifiers[0].value,
        AccessionNumber: accessionNumber,
      });
      const [row] = await db<
        { id: string }[]
      >`select id from reconciliation_item where study_id = ${studyId}`;
      return { id: row!.id, registered };
    },
    station: (): Promise<Json> =>
      call("POST", "/stations", { facilityId, aeTitle: `${name}_${++count}`, modalities: ["CT"] }),
    procedure: (): Promise<Json> =>
      call("POST", "/procedures", {
        facilityId,
        code: `${name}-P${++count}`,
        name: "CT of the chest",
        modality: "CT",
        durationMinutes: 20,
        price: 18_000,
        currency: "EUR",
      }),
    async order(more: object = {}): Promise<Json> {
      const patient = await house.patient();
      return await call("POST", "/imaging-orders", {
        patientId: patient.id,
        providerId: me.id,
        facilityId,
        modality: "CT",
        bodyPart: "CHEST",
        clinicalIndication: "Cough",
        ...more,
      });
    },
    async draft(): Promise<Json> {
      const { studyId } = await house.study();
      return await call("POST", "/reports", { studyId, findings: "Clear.", impression: "Normal." });
    },
    async signed(): Promise<Json> {
      const { id, version } = await house.draft();
      return await call("POST", `/reports/${id}/sign`, { expectedVersion: version, password: testPassword });
    },
    /** An order whose images are here and reported. */
    async reported(): Promise<{ id: string; patientId: string; reportId: string }> {
      const { id, patientId, accessionNumber } = await house.order();
      const { identifiers } = await call("GET", `/patients/${patientId}`);
      const { studyId } = await house.study({
        PatientID: identifiers[0].value,
        AccessionNumber: accessionNumber,
      });
      const report = await call("POST", "/reports", { studyId, findings: "Clear." });
      return { id, patientId, reportId: report.id };
    },
    async finding(): Promise<Json> {
      const { studyId } = await house.study();
      return await call("POST", "/critical-findings", {
        studyId,
        description: "Pneumothorax",
        severity: "HIGH",
        recipients: [me.id],
      });
    },
    async acknowledged(): Promise<Json> {
      const { id } = await house.finding();
      return await call("POST", `/critical-findings/${id}/acknowledge`, { readBack: "Pneumothorax" });
    },
    async bill(): Promise<Json> {
      const { id } = await house.patient();
      return await call("POST", "/billing", {
        patientId: id,
        currency: "EUR",
        lines: [{ code: "71250", description: "CT", quantity: 1, unitAmount: 100 }],
      });
    },
    template: (): Promise<Json> =>
      call("POST", "/report-templates", {
        name: `Chest ${++count}`,
        sections: { findings: "Lungs: " },
        facilityId,
      }),
    macro: (): Promise<Json> => call("POST", "/report-macros", { name: `normal-${++count}`, text: "None." }),
    department: (): Promise<Json> =>
      call("POST", "/departments", { name: `Radiology ${++count}`, facilityId }),
    staff: (): Promise<Json> =>
      call("POST", "/staff", {
        firstName: "Grace",
        lastName: "Hopper",
        profession: "RADIOLOGIST",
        facilityIds: [facilityId],
      }),
    webhook: (): Promise<Json> =>
      call("POST", "/webhooks", {
        url: "https://hooks.invalid/isocenter",
        events: ["patient.created"],
        facilityId,
      }),
    async delivery() {
      const hook = await house.webhook();
      const id = newId(clock);
      await db`insert into webhook_delivery (id, webhook_id, position, event, body, state, attempts, created_at)
        values (${id}, ${hook.id}, ${++count}, 'patient.created', '{}', 'FAILED', 1, ${now()})`;
      return { id: hook.id as string, deliveryId: id };
    },
    modality: (more: object = {}): Promise<Json> =>
      call("POST", "/modalities", {
        aeTitle: `${name}_${++count}`,
        host: "127.0.0.1",
        port: 1,
        permissions: ["store", "find", "move"],
        facilityId,
        ...more,
      }),
    async rule(): Promise<Json> {
      const { id } = await house.modality();
      return await call("POST", "/routing-rules", { name: `Away ${++count}`, destinationId: id, facilityId });
    },
    hl7System: (): Promise<Json> =>
      call("POST", "/hl7/systems", {
        name: `Hospital ${++count}`,
        application: `${name}_${count}`,
        host: "127.0.0.1",
        port: 1,
        facilityId,
      }),
    /** One that came and was refused. */
    async hl7Message(): Promise<{ id: string; systemId: string; patientId: string }> {
      const [system, patient] = [await house.hl7System(), await house.patient()];
      const id = newId(clock);
      const text = `MSH|^~\\&|${system.application}||||20260301||ADT^A08|${++count}|P|2.5.1\rPID|1`;
      await db`insert into hl7_messages (id, direction, system_id, facility_id, control_id, message_type, status, patient_id, text, happened_at)
        values (${id}, 'IN', ${system.id}, ${facilityId}, ${count}, 'ADT^A08', 'REFUSED', ${patient.id}, ${Buffer.from(text)}, ${now()})`;
      return { id, systemId: system.id, patientId: patient.id };
    },
    async sendItem(): Promise<{ id: string }> {
      const { studyId } = await house.study();
      const { id } = await house.modality();
      await call("POST", `/modalities/${id}/send`, { studies: [studyId] });
      const [row] = await db<{ id: string }[]>`select id from send_item where modality_id = ${id}`;
      return row!;
    },
    async share(): Promise<Json> {
      const { studyId } = await house.study();
      return { ...(await call("POST", `/studies/${studyId}/share`, {})), studyId };
    },
    async merged(): Promise<{ id: string }> {
      const [one, other] = [await house.patient(), await house.patient()];
      await call("POST", `/patients/${other.id}/merge`, { intoPatientId: one.id, reason: "twice" });
      const [row] = await db<{ id: string }[]>`
        select id from patient_merge where from_patient_id = ${other.id}`;
      return row!;
    },
    async deletion(who = me, attributes: object = {}): Promise<Doubtful> {
      const { studyId, patientId } = await house.study(attributes);
      await call("DELETE", `/studies/${studyId}`, { reason: "blurred" }, who);
      const [row] = await db<{ id: string }[]>`select id from deletion where study_id = ${studyId}`;
      return { id: row!.id, studyId, patientId };
    },
    async hold(): Promise<Json> {
      const { studyId } = await house.study();
      return await call("POST", "/legal-holds", { studyId, reason: "lawsuit" });
    },
    async notice(): Promise<{ id: string }> {
      const id = newId(clock);
      await db`insert into notice (id, facility_id, recipient_id, kind, level, subject_type, subject_id, key, created_at)
        values (${id}, ${facilityId}, ${me.id}, 'report.available', 'INFO', 'report', ${id}, ${id}, ${now()})`;
      return { id };
    },
    async deferred(): Promise<{ id: string }> {
      const id = newId(clock);
      const key = `deferred/${id}`;
      await platform.objects.put(key, chunked(Buffer.from("{}")));
      await db`insert into deferred_request ${db({
        id,
        viewer_kind: "user",
        viewer_id: me.id,
        request_id: "a-request",
        method: "POST",
        url: "/api/v1/exports",
        headers: db.json({}),
        state: "DONE",
        created_at: now(),
        finished_at: now(),
        status: 200,
        answer_headers: db.json({ "content-type": "application/json" }),
        answer_key: key,
        expires_at: new Date(now().getTime() + 3_600_000),
      })}`;
      return { id };
    },
    async unpriced(): Promise<{ id: string }> {
      const { id } = await house.order();
      await db`insert into bill_without_price (order_id, facility_id, since) values (${id}, ${facilityId}, ${now()})`;
      return { id };
    },
    /** By the rule of hosted PACS: of the four identifiers joined. */
    async orthancIdOf(sopInstanceUid: string): Promise<string> {
      const [row] = await db<{ id: string }[]>`
        select encode(orthanc_id, 'hex') as id from instance where sop_instance_uid = ${sopInstanceUid}`;
      return row!.id.replace(/(?<=^.{8}|^.{16}|^.{24}|^.{32})/g, "-");
    },
    /** A picture as a phone makes it. */
    picture: png,
    async session(): Promise<{ id: string }> {
      await call("POST", "/users/login", { username: me.username, password: testPassword });
      const [row] = await db<
        { id: string }[]
      >`select id from session where user_id = ${me.id} order by id desc limit 1`;
      return row!;
    },
  };
  return house;
}

/** The house with records that are made once: for requests that change none of them. */
export function remembering(house: House): House {
  const known = new Map<string | symbol, unknown>();
  return new Proxy(house, {
    get(target, name, receiver) {
      const member = Reflect.get(target, name, receiver);
      if (typeof member !== "function" || name === "call" || name === "fresh" || name === "now")
        return member;
      return (...given: unknown[]) => {
        if (given.length > 0) return member(...given);
        if (!known.has(name)) known.set(name, member());
        return known.get(name);
      };
    },
  });
}

export type House = Awaited<ReturnType<typeof buildHouse>>;

export type Build = (house: House) => Ask | Promise<Ask>;

/** Of operations by their id: requests that do what the operation is for, on records made for them; several where what names records comes alone. */
export type Requests = Readonly<Record<string, Build | readonly Build[]>>;
