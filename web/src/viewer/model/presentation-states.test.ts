import { expect, test } from "vitest";
import type { JsonDataSet } from "./dicom-json.ts";
import { imagesOfInstance } from "./image.ts";
import { presentationStateOf } from "./presentation-states.ts";

const element = (...Value: unknown[]) => ({ vr: typeof Value[0] === "object" ? "SQ" : "UN", Value });
const frames = imagesOfInstance({
  "00080018": element("1.5"),
  "00280008": element(2),
  "00280010": element(100),
  "00280011": element(200),
  "00281052": element(-1024),
  "00281053": element(2),
});
const reference = (more: JsonDataSet = {}) => element({ "00081155": element("1.5"), ...more });
const state = (more: JsonDataSet) =>
  presentationStateOf({
    "00080018": element("1.9"),
    "00700080": element("MARKED"),
    "00700084": { vr: "PN", Value: [{ Alphabetic: "Reader^Ada" }] },
    "00081115": element({ "00081140": reference() }),
    ...more,
  });

test("a state is about the images and frames that it names, and says whose it is", () => {
  const all = state({});
  expect([all.label, all.author, all.first]).toEqual([
    "MARKED",
    "Reader, Ada",
    { sopInstanceUid: "1.5", frame: 1 },
  ]);
  expect(frames.map((frame) => all.of(frame) !== undefined)).toEqual([true, true]);
  const second = state({ "00081115": element({ "00081140": reference({ "00081160": element(2) }) }) });
  expect(frames.map((frame) => second.of(frame) !== undefined)).toEqual([false, true]);
  expect(second.of({ ...frames[1]!, sopInstanceUid: "1.6" })).toBeUndefined();
});

test("windows count in the state's own rescaling, and are those of the frame", () => {
  const windows = element(
    { "00081140": reference({ "00081160": element(2) }), "00281050": element(10), "00281051": element(20) },
    { "00281050": element(100), "00281051": element(50), "00281056": element("SIGMOID") },
  );
  // Stored values as they are: 100 of them is -824 of the image's, 50 wide is 100.
  const { of } = state({ "00283110": windows });
  expect(of(frames[0]!)?.window).toEqual({ center: -824, width: 100, function: "SIGMOID" });
  expect(of(frames[1]!)?.window).toEqual({ center: -1004, width: 40, function: "LINEAR" });
  expect(state({}).of(frames[0]!)?.window).toBeUndefined();
});

test("areas and shutters lie where pixels begin and end", () => {
  const { of } = state({
    "20500020": element("INVERSE"),
    "00700042": element(270),
    "00700041": element("Y"),
    "0070005A": element({
      "00700052": element(11, 21),
      "00700053": element(20, 40),
      "00700100": element("MAGNIFY"),
      "00700103": element(2.5),
    }),
    "00181600": element("RECTANGULAR", "CIRCULAR", "POLYGONAL", "BITMAP"),
    "00181602": element(3),
    "00181604": element(5),
    "00181606": element(7),
    "00181608": element(9),
    "00181610": element(50, 60),
    "00181612": element(25),
    "00181620": element(1, 2, 3, 4, 5, 6),
    "00181622": element(65535),
  });
  expect(of(frames[0]!)).toMatchObject({
    inverse: true,
    rotation: 270,
    flipped: true,
    area: { left: 10, top: 20, right: 20, bottom: 40, magnification: 2.5 },
  });
  expect(of(frames[0]!)?.shutters).toEqual([
    {
      grey: 255,
      shape: "polygon",
      points: [
        [2, 6],
        [5, 6],
        [5, 9],
        [2, 9],
      ],
    },
    { grey: 255, shape: "circle", centre: [59.5, 49.5], radius: 25 },
    {
      grey: 255,
      shape: "polygon",
      points: [
        [1.5, 0.5],
        [3.5, 2.5],
        [5.5, 4.5],
      ],
    },
  ]);
});

test("graphics and texts have the colour of their layer, and broken ones are left out", () => {
  const graphic = (type: string, ...data: number[]) => ({
    "00700005": element("DISPLAY"),
    "00700022": element(...data),
    "00700023": element(type),
  });
  const { of } = state({
    "00700060": element({ "00700002": element("A"), "00700066": element(65535) }),
    "00700001": element({
      "00700002": element("A"),
      "00700009": element(
        graphic("INTERPOLATED", 0, 0, 1, 1),
        graphic("ELLIPSE", 0, 0, 1, 1),
        graphic("SPIRAL", 1, 1),
      ),
      "00700008": element(
        { "00700006": element("Here"), "00700014": element(4, 5), "00700015": element("N") },
        { "00700006": element("Nowhere") },
      ),
    }),
  });
  const presented = of(frames[0]!)!;
  expect(presented.graphics).toEqual([
    {
      units: "DISPLAY",
      kind: "line",
      points: [
        [0, 0],
        [1, 1],
      ],
      curved: true,
      filled: false,
      color: "rgb(255 255 255)",
    },
  ]);
  expect(presented.texts).toEqual([
    {
      text: "Here",
      box: undefined,
      anchor: { units: "PIXEL", point: [4, 5], isSeen: false },
      color: "rgb(255 255 255)",
    },
  ]);
});
