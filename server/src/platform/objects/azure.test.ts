import fs from "node:fs/promises";
import http from "node:http";
import type net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Azurite, azuriteMissing, startAzurite } from "@isocenter/test/support/azurite.ts";
import { type FaultyProxy, startFaultyProxy } from "@isocenter/test/support/faulty-proxy.ts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ManualClock, manualClock } from "../clock.ts";
import type { AzureSettings } from "../config/config.ts";
import { type AzureStoreOptions, createAzureStore } from "./azure.ts";
import { objectStoreFaults } from "./faults.contract.ts";
import { chunks, keysOf, objectStoreContract } from "./objects.contract.ts";
import type { ObjectStore } from "./objects.ts";

const mebibyte = 1 << 20;

describe.skipIf(azuriteMissing())("Azure Blob Storage", () => {
  let server: Azurite;
  let proxy: FaultyProxy;
  let folder: string;
  let clock: ManualClock;
  let number = 0;
  let store: ObjectStore;
  /** The same container by a way without faults. */
  let direct: ObjectStore;
  let settings: AzureSettings;

  beforeAll(async () => {
    server = await startAzurite();
    proxy = await startFaultyProxy(server.port);
  });
  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
  });
  const open = (changes: Partial<AzureSettings> = {}, more: Partial<AzureStoreOptions> = {}) =>
    createAzureStore({
      settings: { ...settings, ...changes },
      spoolFolder: path.join(folder, "spool"),
      clock,
      partBytes: 5 * mebibyte,
      patience: { idleTimeoutMs: 20_000, attempts: 2, pauseMs: 10 },
      ...more,
    });
  const proxied = () => server.settings(settings.container, proxy.port);
  beforeEach(async () => {
    folder = await fs.mkdtemp(path.join(tmpdir(), "isocenter-objects-azure-"));
    clock = manualClock(new Date());
    number += 1;
    settings = server.settings(`objects-${number}`);
    proxy.use(null);
    store = open(proxied());
    direct = open();
    await direct.check();
  });
  afterEach(async () => {
    expect(await fs.readdir(path.join(folder, "spool"))).toEqual([]);
    await fs.rm(folder, { recursive: true, force: true });
  });

  objectStoreContract(() => store);
  objectStoreFaults({
    store: () => store,
    direct: () => direct,
    open: (patience) => open(proxied(), { patience }),
    proxy: () => proxy,
    // Blocks without a list are invisible, and dropped by the store itself.
    unfinished: async () => 0,
  });

  const link = { expiresInSeconds: 300, filename: 'a"\r\n1.dcm', contentType: "application/dicom" };

  test("a signed URL works without credentials, for one object and a time, to read", async () => {
    await store.put("instances/abc", chunks("hello"));
    await store.put("instances/def", chunks("other"));
    const url = (await direct.signedUrl("instances/abc", link))!;
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([200, "hello"]);
    expect(answer.headers.get("content-type")).toBe("application/dicom");
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="a___1.dcm"');
    expect(answer.headers.get("cache-control")).toBe("private, no-store");
    const range = await fetch(url, { headers: { range: "bytes=1-2" } });
    expect([range.status, await range.text()]).toEqual([206, "el"]);
    const later = new Date(clock.now().getTime() + 3_600_000).toISOString().replace(/\.\d+/, "");
    for (const bent of [
      url.replace("/abc", "/def"),
      url.replace("/instances/abc", ""),
      url.replace("application%2Fdicom", "text%2Fhtml"),
      url.replace("attachment", "inline"),
      url.replace(/([?&]se=)[^&]+/, `$1${encodeURIComponent(later)}`),
      url.replace(/([?&]sp=)r/, "$1rwd"),
      url.replace(/([?&]sr=)b/, "$1c"),
      url.replace(/([?&]sig=)..../, "$1AAAA"),
      url.split("?")[0]!,
    ]) {
      expect(bent).not.toBe(url);
      const refused = await fetch(bent);
      expect([400, 401, 403, 404], `${bent} answers ${refused.status}`).toContain(refused.status);
    }
    for (const method of ["PUT", "DELETE"]) {
      const headers = { "x-ms-blob-type": "BlockBlob" };
      const body = method === "PUT" ? "evil" : null;
      expect((await fetch(url, { method, headers, body })).status, method).toBe(403);
    }
    expect((await direct.read("instances/abc")).toString()).toBe("hello");
    clock.advance(-301_000);
    expect((await fetch((await direct.signedUrl("instances/abc", link))!)).status).toBe(403);
  });

  test("signed URLs name the public address, and HTTPS alone where that is one", async () => {
    await store.put("instances/abc", chunks("hello"));
    const elsewhere = open({ publicEndpoint: "https://images.example.org" });
    const url = new URL((await elsewhere.signedUrl("instances/abc", link))!);
    expect(`${url.origin}${url.pathname}`).toBe(
      `https://images.example.org/${settings.container}/instances/abc`,
    );
    expect(url.searchParams.get("spr")).toBe("https");
    const here = open({ publicEndpoint: `http://127.0.0.1:${proxy.port}/isocenter` });
    expect(await (await fetch((await here.signedUrl("instances/abc", link))!)).text()).toBe("hello");
  });

  test("with a shared access signature alone links go through us", async () => {
    await store.put("instances/abc", chunks("hello"));
    const { connectionString } = settings;
    const endpoint = /BlobEndpoint=([^;]+)/.exec(connectionString)?.[1];
    const signed = open({
      connectionString: `BlobEndpoint=${endpoint};SharedAccessSignature=sv=2021-06-08&ss=b&sig=none`,
    });
    expect(await signed.signedUrl("instances/abc", link)).toBeNull();
  });

  test("a wrong key is refused, and neither key nor signature is said", async () => {
    const key = Buffer.from("a key that is wrong").toString("base64");
    const wrong = open({ connectionString: settings.connectionString.replace(server.accountKey, key) });
    for (const ask of [
      () => wrong.check(),
      () => wrong.read("instances/abc"),
      () => wrong.put("a/b", chunks("x")),
    ]) {
      const error = await ask().then(
        () => null,
        (thrown: Error) => thrown,
      );
      expect(error).toMatchObject({ kind: "unavailable", code: "store.refused" });
      const said = `${error?.stack} ${JSON.stringify(error)} ${(error?.cause as Error | undefined)?.stack}`;
      expect(said).not.toContain(key);
      expect(said).not.toMatch(/SharedKey isocenter:|sig=/);
    }
  });

  test("the container is made at the start, and not when it vanishes later", async () => {
    const other = open({ container: `made-${number}` });
    await expect(other.put("instances/abc", chunks("x"))).rejects.toMatchObject({ code: "store.refused" });
    await other.check();
    await other.check();
    await other.put("instances/abc", chunks("x"));
    expect(await keysOf(other, "")).toEqual(["instances/abc"]);
  });

  test("more keys than a page are all listed", async () => {
    const paged = open({}, { pageKeys: 5 });
    await Promise.all(Array.from({ length: 12 }, (_, n) => paged.put(`instances/o-${n}`, chunks("x"))));
    await paged.moveToLostAndFound("instances/o-3");
    expect(await keysOf(paged, "instances")).toHaveLength(11);
    expect(await keysOf(paged, "inst")).toEqual([]);
  });

  test("what was put aside is whole, under its name below the lost-and-found", async () => {
    const bytes = Buffer.alloc(12 * mebibyte, 7);
    await store.put("instances/abc", chunks(bytes));
    await store.moveToLostAndFound("instances/abc");
    expect((await store.read("lost-and-found/instances/abc")).equals(bytes)).toBe(true);
    await expect(store.moveToLostAndFound("instances/abc")).rejects.toMatchObject({ kind: "not-found" });
  });
});

test("bytes that are not those of the object's own hash are an error, not a short or wrong body", async () => {
  const folder = await fs.mkdtemp(path.join(tmpdir(), "isocenter-objects-azure-"));
  const server = http.createServer((_request, response) =>
    response
      .writeHead(200, { "content-length": 5, "content-md5": "XUFAKrxLKna5cZ2REBfFkg==", etag: '"1"' })
      .end("hellO"),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as net.AddressInfo).port}/account`;
  const store = createAzureStore({
    settings: {
      connectionString: `DefaultEndpointsProtocol=http;AccountName=account;AccountKey=a2V5;BlobEndpoint=${endpoint};`,
      publicEndpoint: null,
      container: "container",
    },
    spoolFolder: folder,
    clock: manualClock(),
    patience: { pauseMs: 1, attempts: 2 },
  });
  await expect(store.read("instances/abc")).rejects.toMatchObject({ kind: "unavailable" });
  const stream = await store.get("instances/abc");
  await expect(stream.forEach(() => {})).rejects.toMatchObject({ kind: "unavailable" });
  server.closeAllConnections();
  server.close();
  await fs.rm(folder, { recursive: true });
});
