import { expect, test } from "vitest";
import { fieldLines, keyOf, readFields, readMacros, readNumber } from "./template-lines.ts";

const line = {
  line: 0,
  key: "",
  label: "Largest diameter",
  type: "NUMBER",
  unit: "mm",
  minimum: "0",
  maximum: "99,5",
  choices: "",
  required: true,
} as const;

test("a key is made of the label, and no key twice", () => {
  expect(keyOf("Largest diameter (mm)", [])).toBe("largestDiameterMm");
  expect(keyOf("Épaisseur", [])).toBe("epaisseur");
  expect(keyOf("3 T", [])).toBe("field");
  expect(keyOf("Side", ["side", "side2"])).toBe("side3");
});

test("lines become fields and back; what is not finished is none", () => {
  const fields = readFields([line, { ...line, line: 1 }])!;
  expect(fields.map(({ key }) => key)).toEqual(["largestDiameter", "largestDiameter2"]);
  expect(fields[0]).toMatchObject({ minimum: 0, maximum: 99.5, unit: "mm", choices: [] });
  expect(readFields(fieldLines(fields))).toEqual(fields);
  expect(readFields([{ ...line, label: " " }])).toBeNull();
  expect(readFields([{ ...line, minimum: "100" }])).toBeNull();
  expect(readFields([{ ...line, type: "CHOICE" }])).toBeNull();
  expect(readFields([{ ...line, type: "CHOICE", choices: "left\n left\nright\n" }])![0]).toMatchObject({
    choices: ["left", "right"],
    unit: null,
    minimum: null,
  });
});

test("numbers with a comma or a point", () => {
  expect([readNumber(""), readNumber("1,5"), readNumber("-2"), readNumber("1e3")]).toEqual([
    null,
    1.5,
    -2,
    undefined,
  ]);
});

test("auto-text has a name that can be typed, once", () => {
  const macro = { line: 0, name: "nl", text: "Normal." };
  expect(readMacros([macro])).toEqual({ nl: "Normal." });
  expect(readMacros([macro, { ...macro, line: 1 }])).toBeNull();
  expect(readMacros([{ ...macro, name: "n l" }])).toBeNull();
  expect(readMacros([{ ...macro, text: "" }])).toBeNull();
});
