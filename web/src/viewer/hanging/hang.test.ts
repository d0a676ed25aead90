import { describe, expect, it } from "vitest";
import type { SeriesEntry } from "../model/study.ts";
import { fillSlots, hang, hangingKeyOf, initialSeries, roomFor, visibleSlots } from "./hang.ts";

const axial = [1, 0, 0, 0, 1, 0];

const series = (
  uid: string,
  state: SeriesEntry["state"],
  images = 1,
  more: Record<string, unknown[]> = {},
) => {
  const elements = { "00080008": ["ORIGINAL", "PRIMARY", "AXIAL"], ...more };
  const attributes = Object.fromEntries(
    Object.entries(elements).map(([tag, Value]) => [tag, { vr: "UN", Value }]),
  );
  const modality = String(more["00080060"]?.[0] ?? "CT");
  return {
    seriesInstanceUid: uid,
    state,
    modality,
    images: Array.from({ length: images }, () => ({ attributes, modality, numberOfFrames: 1 })),
  } as unknown as SeriesEntry;
};
const scout = (uid: string) =>
  series(uid, "ready", 1, { "00080008": ["ORIGINAL", "PRIMARY", "LOCALIZER"], "00200037": axial });
const volume = (uid: string, count: number, placeOf = (n: number) => 5 * n): SeriesEntry => {
  const entry = series(uid, "ready", count, { "00200037": axial });
  const images = entry.images.map((image, n) => ({
    ...image,
    attributes: { ...image.attributes, "00200032": { vr: "DS", Value: [0, 0, placeOf(n)] } },
  }));
  return { ...entry, images };
};
const named = (uid: string, name: string) =>
  series(uid, "ready", 24, { "00080060": ["MR"], "0008103E": [name], "00200037": axial });
const view = (uid: string, modality: string, position: string, side?: string) =>
  series(uid, "ready", 1, {
    "00080060": [modality],
    "00185101": [position],
    ...(side ? { "00200062": [side] } : {}),
  });
const hungOf = (current: SeriesEntry[], prior: SeriesEntry[] = []) => {
  const hanging = hang(hangingKeyOf(current, prior)!, current, prior);
  return (
    hanging && {
      grid: `${hanging.rows} × ${hanging.columns}`,
      hung: hanging.hung.map(
        (one) => one && [one.seriesInstanceUid, one.plane, one.window].filter(Boolean).join(" "),
      ),
    }
  );
};

describe("hanging", () => {
  it.each([
    [1, "1 × 1"],
    [2, "1 × 2"],
    [3, "1 × 3"],
    [4, "2 × 2"],
    [5, "2 × 3"],
    [7, "3 × 3"],
    [12, "3 × 3"],
  ])("gives %i ultrasound pictures the smallest grid that has room for them", (count, grid) => {
    const pictures = series("us", "ready", count, { "00080060": ["US"] });
    expect(hungOf([pictures])?.grid).toBe(grid);
  });

  it("opens with the first series of pictures, once those before it are known", () => {
    expect(initialSeries([series("a", "loading", 0), series("b", "ready")])).toBeUndefined();
    expect(initialSeries([series("a", "ready", 0), series("b", "failed", 0), series("c", "ready")])).toBe(
      "c",
    );
    expect(initialSeries([series("a", "ready", 0)])).toBe("a");
    expect(initialSeries([])).toBeUndefined();
  });

  it("does not open with a localizer while there is anything else", () => {
    expect(initialSeries([scout("a"), series("b", "loading", 0)])).toBeUndefined();
    expect(initialSeries([scout("a"), series("b", "ready")])).toBe("b");
    expect(initialSeries([series("sr", "ready", 0), scout("a")])).toBe("a");
  });

  it("shows so many viewports, among them the active one", () => {
    expect(visibleSlots(1, 3)).toEqual([3]);
    expect(visibleSlots(2, 1)).toEqual([0, 1]);
    expect(visibleSlots(2, 2)).toEqual([2, 3]);
    expect(visibleSlots(4, 2)).toEqual([0, 1, 2, 3]);
  });

  it("has no more places than a study fills, whatever layout a person likes", () => {
    const four = { rows: 2, columns: 2 };
    const hung = (count: number) => Array.from({ length: count }, () => ({ seriesInstanceUid: "a" }));
    expect(roomFor(four, hung(1))).toEqual({ rows: 1, columns: 1 });
    expect(roomFor(four, [undefined, ...hung(2)])).toEqual({ rows: 1, columns: 2 });
    expect(roomFor(four, hung(3))).toEqual(four);
    expect(roomFor({ rows: 2, columns: 1 }, hung(2))).toEqual({ rows: 2, columns: 1 });
  });

  it("fills empty viewports with series that hang nowhere yet", () => {
    const all = [series("a", "ready"), series("sr", "ready", 0), series("b", "ready"), series("c", "ready")];
    const uids = (hung: string[], visible: number[]) =>
      fillSlots(
        all,
        hung.map((seriesInstanceUid) => ({ seriesInstanceUid })),
        visible,
      ).map((one) => one?.seriesInstanceUid);
    expect(uids(["b"], [0, 1])).toEqual(["b", "a"]);
    expect(uids(["b", "a"], [0, 1, 2, 3])).toEqual(["b", "a", "c"]);
  });
});

