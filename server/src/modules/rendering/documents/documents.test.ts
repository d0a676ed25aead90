import { type DataSetValues, dataSetOf, readPart10, SopClasses, Tags, text } from "@isocenter/dicom";
import { corpusBytes, corpusFiles, corpusIsHere } from "@isocenter/test/support/corpus.ts";
import { describe, expect, test } from "vitest";
import { documentMediaType, documentText } from "./document.ts";
import { reportHtml } from "./report-html.ts";
import { multiplexGroups } from "./waveform-samples.ts";
import { waveformSvg } from "./waveform-svg.ts";

const code = (CodeMeaning: string, CodeValue = "1"): DataSetValues => ({
  CodeValue,
  CodingSchemeDesignator: "99TEST",
  CodeMeaning,
});
const item = (ValueType: string, name: string, more: DataSetValues = {}): DataSetValues => ({
  RelationshipType: "CONTAINS",
  ValueType,
  ConceptNameCodeSequence: [code(name)],
  ...more,
});
const report = (...ContentSequence: DataSetValues[]): string =>
  reportHtml(
    dataSetOf({
      SOPClassUID: SopClasses.EnhancedSRStorage,
      PatientName: "Müller^Änne",
      PatientID: "P-1",
      PatientBirthDate: "19700102",
      ValueType: "CONTAINER",
      ConceptNameCodeSequence: [code("Chest report")],
      CompletionFlag: "COMPLETE",
      VerificationFlag: "VERIFIED",
      VerifyingObserverSequence: [
        {
          VerifyingObserverName: "House^Gregory",
          VerifyingOrganization: "General",
          VerificationDateTime: "20260105081500",
        },
      ],
      ContentSequence,
    } as DataSetValues),
  );
