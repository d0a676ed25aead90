import { expect, test } from "vitest";
import { saidId } from "./write-said.ts";

test("the id of an identity is made of what it says, and made once", () => {
  let read = 0;
  const identity = (name: string) => ({
    get name() {
      read += 1;
      return name;
    },
    value: "4711",
    issuer: "GENERAL",
    birthDate: "1970-01-02",
    sex: "F" as const,
  });
  const said = identity("Doe^Jane");
  const id = saidId(said);
  expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect([saidId(said), read]).toEqual([id, 1]);
  expect(saidId(identity("Doe^Jane"))).toBe(id);
  expect(saidId(identity("Doe^John"))).not.toBe(id);
});
