import { expect, test } from "vitest";
import { reportText } from "./words.ts";

test("a report says where something was measured: in an image of a series, or on a plane that was cut from it", () => {
  const length = {
    id: "a",
    kind: "length" as const,
    values: [{ quantity: "length" as const, value: 40.5, unit: "mm" }],
    sopInstanceUid: "1.2",
    points: [],
  };
  expect(reportText(length, { seriesNumber: 2, imageNumber: 33 })).toBe("40.5 mm (Se 2 Im 33)");
  expect(reportText(length, { seriesNumber: 2, imageNumber: "Coronal" })).toBe("40.5 mm (Se 2 Coronal)");
  expect(reportText({ ...length, label: "Node" }, { seriesNumber: undefined, imageNumber: 1 })).toBe(
    "Node 40.5 mm (Im 1)",
  );
});
