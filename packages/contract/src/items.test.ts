import { expect, test } from "vitest";
import * as contract from "./index.ts";

/** What others are made of, what says `permissions` instead, what became of an item, and what a request names. */
const excepted = [
  "User",
  "Facility",
  "Me",
  "ImageVersion",
  "ReportTemplateUsed",
  "ReportPdfQuery",
  "ReportDocumentsQuery",
];

test("an item that carries a version says what the viewer may do with it", () => {
  const versioned = Object.entries(contract as Record<string, unknown>).filter(([, schema]) =>
    Object.hasOwn((schema as { properties?: object })?.properties ?? {}, "version"),
  ) as [string, { properties: object }][];
  expect(versioned.length).toBeGreaterThan(25);
  const silent = versioned.filter(([, { properties }]) => !Object.hasOwn(properties, "actions"));
  expect(silent.map(([name]) => name).filter((name) => !excepted.includes(name))).toEqual([]);
});
