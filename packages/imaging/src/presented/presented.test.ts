import type { ImageOfState, JsonDataSet } from "@isocenter/presentation";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { greyFrame } from "../../test/encoders.ts";
import { plain } from "../../test/plain.ts";
import type { Presentation } from "../presentation.ts";
import type { RenderOptions } from "../render.ts";
import { lineOfGlyphs, widthOfLine } from "./glyphs.ts";
import { renderPresented } from "./presented.ts";

type Values = (string | number)[] | JsonDataSet[];
const sets = (values: Record<string, Values>): JsonDataSet =>
  Object.fromEntries(
    Object.entries(values).map(([tag, Value]) => [
      tag,
      { vr: typeof Value[0] === "object" ? "SQ" : typeof Value[0] === "number" ? "FL" : "CS", Value },
    ]),
  );

const image: ImageOfState = {
  sopInstanceUid: "1.2.3",
  frameNumber: 1,
  columns: 64,
  rows: 32,
  slope: 1,
  intercept: 0,
  hasModalityTable: false,
};

/** Columns as values: 0 in the first, 630 in the last; 64 × 32. */
const values = Uint16Array.from({ length: 64 * 32 }, (_, at) => (at % 64) * 10);
const frame = new Uint8Array(values.buffer);

const window = (center: number, width: number): Record<string, Values> => ({
  "00283110": [sets({ "00281050": [center], "00281051": [width] })],
});
/** 0 to 255 over the columns. */
const whole = window(320, 640);

async function shown(
  state: Record<string, Values>,
  options: Partial<RenderOptions> = {},
  more: Partial<Presentation> = {},
) {
  const description = greyFrame({ rows: 32, columns: 64 });
  const bytes = await renderPresented(
    description,
    { ...plain, ...more },
    frame,
    { dataSet: sets(state), image },
    { format: "png", ...options },
  );
  const { data, info } = await sharp(bytes).toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [
    ...data.subarray((y * info.width + x) * info.channels, (y * info.width + x) * info.channels + 3),
  ];
  return { width: info.width, height: info.height, at, grey: (x: number, y: number) => at(x, y)[0]! };
}

const white: Record<string, Values> = {
  "00700060": [sets({ "00700002": ["WHITE"], "00700066": [65_535] })],
};
const graphic = (type: string, points: number[], more: Record<string, Values> = {}) =>
  sets({ "00700005": ["PIXEL"], "00700023": [type], "00700022": points, ...more });
const annotation = (objects: JsonDataSet[], texts: JsonDataSet[] = []): Record<string, Values> => ({
  ...white,
  "00700001": [
    sets({
      "00700002": ["WHITE"],
      ...(objects.length > 0 ? { "00700009": objects } : {}),
      ...(texts.length > 0 ? { "00700008": texts } : {}),
    }),
  ],
});
const area = (left: number, top: number, right: number, bottom: number): Record<string, Values> => ({
  "0070005A": [sets({ "00700052": [left, top], "00700053": [right, bottom] })],
});

