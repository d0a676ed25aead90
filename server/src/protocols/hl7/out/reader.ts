import { type Hl7Sends, type OrderStatus, orderStatuses } from "@isocenter/contract";
import type { FactReader, SealedFact } from "../../../modules/journal/index.ts";
import {
  followMergeOfMessages,
  queueMessages,
  type ToTell,
  whoAskedFor,
  whoWasTold,
} from "../../../modules/peers/index.ts";
import { goneOutOf } from "../../../modules/reports/index.ts";
import type { Clock, Tx } from "../../../platform/index.ts";
import type { About } from "./build.ts";

const ofVersions = ["report.signed", "report.amended", "report.entered-in-error"];
const ofOrders = [
  "order.created",
  "order.changed",
  "order.scheduled",
  "order.arrived",
  "order.started",
  "order.performed",
  "order.completed",
  "order.held",
  "order.no-show",
  "order.cancelled",
  "order.discontinued",
];

/** Puts down what each system is to be told of what happened, in the order in which it happened. */
export function outboxReader({ clock }: { clock: Clock }): FactReader {
  return {
    name: "hl7.outbox",
    types: [
      "report.submitted",
      "report.cancelled",
      ...ofVersions,
      ...ofOrders,
      "patient.merged",
      "study.moved",
    ],
    // A system is told of what happens from now on: nobody wants years of reports from an archive that begins to speak HL7.
    startAt: "now",
    async handle(tx, facts) {
      for (const fact of facts) {
        if (fact.outcome !== "success") continue;
        if (fact.type === "patient.merged") await followMerge(tx, fact);
        else if (fact.facilityId === null) continue;
        else if (fact.type === "study.moved")
          await tellOfMove(tx, clock, { ...fact, facilityId: fact.facilityId });
        else await tell(tx, clock, { ...fact, facilityId: fact.facilityId });
      }
    },
  };
}

async function followMerge(tx: Tx, { data }: SealedFact): Promise<void> {
  if (typeof data.from === "string" && typeof data.into === "string")
    await followMergeOfMessages(tx, data.from, data.into);
}

type OfFacility = SealedFact & { facilityId: string };

async function tell(tx: Tx, clock: Clock, fact: OfFacility): Promise<void> {
  const news = fact.type.startsWith("order.") ? orderNews(fact) : resultNews(fact);
  if (news === null) return;
  const { kind, about } = news;
  const asked = await whoAskedFor(tx, fact.facilityId, [kind]);
  if (asked.length === 0) return;
  const told = news.onlyIfTold ? await whoWasTold(tx, fact.subject.id) : null;
  const message: ToTell = {
    position: fact.position,
    about,
    messageType: kind === "ORDER_STATUS" ? "ORM^O01" : "ORU^R01",
    patientId: fact.patientId,
    subject: fact.subject.id,
  };
  for (const { id, name, application } of asked) {
    if (told && !told.has(id)) continue;
    const { actor } = fact;
    const isItsOwn = actor.kind === "peer" && actor.id === application && actor.name === name;
    if (about.kind === "order" && isItsOwn) {
      // It knows what it said itself; only the numbers that its order got here are news.
      if (fact.type === "order.created")
        await queueMessages({ clock }, tx, fact.facilityId, id, [
          { ...message, about: { ...about, change: "moved" } },
        ]);
      continue;
    }
    await queueMessages({ clock }, tx, fact.facilityId, id, [message]);
  }
}

/**
 * A study that is reported is another patient's: whoever was told of the report takes it off the one, and then has it for the other. Merged patients are
 * one, which whoever has their reports learns from whoever is in charge of patients.
 */
async function tellOfMove(tx: Tx, clock: Clock, fact: OfFacility): Promise<void> {
  const { from, to, merged } = fact.data;
  if (typeof from !== "string" || typeof to !== "string" || merged === true) return;
  for (const { reportId, number, standing } of await goneOutOf(tx, fact.subject.id)) {
    const told = await whoWasTold(tx, reportId);
    const asked = await whoAskedFor(tx, fact.facilityId, ["RESULTS", "PRELIMINARY"]);
    for (const { id, sends } of asked.filter((one) => told.has(one.id))) {
      const result = { position: fact.position, messageType: "ORU^R01", subject: reportId };
      const withdrawal: About = { kind: "withdrawal", reportId, number, patientId: from };
      const wanted = standing && sends.includes(standing.signed ? "RESULTS" : "PRELIMINARY");
      const about: About = { kind: "result", reportId, number: standing?.number ?? null, wasAnothers: true };
      await queueMessages({ clock }, tx, fact.facilityId, id, [
        { ...result, patientId: from, about: withdrawal },
        ...(wanted ? [{ ...result, part: 1, patientId: to, about }] : []),
      ]);
    }
  }
}

interface News {
  kind: Hl7Sends;
  about: About;
  /** For those alone who were told of it before. */
  onlyIfTold: boolean;
}

function resultNews({ type, subject, data }: SealedFact): News | null {
  const about = (number: number | null): About => ({ kind: "result", reportId: subject.id, number });
  if (type === "report.cancelled") return { kind: "PRELIMINARY", about: about(null), onlyIfTold: true };
  if (typeof data.number !== "number") return null;
  const kind = type === "report.submitted" ? "PRELIMINARY" : "RESULTS";
  // Who never had the report need not be told that it was wrong.
  return { kind, about: about(data.number), onlyIfTold: type === "report.entered-in-error" };
}

const isStatus = (value: unknown): value is OrderStatus =>
  typeof value === "string" && (orderStatuses as readonly string[]).includes(value);

function orderNews({ type, subject, data, recordedAt }: SealedFact): News | null {
  const status = data.to ?? data.status;
  if (!isStatus(status)) return null;
  const moved = isStatus(data.to) || type !== "order.changed";
  return {
    kind: "ORDER_STATUS",
    about: {
      kind: "order",
      orderId: subject.id,
      status,
      change: type === "order.created" ? "new" : moved ? "moved" : "changed",
      at: recordedAt.toISOString(),
    },
    onlyIfTold: false,
  };
}
