import { attempt, type Living, staff } from "./department.ts";

// biome-ignore lint/suspicious/noExplicitAny: a bill as the API answers it
type Bill = any;

/** From the bill's number, so that the same bills are paid whenever the demonstration is loaded. */
const share = (text: string): number =>
  [...text].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) % 997, 7) / 997;

/** The end of the day at the cashier's: of what is owed much is paid, some in part, some stays until it is overdue. */
export async function takeMoney(living: Living): Promise<void> {
  const office = staff(living, "BILLING");
  const { facilityId } = living.department;
  const list = await attempt(
    living,
    office,
    "GET",
    `/billing?status=PENDING,PARTIALLY_PAID&facilityId=${facilityId}&limit=200`,
  );
  const today = living.own.clock.now().toISOString().slice(0, 10);
  for (const bill of (list?.data ?? []) as Bill[]) {
    const fate = share(bill.id);
    const patience = share(`${bill.id} ${today}`);
    if (fate > 0.78 || patience > 0.4 || bill.status !== "PENDING") continue;
    const amount = fate < 0.14 ? Math.ceil(bill.outstanding / 4 / 100) * 100 : bill.outstanding;
    const method = fate < 0.4 ? "INSURANCE" : fate < 0.65 ? "CARD" : "CASH";
    const taker = method === "INSURANCE" ? office : staff(living, "FRONT_DESK");
    const paid = await attempt(
      living,
      taker,
      "PUT",
      `/billing/${bill.id}/pay`,
      { amount, method },
      { "idempotency-key": `demo-${bill.id}` },
    );
    if (paid && fate > 0.7)
      await attempt(
        living,
        office,
        "POST",
        `/billing/${bill.id}/refunds`,
        { amount: Math.ceil(amount / 10), reason: "Paid by the insurer as well" },
        { "idempotency-key": `demo-refund-${bill.id}` },
      );
  }
}

/** One that was written by mistake, and one that nobody owes an examination for. */
export async function writeBills(living: Living): Promise<void> {
  const office = staff(living, "BILLING");
  const [patientId, other] = [...new Set([...living.known.values()].map((known) => known.patientId))];
  const lines = (description: string, unitAmount: number) => [
    { code: "COPY", description, quantity: 1, unitAmount },
  ];
  await attempt(living, office, "POST", "/billing", {
    patientId,
    currency: "EUR",
    lines: lines("Images on a disc", 1500),
  });
  const wrong = await attempt(living, office, "POST", "/billing", {
    patientId: other,
    currency: "EUR",
    lines: lines("Second opinion", 12_000),
  });
  if (wrong) await attempt(living, office, "POST", `/billing/${wrong.id}/void`, { reason: "Written twice" });
}
