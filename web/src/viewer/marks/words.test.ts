import { expect, test } from "vitest";
import { keyImageText, reportText } from "./words.ts";

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

test("a key image is cited by what is to be seen and what it is for, else as a key image", () => {
  const at = { seriesNumber: 4, imageNumber: 2 };
  expect(keyImageText({}, at)).toBe("Key image (Se 4 Im 2)");
  expect(keyImageText({ title: "OF_INTEREST" }, at)).toBe("Key image (Se 4 Im 2)");
  expect(keyImageText({ note: "Cyst" }, at)).toBe("Cyst (Se 4 Im 2)");
  expect(keyImageText({ note: "Cyst", title: "FOR_SURGERY" }, at)).toBe("Cyst, For surgery (Se 4 Im 2)");
  expect(keyImageText({ title: "FOR_CONFERENCE" }, at)).toBe("For the conference (Se 4 Im 2)");
});
