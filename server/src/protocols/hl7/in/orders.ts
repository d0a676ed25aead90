import {
  type ChangeImagingOrder,
  type ImagingOrder,
  modalitiesOfOrder,
  type OrderStatus,
  orderStatuses,
  orderTransitions,
  readModality,
} from "@isocenter/contract";
import { fieldValue, type Message } from "@isocenter/hl7";
import { userByNumber } from "../../../modules/identity/index.ts";
import {
  changeOrder,
  getOrder,
  orderableProcedure,
  ordersByNumber,
  placeOrder,
} from "../../../modules/orders/index.ts";
import { registerPatient } from "../../../modules/patients/index.ts";
import { Refusal, type Tx } from "../../../platform/index.ts";
import type { Done, Inbound, InboundDeps } from "./inbound.ts";
import { readOrder, type SaidOrder } from "./order-fields.ts";
import { type OrderGroup, type OrderMessage, readOrderMessage } from "./order-groups.ts";
import { readPatient } from "./persons.ts";
import { at, placeOfPath, refusedAt } from "./place.ts";

type Act = (tx: Tx, order: OrderAct) => Promise<string>;

interface OrderAct {
  inbound: Inbound;
  deps: InboundDeps;
  group: OrderGroup;
  said: SaidOrder;
  patientId: string;
}

/** ORC-1 (table 0119): what is asked of us as the filler. */
const controls: Readonly<Record<string, Act>> = {
  NW: place,
  XO: change,
  XX: change,
  CA: (tx, order) => move(tx, order, "CANCELLED"),
  OC: (tx, order) => move(tx, order, "CANCELLED"),
  DC: discontinue,
  OD: discontinue,
  HD: (tx, order) => move(tx, order, "ON_HOLD"),
  OH: (tx, order) => move(tx, order, "ON_HOLD"),
  RL: release,
  OE: release,
  SC: status,
};

/** The orders of a message, all or none. @throws Refusal */
export async function actOnOrders(
  tx: Tx,
  inbound: Inbound,
  deps: InboundDeps,
  message: Message,
): Promise<Done> {
  const read = readOrderMessage(message);
  const patient = readPatient(read.pid, inbound.place);
  const { patientId } = await registerPatient(tx, inbound.viewer, patient, "match", deps);
  const ids: string[] = [];
  for (const group of read.groups) ids.push(await actOnGroup(tx, inbound, deps, read, group, patientId));
  return { patientId, subject: ids[0] ?? null };
}

async function actOnGroup(
  tx: Tx,
  inbound: Inbound,
  deps: InboundDeps,
  message: OrderMessage,
  group: OrderGroup,
  patientId: string,
): Promise<string> {
  const { orc, obr } = group;
  const control = fieldValue(orc.segment, 1).trim().toUpperCase();
  const act = Object.hasOwn(controls, control) ? controls[control] : undefined;
  if (!act)
    throw refusedAt(
      at("ORC", 1, orc.sequence),
      "order.unknown-control",
      `The order control ${control || "(none)"} is none of ${Object.keys(controls).join(", ")}.`,
    );
  const said = readOrder(group, message, inbound.place.timeZone);
  try {
    return await act(tx, { inbound, deps, group, said, patientId });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // The rooms below know no segments: which of the orders it was is said here.
    const [first] = error.errors.map(({ path }) => placeOfPath(path));
    const of = first ?? at("ORC", 2, orc.sequence);
    const sequences: Record<string, number | undefined> = {
      ORC: orc.sequence,
      OBR: obr?.sequence,
      TQ1: group.timing[0]?.sequence,
      IPC: group.imaging[0]?.sequence,
    };
    const scheduled = first && said.scheduledAt && error.errors[0]?.path.endsWith("scheduledAt");
    const place = scheduled
      ? said.scheduledAt!.place
      : { ...of, sequence: sequences[of.segment] ?? of.sequence };
    throw refusedAt(place, error.code, error.message, error.kind);
  }
}

/** The order that the message names, of the message's patient. @throws Refusal `not-found` (`order.not-found`), `conflict`, `invalid` */
async function findOrder(tx: Tx, { inbound, group, said, patientId }: OrderAct): Promise<ImagingOrder> {
  const { placer, given } = said;
  const filler = said.filler || (given.accessionNumber ?? "");
  const { orc } = group;
  if (placer === "" && filler === "")
    throw refusedAt(
      at("ORC", 2, orc.sequence),
      "order.needs-number",
      "Neither ORC-2 nor ORC-3 says which order it is.",
    );
  const found = await ordersByNumber(tx, inbound.viewer, { placer, filler });
  const [order, other] = found;
  if (!order)
    throw refusedAt(
      at("ORC", placer === "" ? 3 : 2, orc.sequence),
      "order.not-found",
      "There is no order of this number.",
      "not-found",
    );
  if (other)
    throw refusedAt(
      at("ORC", 3, orc.sequence),
      "order.several",
      "ORC-2 and ORC-3 name two different orders.",
      "conflict",
    );
  if (order.patientId !== patientId)
    throw refusedAt(at("PID", 3), "order.other-patient", "The order is another patient's.", "conflict");
  return await getOrder(tx, inbound.viewer, order.id);
}

