import { Type } from "typebox";
import { expect, test } from "vitest";
import { serializers } from "./schemas.ts";

const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);
const schema = Type.Object({
  text: orNull(Type.String({ format: "date" })),
  thing: orNull(Type.Object({ name: orNull(Type.String()) })),
  list: Type.Optional(orNull(Type.Array(orNull(Type.String())))),
  number: orNull(Type.Integer()),
});
const write = serializers()({ schema });

test("what may be null is written as it is and as null", () => {
  const full = { text: "2026-01-31", thing: { name: "a" }, list: ["b", null], number: 1 };
  const empty = { text: null, thing: null, list: null, number: null };
  for (const document of [full, empty, { ...full, thing: { name: null } }, { ...empty, list: undefined }])
    expect(JSON.parse(write(document))).toEqual(JSON.parse(JSON.stringify(document)));
});

test("what must be there and is not, and a number that is none of its kind, are errors and not written as something else", () => {
  expect(() => write({ thing: null, number: null })).toThrow(/"text" is required/);
  for (const number of [1.5, "1", {}]) expect(() => write({ text: null, thing: null, number })).toThrow();
});
