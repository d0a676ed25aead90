import { describe, expect, test } from "vitest";
import { pid, testInbound } from "./testing-inbound.ts";

const inbound = testInbound();
const { nextNumber, send, adt, patientsOf, messages } = inbound;

describe("demographics", () => {
  test.each(["A01", "A04", "A05", "A08", "A28", "A31"])(
    "%s enters a patient who is new, with all that it says",
    async (event) => {
      const id = nextNumber();
      const { code } = await adt(
        event,
        `PID|1||${id}^^^HIS&1.2&ISO^MR~999^^^SSA^SS~A1^^^HIS^AN||MÜLLER^JÜRGEN^K^JR^DR^^L||19700203|M|||1 ROAD^FLAT 2^TOWN^ST^12345^DE||0301234^PRN^PH~^NET^Internet^j@m.example`,
      );
      expect(code).toBe("AA");
      expect(await patientsOf(id)).toMatchObject([
        {
          name: "MÜLLER^JÜRGEN^K^DR^JR",
          birthDate: "1970-02-03",
          sex: "M",
          phone: "0301234",
          email: "j@m.example",
          address: "1 ROAD\nFLAT 2\n12345 ST TOWN\nDE",
        },
      ]);
      expect((await patientsOf("A1")).length).toBe(0);
      const [{ patientId }] = (await messages()) as [{ patientId: string }];
      expect(await messages()).toMatchObject([
        { status: "ACCEPTED", messageType: `ADT^${event}`, attempts: 1 },
      ]);
      expect((await inbound.administrator.call("GET", `/patients/${patientId}`)).body.lastName).toBe(
        "MÜLLER",
      );
      await inbound.db`delete from patient_identifier where value = '999'`;
    },
  );

  test("A08 changes what is said, deletes what is to be deleted, and leaves what is not said", async () => {
    const id = nextNumber();
    await adt("A04", pid(id, { rest: `|||1 ROAD^^TOWN||030` }));
    await adt("A08", `PID|1||${id}^^^HIS||ROE^JANE^Q|||""|||""`);
    expect(await patientsOf(id)).toMatchObject([
      { name: "ROE^JANE^Q", birthDate: "1970-02-03", sex: null, address: null, phone: "030" },
    ]);
    const { version } = (await patientsOf(id))[0]!;
    await adt("A31", `PID|1||${id}^^^HIS||ROE^JANE^Q`);
    expect((await patientsOf(id))[0]!.version).toBe(version);
  });

  test("names come in their alphabets, and stay in those that are not said", async () => {
    const id = nextNumber();
    await send(
      { type: "ADT^A04", more: "||||||UNICODE UTF-8" },
      `PID|1||${id}^^^HIS||YAMADA^TARO^^^^^L^A~山田^太郎^^^^^L^I~やまだ^たろう^^^^^L^P~ALIAS^X^^^^^A||19700203|M`,
    );
    expect((await patientsOf(id))[0]!.name).toBe("YAMADA^TARO=山田^太郎=やまだ^たろう");
    await adt("A08", pid(id, { name: "YAMADA^TAROU", sex: "M" }));
    expect((await patientsOf(id))[0]!.name).toBe("YAMADA^TAROU=山田^太郎=やまだ^たろう");
  });

  test("an identifier without authority is the usual issuer's; a further one is added to the patient", async () => {
    const id = nextNumber();
    await inbound.db`update hl7_systems set patient_id_issuer = 'HIS'`;
    await adt("A04", `PID|1||${id}||DOE^JO||19700101|F`);
    await inbound.db`update hl7_systems set patient_id_issuer = null`;
    const other = nextNumber();
    await adt("A08", `PID|1||${id}^^^HIS~${other}^^^HIS||DOE^JO||19700101|F`);
    expect((await patientsOf(other))[0]!.id).toBe((await patientsOf(id))[0]!.id);
  });

  test("identifiers of two patients are refused, and nothing is changed", async () => {
    const [one, two] = [nextNumber(), nextNumber()];
    await adt("A04", pid(one));
    await adt("A04", pid(two));
    expect(await adt("A08", `PID|1||${one}^^^HIS~${two}^^^HIS||NEW^NAME`)).toMatchObject({
      code: "AE",
      condition: "207",
    });
    expect((await patientsOf(one))[0]!.name).toBe("DOE^JANE^Q");
  });

  test.each([
    ["PID|1||^^^HIS||DOE^J", "PID^1^3", "101"],
    ["PID|1||X1^^^HIS||DOE^J||19701301", "PID^1^7", "102"],
    ["PID|1||X1^^^HIS||DOE^J||1970|Q", "PID^1^8", "103"],
    ["PID|1||X1^^^HIS||", "PID^1^5", "101"],
    [`PID|1||${"9".repeat(65)}^^^HIS||DOE^J`, "PID^1^3", "102"],
    ["PV1|1", "PID^1^3", "100"],
  ])("%s is refused at its place", async (segment, place, condition) => {
    expect(await adt("A08", segment)).toMatchObject({ code: "AE", place, condition });
    expect(await messages()).toMatchObject([{ status: "REFUSED" }]);
  });

  test("the event stands in EVN alone, and the phone and the mail in one repetition, as some write them", async () => {
    const id = nextNumber();
    const said = await send({ type: "ADT" }, "EVN|A04", pid(id, { rest: "|||||^^^J@M.EXAMPLE^^^915369804" }));
    expect(said.code).toBe("AA");
    expect(await patientsOf(id)).toMatchObject([{ phone: "915369804", email: "J@M.EXAMPLE" }]);
  });

  test("what is of visits is taken, and nothing is done", async () => {
    const id = nextNumber();
    for (const event of ["A02", "A03", "A11"]) expect((await adt(event, pid(id))).code).toBe("AA");
    expect(await patientsOf(id)).toEqual([]);
  });

  test("A40 merges whom MRG names into whom PID names, once, and the merge can be undone", async () => {
    const [kept, gone, strange] = [nextNumber(), nextNumber(), nextNumber()];
    await adt("A04", pid(kept));
    await adt("A04", pid(gone, { name: "DOE^J" }));
    expect((await adt("A40", pid(kept), `MRG|${gone}^^^HIS`, pid(kept), `MRG|${strange}^^^HIS`)).code).toBe(
      "AA",
    );
    const [survivor] = await patientsOf(kept);
    expect(await patientsOf(gone)).toMatchObject([{ mergedInto: survivor!.id }]);
    expect(await patientsOf(strange)).toMatchObject([{ mergedInto: survivor!.id }]);
    expect((await adt("A40", pid(kept), `MRG|${gone}^^^HIS`)).code).toBe("AA");
    const merges = await inbound.administrator.call("GET", `/patients/${survivor!.id}/merges`);
    const merge = merges.body.data.find((one: { fromPatientId: string }) => one.fromPatientId !== "");
    expect(merge.reason).toBe("HL7 ADT^A40 of Hospital");
    expect((await inbound.administrator.call("POST", `/patients/merges/${merge.id}/undo`, {})).status).toBe(
      200,
    );
  });

  test("A40 of several pairs is done as a whole or not at all", async () => {
    const [kept, gone] = [nextNumber(), nextNumber()];
    await adt("A04", pid(kept));
    await adt("A04", pid(gone));
    expect(await adt("A40", pid(kept), `MRG|${gone}^^^HIS`, pid(kept), "MRG|")).toMatchObject({
      code: "AE",
      place: "MRG^2^1",
    });
    expect((await patientsOf(gone))[0]!.mergedInto).toBeNull();
  });
});