/** Who asks for it, and what is to be written where that is nobody we know. */
async function providerOf(
  tx: Tx,
  { inbound, said }: OrderAct,
): Promise<{ providerId: string; unknown: string | null } | null> {
  const { facilityId } = inbound.place;
  const numbers = said.providers.flatMap((one) => one.numbers);
  const known = await userByNumber(tx, facilityId, numbers);
  if (known !== null) return { providerId: known, unknown: null };
  const [first] = said.providers;
  const standIn = inbound.system.provider_id;
  if (standIn === null) {
    if (!first) return null;
    throw refusedAt(
      first.place,
      "order.unknown-provider",
      `Who orders is not known here: nobody has the licence number ${numbers[0] ?? "(none)"}, and the system names no user in their place.`,
    );
  }
  const words = first ? [first.name, first.numbers[0] ? `(${first.numbers[0]})` : ""].join(" ").trim() : null;
  return { providerId: standIn, unknown: words };
}

/** Modalities that are told apart; others of OBR-24 (`RAD`, `RUS`) say no machine. */
const comparable: ReadonlySet<string> = new Set(["CT", "MR", "US", "XA", "MG", "NM", "PT", "RF", "DX", "CR"]);
const alike = (modality: string) => (modality === "CR" ? "DX" : modality);

/** The catalogue's code of OBR-4. @throws Refusal `invalid` (`procedure.unknown`, `order.needs-procedure`, `order.other-modality`) */
async function procedureOf(tx: Tx, { inbound, said, group }: OrderAct): Promise<string> {
  const { procedure } = said;
  if (!procedure)
    throw refusedAt(
      at("OBR", 4, group.obr?.sequence ?? 1),
      "order.needs-procedure",
      "OBR-4 says no code of a procedure.",
    );
  const found = await orderableProcedure(tx, inbound.place.facilityId, procedure.codes);
  if (!found)
    throw refusedAt(
      procedure.place,
      "procedure.unknown",
      `The catalogue has no procedure ${procedure.codes.join(" or ")}.`,
    );
  const asked = said.modality && readModality(said.modality.text);
  const own = modalitiesOfOrder(found.modality).map(alike);
  if (
    said.modality &&
    asked &&
    comparable.has(asked) &&
    !own.includes(alike(asked)) &&
    own.some((one) => comparable.has(one))
  )
    throw refusedAt(
      said.modality.place,
      "order.other-modality",
      `The procedure ${found.code} is of ${found.modality}, not of ${asked}.`,
    );
  return found.code;
}

async function place(tx: Tx, order: OrderAct): Promise<string> {
  const { inbound, deps, said, group } = order;
  const procedureCode = await procedureOf(tx, order);
  const provider = await providerOf(tx, order);
  if (!provider)
    throw refusedAt(
      at("ORC", 12, group.orc.sequence),
      "order.needs-provider",
      "Neither ORC-12, OBR-16 nor PV1-8 says who orders, and the system names no user in their place.",
    );
  const notes = notesWith(said.notes, provider.unknown);
  return await placeOrder(
    tx,
    inbound.viewer,
    {
      patientId: order.patientId,
      providerId: provider.providerId,
      facilityId: inbound.place.facilityId,
      procedureCode,
      clinicalIndication: said.indication ?? "",
      priority: said.priority ?? "ROUTINE",
      ...(said.scheduledAt ? { scheduledAt: said.scheduledAt.at.toISOString() } : {}),
      ...(said.stationAeTitle === null ? {} : { stationAeTitle: said.stationAeTitle }),
      ...(notes === null ? {} : { notes }),
    },
    { ...deps, physicianOrders: "known" },
    said.given,
  );
}

const notesWith = (notes: string | null, orderedBy: string | null): string | null => {
  const lines = [...(orderedBy ? [`Ordered by ${orderedBy}`] : []), ...(notes === null ? [] : [notes])];
  return lines.length === 0 ? null : lines.join("\n").slice(0, 4000);
};