/** What a person reads. */
const readable = (html: string): string =>
  html
    .replace(/<style>[\s\S]*?<\/style>/, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/&#(\d+);/g, (_, number) => String.fromCharCode(Number(number)))
    .replace(/\s+/g, " ");

describe("a structured report as a page", () => {
  test("says whose it is, what it is called, and who verified it", () => {
    const page = readable(report());
    for (const said of [
      "Müller, Änne",
      "P-1",
      "1970-01-02",
      "Chest report",
      "complete, verified",
      "Verified by House, Gregory, General, 2026-01-05 08:15:00",
    ])
      expect(page).toContain(said);
  });

  test.each([
    ["TEXT", { TextValue: "No nodule." }, "No nodule."],
    ["CODE", { ConceptCodeSequence: [code("Left lung")] }, "Left lung"],
    [
      "NUM",
      {
        MeasuredValueSequence: [
          { NumericValue: "12.5", MeasurementUnitsCodeSequence: [code("millimeter", "mm")] },
        ],
      },
      "12.5 mm",
    ],
    [
      "NUM",
      {
        MeasuredValueSequence: [{ NumericValue: "3", MeasurementUnitsCodeSequence: [code("no units", "1")] }],
      },
      "Name 3 ",
    ],
    [
      "NUM",
      { MeasuredValueSequence: [], NumericValueQualifierCodeSequence: [code("Not a number")] },
      "Not a number",
    ],
    ["DATETIME", { DateTime: "20260105081500+0100" }, "2026-01-05 08:15:00 +0100"],
    ["DATE", { Date: "20260105" }, "2026-01-05"],
    ["TIME", { Time: "0815" }, "08:15"],
    ["UIDREF", { UID: "1.2.3" }, "1.2.3"],
    ["PNAME", { PersonName: "Doe^Jane" }, "Doe, Jane"],
    [
      "IMAGE",
      { ReferencedSOPSequence: [{ ReferencedSOPInstanceUID: "1.2.4", ReferencedFrameNumber: ["2", "3"] }] },
      "1.2.4, frame 2, 3",
    ],
    ["COMPOSITE", { ReferencedSOPSequence: [{ ReferencedSOPInstanceUID: "1.2.5" }] }, "1.2.5"],
    [
      "WAVEFORM",
      { ReferencedSOPSequence: [{ ReferencedSOPInstanceUID: "1.2.6", ReferencedWaveformChannels: [1, 2] }] },
      "1.2.6, channels 1, 2",
    ],
    [
      "SCOORD",
      { GraphicType: "POLYLINE", GraphicData: new Float32Array([1, 2, 3.5, 4]) },
      "polyline 1, 2, 3.5, 4",
    ],
    [
      "SCOORD3D",
      { GraphicType: "POINT", GraphicData: new Float32Array([1, 2, 3]) },
      "point 1, 2, 3 mm to the left, the back and the head",
    ],
    [
      "SCOORD3D",
      {
        GraphicType: "POLYGON",
        GraphicData: new Float32Array([1, 2, 3, 4, 5, 6, -7.126, 8, 9, 1, 2, 3, 0, 0, 0]),
      },
      "polygon 1, 2, 3; 4, 5, 6; -7.13, 8, 9; 1, 2, 3 … mm to the left, the back and the head",
    ],
    ["TCOORD", { TemporalRangeType: "POINT", ReferencedSamplePositions: new Uint32Array([7]) }, "point 7"],
  ])("reads %s", (type, values, said) => {
    expect(readable(report(item(type, "Name", values as DataSetValues)))).toContain(said);
  });

  test("nests containers as headings, and says what was inferred from what", () => {
    const html = report(
      item("CONTAINER", "Findings", {
        ContentSequence: [
          item("CODE", "Finding", {
            ConceptCodeSequence: [code("Nodule")],
            ContentSequence: [
              item("TEXT", "Evidence", { RelationshipType: "INFERRED FROM", TextValue: "Slice 12" }),
            ],
          }),
        ],
      }),
    );
    expect(html).toContain("<h2>Findings</h2>");
    expect(readable(html)).toContain("Finding Nodule inferred from Evidence Slice 12");
  });

  test("an item that is referred to by its place is named by it", () => {
    const html = report({
      RelationshipType: "INFERRED FROM",
      ReferencedContentItemIdentifier: new Uint32Array([1, 2, 1]),
    } as DataSetValues);
    expect(readable(html)).toContain("see item 1.2.1");
  });

  test("nothing of the object is markup", () => {
    const evil = `"><script>alert(1)</script><img src=x onerror='x'>\u0000\u000b`;
    const html = report(item("TEXT", evil, { TextValue: evil }));
    expect(html).not.toMatch(/<script|<img|onerror='/);
    expect(["\u0000", "\u000b"].some((control) => html.includes(control))).toBe(false);
  });

  test("depth and number of items are bounded", () => {
    let deep = item("TEXT", "End", { TextValue: "never shown" });
    for (let depth = 0; depth < 60; depth++)
      deep = item("CONTAINER", `Level ${depth}`, { ContentSequence: [deep] });
    expect(report(deep)).not.toContain("never shown");
    const many = report(
      ...Array.from({ length: 20_050 }, (_, n) => item("TEXT", "N", { TextValue: `item ${n}` })),
    );
    expect(many).toContain("item 19999<");
    expect(many).not.toContain("item 20010<");
  });
});

/** One second of three channels: a ramp in microvolts, a pressure, and a constant with a baseline. */
function recording(more: DataSetValues = {}): ReturnType<typeof dataSetOf> {
  const samples = new Int16Array(100 * 3);
  for (let n = 0; n < 100; n++) samples.set([n * 10, 100 - n, 5], n * 3);
  const channel = (label: string, unit: string, values: DataSetValues = {}): DataSetValues => ({
    ChannelSourceSequence: [code(`Lead ${label}`)],
    ChannelSensitivity: "1",
    ChannelSensitivityUnitsSequence: [code(unit, unit)],
    ChannelSensitivityCorrectionFactor: "1",
    ChannelBaseline: "0",
    ...values,
  });
  return dataSetOf({
    PatientName: "Doe^Jane",
    WaveformSequence: [
      {
        NumberOfWaveformChannels: 3,
        NumberOfWaveformSamples: 100,
        SamplingFrequency: "100",
        WaveformBitsAllocated: 16,
        WaveformSampleInterpretation: "SS",
        ChannelDefinitionSequence: [
          channel("I", "uV"),
          channel("Pressure", "mm[Hg]"),
          channel("II", "mV", {
            ChannelSensitivity: "2",
            ChannelSensitivityCorrectionFactor: "0.5",
            ChannelBaseline: "-1",
          }),
        ],
        WaveformData: { vr: "OW", value: new Uint8Array(samples.buffer) },
        ...more,
      },
    ],
  } as DataSetValues);
}

describe("a recording on millimetre paper", () => {
  test("samples are in their unit: sensitivity, correction, baseline", () => {
    const [group] = multiplexGroups(recording());
    expect(group).toMatchObject({ frequency: 100 });
    expect(
      group!.channels.map(({ label, unit, samples }) => [
        label,
        unit,
        samples.length,
        samples[0],
        samples[99],
      ]),
    ).toEqual([
      ["I", "mV", 100, 0, 0.99],
      ["Pressure", "mm[Hg]", 100, 100, 1],
      ["II", "mV", 100, 4, 4],
    ]);
  });

  test("a millivolt is ten millimetres high and a second twenty-five long", () => {
    const svg = waveformSvg(recording())!;
    const curve = /<polyline points="([^"]+)"/
      .exec(svg)![1]!
      .split(" ")
      .map((point) => point.split(",").map(Number));
    const [first, last] = [curve[0]!, curve.at(-1)!];
    expect(last[0]! - first[0]!).toBeCloseTo(0.99 * 25, 2);
    expect(first[1]! - last[1]!).toBeCloseTo(9.9, 2);
    expect(svg).toContain("25 mm/s, 10 mm/mV");
  });

  test("a long recording is drawn slower, and its peaks are not lost", () => {
    const count = 100_000;
    const samples = new Int16Array(count);
    samples[54_321] = 1000;
    const svg = waveformSvg(
      recording({
        NumberOfWaveformChannels: 1,
        NumberOfWaveformSamples: count,
        WaveformData: { vr: "OW", value: new Uint8Array(samples.buffer) },
      }),
    )!;
    const heights = /<polyline points="([^"]+)"/
      .exec(svg)![1]!
      .split(" ")
      .map((point) => Number(point.split(",")[1]));
    expect(heights.length).toBeLessThanOrEqual(4100);
    expect(Math.max(...heights) - Math.min(...heights)).toBeCloseTo(10, 1);
    expect(svg).toContain("0.25 mm/s");
  });

  test.each([
    ["more samples than bytes", { NumberOfWaveformSamples: 4_000_000_000 }],
    ["more channels than bytes", { NumberOfWaveformChannels: 60_000 }],
    ["no frequency", { SamplingFrequency: "0" }],
    ["companded sound", { WaveformSampleInterpretation: "MB" }],
    ["no data", { WaveformData: undefined }],
  ])("%s is not made up", (_, lie) => {
    const groups = multiplexGroups(recording(lie as DataSetValues));
    expect(groups.length === 0 || groups[0]!.channels[0]!.samples.length === 100).toBe(true);
  });

  test("nothing of the object is markup", () => {
    const svg = waveformSvg(recording({ MultiplexGroupLabel: "<script>&\"'" }))!;
    expect(svg).not.toContain("<script>");
  });
});

describe.skipIf(!corpusIsHere)("real reports and recordings", () => {
  const objects = corpusFiles
    .filter(
      ({ path, expect: expected }) =>
        expected === "accept" && /^files\/(sr|ecg|ko|fileset|study|series-ct)/.test(path),
    )
    .map((file) => ({ path: file.path, parsed: readPart10(corpusBytes(file)) }))
    .map(({ path, parsed }) => ({
      path,
      dataSet: parsed.dataSet,
      SOPClassUID: text(parsed.dataSet, Tags.SOPClassUID) ?? "",
    }))
    .filter((object) => documentMediaType(object) !== null);

  test("are shown", () => {
    expect(objects.length).toBeGreaterThan(7);
    for (const object of objects) {
      const shown = documentText(object, object.dataSet);
      expect([object.path, shown?.slice(0, 5)]).toEqual([
        object.path,
        documentMediaType(object) === "text/html" ? "<!doc" : "<svg ",
      ]);
    }
  });
});
