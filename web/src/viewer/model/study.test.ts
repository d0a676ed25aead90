import type { JsonDataSet } from "@isocenter/presentation";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Dicomweb, DicomwebError } from "../dicomweb.ts";
import { dataSet } from "./data-set.fixture.ts";
import { createStudyStore, describeSeries, headingOf } from "./study.ts";

const ct = "1.2.840.10008.5.1.4.1.1.2";
const picture = (number: number, more: object = {}) =>
  dataSet({
    Rows: 2,
    Columns: 2,
    SOPClassUID: ct,
    SOPInstanceUID: `1.${number}`,
    InstanceNumber: number,
    ...more,
  });

function archive(series: Record<string, JsonDataSet[] | Error>): Dicomweb {
  return {
    listSeries: async () =>
      Object.keys(series).map((uid, index) => dataSet({ SeriesInstanceUID: uid, SeriesNumber: 9 - index })),
    seriesMetadata: async (_study: string, uid: string) => {
      const answer = series[uid]!;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  } as unknown as Dicomweb;
}

async function settled(store: ReturnType<typeof createStudyStore>) {
  store.load();
  await new Promise<void>((resolve) => {
    const look = () => {
      const { state, series } = store.get();
      if (state !== "loading" && series.every((entry) => entry.state !== "loading")) resolve();
    };
    store.subscribe(look);
    look();
  });
  return store.get();
}

afterEach(() => void vi.useRealTimers());

describe("a study", () => {
  it("lists its series by number and fills them as they come; one that fails does so alone", async () => {
    const store = createStudyStore(
      archive({
        a: [picture(2), picture(1)],
        b: new DicomwebError("The archive is busy.", 503),
        c: [picture(1)],
      }),
      "1",
    );
    const { series } = await settled(store);
    expect(series.map((entry) => entry.seriesInstanceUid)).toEqual(["c", "b", "a"]);
    expect(series.map((entry) => entry.state)).toEqual(["ready", "failed", "ready"]);
    expect(series[1]!.error).toBe("The archive is busy. It is tried again by itself.");
    store.dispose();
    expect(series[2]!.images.map((image) => image.instanceNumber)).toEqual([1, 2]);
  });

  it("asks again by itself for what the archive could not answer, until it is closed", async () => {
    vi.useFakeTimers();
    const away = new DicomwebError("The archive is busy.", 503);
    const content: Record<string, JsonDataSet[] | Error> = { a: away, b: [picture(1)] };
    const asked = archive(content);
    const { listSeries } = asked;
    asked.listSeries = vi.fn(async () => {
      throw away;
    });
    const store = createStudyStore(asked, "1");
    store.load();
    await vi.advanceTimersByTimeAsync(6000);
    expect(asked.listSeries).toHaveBeenCalledTimes(2);
    asked.listSeries = listSeries;
    await vi.advanceTimersByTimeAsync(5000);
    expect(store.get().series.map(({ state }) => state)).toEqual(["ready", "failed"]);
    content.a = [picture(1)];
    await vi.advanceTimersByTimeAsync(5000);
    expect(store.get().series.map(({ state }) => state)).toEqual(["ready", "ready"]);

    content.a = away;
    store.reloadSeries("a");
    await vi.advanceTimersByTimeAsync(0);
    store.dispose();
    content.a = [picture(1)];
    await vi.advanceTimersByTimeAsync(20_000);
    expect(store.get().series.map(({ state }) => state)).toEqual(["ready", "failed"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("says why it cannot be opened", async () => {
    const closed = archive({});
    closed.listSeries = async () => {
      throw new DicomwebError("You may not see these images.", 403);
    };
    expect(await settled(createStudyStore(closed, "1"))).toMatchObject({
      state: "failed",
      error: "You may not see these images.",
    });
  });

  it("knows series that hold no picture by their kind", () => {
    const kind = (sopClass: string) => describeSeries([dataSet({ SOPClassUID: sopClass })]).kind?.short;
    expect(kind("1.2.840.10008.5.1.4.1.1.88.33")).toBe("SR");
    expect(kind("1.2.840.10008.5.1.4.1.1.88.59")).toBe("KO");
    expect(kind("1.2.840.10008.5.1.4.1.1.104.1")).toBe("PDF");
    expect(kind("1.2.840.10008.5.1.4.1.1.11.1")).toBe("PR");
    expect(kind("1.2.3.4")).toBe("Data");
    expect(describeSeries([picture(1)]).kind).toBeUndefined();
    const segmentation = describeSeries([picture(1, { SOPClassUID: "1.2.840.10008.5.1.4.1.1.66.4" })]);
    expect(segmentation).toMatchObject({ images: [], kind: { short: "SEG" } });
  });

  it("names everybody whose images it holds", () => {
    const series = describeSeries([picture(1, { PatientID: "1" }), picture(2, { PatientID: "2" })]);
    expect(series.patients!.map((patient) => patient.id)).toEqual(["1", "2"]);
  });

  it("takes its heading from the first series that is here", async () => {
    const store = createStudyStore(
      archive({ a: [picture(1, { PatientID: "7", StudyDescription: "Head" })] }),
      "1",
    );
    const { series } = await settled(store);
    expect(headingOf(series)).toMatchObject({ patient: { id: "7" }, description: "Head" });
    expect(headingOf([])).toBeUndefined();
  });

  it("is headed by the modalities of its pictures, and by all where there are none", async () => {
    const report = dataSet({ SOPClassUID: "1.2.840.10008.5.1.4.1.1.88.33", Modality: "SR" });
    const letter = dataSet({ SOPClassUID: "1.2.840.10008.5.1.4.1.1.104.1", Modality: "DOC" });
    const headed = async (series: Record<string, JsonDataSet[]>) =>
      headingOf((await settled(createStudyStore(archive(series), "1"))).series)?.modalities;
    expect(await headed({ a: [letter], b: [report], c: [picture(1, { Modality: "CT" })] })).toEqual(["CT"]);
    expect(await headed({ a: [letter], b: [report] })).toEqual(["SR", "DOC"]);
  });
});
