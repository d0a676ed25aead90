import type { JsonDataSet } from "@isocenter/presentation";
import { describe, expect, it } from "vitest";
import { attributeRows, searchRows } from "./attribute-rows.ts";

const nested: JsonDataSet = {
  "00100010": { vr: "PN", Value: [{ Alphabetic: "Abiodun^Tomi", Ideographic: "山" }] },
  "00080060": { vr: "CS", Value: ["CT"] },
  "00281201": { vr: "OW", InlineBinary: "AAECAw==" },
  "00091010": { vr: "LO", Value: ["of a maker"] },
  "7FE00010": { vr: "OW", BulkDataURI: "bulk/1" },
  "00081140": {
    vr: "SQ",
    Value: [{ "00081155": { vr: "UI", Value: ["1.2.3"] } }, { "00081155": { vr: "UI", Value: ["1.2.4"] } }],
  },
};
const keywords: Record<string, string> = {
  "00100010": "PatientName",
  "00081155": "ReferencedSOPInstanceUID",
};
const rows = attributeRows(nested, (tag) => keywords[tag]);

describe("the table of attributes", () => {
  it("is in the order of tags, with items below their sequence", () => {
    expect(
      rows.map((row) => `${"  ".repeat(row.depth)}${row.tag || row.keyword} ${row.value}`.trimEnd()),
    ).toEqual([
      "(0008,0060) CT",
      "(0008,1140) 2 items",
      "  Item 1",
      "  (0008,1155) 1.2.3",
      "  Item 2",
      "  (0008,1155) 1.2.4",
      "(0009,1010) of a maker",
      "(0010,0010) Abiodun^Tomi=山",
      "(0028,1201) 4 bytes",
      "(7FE0,0010) Kept apart by the archive",
    ]);
    expect(new Set(rows.map((row) => row.path)).size).toBe(rows.length);
    expect(rows.find((row) => row.tag === "(0009,1010)")!.keyword).toBe("Private");
  });

  it("is searched by keyword, value and tag, keeping the way down to what is found", () => {
    const found = (text: string) => searchRows(rows, text).map((row) => row.tag || row.keyword);
    expect(found("patientname")).toEqual(["(0010,0010)"]);
    expect(found("1.2.4")).toEqual(["(0008,1140)", "Item 2", "(0008,1155)"]);
    expect(found("(0010,")).toEqual(["(0010,0010)"]);
    expect(found("7fe0")).toEqual(["(7FE0,0010)"]);
    expect(found("nothing of this")).toEqual([]);
    expect(found("  ")).toHaveLength(rows.length);
  });

  it("ends at a depth and shortens long values", () => {
    let deep: JsonDataSet = { "00080060": { vr: "CS", Value: ["CT"] } };
    for (let i = 0; i < 40; i++) deep = { "00081140": { vr: "SQ", Value: [deep] } };
    expect(Math.max(...attributeRows(deep, () => undefined).map((row) => row.depth))).toBeLessThanOrEqual(17);
    const long = attributeRows({ "00204000": { vr: "LT", Value: ["x".repeat(5000)] } }, () => undefined);
    expect(long[0]!.value.length).toBeLessThan(2100);
  });
});
