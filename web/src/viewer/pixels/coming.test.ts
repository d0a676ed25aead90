import { expect, test } from "vitest";
import { imagesOfInstance } from "../model/image.ts";
import { createComing, isLarge, stepFor } from "./coming.ts";
import { partSoFar } from "./multipart.ts";

const image = (rows: number) =>
  imagesOfInstance({
    "00280002": { vr: "US", Value: [1] },
    "00280010": { vr: "US", Value: [rows] },
    "00280011": { vr: "US", Value: [2048] },
    "00280100": { vr: "US", Value: [16] },
  })[0]!;

test("only large images are seen to come, and planes never are", () => {
  expect([isLarge(image(1023)), isLarge(image(1024))]).toEqual([false, true]);
  const plane = { ...image(1024), reformat: {} as never };
  expect(isLarge(plane)).toBe(false);
});

test("a part of a frame is enough for the finest picture that it holds", () => {
  expect([0.01, 0.021, 0.09, 0.1, 0.39, 0.4, 1].map(stepFor)).toEqual([-1, 0, 0, 1, 1, 2, 2]);
});

test("says how much has come, by the length that the part says or by that of the pixels", () => {
  const coming = createComing(async () => undefined);
  const store = coming.of("a");
  const frame = { transferSyntaxUid: "1.2.840.10008.1.2.1", mediaType: "application/octet-stream" };
  coming.tell("a", image(1024), { ...frame, bytes: new Uint8Array(50), total: 200 });
  expect(store.get()).toEqual({ share: 0.25, picture: undefined });
  coming.tell("a", image(1024), { ...frame, bytes: new Uint8Array(2 ** 21), total: undefined });
  expect(store.get().share).toBe(0.5);
  coming.leave("a");
  coming.tell("a", image(1024), { ...frame, bytes: new Uint8Array(200), total: 200 });
  expect(store.get().share).toBe(0.5);
});

test("a part is read before its end has come, and without what follows it", () => {
  const type = 'multipart/related; boundary="b"';
  const body = new TextEncoder().encode(
    "--b\r\nContent-Type: image/jphc; transfer-syntax=1.2\r\nContent-Length: 4\r\n\r\nabcd\r\n--b--",
  );
  const start = body.lastIndexOf(97);
  expect(partSoFar(type, body.subarray(0, start - 1))).toBeUndefined();
  const two = partSoFar(type, body.subarray(0, start + 2));
  expect([two?.total, two?.contentType, two?.body.length]).toEqual([4, "image/jphc; transfer-syntax=1.2", 2]);
  expect(partSoFar(type, body)?.body.length).toBe(4);
});
