import type { Department } from "@isocenter/server/demo/department/establish.ts";
import {
  familyNames,
  givenNames,
  indications,
  procedures,
} from "@isocenter/server/demo/department/invented.ts";
import { type Patient, pick, type World } from "./world.ts";

async function register(world: World, department: Department): Promise<Patient | null> {
  const { random, patients } = world;
  const { facilityId } = department;
  const known = patients.filter((one) => one.facilityId === facilityId);
  if (known.length > 10 && random() < 0.3) return pick(random, known);
  const patient = {
    facilityId,
    identifier: `${facilityId.slice(-4)}-${patients.length + 1}`,
    firstName: pick(random, givenNames),
    lastName: pick(random, familyNames),
  };
  // Taken before the call, so that no two get one number.
  const made: Patient = { ...patient, id: "" };
  patients.push(made);
  const year = 1930 + Math.floor(random() * 90);
  const body = await world.attempt(department.people.FRONT_DESK![0]!, "POST", "/patients", {
    firstName: patient.firstName,
    lastName: patient.lastName,
    birthDate: `${year}-0${1 + Math.floor(random() * 9)}-11`,
    sex: pick(random, ["F", "M", "O"]),
    identifiers: [{ value: patient.identifier }],
  });
  if (!body) return null;
  made.id = body.id;
  return made;
}

/** Physicians order, some from the catalogue for a new patient; each physician several at once. */
export async function order(world: World, department: Department, count: number): Promise<void> {
  const { random } = world;
  const wishes = Array.from({ length: count }, () => ({
    physician: pick(random, department.people.PHYSICIAN!),
    procedure: pick(random, procedures),
    priority: pick(random, ["STAT", "urgent", "ROUTINE", "ROUTINE", "ROUTINE"]),
    clinicalIndication: pick(random, indications),
  }));
  await Promise.all(
    wishes.map(async ({ physician, procedure, priority, clinicalIndication }) => {
      const patient = await register(world, department);
      if (!patient || patient.id === "") return;
      const body = { patientId: patient.id, procedureCode: procedure.code, priority, clinicalIndication };
      // Who has the patient in their care may order; the front desk orders for the physician.
      const desk = department.people.FRONT_DESK![0]!;
      await world.attempt(desk, "POST", "/imaging-orders", { ...body, providerId: physician.id });
    }),
  );
}

// biome-ignore lint/suspicious/noExplicitAny: an order as the API answers it
type Order = any;

export async function ordersIn(world: World, department: Department, status: string): Promise<Order[]> {
  const { facilityId, people } = department;
  const all: Order[] = [];
  for (let offset = 0; ; offset += 200) {
    const page = await world.attempt(
      people.FRONT_DESK![0]!,
      "GET",
      `/imaging-orders?status=${status}&facilityId=${facilityId}&limit=200&offset=${offset}&sort=orderedAt`,
    );
    all.push(...page.data);
    if (page.data.length < 200) return all;
  }
}

async function book(
  world: World,
  department: Department,
  order: Order,
  at: number,
  date: string,
): Promise<void> {
  const desk = department.people.FRONT_DESK![at]!;
  const station = department.stations.find((one) => one.modality === order.modality)!;
  const slots = await world.attempt(
    desk,
    "GET",
    `/stations/${station.id}/slots?date=${date}&durationMinutes=${order.durationMinutes}`,
  );
  const free = (slots?.data ?? []).filter(
    (slot: { startsAt: string }) => Date.parse(slot.startsAt) > world.platform.clock.now().getTime(),
  );
  // Everybody likes the early ones: those who come second are told so.
  const slot = free[Math.floor(world.random() * Math.min(3, free.length))];
  if (!slot) return;
  await world.attempt(desk, "PATCH", `/imaging-orders/${order.id}`, {
    scheduledAt: slot.startsAt,
    stationAeTitle: station.aeTitle,
    expectedVersion: order.version,
  });
}

const status = (world: World, department: Department, order: Order, to: string, reason?: string) =>
  world.attempt(pick(world.random, department.people.FRONT_DESK!), "PATCH", `/imaging-orders/${order.id}`, {
    status: to,
    ...(reason ? { reason } : {}),
    expectedVersion: order.version,
  });

/** Both at the front desk take the same pile; emergencies go in at once, some orders are held or cancelled. */
export async function schedule(world: World, department: Department, date: string): Promise<void> {
  const { random } = world;
  for (let round = 0; round < 4; round++) {
    const pile = await ordersIn(world, department, "PENDING,ON_HOLD,NO_SHOW");
    if (pile.length === 0) return;
    await Promise.all(
      pile.map(async (order) => {
        const fate = random();
        if (order.status === "ON_HOLD" && fate < 0.5)
          return void (await status(world, department, order, "PENDING"));
        if (order.status === "PENDING" && order.priority === "STAT")
          return void (await status(world, department, order, "ARRIVED"));
        if (fate < 0.02)
          return void (await status(world, department, order, "CANCELLED", "asked for by mistake"));
        if (order.status === "PENDING" && fate < 0.05)
          return void (await status(world, department, order, "ON_HOLD", "renal function first"));
        const both = fate > 0.8 ? [0, 1] : [Math.floor(random() * 2)];
        await Promise.all(both.map((at) => book(world, department, order, at, date)));
      }),
    );
  }
}

/** Whoever has an appointment by then comes, or does not, or wants another. `last`: nothing is put off any more. */
export async function receive(
  world: World,
  department: Department,
  by: Date,
  tomorrow: string,
  last: boolean,
): Promise<void> {
  const { random } = world;
  const expected = (await ordersIn(world, department, "SCHEDULED")).filter(
    (order) => Date.parse(order.scheduledAt) <= by.getTime(),
  );
  await Promise.all(
    expected.map(async (order) => {
      const fate = last ? 1 : random();
      const past = Date.parse(order.scheduledAt) < world.platform.clock.now().getTime();
      if (fate < 0.06 && past) return void (await status(world, department, order, "NO_SHOW"));
      if (fate < 0.1) return await book(world, department, order, 1, tomorrow);
      if (fate < 0.13) return void (await status(world, department, order, "CANCELLED", "the patient rang"));
      const twice = fate > 0.9 ? 2 : 1;
      await Promise.all(Array.from({ length: twice }, () => status(world, department, order, "ARRIVED")));
    }),
  );
}
