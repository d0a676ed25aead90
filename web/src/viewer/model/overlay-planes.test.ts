import { drawOverlay } from "@isocenter/presentation";
import { expect, test } from "vitest";
import { imagesOfInstance } from "./image.ts";
import { overlayPlanesOf } from "./overlay-planes.ts";

const image = (elements: Record<string, unknown[]>, frame = 1) =>
  imagesOfInstance(
    Object.fromEntries(
      Object.entries({ "00280010": [4], "00280011": [4], "00280008": [3], ...elements }).map(
        ([tag, Value]) => [tag, { vr: "UN", Value }],
      ),
    ),
  )[frame - 1]!;

/** Where white is, as column and row. */
const whites = (drawn: ReturnType<typeof drawOverlay>) =>
  [...(drawn?.pixels ?? [])].flatMap((value, n) =>
    n % 4 === 3 && value === 255
      ? [[((n >> 2) % drawn!.columns) + drawn!.left, Math.floor((n >> 2) / drawn!.columns) + drawn!.top]]
      : [],
  );

test("an overlay lies where its origin says, and what reaches beyond the image is left out", () => {
  const [plane] = overlayPlanesOf(
    image({ "60020010": [3], "60020011": [3], "60020050": [0, 3], "60023000": ["bits"] }),
  );
  // Its first row lies above the image, its last column beside it: a cross.
  const bits = Uint8Array.of(0b10_111_010, 0b0);
  expect(plane).toMatchObject({ dataTag: "60023000", top: -1, left: 2, firstBit: 0 });
  expect(whites(drawOverlay(plane!, bits, [4, 4]))).toEqual([
    [2, 0],
    [3, 0],
    [3, 1],
  ]);
  // Bits that are missing are not invented.
  expect(drawOverlay(plane!, bits.slice(0, 1), [4, 4])).toBeUndefined();
});

test("an overlay of several frames lies on the frames that it names", () => {
  const elements = {
    "60000010": [2],
    "60000011": [2],
    "60000015": [2],
    "60000051": [2],
    "60000050": [1, 1],
    "60003000": ["bits"],
  };
  const first = [1, 2, 3].map((frame) => overlayPlanesOf(image(elements, frame))[0]?.firstBit);
  expect(first).toEqual([undefined, 0, 4]);
});
