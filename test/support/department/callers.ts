import type { Department } from "@isocenter/server/demo/department/establish.ts";
import { pick, type World } from "./world.ts";

// biome-ignore lint/suspicious/noExplicitAny: a finding as the API answers it
type Finding = any;

/** Who was told says that they have it, some at once, some late; `calls`: radiologists ring whoever did not answer. */
export async function answerFindings(world: World, department: Department, calls: boolean): Promise<void> {
  const { random } = world;
  const radiologist = department.people.RADIOLOGIST![0]!;
  const pending = await world.attempt(radiologist, "GET", "/critical-findings/pending?limit=200");
  await Promise.all(
    pending.data.map(async (finding: Finding) => {
      const physicians = department.people.PHYSICIAN!.filter((who) =>
        finding.recipients.some((one: { personId: string }) => one.personId === who.id),
      );
      const readBack = { readBack: "Haematoma, neurosurgery is told" };
      if (calls)
        return await world.attempt(radiologist, "POST", `/critical-findings/${finding.id}/acknowledge`, {
          ...readBack,
          method: "PHONE",
          acknowledgedBy: { name: "the ward's physician" },
        });
      if (physicians.length === 0 || random() < 0.6) return;
      const who = pick(random, physicians);
      // Two taps on the button.
      await Promise.all(
        Array.from({ length: random() < 0.2 ? 2 : 1 }, () =>
          world.attempt(who, "POST", `/critical-findings/${finding.id}/acknowledge`, readBack),
        ),
      );
    }),
  );
}

/** What is acknowledged is followed up or closed. */
export async function closeFindings(world: World, department: Department): Promise<void> {
  const radiologist = department.people.RADIOLOGIST![1]!;
  const list = await world.attempt(radiologist, "GET", "/critical-findings?status=ACKNOWLEDGED&limit=50");
  await Promise.all(
    list.data.map(async (finding: Finding) => {
      const way = world.random();
      if (way < 0.4)
        await world.attempt(radiologist, "POST", `/critical-findings/${finding.id}/close`, { note: "done" });
      else if (way < 0.6)
        await world.attempt(radiologist, "POST", `/critical-findings/${finding.id}/follow-up`, {
          action: "MR in a week",
          dueAt: new Date(world.platform.clock.now().getTime() + 7 * 86_400_000).toISOString(),
        });
    }),
  );
}
