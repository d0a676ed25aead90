import { orderStatuses, orderTransitions } from "@isocenter/contract";
import { describe, expect, test } from "vitest";
import { pid, testInbound } from "./testing-inbound.ts";

const inbound = testInbound();
const { orders, nextNumber, send, patientsOf, messages } = inbound;

describe("orders", () => {
  const orm = (id: string, ...segments: string[]) => send({ type: "ORM^O01^ORM_O01" }, pid(id), ...segments);
  const orderOf = async (placer: string) => {
    const [row] = await inbound.db<
      { id: string }[]
    >`select id from imaging_order where placer_order_number = ${placer}`;
    return row ? (await inbound.administrator.call("GET", `/imaging-orders/${row.id}`)).body : null;
  };
  let placers = 0;
  const nextPlacer = () => `PL${++placers}`;
  /** A patient with an order that has been placed. */
  async function placed(obr = "OBR|1|||CTABD", orc = "") {
    const [id, placer] = [nextNumber(), nextPlacer()];
    expect((await orm(id, `ORC|NW|${placer}${orc}`, obr)).text).toBe("");
    return { id, placer, order: await orderOf(placer) };
  }

  test("NW places an order with everything that it says", async () => {
    const [id, placer] = [nextNumber(), nextPlacer()];
    const { code, text } = await send(
      { type: "ORM^O01" },
      pid(id),
      "PV1|1|I||||||9^REFERRER^R",
      "AL1|1|DA|^PENICILLIN",
      `ORC|NW|${placer}^HIS|||||^^^202603021030^^S|||||77^HOUSE^GREGORY^^^DR`,
      `OBR|1|${placer}^HIS||CTABD^CT abdomen^L||||||||||||||ACC-${inbound.people}|RP-${inbound.people}|SP-${inbound.people}||||CT|||^^^202603021030^^S||||^Abdominal pain`,
      "NTE|1||Needs an interpreter\\.br\\and time",
      "DG1|1||R10^Pain in abdomen^I10",
      "OBX|1|NM|2160-0^Creatinine||88|umol/L",
      `ZDS|1.2.3.${inbound.people}^HIS^Application^DICOM`,
    );
    expect([code, text]).toEqual(["AA", ""]);
    const order = await orderOf(placer);
    expect(order).toMatchObject({
      status: "SCHEDULED",
      scheduledAt: "2026-03-02T09:30:00.000Z",
      priority: "STAT",
      procedureCode: "CTABD",
      providerId: inbound.physicianId,
      accessionNumber: `ACC-${inbound.people}`,
      requestedProcedureId: `RP-${inbound.people}`,
      studyInstanceUid: `1.2.3.${inbound.people}`,
      clinicalIndication: "Abdominal pain",
      notes:
        "Ordered by HOUSE GREGORY DR (77)\nNeeds an interpreter\nand time\nDiagnosis: Pain in abdomen\nCreatinine: 88 umol/L\nAllergy: PENICILLIN",
    });
    const steps = await inbound.administrator.call("GET", `/imaging-orders/${order.id}/steps`);
    expect(steps.body.data).toMatchObject([
      { stepId: `SP-${inbound.people}`, status: "SCHEDULED", modality: "CT" },
    ]);
    expect(await messages()).toMatchObject([{ status: "ACCEPTED", subject: order.id }]);
  });

  test("OMG^O19 says the start and the priority in TQ1, OMI^O23 the numbers in IPC", async () => {
    const [id, placer] = [nextNumber(), nextPlacer()];
    const said = await send(
      { type: "OMI^O23^OMI_O23" },
      pid(id),
      `ORC|NW|${placer}`,
      "TQ1|1||||||20260302113000+0100||A",
      "OBR|1|||MRHEAD",
      `IPC|IPC-${inbound.people}|IR-${inbound.people}|1.2.4.${inbound.people}|IS-${inbound.people}|MR`,
    );
    expect(said.code).toBe("AA");
    expect(await orderOf(placer)).toMatchObject({
      scheduledAt: "2026-03-02T10:30:00.000Z",
      priority: "URGENT",
      accessionNumber: `IPC-${inbound.people}`,
      requestedProcedureId: `IR-${inbound.people}`,
      studyInstanceUid: `1.2.4.${inbound.people}`,
    });
    const other = nextPlacer();
    expect(
      (
        await send(
          { type: "OMG^O19" },
          pid(id),
          `ORC|NW|${other}`,
          "TQ1|1||||||20260303||R",
          "OBR|1|||MRHEAD",
        )
      ).code,
    ).toBe("AA");
    expect(await orderOf(other)).toMatchObject({ status: "PENDING", scheduledAt: null, priority: "ROUTINE" });
  });

  test("who orders is known by licence or user name; unknown without a stand-in is refused", async () => {
    const [id, placer] = [nextNumber(), nextPlacer()];
    const someone = await orders.someone(["PHYSICIAN"], [orders.places.here]);
    const [{ username }] =
      (await inbound.db`select username from app_user where id = ${someone.id}`) as unknown as [
        { username: string },
      ];
    await orm(id, `ORC|NW|${placer}`, `OBR|1|||CTABD||||||||||||${username}^X`);
    expect(await orderOf(placer)).toMatchObject({ providerId: someone.id, notes: null });
    await inbound.db`update hl7_systems set provider_id = null`;
    const unknown = await orm(id, `ORC|NW|${nextPlacer()}||||||||||404^WHO`, "OBR|1|||CTABD");
    expect(unknown).toMatchObject({ code: "AE", place: "ORC^1^12", condition: "204" });
    expect(await orm(id, `ORC|NW|${nextPlacer()}`, "OBR|1|||CTABD")).toMatchObject({
      place: "ORC^1^12",
      condition: "101",
    });
    await inbound.db`update hl7_systems set provider_id = ${inbound.physicianId}`;
  });

  test("several orders of a message are placed together or not at all, and the refusal says which", async () => {
    const id = nextNumber();
    const [one, two] = [nextPlacer(), nextPlacer()];
    const refused = await orm(id, `ORC|NW|${one}`, "OBR|1|||CTABD", `ORC|NW|${two}`, "OBR|2|||NONSENSE");
    expect(refused).toMatchObject({
      code: "AE",
      place: "OBR^2^4",
      condition: "103",
      text: expect.stringContaining("NONSENSE"),
    });
    expect(await orderOf(one)).toBeNull();
    // The patient neither: nothing was done.
    expect(await patientsOf(id)).toEqual([]);
    expect((await orm(id, `ORC|NW|${one}`, "OBR|1|||CTABD", `ORC|NW|${two}`, "OBR|2|||MRHEAD")).code).toBe(
      "AA",
    );
    expect(await orderOf(two)).toMatchObject({ procedureCode: "MRHEAD" });
  });

  test("a patient of another identity is never guessed", async () => {
    const { id } = await placed();
    const refused = await send(
      { type: "ORM^O01" },
      pid(id, { name: "ROE^RICHARD", birth: "19500101", sex: "M" }),
      `ORC|NW|${nextPlacer()}`,
      "OBR|1|||CTABD",
    );
    expect(refused).toMatchObject({ code: "AE", text: expect.stringContaining("another name") });
    expect((await patientsOf(id))[0]!.name).toBe("DOE^JANE^Q");
  });

  test.each([
    ["OBR|1|||CTABD||||||||||||||TOO-LONG-FOR-A-NUMBER", "OBR^1^18", "102"],
    ["OBR|1|||", "OBR^1^4", "101"],
    ["OBR|1|||CTABD||||||||||||||||||||MR", "OBR^1^24", "102"],
    ["OBR|1|||CTABD|||||||||||||||||||||||^^^tomorrow", "OBR^1^27", "102"],
    ["OBR|1|||CTABD|||||||||||||||||||||||^^^^^Q", "OBR^1^27", "103"],
  ])("%s is refused at its place", async (obr, place, condition) => {
    expect(await orm(nextNumber(), `ORC|NW|${nextPlacer()}`, obr)).toMatchObject({
      code: "AE",
      place,
      condition,
    });
  });

  test("the numbers of another order are refused", async () => {
    const { id, placer } = await placed();
    expect(await orm(id, `ORC|NW|${placer}`, "OBR|1|||CTABD")).toMatchObject({
      code: "AE",
      condition: "205",
    });
  });

  test("XO changes what it says and leaves the rest; nothing new changes nothing", async () => {
    const { id, placer, order } = await placed("OBR|1|||CTABD|||||||||||||||||||||||||||^Pain");
    const changed = await orm(
      id,
      `ORC|XO|${placer}`,
      "OBR|1|||MRHEAD|||||||||||||||||||||||^^^202603051200^^S",
    );
    expect(changed.text).toBe("");
    const now = await orderOf(placer);
    expect(now).toMatchObject({
      procedureCode: "MRHEAD",
      modality: "MR",
      priority: "STAT",
      status: "SCHEDULED",
      scheduledAt: "2026-03-05T11:00:00.000Z",
      clinicalIndication: "Pain",
      accessionNumber: order.accessionNumber,
    });
    await orm(id, `ORC|XO||${now.accessionNumber}`, "OBR|1|||MRHEAD");
    expect((await orderOf(placer)).version).toBe(now.version);
  });

  test("an order is found by either number, and only for its own patient", async () => {
    const { placer, order } = await placed();
    const other = await placed();
    expect(await orm(other.id, `ORC|CA|${placer}`)).toMatchObject({ code: "AE", place: "PID^1^3" });
    expect(await orm(other.id, `ORC|CA|${other.placer}|${order.accessionNumber}`)).toMatchObject({
      code: "AE",
      place: "ORC^1^3",
    });
    expect(await orm(other.id, "ORC|CA|NOBODYS")).toMatchObject({
      code: "AE",
      place: "ORC^1^2",
      condition: "204",
    });
    expect(await orm(other.id, "ORC|CA|")).toMatchObject({ code: "AE", place: "ORC^1^2", condition: "101" });
    expect((await orderOf(placer)).status).toBe("PENDING");
  });

  test.each(orderStatuses)(
    "CA cancels an order that is %s where the states allow it, and else says what may follow",
    async (status) => {
      const { id, placer, order } = await placed();
      await inbound.db`update imaging_order set status = ${status} where id = ${order.id}`;
      const said = await orm(id, `ORC|CA|${placer}||||||||||||||^Not needed`);
      const may = orderTransitions[status].includes("CANCELLED") || status === "CANCELLED";
      expect(said.code).toBe(may ? "AA" : "AE");
      if (!may) expect(said.text).toMatch(/CANCELLED may not follow/);
      const now = await orderOf(placer);
      expect(now.status).toBe(may ? "CANCELLED" : status);
      if (may && status !== "CANCELLED") expect(now.statusReason).toBe("Not needed");
    },
  );

  test("HD holds, RL releases, SC says a state, DC ends what is under way", async () => {
    const { id, placer } = await placed();
    const after = async (...orc: string[]) => {
      const { code } = await orm(id, orc[0]!.replace("#", placer), ...orc.slice(1));
      return `${code} ${(await orderOf(placer)).status}`;
    };
    expect(await after("ORC|HD|#")).toBe("AA ON_HOLD");
    expect(await after("ORC|RL|#")).toBe("AA PENDING");
    expect(await after("ORC|SC|#|||IP")).toBe("AE PENDING");
    expect(await after("ORC|SC|#|||SC||^^^202603051200")).toBe("AA SCHEDULED");
    expect(await after(`ORC|SC|#${"|".repeat(23)}ARRIVED`)).toBe("AA ARRIVED");
    expect(await after("ORC|SC|#|||IP")).toBe("AA IN_PROGRESS");
    expect(await after("ORC|DC|#")).toBe("AA DISCONTINUED");
    expect(await after("ORC|SC|#|||ZZ")).toBe("AE DISCONTINUED");
    expect(await after("ORC|ZZ|#")).toBe("AE DISCONTINUED");
  });

  test("orders of another facility are not there", async () => {
    const { id, placer } = await placed();
    await inbound.db`update hl7_systems set facility_id = ${orders.places.there}`;
    expect(await orm(id, `ORC|CA|${placer}`)).toMatchObject({ code: "AE", condition: "204" });
    await inbound.db`update hl7_systems set facility_id = ${orders.places.here}`;
    expect((await orderOf(placer)).status).toBe("PENDING");
  });
});
