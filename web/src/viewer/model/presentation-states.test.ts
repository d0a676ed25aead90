import type { JsonDataSet } from "@isocenter/presentation";
import { expect, test } from "vitest";
import { imagesOfInstance } from "./image.ts";
import { presentationStateOf } from "./presentation-states.ts";
import { fetchPresentation } from "./presentation-values.ts";

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
      color: [255, 255, 255],
      shape: "polygon",
      points: [
        [2, 6],
        [5, 6],
        [5, 9],
        [2, 9],
      ],
    },
    { color: [255, 255, 255], shape: "circle", centre: [59.5, 49.5], radius: 25 },
    {
      color: [255, 255, 255],
      shape: "polygon",
      points: [
        [1.5, 0.5],
        [3.5, 2.5],
        [5.5, 4.5],
      ],
    },
  ]);
});

test("a true size is that of the spacing that the state gives", () => {
  const area = (spacing: JsonDataSet) =>
    state({
      "0070005A": element({
        "00700052": element(1, 1),
        "00700053": element(200, 100),
        "00700100": element("TRUE SIZE"),
        ...spacing,
      }),
    }).of(frames[0]!)?.area;
  expect(area({ "00700101": element(0.2, 0.1) })).toMatchObject({
    trueSpacing: 0.1,
    magnification: undefined,
  });
  expect(area({})).not.toHaveProperty("trueSpacing");
});

test("a bitmap shutter covers what its overlay marks, and other overlays have the colour of their layer", () => {
  const overlay = (bytes: string) => ({ vr: "OW", InlineBinary: bytes });
  const { of } = state({
    "00181600": element("BITMAP"),
    "00181622": element(65535),
    "00181623": element(0x6002),
    "00700060": element({ "00700002": element("A"), "00700401": element(0, 32896, 32896) }),
    // Two rows of four: the first pixel, and the last.
    ...Object.fromEntries(
      ["6000", "6002", "6004"].flatMap((group) => [
        [`${group}0010`, element(2)],
        [`${group}0011`, element(4)],
        [`${group}0050`, element(1, 1)],
      ]),
    ),
    "60001001": element("A"),
    "60003000": overlay("gAA="),
    "60023000": overlay("AQA="),
    // In no layer, so that it is not to be seen.
    "60043000": overlay("/wA="),
  });
  const { bitmaps } = of(frames[0]!)!;
  expect(bitmaps).toHaveLength(2);
  const [shutter, drawn] = bitmaps.map(({ pixels }) => [[...pixels.slice(0, 4)], [...pixels.slice(28)]]);
  expect(shutter).toEqual([
    [255, 255, 255, 255],
    [0, 0, 0, 0],
  ]);
  expect(drawn).toEqual([
    [0, 0, 0, 0],
    [0, 0, 0, 255],
  ]);
});

test("tables that are kept apart are fetched before the state is applied", async () => {
  const table = (uri: string) => ({ vr: "OW", BulkDataURI: uri });
  const asked: string[] = [];
  const bytes = (...values: number[]) => new Uint8Array(new Uint16Array(values).buffer);
  const dicomweb = {
    bulkData: async (uri: string) => {
      asked.push(uri);
      return uri === "voi" ? bytes(0, 65535) : bytes(65535, 0, 65535);
    },
  } as unknown as Parameters<typeof fetchPresentation>[0];
  const kept = state({
    "00283110": element({
      "00283010": element({ "00283002": element(2, 100, 16), "00283006": table("voi") }),
    }),
    "20500010": element({ "00283002": element(3, 0, 16), "00283006": table("presentation") }),
  });
  await fetchPresentation(dicomweb, kept);
  expect(asked.toSorted()).toEqual(["presentation", "voi"]);
  const { window, shading } = kept.of(frames[0]!)!;
  expect(window?.table).toMatchObject({ first: 100, maximum: 65535 });
  expect([0, 0.5, 1].map((grey) => shading!(grey)[0])).toEqual([1, 0, 1]);
  await fetchPresentation(dicomweb, kept);
  expect(asked).toHaveLength(2);
});

test("a state's own table of the modality comes before its window", () => {
  const plain = imagesOfInstance({
    "00080018": element("1.5"),
    "00280010": element(10),
    "00280011": element(10),
    "00281052": element(-5),
  })[0]!;
  const { of } = state({
    "00283000": element({ "00283002": element(3, 10, 8), "00283006": element(200, 100, 0) }),
    "00283110": element({
      "00281050": element(100),
      "00281051": element(200),
      "00281056": element("LINEAR_EXACT"),
    }),
  });
  const { window } = of(plain)!;
  // Stored values 10 to 12, which are 5 to 7 after the image's own rescaling.
  expect(window).toMatchObject({ center: 6, width: 2, table: { first: 5, values: [1, 0.5, 0], maximum: 1 } });
});

test("a palette makes colours of greys", () => {
  const { of } = state({
    ...Object.fromEntries(["1", "2", "3"].map((n) => [`0028110${n}`, element(2, 0, 8)])),
    "00281201": element(0, 255),
    "00281202": element(51, 51),
    "00281203": element(255, 0),
  });
  const { shading } = of(frames[0]!)!;
  expect([shading!(0), shading!(1)]).toEqual([
    [0, 0.2, 1],
    [1, 0.2, 0],
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
