import { expect, test } from "vitest";
import { asKept } from "./save-file.ts";

const bytesOf = async (blob: Blob) => [...new Uint8Array(await blob.arrayBuffer())];

test("a table is kept with the mark of UTF-8, anything else as it came", async () => {
  const type = "text/csv; charset=utf-8; header=present";
  const table = asKept(new Blob(["Änne\r\n"], { type }));
  expect([table.type, await bytesOf(table)]).toEqual([
    type,
    [0xef, 0xbb, 0xbf, ...new TextEncoder().encode("Änne\r\n")],
  ]);
  const picture = new Blob([new Uint8Array([1, 2])], { type: "image/png" });
  expect(asKept(picture)).toBe(picture);
});
