import fs from "node:fs/promises";
import http from "node:http";
import type net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateMultipartUploadCommand, ListMultipartUploadsCommand, S3Client } from "@aws-sdk/client-s3";
import { type FaultyProxy, startFaultyProxy } from "@isocenter/test/support/faulty-proxy.ts";
import { type S3Server, s3ServerMissing, startS3Server } from "@isocenter/test/support/s3.ts";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from "vitest";
import { type ManualClock, manualClock } from "../clock.ts";
import type { S3Settings } from "../config/config.ts";
import { objectStoreFaults } from "./faults.contract.ts";
import { chunks, keysOf, objectStoreContract } from "./objects.contract.ts";
import type { ObjectStore } from "./objects.ts";
import { createS3Store, type S3StoreOptions } from "./s3.ts";

const missing = s3ServerMissing();
const mebibyte = 1 << 20;

describe.skipIf(missing)("S3", () => {
  let server: S3Server;
  let proxy: FaultyProxy;
  let folder: string;
  let clock: ManualClock;
  let number = 0;
  let store: ReturnType<typeof createS3Store>;
  /** The same bucket by a way without faults. */
  let direct: ReturnType<typeof createS3Store>;
  let settings: S3Settings;

  beforeAll(async () => {
    server = await startS3Server();
    proxy = await startFaultyProxy(server.port);
  });
  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
  });
  const open = (changes: Partial<S3Settings> = {}, more: Partial<S3StoreOptions> = {}) =>
    createS3Store({
      settings: { ...settings, ...changes },
      spoolFolder: path.join(folder, "spool"),
      clock,
      partBytes: 5 * mebibyte,
      patience: { idleTimeoutMs: 20_000, attempts: 2, pauseMs: 10 },
      ...more,
    });
  const proxied = () => `http://127.0.0.1:${proxy.port}`;
  const uploads = async () => {
    const client = new S3Client({
      endpoint: settings.endpoint,
      region: settings.region,
      forcePathStyle: true,
      credentials: settings,
    });
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: settings.bucket }));
    return { client, unfinished: Uploads ?? [] };
  };
  beforeEach(async () => {
    folder = await fs.mkdtemp(path.join(tmpdir(), "isocenter-objects-s3-"));
    clock = manualClock(new Date());
    number += 1;
    settings = server.settings(`objects-${number}`);
    proxy.use(null);
    store = open({ endpoint: proxied() });
    direct = open();
    await direct.check();
  });
  afterEach(async () => {
    expect(await fs.readdir(path.join(folder, "spool"))).toEqual([]);
    store.close();
    direct.close();
    await fs.rm(folder, { recursive: true, force: true });
  });

  objectStoreContract(() => store);

  objectStoreFaults({
    store: () => store,
    direct: () => direct,
    open: (patience) => open({ endpoint: proxied() }, { patience }),
    proxy: () => proxy,
    unfinished: async () => (await uploads()).unfinished.length,
  });

  test("parts that a crash left are taken back with the lost-and-found", async () => {
    const { client } = await uploads();
    await client.send(new CreateMultipartUploadCommand({ Bucket: settings.bucket, Key: "instances/abc" }));
    await store.emptyLostAndFound(new Date(Date.now() - 60_000));
    expect((await uploads()).unfinished).toHaveLength(1);
    await store.emptyLostAndFound(new Date(Date.now() + 60_000));
    expect((await uploads()).unfinished).toEqual([]);
  });

  test("a signed URL works without credentials, for one object and a time", async () => {
    await store.put("instances/abc", chunks("hello"));
    await store.put("instances/def", chunks("other"));
    const options = { expiresInSeconds: 300, filename: 'a"\r\n1.dcm', contentType: "application/dicom" };
    const url = (await direct.signedUrl("instances/abc", options))!;
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([200, "hello"]);
    expect(answer.headers.get("content-type")).toBe("application/dicom");
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="a___1.dcm"');
    const range = await fetch(url, { headers: { range: "bytes=1-2" } });
    expect([range.status, await range.text()]).toEqual([206, "el"]);
    for (const bent of [
      url.replace("/abc", "/def"),
      url.replace("application%2Fdicom", "text%2Fhtml"),
      url.replace("X-Amz-Expires=300", "X-Amz-Expires=3000"),
      url.replace(/X-Amz-Signature=../, "X-Amz-Signature=00"),
    ]) {
      expect(bent).not.toBe(url);
      expect((await fetch(bent)).status, bent).toBe(403);
    }
    expect((await fetch(url, { method: "DELETE" })).status).toBe(403);
    clock.advance(-301_000);
    expect((await fetch((await direct.signedUrl("instances/abc", options))!)).status).toBe(403);
  });

  test.each([20, -20])(
    "a clock that is %i minutes off costs no request, from the first on",
    async (minutes) => {
      const now = Date.now.bind(Date);
      const clockOff = vi.spyOn(Date, "now").mockImplementation(() => now() + minutes * 60_000);
      onTestFinished(() => clockOff.mockRestore());
      await store.check();
      const other = open({ endpoint: proxied() });
      onTestFinished(() => other.close());
      await other.put("instances/abc", chunks("hello"));
      const third = open({ endpoint: proxied() });
      onTestFinished(() => third.close());
      expect((await third.read("instances/abc")).toString()).toBe("hello");
    },
  );

  test("signed URLs name the public address", async () => {
    const elsewhere = open({ publicEndpoint: "https://images.example.org" });
    const url = await elsewhere.signedUrl("instances/abc", {
      expiresInSeconds: 60,
      filename: "a.dcm",
      contentType: "application/dicom",
    });
    expect(url).toMatch(new RegExp(`^https://images\\.example\\.org/${settings.bucket}/instances/abc\\?`));
    elsewhere.close();
  });

  test("a wrong secret is refused, and neither key nor secret is said", async () => {
    const wrong = open({ secretAccessKey: "s3cr3t-that-is-wrong" });
    for (const ask of [
      () => wrong.check(),
      () => wrong.read("instances/abc"),
      () => wrong.put("a/b", chunks("x")),
    ]) {
      const error = await ask().then(
        () => null,
        (thrown: Error) => thrown,
      );
      expect(error).toMatchObject({ kind: "unavailable" });
      const said = `${error?.stack} ${JSON.stringify(error)} ${(error?.cause as Error | undefined)?.stack}`;
      expect(said).not.toMatch(/s3cr3t|test:tester|Signature=/);
    }
    wrong.close();
  });

  test("the bucket is made at the start, and not when it vanishes later", async () => {
    const other = open({ bucket: `made-${number}` });
    await expect(other.put("instances/abc", chunks("x"))).rejects.toMatchObject({ code: "store.refused" });
    await other.check();
    await other.check();
    await other.put("instances/abc", chunks("x"));
    expect(await keysOf(other, "")).toEqual(["instances/abc"]);
    other.close();
  });

  test("what an earlier process left in the spool is removed", async () => {
    await fs.writeFile(path.join(folder, "spool", "left"), "x");
    await open().check();
    expect(await fs.readdir(path.join(folder, "spool"))).toEqual([]);
  });

  test("more keys than a page are all listed", async () => {
    const paged = open({}, { pageKeys: 5 });
    await Promise.all(Array.from({ length: 12 }, (_, n) => paged.put(`instances/o-${n}`, chunks("x"))));
    await paged.moveToLostAndFound("instances/o-3");
    expect(await keysOf(paged, "instances")).toHaveLength(11);
    expect(await keysOf(paged, "inst")).toEqual([]);
    paged.close();
  });
});

