import fs from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ctInstance, type MadeInstance } from "./instances.ts";
import { eventually, type Program, startProgram, temporaryFolder } from "./program.ts";

const uids = { StudyInstanceUID: "1.2.826.0.1.8", SeriesInstanceUID: "1.2.826.0.1.8.1" };
const made = (n: number): MadeInstance =>
  ctInstance({ ...uids, SOPInstanceUID: `1.2.826.0.1.88.${n}`, InstanceNumber: n });

export interface StoreServer {
  port: number;
  halt(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface StoreFlow {
  start(): Promise<StoreServer>;
  environment(): Record<string, string>;
  /** What must not be said in the log. */
  secrets: RegExp;
}

/** The whole program on a store behind the network; call inside a `describe`. */
export function storeFlow({ start, environment, secrets }: StoreFlow): void {
  let running: StoreServer | undefined;
  let program: Program;
  let dataDir: string;
  let headers: Record<string, string>;
  const server = () => {
    if (!running) throw new Error("the store starts in beforeAll");
    return running;
  };
  beforeAll(async () => {
    running = await start();
    dataDir = await temporaryFolder();
    program = await startProgram({ dataDir, env: environment() });
    headers = await program.login();
  });
  afterAll(async () => {
    await program?.stop();
    await running?.stop();
    if (dataDir) await fs.rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });

  const stow = (...instances: MadeInstance[]) =>
    fetch(`${program.url}/dicomweb/studies`, {
      method: "POST",
      headers: { ...headers, "content-type": 'multipart/related; type="application/dicom"; boundary=x' },
      body: Buffer.concat([
        ...instances.flatMap(({ bytes }) => [
          Buffer.from("\r\n--x\r\nContent-Type: application/dicom\r\n\r\n"),
          bytes,
        ]),
        Buffer.from("\r\n--x--"),
      ]),
    });
  const retrieve = (n: number) =>
    fetch(
      `${program.url}/dicomweb/studies/${uids.StudyInstanceUID}/series/${uids.SeriesInstanceUID}/instances/${made(n).SOPInstanceUID}`,
      { headers: { ...headers, accept: "application/dicom; transfer-syntax=*" } },
    );
  const comesBack = async (n: number) => {
    const answer = await retrieve(n);
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect([answer.status, bytes.equals(Buffer.from(made(n).bytes))]).toEqual([200, true]);
  };

  test("a study comes in, is found, and comes back bit for bit; its link is the store's own", async () => {
    const answer = await stow(made(1), made(2));
    expect([answer.status, await answer.text()]).toEqual([200, expect.any(String)]);
    await comesBack(1);
    await comesBack(2);
    const metadata = await fetch(`${program.url}/dicomweb/studies/${uids.StudyInstanceUID}/metadata`, {
      headers,
    });
    expect(((await metadata.json()) as unknown[]).length).toBe(2);
    const images = (await (await fetch(`${program.url}/api/v1/images`, { headers })).json()) as {
      data: { id: string; sopInstanceUid: string }[];
    };
    const first = images.data.find((image) => image.sopInstanceUid === made(1).SOPInstanceUID)!;
    const link = (await (
      await fetch(`${program.url}/api/v1/images/${first.id}/url`, { headers })
    ).json()) as { url: string };
    expect(new URL(link.url).port).toBe(String(server().port));
    const direct = await fetch(link.url);
    expect(Buffer.from(await direct.arrayBuffer()).equals(Buffer.from(made(1).bytes))).toBe(true);
    expect(direct.headers.get("content-type")).toBe("application/dicom");
  });

  test("while the store is away nothing is acknowledged; when it is back everything is there", async () => {
    await server().halt();
    const refused = await stow(made(3));
    const failure = await refused.text();
    expect([refused.status, failure]).toEqual([503, expect.any(String)]);
    expect((await retrieve(1)).status).toBe(503);
    const health = await fetch(`${program.url}/health/ready`);
    expect([health.status, health.headers.get("retry-after")]).toEqual([503, "5"]);
    expect((await fetch(`${program.url}/health/live`)).status).toBe(200);
    await server().start();
    await eventually(async () => (await fetch(`${program.url}/health/ready`)).status === 200);
    expect((await retrieve(3)).status).toBe(404);
    expect((await stow(made(3))).status).toBe(200);
    for (const n of [1, 2, 3]) await comesBack(n);
    expect(program.output()).not.toMatch(secrets);
  });

  test("started while the store is away it says so, and works as soon as the store is there", async () => {
    await program.stop();
    await server().halt();
    program = await startProgram({ dataDir, env: environment() });
    headers = await program.login();
    expect(program.output()).toContain("Nothing is taken in and no image is shown until it is back.");
    const health = await fetch(`${program.url}/health`);
    const { dependencies } = (await health.json()) as { dependencies: { objects: { status: string } } };
    expect([health.status, dependencies.objects.status]).toEqual([503, "down"]);
    expect((await stow(made(4))).status).toBe(503);
    await server().start();
    await eventually(async () => (await fetch(`${program.url}/health/ready`)).status === 200);
    expect((await stow(made(4))).status).toBe(200);
    for (const n of [1, 4]) await comesBack(n);
    expect(program.output()).not.toMatch(secrets);
  });
}