describe("protocols", () => {
  it("cut a CT volume along three planes, beside the volume of the prior where there is one", () => {
    const current = [scout("scout"), volume("thick", 30), volume("thin", 60)];
    expect(hungOf(current)).toEqual({
      grid: "2 × 2",
      hung: ["thin 1", "thin 2", "thin coronal", "thin sagittal"],
    });
    expect(hungOf(current, [volume("old", 40)])).toEqual({
      grid: "2 × 2",
      hung: ["thin", "old", "thin coronal", "thin sagittal"],
    });
    expect(hungOf([volume("few", 8)])).toBeUndefined();
    // Where slices are missing no plane can be cut, and no viewport hangs to say so.
    expect(hungOf([volume("gap", 30, (n) => (n < 15 ? 5 * n : 5 * n + 40))])).toEqual({
      grid: "1 × 2",
      hung: ["gap 1", "gap 2"],
    });
  });

  it("find the sequences of an MR by name, and those of the prior below them", () => {
    const current = [
      named("1", "Localizer"),
      named("2", "t1 tse tra"),
      named("3", "T2 FLAIR"),
      named("4", "ep2d DWI"),
      named("5", "T2 TSE ax"),
    ];
    expect(hungOf(current)?.hung).toEqual(["5", "3", "4", "2"]);
    // What has other names hangs in their order, as far as there are places.
    const knee = ["PD FS sag", "PD FS cor", "T2 tra", "STIR", "GRE"].map((name, n) => named(`${n}`, name));
    expect(hungOf(knee)?.hung).toEqual(["2", "0", "1", "3"]);
    expect(hungOf(knee.slice(0, 2))).toEqual({ grid: "1 × 2", hung: ["0", "1"] });
    expect(hungOf(current, [named("old", "T2 TSE")])?.hung).toEqual([
      "5",
      "3",
      "4",
      "old",
      undefined,
      undefined,
    ]);
  });

  it("lay uptake over the CT of the same frame of reference, in colours", () => {
    const places = (entry: SeriesEntry, modality: string, frame: string) => ({
      ...entry,
      modality,
      studyInstanceUid: "1",
      images: entry.images.map((image, n) => ({
        ...image,
        modality,
        attributes: {
          ...image.attributes,
          "00200052": { vr: "UI", Value: [frame] },
          "00200032": { vr: "DS", Value: [0, 0, n] },
        },
      })),
    });
    const tomogram = places(volume("ct", 24), "CT", "1.2");
    const uptake = places(volume("pet", 24), "PT", "1.2");
    const withUptake = hang(hangingKeyOf([tomogram, uptake], [])!, [tomogram, uptake], []);
    expect(withUptake?.hung.map((one) => one?.fused)).toEqual([undefined, undefined, "pet", "pet"]);
    // Elsewhere in the room of the scanner nothing is known to lie upon the other.
    const elsewhere = places(volume("pet", 24), "PT", "9.9");
    const apart = hang(hangingKeyOf([tomogram, elsewhere], [])!, [tomogram, elsewhere], []);
    expect(apart).toMatchObject({ rows: 1, columns: 2 });
    expect(apart?.hung.map((one) => one?.seriesInstanceUid)).toEqual(["ct", "pet"]);
  });

  it("put what a gamma camera saw from the front and from behind side by side, films and volumes once", () => {
    const gamma = (uid: string, frames: number, type: string) => {
      const entry = series(uid, "ready", frames, {
        "00080060": ["NM"],
        "00080008": ["ORIGINAL", "PRIMARY", type],
      });
      return { ...entry, images: entry.images.map((image) => ({ ...image, numberOfFrames: frames })) };
    };
    const places = (current: SeriesEntry[], prior: SeriesEntry[] = []) => {
      const hanging = hang(hangingKeyOf(current, prior)!, current, prior);
      return [
        `${hanging?.rows} × ${hanging?.columns}`,
        ...(hanging?.hung ?? []).map((one) => one && `${one.seriesInstanceUid} ${one.index ?? 0}`),
      ];
    };
    const body = gamma("body", 2, "WHOLE BODY");
    expect(places([body])).toEqual(["1 × 2", "body 0", "body 1"]);
    expect(places([body, gamma("spot", 1, "STATIC")])).toEqual(["1 × 3", "body 0", "body 1", "spot 0"]);
    expect(places([body], [gamma("old", 2, "WHOLE BODY")])).toEqual([
      "1 × 4",
      "body 0",
      "body 1",
      "old 0",
      "old 1",
    ]);
    expect(places([gamma("kidneys", 60, "DYNAMIC")])).toEqual(["1 × 1", "kidneys 0"]);
    // With a tomogram they hang as what is taken up there does.
    expect(places([volume("ct", 24), gamma("body", 2, "WHOLE BODY")])).toEqual(["1 × 2", "ct 0", "body 0"]);
  });

  it("put the breasts' views in their places, chest walls together", () => {
    const current = [
      view("a", "MG", "MLO", "L"),
      view("b", "MG", "CC", "L"),
      view("c", "MG", "MLO", "R"),
      view("d", "MG", "CC", "R"),
    ];
    expect(hungOf(current)).toEqual({ grid: "2 × 2", hung: ["d", "b", "c", "a"] });
  });

  it("put a frontal view beside the lateral one, or beside the same view of the prior", () => {
    const current = [view("lat", "DX", "LL"), view("pa", "DX", "PA")];
    expect(hungOf(current)?.hung).toEqual(["pa", "lat"]);
    expect(hungOf(current, [view("old-lat", "DX", "LL"), view("old", "DX", "AP")])?.hung).toEqual([
      "pa",
      "old",
    ]);
  });
});
