import type { Clock, Tx } from "../../platform/index.ts";
import type { FactReader, SealedFact } from "../journal/index.ts";
import { type Notice, notify } from "../notifications/index.ts";
import { earlierReaders, haveHad, noteDeliveries } from "./deliveries.ts";
import { providerOf } from "./lock.ts";

const text = (value: unknown): string | null => (typeof value === "string" ? value : null);

const available = ["report.signed"];
const followed = ["report.amended", "report.entered-in-error"];

/**
 * Tells people of reports after they are signed: who asked for the examination, whoever got an earlier version of one that is another now, and the resident
 * whose preliminary report was contradicted. Whose study turned out to be another patient's is told to whoever wrote, signed or got its reports.
 */
export function reportNotices(clock: Clock): FactReader {
  return {
    name: "reports.notices",
    types: [...available, ...followed, "report.discrepancy", "study.moved"],
    async handle(tx, facts) {
      for (const fact of facts)
        if (fact.type === "study.moved") await tellOfAnother(tx, clock, fact);
        else await tell(tx, clock, fact);
    },
  };
}

async function tell(tx: Tx, clock: Clock, fact: SealedFact): Promise<void> {
  const { facilityId, data, subject } = fact;
  if (facilityId === null) return;
  const number = typeof data.number === "number" ? data.number : null;
  const notice = {
    facilityId,
    subject,
    patientId: fact.patientId,
    data: {
      studyId: data.studyId,
      orderId: data.orderId,
      status: data.status,
      ...(number ? { number } : {}),
    },
  };
  if (fact.type === "report.discrepancy") {
    const resident = text(data.submittedBy);
    if (resident === null || resident === fact.actor.id) return;
    await notify(tx, clock, [
      {
        ...notice,
        kind: "report.discrepancy",
        level: "IMPORTANT",
        to: { people: [resident] },
        data: { ...notice.data, category: data.category },
        key: `report.discrepancy:${subject.id}`,
      },
    ]);
    return;
  }
  if (number === null) return;
  const provider = await providerOf(tx, text(data.orderId));
  const notices = followed.includes(fact.type)
    ? await whoGotEarlier(tx, fact, number, provider)
    : provider === null
      ? null
      : { kind: "report.available", level: "INFO" as const, to: { people: [provider] } };
  if (notices === null) return;
  const told = await notify(tx, clock, [
    { ...notice, ...notices, key: `${notices.kind}:${subject.id}:${number}` } satisfies Notice,
  ]);
  await noteDeliveries(
    tx,
    told.map((id) => ({
      reportId: subject.id,
      number,
      recipient: { kind: "user", id },
      way: "told",
    })),
    clock.now(),
  );
}

async function whoGotEarlier(tx: Tx, fact: SealedFact, number: number, provider: string | null) {
  const readers = await earlierReaders(tx, fact.subject.id, number);
  const people = [...new Set([...readers, ...(provider === null ? [] : [provider])])].filter(
    (id) => id !== fact.actor.id,
  );
  if (people.length === 0) return null;
  return { kind: fact.type, level: "IMPORTANT" as const, to: { people } };
}

/**
 * Tells of the reports of a study that is another patient's now: whoever wrote or signed them, to look at the report, and whoever had them, to look at whom they
 * took them for.
 */
async function tellOfAnother(tx: Tx, clock: Clock, fact: SealedFact): Promise<void> {
  const { facilityId, data, subject, position } = fact;
  const from = text(data.from);
  if (facilityId === null || from === null || data.merged === true) return;
  for (const { reportId, number, authors, readers } of await haveHad(tx, subject.id)) {
    const kind = "report.patient-changed";
    const about = { kind, level: "IMPORTANT" as const, facilityId, data: { studyId: subject.id, number } };
    await notify(tx, clock, [
      {
        ...about,
        subject: { type: "report", id: reportId },
        patientId: fact.patientId,
        to: { people: authors },
        key: `${kind}:${reportId}:${position}`,
      },
      {
        ...about,
        subject: { type: "patient", id: from },
        patientId: from,
        to: { people: readers.filter((id) => !authors.includes(id)) },
        key: `${kind}:${reportId}:${position}`,
      },
    ]);
  }
}