/** What differs from the order as it is; what the message does not say stays. */
async function change(tx: Tx, order: OrderAct): Promise<string> {
  const { inbound, deps, said } = order;
  const now = await findOrder(tx, order);
  const procedureCode = said.procedure ? await procedureOf(tx, order) : now.procedureCode;
  const provider = said.providers.length > 0 ? await providerOf(tx, order) : null;
  const notes = notesWith(said.notes, provider?.unknown ?? null);
  const start = said.scheduledAt?.at.toISOString();
  const changes: ChangeImagingOrder = {
    ...(procedureCode !== now.procedureCode ? { procedureCode } : {}),
    ...(said.priority !== null && said.priority !== now.priority ? { priority: said.priority } : {}),
    ...(said.indication !== null && said.indication !== now.clinicalIndication
      ? { clinicalIndication: said.indication }
      : {}),
    ...(provider && provider.providerId !== now.providerId ? { providerId: provider.providerId } : {}),
    ...(notes !== null && notes !== now.notes ? { notes } : {}),
    ...(start !== undefined && start !== now.scheduledAt ? { scheduledAt: start } : {}),
    ...(said.stationAeTitle !== null && said.stationAeTitle !== now.stationAeTitle
      ? { stationAeTitle: said.stationAeTitle }
      : {}),
    ...statusOfChange(order, now),
  };
  if (Object.keys(changes).length > 0) await changeOrder(tx, inbound.viewer, now.id, changes, deps);
  return now.id;
}

/** A change that says by ORC-5 that the order has ended (IHE RAD TF-2, 4.13). */
function statusOfChange({ group }: OrderAct, now: ImagingOrder): { status?: OrderStatus } {
  const word = fieldValue(group.orc.segment, 5).trim().toUpperCase();
  const to = word === "CM" ? "PERFORMED" : word === "DC" ? "DISCONTINUED" : null;
  return to === null || to === now.status || now.status === "COMPLETED" ? {} : { status: to };
}

/** To a state, by the rules of orders; one that it is in already is reached. */
async function move(
  tx: Tx,
  order: OrderAct,
  to: OrderStatus,
  found?: ImagingOrder,
  more: Pick<ChangeImagingOrder, "scheduledAt"> = {},
): Promise<string> {
  const now = found ?? (await findOrder(tx, order));
  const { inbound, deps, said } = order;
  if (now.status === to && more.scheduledAt === undefined) return now.id;
  const reason = said.reason === null ? {} : { reason: said.reason };
  await changeOrder(tx, inbound.viewer, now.id, { status: to, ...reason, ...more }, deps);
  return now.id;
}

/** One that is under way is discontinued, one that is not is cancelled. */
async function discontinue(tx: Tx, order: OrderAct): Promise<string> {
  const now = await findOrder(tx, order);
  const ends = orderTransitions[now.status].includes("DISCONTINUED") || now.status === "DISCONTINUED";
  return await move(tx, order, ends ? "DISCONTINUED" : "CANCELLED", now);
}

async function release(tx: Tx, order: OrderAct): Promise<string> {
  const now = await findOrder(tx, order);
  return await move(tx, order, now.scheduledAt === null ? "PENDING" : "SCHEDULED", now);
}

/** ORC-5 (table 0038) as states of ours. */
const statusOfWord: Readonly<Record<string, OrderStatus>> = {
  SC: "SCHEDULED",
  IP: "IN_PROGRESS",
  CM: "PERFORMED",
  CA: "CANCELLED",
  DC: "DISCONTINUED",
  HD: "ON_HOLD",
};

async function status(tx: Tx, order: OrderAct): Promise<string> {
  const { orc } = order.group;
  const exact = fieldValue(orc.segment, 25).trim().toUpperCase();
  const word = fieldValue(orc.segment, 5).trim().toUpperCase();
  // A state of ours by name where the table is too coarse, as we write it ourselves.
  const to = orderStatuses.find((one) => one === exact) ?? statusOfWord[word];
  if (to === undefined)
    throw refusedAt(
      at("ORC", 5, orc.sequence),
      "order.invalid-status",
      `The order status ${word || "(none)"} is none of ${Object.keys(statusOfWord).join(", ")}.`,
    );
  const now = await findOrder(tx, order);
  // The report has been signed since: it is more than performed.
  if (to === "PERFORMED" && now.status === "COMPLETED") return now.id;
  const start = order.said.scheduledAt?.at.toISOString();
  const moves = to === "SCHEDULED" && start !== undefined && start !== now.scheduledAt;
  return await move(tx, order, to, now, moves ? { scheduledAt: start } : {});
}
