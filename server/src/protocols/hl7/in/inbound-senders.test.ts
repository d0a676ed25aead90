import { type Hl7InStatus, hl7InTransitions, hl7MessageStatuses } from "@isocenter/contract";
import type { Answer } from "@isocenter/test/support/order-desk.ts";
import { describe, expect, test } from "vitest";
import { newId } from "../../../platform/index.ts";
import { receiveMessage, rejectTooLong } from "./receive.ts";
import { local, pid, testInbound } from "./testing-inbound.ts";

const inbound = testInbound();
const { clock, orders, bytesOf, nextControl, nextNumber, send, adt, patientsOf, messages } = inbound;

describe("who may speak", () => {
  const rejected = { code: "AR", outcome: "rejected" };

  test("a sender that nobody knows is rejected, and its message acted upon when it is put down", async () => {
    const id = nextNumber();
    expect(await send({ type: "ADT^A04", sender: "NEWHIS|SOUTH" }, pid(id))).toMatchObject({
      ...rejected,
      text: expect.stringContaining("NEWHIS at SOUTH"),
    });
    const [kept] = (await inbound.administrator.call("GET", "/hl7/messages?status=rejected")).body.data;
    expect(kept).toMatchObject({
      systemId: null,
      sender: { application: "NEWHIS", facility: "SOUTH", address: "127.0.0.1" },
      actions: ["retry", "dismiss"],
    });
    const again = (): Promise<Answer> => inbound.administrator.call("POST", `/hl7/messages/${kept.id}/retry`);
    expect((await again()).body).toMatchObject({ status: "REJECTED", attempts: 2 });
    const made = await inbound.administrator.call("POST", "/hl7/systems", {
      name: "New",
      application: kept.sender.application,
      sendingFacility: kept.sender.facility,
      receives: ["ADT"],
    });
    expect((await again()).body).toMatchObject({
      status: "ACCEPTED",
      systemId: made.body.id,
      reason: null,
      actions: [],
    });
    expect(await patientsOf(id)).toHaveLength(1);
    expect((await again()).status).toBe(409);
    await inbound.administrator.call("DELETE", `/hl7/systems/${made.body.id}`);
  });

  test.each(hl7MessageStatuses.filter((status) => status in hl7InTransitions))(
    "a message that is %s is acted upon again where the table says so",
    async (status) => {
      await adt("A04", pid(nextNumber()));
      const [{ id }] = (await messages()) as [{ id: string }];
      await inbound.db`update hl7_messages set status = ${status} where id = ${id}`;
      const again = await inbound.administrator.call("POST", `/hl7/messages/${id}/retry`);
      const may = hl7InTransitions[status as Hl7InStatus].includes("ACCEPTED");
      expect([again.status, again.body.code ?? again.body.status]).toEqual(
        may ? [200, "ACCEPTED"] : [409, "hl7-message.illegal-transition"],
      );
    },
  );

  test("another address, another certificate, and a system that is switched off", async () => {
    const from = (address: string, certificateSha256: string | null = null) =>
      send(
        { type: "ADT^A04", from: { address, certificateSha256: certificateSha256 as null } },
        pid(nextNumber()),
      );
    expect(await from("10.0.0.9")).toMatchObject(rejected);
    await inbound.db`update hl7_systems set address = '10.0.0.9'`;
    expect((await from("::ffff:10.0.0.9")).code).toBe("AA");
    expect(await from("127.0.0.1")).toMatchObject(rejected);
    const print = "ab".repeat(32);
    await inbound.db`update hl7_systems set certificate_sha256 = ${print}`;
    expect(await from("10.0.0.9")).toMatchObject(rejected);
    expect((await from("10.7.7.7", print)).code).toBe("AA");
    await inbound.db`update hl7_systems set enabled = false`;
    expect(await from("10.7.7.7", print)).toMatchObject({
      ...rejected,
      text: expect.stringContaining("switched off"),
    });
    // Whoever looks after the system sees what came in its name, and nobody else.
    expect(
      (await messages()).filter(({ status }) => status === "REJECTED").map(({ facilityId }) => facilityId),
    ).toEqual(Array(4).fill(orders.places.here));
  });

  test("what it is not put down for, and what is not acted upon here", async () => {
    await inbound.db`update hl7_systems set receives = '{ORDERS}'`;
    expect(await adt("A08", pid("1"))).toMatchObject({ ...rejected, condition: "200" });
    expect(await send({ type: "SIU^S12" })).toMatchObject({ ...rejected, condition: "200" });
    await inbound.db`update hl7_systems set receives = '{ADT}'`;
    expect(await adt("A99", pid("1"))).toMatchObject({ ...rejected, condition: "201" });
    expect(await send({ type: "ADT^A08", version: "3.0" }, pid("1"))).toMatchObject({
      ...rejected,
      text: expect.stringContaining("version 3.0"),
    });
    const training = bytesOf({ type: "ADT^A08" }, [pid("1")])
      .toString()
      .replace("|P|", "|T|");
    const { answers } = await receiveMessage(inbound.deps, Buffer.from(training), local);
    expect(String(answers[0])).toContain("|202^");
    expect((await messages()).every(({ status }) => status === "REJECTED")).toBe(true);
  });

  test("what cannot be read is kept and answered", async () => {
    const { answers } = await receiveMessage(inbound.deps, Buffer.from("GET / HTTP/1.1\r\n\0"), local);
    expect(String(answers[0])).toContain("MSA|AR");
    expect(await send({ type: "ADT^A08" }, "rubbish")).toMatchObject(rejected);
    expect(await send({ type: "ADT^A08", more: "||||||KLINGON" }, pid("1"))).toMatchObject(rejected);
    expect(await send({ type: "ADT^A08", control: "" }, pid("1"))).toMatchObject({
      code: "AE",
      condition: "101",
    });
    expect((await messages()).length).toBe(4);
  });

  test("of what is too long the header is kept, and nothing is acted upon", async () => {
    const id = nextNumber();
    const { answers, outcome } = await rejectTooLong(
      inbound.deps,
      bytesOf({ type: "ADT^A04" }, [pid(id)]),
      local,
      100,
    );
    expect([outcome, String(answers[0]).includes("MSA|AR")]).toEqual(["rejected", true]);
    const [kept] = (await inbound.administrator.call("GET", "/hl7/messages")).body.data;
    expect(kept).toMatchObject({
      systemId: inbound.systemId,
      status: "REJECTED",
      reason: expect.stringContaining("longer than 100 bytes"),
    });
    const again = await inbound.administrator.call("POST", `/hl7/messages/${kept.id}/retry`);
    expect(again.body).toMatchObject({ status: "REFUSED" });
    expect(await patientsOf(id)).toEqual([]);
  });

  test("of strangers the newest messages are kept", async () => {
    const row = (at: number) => ({
      id: newId(clock),
      direction: "IN",
      control_id: "1",
      message_type: "ADT^A08",
      status: "REJECTED",
      text: Buffer.from("x"),
      happened_at: new Date(at),
    });
    await inbound.db`insert into hl7_messages ${inbound.db(Array.from({ length: 205 }, (_, index) => row(index)))}`;
    await send({ type: "ADT^A08", sender: "STRANGER|" }, pid("1"));
    expect((await messages()).length).toBe(200);
  });
});

