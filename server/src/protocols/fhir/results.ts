import { listFacilities } from "../../modules/identity/index.ts";
import type { SealedFact } from "../../modules/journal/index.ts";
import { post } from "../../modules/notifications/index.ts";
import { goneOutOf, hasReached, noteDeliveries } from "../../modules/reports/index.ts";
import { type Db, newId, Refusal, systemViewer, type Tx } from "../../platform/index.ts";
import { fhirPath } from "./paths.ts";
import type { Asked, FhirDeps } from "./resource.ts";
import { resultBundle } from "./results-bundle.ts";

const job = "fhir.send-results";
/** With the queue's growing delays: about four days. */
const mostAttempts = 25;
const leaseMs = 60_000;
const timeoutMs = 30_000;
const keptDays = 30;
const dayMs = 24 * 3600_000;

/** As the deliveries of reports name the system of the configuration. */
const receiver = { kind: "system", id: "ehr" };

interface Waiting {
  id: string;
  facilityId: string;
  reportId: string;
  number: number;
  attempts: number;
}

/** Sends each version that was signed to the system of the configuration, those of a patient in their order. */
export function registerResults(deps: FhirDeps): void {
  const { platform, journal } = deps;
  const { config, db, clock, jobs } = platform;
  const { ehrServiceUrl: url, publicUrl } = config;

  jobs.define<{ patientId: string }>({
    name: job,
    maxAttempts: mostAttempts,
    async run({ patientId }, signal) {
      // Its jobs may outlive the setting.
      if (url === null || publicUrl === null) return;
      for (
        let next = await claim(db, patientId, clock.now());
        next && !signal.aborted;
        next = await claim(db, patientId, clock.now())
      )
        await deliver(next, url, publicUrl);
    },
  });
  if (url === null) return;
  journal.registerReader({
    name: "fhir.results",
    types: ["report.signed", "report.amended", "report.entered-in-error", "study.moved"],
    startAt: "now",
    async handle(tx, facts) {
      // People and patients of a demonstration are invented: nothing of them leaves.
      const invented = new Set(
        (await tx<{ id: string }[]>`select id from facility where demonstration`).map(({ id }) => id),
      );
      for (const fact of facts) {
        const { facilityId, patientId, position } = fact;
        if (facilityId === null || invented.has(facilityId) || patientId === null) continue;
        for (const { reportId, number } of await toTell(tx, fact)) {
          const row = {
            id: newId(clock),
            facility_id: facilityId,
            patient_id: patientId,
            report_id: reportId,
            number,
            position,
            created_at: clock.now(),
          };
          await tx`
            insert into result_delivery ${tx(row)} on conflict (report_id, number) do update
            set patient_id = excluded.patient_id, position = excluded.position, sent_at = null, attempts = 0
            where result_delivery.position < excluded.position`;
          await jobs.add(tx, job, { patientId }, { key: `${job}:${patientId}` });
        }
      }
    },
  });
  jobs.every("fhir.forget-results", 86_400, async () => {
    await db`delete from result_delivery where sent_at < ${new Date(clock.now().getTime() - keptDays * dayMs)}`;
  });

  async function deliver(waiting: Waiting, to: string, origin: string): Promise<void> {
    const viewer = systemViewer([waiting.facilityId], job);
    const asked: Asked = {
      deps,
      viewer,
      base: `${origin}${fhirPath}`,
      dicomweb: `${origin}/dicomweb`,
      facilities: async () =>
        new Map((await listFacilities(db, viewer, {})).data.map((one) => [one.id, one])),
    };
    const body = await bundleOf(asked, waiting);
    if (body !== null) {
      const sent = await post({
        url: to,
        body: JSON.stringify(body.bundle),
        timeoutMs,
        headers: {
          "content-type": "application/fhir+json",
          accept: "application/fhir+json",
          "x-isocenter-delivery": waiting.id,
          "x-isocenter-attempt": String(waiting.attempts + 1),
        },
      });
      if (sent.error !== null) {
        await db`update result_delivery set leased_until = null where id = ${waiting.id}`;
        throw new Error(`a result was not sent: ${sent.error}`);
      }
      await noteDeliveries(
        db,
        [
          {
            reportId: waiting.reportId,
            number: waiting.number,
            recipient: receiver,
            way: "sent",
          },
        ],
        clock.now(),
      );
      await journal.access(viewer, {
        action: "report.exported",
        subject: { type: "report", id: waiting.reportId },
        patientId: body.patientId,
        facilityId: waiting.facilityId,
        data: { number: waiting.number, to: new URL(to).origin, attempts: waiting.attempts + 1 },
      });
    }
    await db`update result_delivery set sent_at = ${clock.now()}, leased_until = null where id = ${waiting.id}`;
  }

  /** Null where there is nothing left to tell, such as of a demonstration that was taken away. */
  async function bundleOf(asked: Asked, { reportId, number }: Waiting) {
    try {
      const bundle = await resultBundle(asked, reportId, number);
      const patientId = bundle.entry?.find(({ resource }) => resource?.resourceType === "Patient")?.resource
        ?.id;
      return { bundle, patientId: patientId ?? null };
    } catch (error) {
      if (error instanceof Refusal && error.kind === "not-found") return null;
      throw error;
    }
  }
}

/** The version that the fact speaks of; of a study that is another patient's, those that stand and were sent: each is put in the place of what was sent. */
async function toTell(
  tx: Tx,
  { type, subject, data }: SealedFact,
): Promise<{ reportId: string; number: number }[]> {
  if (type !== "study.moved")
    return typeof data.number === "number" ? [{ reportId: subject.id, number: data.number }] : [];
  const told = [];
  for (const { reportId, standing } of await goneOutOf(tx, subject.id))
    if (standing?.signed && (await hasReached(tx, reportId, receiver)))
      told.push({ reportId, number: standing.number });
  return told;
}

/** The oldest that waits for the patient, unless somebody is sending it. */
async function claim(db: Db, patientId: string, now: Date): Promise<Waiting | null> {
  const [row] = await db<Waiting[]>`
    update result_delivery set leased_until = ${new Date(now.getTime() + leaseMs)}, attempts = attempts + 1
    where id = (select id from result_delivery where patient_id = ${patientId} and sent_at is null order by position limit 1)
      and (leased_until is null or leased_until <= ${now})
    returning id, facility_id as "facilityId", report_id as "reportId", number, attempts - 1 as attempts`;
  return row ?? null;
}
