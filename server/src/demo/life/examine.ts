import { after, type Case, minute } from "./cases.ts";
import { attempt, identityOf, type Known, type Living, register, sendImages, staff } from "./department.ts";
import { type Happening, withKnown } from "./happening.ts";
import { reportEvents } from "./report.ts";

async function placeOrder(living: Living, one: Case): Promise<void> {
  const patientId = await register(living, one.visitor);
  const body = await attempt(living, staff(living, "FRONT_DESK", one.provider), "POST", "/imaging-orders", {
    patientId,
    providerId: staff(living, "PHYSICIAN", one.provider).id,
    procedureCode: one.procedure.code,
    priority: one.priority,
    clinicalIndication: one.indication,
  });
  if (!body) return;
  living.known.set(one, {
    patientId,
    orderId: body.id,
    accessionNumber: body.accessionNumber,
    StudyInstanceUID: body.studyInstanceUid,
  });
}

/** Everything that happens with one examination up to where it has come. */
export function examinationEvents(living: Living, one: Case, number: number): Happening[] {
  const { end, appointment } = one;
  const events: Happening[] = [{ at: one.orderedAt, doing: "orders", run: () => placeOrder(living, one) }];
  const event = (at: Date, doing: string, act: (known: Known) => Promise<unknown>) =>
    void events.push({ at, doing, run: withKnown(living, one, act) });
  const desk = staff(living, "FRONT_DESK", number);
  const technologist = staff(living, "TECHNOLOGIST", number);
  const move = (who: typeof desk, status: string, reason?: string) => (known: Known) =>
    attempt(living, who, "PATCH", `/imaging-orders/${known.orderId}`, {
      status,
      ...(reason ? { reason } : {}),
    });
  const book = (at: Date, room?: string) => (known: Known) =>
    attempt(living, desk, "PATCH", `/imaging-orders/${known.orderId}`, {
      scheduledAt: at.toISOString(),
      ...(room ? { stationAeTitle: stationOf(living, room) } : {}),
    });

  if (end.is === "requested") return events;
  if (end.is === "held") {
    event(after(one.orderedAt, 20 * minute), "the schedule", move(desk, "ON_HOLD", "Renal function first"));
    return events;
  }
  if (appointment)
    event(after(one.orderedAt, 8 * minute), "the schedule", book(appointment.at, appointment.room));
  else if (one.priority !== "STAT")
    event(after(one.arrivedAt, -2 * minute), "the schedule", book(one.arrivedAt));
  if (end.is === "scheduled") return events;
  if (end.is === "no-show") {
    event(after(one.arrivedAt, 45 * minute), "arrivals", move(desk, "NO_SHOW"));
    return events;
  }
  if (end.is === "cancelled") {
    event(
      after(one.arrivedAt, -90 * minute),
      "the schedule",
      move(desk, "CANCELLED", "The patient rang: better again"),
    );
    return events;
  }
  event(one.arrivedAt, "arrivals", move(desk, "ARRIVED"));
  if (end.is === "arrived") return events;
  event(one.startedAt, "examinations", move(technologist, "IN_PROGRESS"));
  if (end.is === "under-way") return events;
  event(one.performedAt, "images", async (known) => {
    known.studyId = await sendImages(living, one.drawing!.key, identityOf(living, one, known));
    await move(technologist, "PERFORMED")(known);
  });
  events.push(...reportEvents(living, one, number));
  return events;
}

const stationOf = ({ department }: Living, room: string): string =>
  department.stations.find(({ aeTitle }) => aeTitle.endsWith(`_${room}`))!.aeTitle;