describe("once", () => {
  test("the same message again is answered as it was, and not acted upon", async () => {
    const id = nextNumber();
    const same = nextControl();
    const first = await send({ type: "ADT^A04", control: same }, pid(id));
    await adt("A08", pid(id, { name: "LATER^NAME" }));
    const second = await send({ type: "ADT^A04", control: same }, pid(id));
    expect([second.code, second.outcome]).toEqual(["AA", "repeated"]);
    expect(second.answers).toEqual(first.answers);
    expect((await patientsOf(id))[0]!.name).toBe("LATER^NAME");
    expect(await messages()).toHaveLength(2);
  });

  test("the same message at once over many connections acts once", async () => {
    const order = `O${nextControl()}`;
    const bytes = bytesOf({ type: "ORM^O01" }, [pid(nextNumber()), `ORC|NW|${order}`, "OBR|1|||CTABD"]);
    const all = await Promise.all(
      Array.from({ length: 5 }, () => receiveMessage(inbound.deps, bytes, local)),
    );
    expect(all.map(({ outcome }) => outcome).sort()).toEqual(["accepted", ...Array(4).fill("repeated")]);
    expect(new Set(all.map(({ answers }) => String(answers))).size).toBe(1);
    const [{ count }] =
      (await inbound.db`select count(*)::int as count from imaging_order where placer_order_number = ${order}`) as unknown as [
        { count: number },
      ];
    expect(count).toBe(1);
  });

  test("one new patient who comes in two messages at once is one patient", async () => {
    const id = nextNumber();
    const answers = await Promise.all([adt("A04", pid(id)), adt("A08", pid(id)), adt("A01", pid(id))]);
    expect(answers.map(({ code }) => code)).toEqual(["AA", "AA", "AA"]);
    expect(await patientsOf(id)).toHaveLength(1);
  });

  test("a message that was refused is looked at anew when it comes again", async () => {
    const same = nextControl();
    const order = ["ORM^O01", `ORC|NW|P-${same}`, "OBR|1|||LATE"] as const;
    const id = nextNumber();
    expect(await send({ type: order[0], control: same }, pid(id), order[1], order[2])).toMatchObject({
      code: "AE",
    });
    await inbound.administrator.call("POST", "/procedures", {
      code: "LATE",
      name: "Late",
      modality: "CT",
      bodyPart: "X",
      durationMinutes: 30,
    });
    expect(await send({ type: order[0], control: same }, pid(id), order[1], order[2])).toMatchObject({
      code: "AA",
    });
    expect(await messages()).toMatchObject([{ status: "ACCEPTED", attempts: 2, reason: null }]);
  });

  test("another message of a control id that was used is refused for a day", async () => {
    const same = nextControl();
    await send({ type: "ADT^A04", control: same }, pid(nextNumber()));
    const other = nextNumber();
    expect(await send({ type: "ADT^A04", control: same }, pid(other))).toMatchObject({
      code: "AE",
      condition: "205",
      place: "MSH^1^10",
    });
    expect(await patientsOf(other)).toEqual([]);
    await inbound.db`update hl7_messages set happened_at = happened_at - interval '2 days'`;
    expect(await send({ type: "ADT^A04", control: same }, pid(other))).toMatchObject({ code: "AA" });
  });

  test("who wants to hear that a message is kept, and not what became of it, hears of a refusal all the same", async () => {
    const kept = (...segments: string[]) => send({ type: "ADT^A04", more: "|||AL|NE" }, ...segments);
    const taken = await kept(pid(nextNumber()));
    expect([taken.code, taken.answers.length]).toEqual(["CA", 1]);
    expect(await kept("PID|1||")).toMatchObject({ code: "CE", condition: "101" });
  });

  test("in the enhanced mode it is said that the message is kept, and what became of it", async () => {
    const { answers } = await send({ type: "ADT^A04", more: "|||AL|AL" }, pid(nextNumber()));
    expect(answers.map((one) => String(one).split("\r")[1]!.split("|").slice(0, 2))).toEqual([
      ["MSA", "CA"],
      ["MSA", "AA"],
    ]);
    expect(
      (
        await receiveMessage(
          inbound.deps,
          bytesOf({ type: "ADT^A04", more: "|||NE|NE" }, [pid(nextNumber())]),
          local,
        )
      ).answers,
    ).toEqual([]);
  });
});

test("a fault of ours is answered and kept, and a database that is away is not answered", async () => {
  const broken = { ...inbound.deps, followers: [async () => Promise.reject(new TypeError("bug"))] };
  const [kept, gone] = [nextNumber(), nextNumber()];
  await adt("A04", pid(kept));
  await adt("A04", pid(gone));
  await inbound.db`delete from hl7_messages`;
  const bytes = bytesOf({ type: "ADT^A40" }, [pid(kept), `MRG|${gone}^^^HIS`]);
  const { outcome, answers } = await receiveMessage(broken, bytes, local);
  expect([outcome, String(answers[0]).includes("MSA|AE")]).toEqual(["refused", true]);
  expect(await messages()).toMatchObject([{ status: "REFUSED", reason: "It failed here." }]);
  expect((await patientsOf(gone))[0]!.mergedInto).toBeNull();
  const away = {
    ...inbound.deps,
    recognize: async () => Promise.reject(Object.assign(new Error(), { code: "ECONNREFUSED" })),
  };
  await expect(receiveMessage(away, bytes, local)).rejects.toThrow();
  expect((await receiveMessage(inbound.deps, bytes, local)).outcome).toBe("accepted");
});
