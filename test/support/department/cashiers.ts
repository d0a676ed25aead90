import type { Department } from "@isocenter/server/demo/department/establish.ts";
import { pick, type World } from "./world.ts";

// biome-ignore lint/suspicious/noExplicitAny: a bill as the API answers it
type Bill = any;
/** Each payment has a key of its own. */
let keys = 0;

/** The front desk and the billing office take money for the same bills; some is given back, some bills wait until they are overdue. */
export async function takeMoney(world: World, department: Department): Promise<void> {
  const { random } = world;
  const { facilityId, people } = department;
  const office = people.BILLING!;
  const takers = [...office, ...people.FRONT_DESK!];
  const list = await world.attempt(
    office[0]!,
    "GET",
    `/billing?status=PENDING,PARTIALLY_PAID,OVERDUE&facilityId=${facilityId}&limit=200`,
  );
  await Promise.all(
    list.data.map(async (bill: Bill) => {
      const fate = random();
      if (fate < 0.35) return;
      const amount = fate < 0.5 ? Math.ceil(bill.outstanding / 3) : bill.outstanding;
      const method = pick(random, ["card", "CASH", "insurance"]);
      const key = `pay-${++keys}`;
      // The same payment sent twice, or two people who take the whole of it.
      const sendings =
        fate > 0.9
          ? [[key, office[0]!] as const, [key, office[0]!] as const]
          : [
              [key, pick(random, takers)] as const,
              ...(fate > 0.8 ? [[`other-${keys}`, takers[2]!] as const] : []),
            ];
      await Promise.all(
        sendings.map(([idempotencyKey, who]) =>
          world.attempt(
            who,
            "PUT",
            `/billing/${bill.id}/pay`,
            { amount, method },
            { "idempotency-key": idempotencyKey },
          ),
        ),
      );
      if (random() > 0.12) return;
      const paid = await world.attempt(office[1]!, "GET", `/billing/${bill.id}`);
      const held = paid.paid - paid.refunded;
      if (held > 1)
        await Promise.all(
          [held, held].map((refund, at) =>
            world.attempt(
              office[at]!,
              "POST",
              `/billing/${bill.id}/refunds`,
              { amount: refund, reason: "paid by the insurer as well" },
              { "idempotency-key": `refund-${key}-${at}` },
            ),
          ),
        );
      else if (bill.paid === 0 && bill.status === "PENDING" && random() < 0.3)
        await world.attempt(office[0]!, "POST", `/billing/${bill.id}/void`, { reason: "written twice" });
    }),
  );
}