describe("a picture as a presentation state says", () => {
  test("has the state's window in place of the image's, and its own polarity", async () => {
    const own = { windows: [{ center: 5, width: 10, function: "LINEAR" as const, explanation: null }] };
    const narrow = await shown(window(300, 101), {}, own);
    expect([narrow.grey(20, 5), narrow.grey(30, 5), narrow.grey(40, 5)]).toEqual([0, 129, 255]);
    const inverse = await shown(
      { ...window(300, 101), "20500020": ["INVERSE"] },
      {},
      { ...own, inverse: false },
    );
    expect([inverse.grey(20, 5), inverse.grey(40, 5)]).toEqual([255, 0]);
    const identity = await shown({ ...window(300, 101), "20500020": ["IDENTITY"] }, {}, { inverse: true });
    expect([identity.grey(20, 5), identity.grey(40, 5)]).toEqual([0, 255]);
    const without = await shown({ "20500020": ["IDENTITY"] }, {}, own);
    expect([without.grey(0, 5), without.grey(2, 5)]).toEqual([0, 255]);
  });

  test("goes through the state's tables: of values, of greys, and of colours", async () => {
    const table = (first: number, entries: number[]) =>
      sets({ "00283002": [entries.length, first, 8], "00283006": entries });
    const modality = await shown({ "00283000": [table(100, [255, 0, 128, 64])] });
    // 100 is the first entry, what lies below too; from 103 on it is the last.
    expect([modality.grey(0, 0), modality.grey(10, 0), modality.grey(63, 0)]).toEqual([255, 255, 64]);
    const voi = await shown({ "00283110": [sets({ "00283010": [table(200, [10, 20])] })] });
    expect([voi.grey(20, 0), voi.grey(21, 0)]).toEqual([10, 20]);
    const greys = await shown({ ...whole, "20500010": [table(0, [200, 100])] });
    expect([greys.grey(0, 0), greys.grey(63, 0)]).toEqual([200, 100]);
    const palette = (entries: number[]): [Values, Values] => [[2, 0, 8], entries];
    const [red, green, blue] = [palette([255, 0]), palette([0, 128]), palette([0, 64])];
    const coloured = await shown({
      ...whole,
      "00281101": red[0],
      "00281102": green[0],
      "00281103": blue[0],
      "00281201": red[1],
      "00281202": green[1],
      "00281203": blue[1],
    });
    expect([coloured.at(0, 0), coloured.at(63, 0)]).toEqual([
      [255, 0, 0],
      [0, 128, 64],
    ]);
  });

  test("is turned clockwise and then flipped", async () => {
    const row = async (state: Record<string, Values>) => {
      const { width, height, grey } = await shown({ ...whole, ...state });
      return [width, height, grey(0, 0), grey(width - 1, 0), grey(0, height - 1)];
    };
    expect(await row({})).toEqual([64, 32, 0, 251, 0]);
    expect(await row({ "00700041": ["Y"] })).toEqual([64, 32, 251, 0, 251]);
    expect(await row({ "00700042": [90] })).toEqual([32, 64, 0, 0, 251]);
    expect(await row({ "00700042": [180] })).toEqual([64, 32, 251, 0, 251]);
    expect(await row({ "00700042": [270] })).toEqual([32, 64, 251, 251, 0]);
    const [both] = [
      await shown({
        ...whole,
        "00700042": [90],
        "00700041": ["Y"],
        ...annotation([graphic("POLYLINE", [10, 4.5, 20, 4.5])]),
      }),
    ];
    // Row 4 from above becomes column 4 from the right, and by flipping from the left.
    expect([both.at(4, 15), both.at(31 - 4, 15)[0]]).toEqual([[255, 255, 255], expect.any(Number)]);
    expect(both.at(31 - 4, 15)[0]).toBeLessThan(100);
  });

  test("shows the displayed area alone, black where that goes beyond the image, in the size asked for", async () => {
    const part = await shown({ ...whole, ...area(33, 9, 64, 24) });
    expect([part.width, part.height, part.grey(0, 0), part.grey(31, 15)]).toEqual([32, 16, 128, 251]);
    const beyond = await shown({ ...whole, ...area(-7, 1, 64, 40) });
    expect([beyond.width, beyond.height]).toEqual([72, 40]);
    expect([beyond.grey(0, 0), beyond.grey(71, 5), beyond.grey(71, 35)]).toEqual([0, 251, 0]);
    const large = await shown(
      { ...whole, ...area(33, 9, 64, 24) },
      { size: { width: 320, height: 320, enlarge: true } },
    );
    expect([large.width, large.height]).toEqual([320, 160]);
    const across = await shown(
      { ...whole, "00700042": [90] },
      { size: { width: 64, height: 64, enlarge: true } },
    );
    expect([across.width, across.height]).toEqual([32, 64]);
    await expect(shown(area(1000, 1, 1100, 40))).rejects.toMatchObject({ code: "invalid" });
  });

  test("is covered by the state's shutters, in their colour, and not by the image's", async () => {
    const rectangle = {
      "00181600": ["RECTANGULAR"],
      "00181602": [11],
      "00181604": [40],
      "00181606": [5],
      "00181608": [20],
    };
    const shutters = {
      shapes: [{ shape: "rectangle" as const, left: 0, right: 1, top: 0, bottom: 1 }],
      color: [9, 9, 9] as const,
    };
    const bare = await shown(whole, {}, { shutters });
    const { grey } = await shown({ ...whole, ...rectangle }, {}, { shutters });
    expect([grey(9, 10), grey(10, 10), grey(39, 10), grey(40, 10)]).toEqual([
      0,
      bare.grey(10, 10),
      bare.grey(39, 10),
      0,
    ]);
    expect([grey(20, 3), grey(20, 4), grey(20, 19), grey(20, 20)]).toEqual([
      0,
      bare.grey(20, 4),
      bare.grey(20, 19),
      0,
    ]);
    expect(bare.grey(30, 30)).toBeGreaterThan(100);
    const circle = { "00181600": ["CIRCULAR"], "00181610": [16, 32], "00181612": [5], "00181622": [65_535] };
    const round = await shown({ ...whole, ...circle });
    expect([round.grey(31, 15), round.grey(26, 15), round.grey(25, 15)]).toEqual([
      bare.grey(31, 15),
      bare.grey(26, 15),
      255,
    ]);
    const coloured = await shown({ ...whole, ...circle, "00181624": [0x8a3d, 0xd0d0, 0xc3c3] });
    const [red, , blue] = coloured.at(0, 0);
    expect(red! - blue!).toBeGreaterThan(100);
  });

  test("bears the state's lines where they are drawn, in the colour of their layer", async () => {
    const line = await shown({ ...whole, ...annotation([graphic("POLYLINE", [8, 10.5, 20, 10.5])]) });
    expect(line.at(14, 10)).toEqual([255, 255, 255]);
    expect(line.grey(14, 20)).toBe(56);
    const circle = await shown({ ...whole, ...annotation([graphic("CIRCLE", [32, 16, 42, 16])]) });
    for (const [x, y] of [
      [41, 16],
      [22, 16],
      [32, 26],
      [32, 6],
    ] as const) {
      const most = Math.max(circle.grey(x, y), circle.grey(x, y - 1), circle.grey(x - 1, y));
      expect(most).toBeGreaterThan(200);
    }
    expect(circle.grey(32, 16)).toBe(128);
    const point = await shown({ ...whole, ...annotation([graphic("POINT", [8.5, 8.5])]) });
    expect(point.at(8, 8)).toEqual([255, 255, 255]);
    const displayed = await shown({
      ...whole,
      ...area(33, 9, 64, 24),
      ...annotation([graphic("POLYLINE", [0, 0.53, 1, 0.53], { "00700005": ["DISPLAY"] })]),
    });
    expect([displayed.at(16, 8), displayed.grey(16, 3)]).toEqual([[255, 255, 255], 192]);
    const plainLayer = await shown({
      ...whole,
      "00700001": [sets({ "00700009": [graphic("POLYLINE", [8, 10.5, 20, 10.5])] })],
    });
    expect(plainLayer.at(14, 10)).toEqual([143, 227, 242]);
  });

  test("bears an overlay that lies in one of the state's layers", async () => {
    const bits = new Uint8Array(1);
    bits[0] = 0b1000_0001;
    const overlay = {
      ...sets({
        ...whole,
        ...white,
        "60000010": [1],
        "60000011": [8],
        "60000050": [3, 5],
        "60001001": ["WHITE"],
      }),
      "60003000": { vr: "OW", InlineBinary: Buffer.from(bits).toString("base64") },
    };
    const bytes = await renderPresented(
      greyFrame({ rows: 32, columns: 64 }),
      plain,
      frame,
      { dataSet: overlay, image },
      { format: "png" },
    );
    const { data } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    const grey = (x: number, y: number) => data[(y * 64 + x) * 3];
    expect([grey(4, 2), grey(5, 2), grey(11, 2)]).toEqual([255, 20, 255]);
  });

  test("bears those overlays of the image itself that the state puts into a layer", async () => {
    const overlay = { rows: 1, columns: 2, top: 2, left: 3, bits: Uint8Array.of(0b11), bitOffset: 0 };
    const overlays = [
      { ...overlay, group: 0x6000 },
      { ...overlay, group: 0x6002, top: 9 },
    ];
    const { at, grey } = await shown({ ...whole, ...white, "60021001": ["WHITE"] }, {}, { overlays });
    expect([grey(3, 2), at(3, 9), at(4, 9), grey(5, 9)]).toEqual([12, [255, 255, 255], [255, 255, 255], 20]);
  });

  test("bears the state's texts in their box or above what they point at, small enough for the box", async () => {
    const text = (more: Record<string, Values>) => sets({ "00700006": ["L5"], ...more });
    const box = { "00700003": ["PIXEL"], "00700010": [8, 4], "00700011": [24, 20] };
    const dark = window(5000, 10);
    const lit = async (state: Record<string, Values>) => {
      const { at, width, height } = await shown({ ...dark, ...state });
      const places: [number, number][] = [];
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) if (at(x, y)[0]! > 128) places.push([x, y]);
      return places;
    };
    const boxed = await lit(annotation([], [text(box)]));
    expect(boxed.length).toBeGreaterThan(10);
    expect(boxed.every(([x, y]) => x >= 7 && x < 25 && y >= 4 && y < 21)).toBe(true);
    const right = await lit(annotation([], [text({ ...box, "00700012": ["RIGHT"] })]));
    expect(Math.min(...right.map(([x]) => x))).toBeGreaterThan(Math.min(...boxed.map(([x]) => x)));
    const anchored = await lit(
      annotation([], [text({ "00700004": ["PIXEL"], "00700014": [30, 25], "00700015": ["N"] })]),
    );
    expect(anchored.length).toBeGreaterThan(10);
    expect(anchored.every(([x, y]) => x >= 29 && y < 25)).toBe(true);
  });

  test("is refused with more than anybody draws, and with a window or a part of its own", async () => {
    const many = Array.from({ length: 2001 }, () => graphic("POINT", [1, 1]));
    await expect(shown(annotation(many))).rejects.toMatchObject({ code: "too-large" });
    const long = Array.from({ length: 6 }, () => graphic("POLYLINE", new Array(40_000).fill(1)));
    await expect(shown(annotation(long))).rejects.toMatchObject({ code: "too-large" });
    for (const options of [
      { window: { center: 1, width: 2 } },
      { region: { left: 0, top: 0, width: 2, height: 2 } },
      { flipVertical: true },
      { quality: 0 },
    ])
      await expect(shown(whole, options)).rejects.toMatchObject({ code: "option" });
  });
});

describe("the strokes of letters", () => {
  const box = "M.4.4H3.6V5.6H.4Z";

  test("are there for all of Latin-1, joined or taken apart, and a box stands for what is not", () => {
    const printable = [
      ...Array.from({ length: 95 }, (_, n) => String.fromCharCode(32 + n)),
      ...Array.from({ length: 95 }, (_, n) => String.fromCharCode(161 + n)),
    ];
    expect(printable.filter((letter) => lineOfGlyphs(letter).includes(box))).toEqual([]);
    expect(new Set(printable.map(lineOfGlyphs)).size).toBe(printable.length - 1);
    expect(lineOfGlyphs("e\u0301")).toBe(lineOfGlyphs("é"));
    expect(lineOfGlyphs("日")).toContain(box);
    expect([widthOfLine(""), widthOfLine("A"), widthOfLine("AB")]).toEqual([0, 4, 9.6]);
  });
});
