import { TransferSyntaxes } from "@isocenter/dicom";
import { expect, test } from "vitest";
import { frameBytes, instance, testWado } from "./testing.ts";

const { get, inject } = testWado();
const { ExplicitVRLittleEndian, JPEGLSLossless } = TransferSyntaxes;

test("frames come as they are stored where the client takes that", async () => {
  for (const accept of [
    'multipart/related; type="application/octet-stream"; transfer-syntax=*',
    "multipart/related; type=application/octet-stream; transfer-syntax=*",
  ]) {
    const { status, parts } = await get(`${instance(4)}/frames/2,1`, accept);
    expect(status).toBe(200);
    expect(parts.map((part) => [part.headers["content-type"], part.body.equals(frameBytes(0))])).toEqual([
      [`application/octet-stream; transfer-syntax=${JPEGLSLossless}`, false],
      [`application/octet-stream; transfer-syntax=${JPEGLSLossless}`, false],
    ]);
    expect(parts.map((part) => part.body[0])).toEqual([80, 64]);
  }
  const named = await get(`${instance(4)}/frames/1`, 'multipart/related; type="image/jls"');
  expect(named.headers["content-type"]).toMatch(/^multipart\/related; type="image\/jls"/);
  expect(named.parts[0]?.headers["content-type"]).toBe(`image/jls; transfer-syntax=${JPEGLSLossless}`);
  const any = await get(`${instance(4)}/frames/1`, "*/*");
  expect(any.parts[0]?.headers["content-type"]).toBe(`image/jls; transfer-syntax=${JPEGLSLossless}`);
  const single = await get(`${instance(4)}/frames/1`, "image/jls");
  expect([single.headers["content-type"], single.body.length]).toEqual([
    `image/jls; transfer-syntax=${JPEGLSLossless}`,
    16,
  ]);
});

test("frames are decoded where the client does not say that it decodes", async () => {
  const { parts } = await get(
    `${instance(4)}/frames/1`,
    'multipart/related; type="application/octet-stream"',
  );
  expect(parts[0]?.headers["content-type"]).toBe(
    `application/octet-stream; transfer-syntax=${ExplicitVRLittleEndian}`,
  );
  expect(parts[0]?.body.equals(Buffer.from(frameBytes(4)).reverse())).toBe(true);
});

test("frames are compressed without loss where the client takes nothing else", async () => {
  const compressed = (uid: string, frame: number) => Buffer.concat([Buffer.from(uid), frameBytes(frame)]);
  const named = await get(`${instance(1)}/frames/2,1`, 'multipart/related; type="image/jls"');
  expect(named.parts.map((part) => part.headers["content-type"])).toEqual(
    Array.from({ length: 2 }, () => `image/jls; transfer-syntax=${JPEGLSLossless}`),
  );
  expect(named.parts.map((part) => part.body)).toEqual([1, 0].map((at) => compressed(JPEGLSLossless, at)));
  const jpeg2000 = TransferSyntaxes.JPEG2000;
  const octets = `multipart/related; type="application/octet-stream"; transfer-syntax=${jpeg2000}`;
  expect((await get(`${instance(1)}/frames/1`, octets)).parts[0]?.body).toEqual(compressed(jpeg2000, 0));
  // A stream without loss is one of the syntax that may have losses as well: it goes as it is kept.
  const near = await get(
    `${instance(4)}/frames/1`,
    `image/jls; transfer-syntax=${TransferSyntaxes.JPEGLSNearLossless}`,
  );
  expect([near.status, near.body.length]).toEqual([200, 16]);
});

test("native frames are explicit little endian, alone as well", async () => {
  const { parts } = await get(
    `${instance(1)}/frames/1,2`,
    'multipart/related; type="application/octet-stream"; transfer-syntax=*',
  );
  expect(parts.map((part) => part.body[0])).toEqual([0, 16]);
  const single = await get(
    `${instance(2)}/frames/1`,
    `application/octet-stream; transfer-syntax=${ExplicitVRLittleEndian}`,
  );
  expect(single.body.equals(frameBytes(2))).toBe(true);
  expect(
    (
      await get(`${instance(2)}/frames/1`, "application/octet-stream", {
        "if-none-match": String(single.headers.etag),
      })
    ).status,
  ).toBe(304);
});

test.each(["0", "1,", "a", "1,,2", "1-2", "-1"])("the frame list %s is a 400", async (list) => {
  expect((await get(`${instance(1)}/frames/${list}`)).status).toBe(400);
});

test("a long list of frames is one parameter", async () => {
  const { status, parts } = await get(
    `${instance(1)}/frames/${Array.from({ length: 600 }, () => "2").join(",")}`,
  );
  expect([status, parts.length]).toEqual([200, 600]);
});

test("a range is given only of what the client has the other parts of", async () => {
  const url = `${instance(11)}/bulkdata/00420011`;
  const { headers } = await get(url);
  const range = { range: "bytes=0-2" };
  expect(String(headers.etag)).toMatch(/^"/);
  expect((await get(url, undefined, { ...range, "if-range": String(headers.etag) })).status).toBe(206);
  expect((await get(url, undefined, { ...range, "if-range": '"other"' })).status).toBe(200);
  expect((await get(url, undefined, { range: "bytes=0-2,5-6" })).status).toBe(200);
});

test("a frame and a file that come alone have ranges as well; what comes in a message has none", async () => {
  const bytes = "application/octet-stream; transfer-syntax=*";
  const frame = `${instance(4)}/frames/1`;
  const whole = await get(frame, bytes);
  expect(whole.headers["accept-ranges"]).toBe("bytes");
  const alone = "/dicomweb/studies/1.79/series/1.79.1/instances/1.2.3.16/bulkdata/7FE00010";
  for (const url of [frame, `${instance(4)}/frames/2`, alone]) {
    const all = await get(url, bytes);
    const part = await get(url, bytes, { range: "bytes=2-4" });
    expect([part.status, part.headers["content-range"]]).toEqual([206, `bytes 2-4/${all.body.length}`]);
    expect(part.body.equals(all.body.subarray(2, 5))).toBe(true);
    expect(part.headers["content-type"]).toBe(all.headers["content-type"]);
    const etag = String(all.headers.etag);
    expect((await get(url, bytes, { range: "bytes=2-4", "if-range": etag })).status).toBe(206);
    expect((await get(url, bytes, { range: "bytes=2-4", "if-range": `W/${etag}` })).status).toBe(200);
    const behind = await get(url, bytes, { range: `bytes=${all.body.length}-` });
    expect([behind.status, behind.headers["content-range"], behind.body.length]).toEqual([
      416,
      `bytes */${all.body.length}`,
      0,
    ]);
  }
  // Either form would do: a part can only be had of a frame alone.
  expect((await get(frame, undefined, { range: "bytes=0-1" })).status).toBe(206);
  const message = await get(frame, 'multipart/related; type="application/octet-stream"; transfer-syntax=*', {
    range: "bytes=0-1",
  });
  expect([message.status, message.parts.length]).toEqual([200, 1]);
  const head = await inject({
    method: "HEAD",
    url: frame,
    headers: { accept: bytes, range: "bytes=0-1" },
  });
  expect([head.statusCode, head.headers["content-range"]]).toEqual([200, undefined]);
  const file = await get(instance(4), "application/dicom; transfer-syntax=*");
  const last = await get(instance(4), "application/dicom; transfer-syntax=*", { range: "bytes=-16" });
  expect([last.status, last.body.equals(file.body.subarray(-16))]).toEqual([206, true]);
  expect(last.headers.etag).toBe(file.headers.etag);
});
