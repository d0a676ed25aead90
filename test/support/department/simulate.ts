import type { Department } from "@isocenter/server/demo/department/establish.ts";
import { answerFindings, closeFindings } from "./callers.ts";
import { takeMoney } from "./cashiers.ts";
import { amendSome, readStudies, signSubmitted } from "./readers.ts";
import { order, receive, schedule } from "./reception.ts";
import { scan } from "./scanners.ts";
import type { World } from "./world.ts";

const dayMs = 86_400_000;
const dateOf = (at: Date, days = 0) => new Date(at.getTime() + days * dayMs).toISOString().slice(0, 10);

/** Both departments at once. */
const everywhere = (world: World, act: (department: Department) => Promise<unknown>) =>
  Promise.all(world.departments.map(act));

/** Reads until nothing new can be taken. */
async function readAll(world: World, department: Department): Promise<void> {
  for (let round = 0; round < 8 && (await readStudies(world, department)) > 0; round++);
  for (let round = 0; round < 4 && (await signSubmitted(world, department)) > 0; round++);
}

/** One day from 13:00 UTC on, when both departments are open: `orders` at each of them. `last`: no one is put off to another day. */
async function day(world: World, orders: number, last: boolean): Promise<void> {
  const now = world.platform.clock.now();
  await everywhere(world, (department) => order(world, department, orders));
  await everywhere(world, (department) => schedule(world, department, dateOf(now, last ? 0 : 1)));
  await everywhere(world, (department) =>
    receive(world, department, new Date(now.getTime() + (last ? 12 : 7) * 3_600_000), dateOf(now, 1), last),
  );
  await everywhere(world, (department) => scan(world, department));
  await world.advance(3);
  await everywhere(world, (department) => readAll(world, department));
  await world.advance(10);
  await everywhere(world, (department) => answerFindings(world, department, false));
  await everywhere(world, (department) => amendSome(world, department));
  await world.advance(20);
  await everywhere(world, (department) => takeMoney(world, department));
  await world.advance(60);
  await everywhere(world, (department) => answerFindings(world, department, false));
  await world.advance(120);
  await everywhere(world, (department) => answerFindings(world, department, true));
  await everywhere(world, (department) => closeFindings(world, department));
  const next = Math.floor(now.getTime() / dayMs + 1) * dayMs + 13 * 3_600_000;
  await world.advance((next - world.platform.clock.now().getTime()) / 60_000);
}

/** So many days, then one on which everything that was begun is brought to its end, then weeks in which only time passes. */
export async function simulate(
  world: World,
  { days, ordersPerDay }: { days: number; ordersPerDay: number },
): Promise<void> {
  const { clock } = world.platform;
  await world.advance(13 * 60 - (clock.now().getTime() % dayMs) / 60_000);
  for (let number = 0; number < days; number++) await day(world, ordersPerDay, false);
  for (let round = 0; round < 3; round++) await day(world, 0, true);
  await world.advance(31 * 24 * 60);
  await everywhere(world, (department) => takeMoney(world, department));
  await everywhere(world, (department) => answerFindings(world, department, true));
  await world.advance(1);
}