/** A store of which only what a put needs is there. */
async function stubStore(
  answer: http.RequestListener,
): Promise<{ store: ObjectStore; stop(): Promise<void> }> {
  const folder = await fs.mkdtemp(path.join(tmpdir(), "isocenter-objects-s3-"));
  const server = http.createServer((request, response) => {
    request.resume();
    request.on("end", () => answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const store = createS3Store({
    settings: {
      endpoint: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
      publicEndpoint: null,
      region: "us-east-1",
      bucket: "bucket",
      accessKeyId: "key",
      secretAccessKey: "secret",
    },
    spoolFolder: folder,
    clock: manualClock(),
    patience: { pauseMs: 1 },
  });
  return {
    store,
    async stop() {
      store.close();
      server.close();
      await fs.rm(folder, { recursive: true });
    },
  };
}

test("an answer that is lost is told from a key that is taken, where the store knows conditional writes", async () => {
  let putId: string | undefined;
  const { store, stop } = await stubStore((request, response) => {
    if (request.method === "HEAD" && putId === undefined) return response.writeHead(404).end();
    if (request.method === "HEAD") return response.writeHead(200, { "x-amz-meta-put-id": putId }).end();
    if (putId !== undefined || request.headers["if-none-match"] !== "*") return response.writeHead(412).end();
    putId = String(request.headers["x-amz-meta-put-id"]);
    return request.socket.destroy();
  });
  expect(await store.put("instances/abc", chunks("x"))).toEqual({ key: "instances/abc", size: 1 });
  await expect(store.put("instances/abc", chunks("x"))).rejects.toThrow("EEXIST");
  await stop();
});

test("what a failed put left is taken back, and nothing that another put made", async () => {
  let putId: string | undefined;
  let keep = true;
  const { store, stop } = await stubStore((request, response) => {
    if (request.method === "HEAD" && putId === undefined) return response.writeHead(404).end();
    if (request.method === "HEAD") return response.writeHead(200, { "x-amz-meta-put-id": putId }).end();
    if (request.method === "DELETE") {
      putId = undefined;
      return response.writeHead(204).end();
    }
    if (keep) putId = String(request.headers["x-amz-meta-put-id"]);
    return response.writeHead(500).end();
  });
  await expect(store.put("instances/abc", chunks("x"))).rejects.toMatchObject({ kind: "unavailable" });
  expect(putId).toBeUndefined();
  keep = false;
  putId = "another's";
  await expect(store.put("instances/abc", chunks("x"))).rejects.toMatchObject({ kind: "unavailable" });
  expect(putId).toBe("another's");
  await stop();
});

test("a link is signed by the clock of the store, as its answers tell", async () => {
  const ahead = 3_600_000;
  const { store, stop } = await stubStore((_request, response) =>
    response
      .writeHead(200, { date: new Date(Date.now() + ahead).toUTCString(), "content-length": "1" })
      .end(),
  );
  const signedAt = async () => {
    const options = { expiresInSeconds: 60, filename: "a.dcm", contentType: "application/dicom" };
    const url = new URL((await store.signedUrl("instances/abc", options))!);
    const [, day, time] = /^(\d{8})T(\d{6})Z$/.exec(url.searchParams.get("X-Amz-Date")!)!;
    const iso = `${day}T${time}Z`.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)/, "$1-$2-$3T$4:$5:");
    return Date.parse(iso) - manualClock().now().getTime();
  };
  expect(Math.abs(await signedAt())).toBeLessThan(1000);
  await store.size("instances/abc");
  expect(Math.abs((await signedAt()) - ahead)).toBeLessThan(60_000);
  await stop();
});
