import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { answerContexts, createDimseServer, type Handlers, openAssociation, Status } from "@isocenter/dimse";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { dcmtkMissing, run, serve } from "../support/dcmtk.ts";

const missing = dcmtkMissing("echoscu", "storescu", "dcmsend", "findscu", "storescp", "dump2dcm");
const implementation = { classUid: "2.25.12345", versionName: "WIRETEST" };
const ctStorage = "1.2.840.10008.5.1.4.1.1.2";
const explicitLittleEndian = "1.2.840.10008.1.2.1";

let folder = "";
let files: string[] = [];

/** A CT image of 512 × 512 in a Part 10 file, made by dump2dcm. */
async function makeFile(number: number): Promise<string> {
  const pixels = path.join(folder, `${number}.raw`);
  await writeFile(pixels, Buffer.alloc(512 * 512 * 2, number + 1));
  const dump = path.join(folder, `${number}.dump`);
  await writeFile(
    dump,
    [
      `(0008,0016) UI [${ctStorage}]`,
      `(0008,0018) UI [1.2.3.4.${number}]`,
      "(0008,0060) CS [CT]",
      "(0009,0010) LO [SOMEBODY 1.0]",
      "(0009,1001) LO [a private value]",
      "(0010,0010) PN [Wire^Test]",
      "(0010,0020) LO [WIRE]",
      "(0020,000d) UI [1.2.3.4]",
      "(0020,000e) UI [1.2.3.4.1000]",
      "(0028,0002) US 1",
      "(0028,0010) US 512",
      "(0028,0011) US 512",
      "(0028,0100) US 16",
      "(0028,0101) US 16",
      "(0028,0102) US 15",
      "(0028,0103) US 0",
      `(7fe0,0010) OW =${pixels}`,
    ].join("\n"),
  );
  const file = path.join(folder, `${number}.dcm`);
  const made = await run("dump2dcm", "+te", "-g", dump, file);
  expect(made.code, made.output).toBe(0);
  return file;
}

/** What follows the file meta information: what C-STORE carries. */
async function dataSetOf(file: string): Promise<Buffer> {
  const bytes = await readFile(file);
  return bytes.subarray(132 + 12 + bytes.readUInt32LE(140));
}

async function server(handlers: Handlers<null>): Promise<{ port: string; ended: (string | null)[] }> {
  const ended: (string | null)[] = [];
  const dimse = createDimseServer<null>({
    acceptsCalled: (title) => title === "ISOCENTER",
    decide: (request) => ({
      accept: true,
      contexts: answerContexts(request, (context) => context.transferSyntaxes[0]!),
      data: null,
    }),
    implementation,
    maxAssociations: 10,
    handlers,
    observer: { ended: (_association, error) => void ended.push(error?.code ?? null) },
  });
  const port = await dimse.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => dimse.close({ graceMs: 0 }));
  return { port: String(port), ended };
}

function keeping() {
  const stored = new Map<string, Buffer>();
  const handlers: Handlers<null> = {
    echo: () => ({ status: 0 }),
    async store({ command }, chunks) {
      const parts: Uint8Array[] = [];
      for await (const chunk of chunks) parts.push(chunk);
      stored.set(command.affectedSopInstanceUid, Buffer.concat(parts));
      return { status: 0 };
    },
  };
  return { stored, handlers };
}

describe.skipIf(missing)("DCMTK as peer", () => {
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "isocenter-wire-"));
    files = await Promise.all([0, 1, 2].map(makeFile));
    return () => rm(folder, { recursive: true, force: true });
  });

  test("echoscu, also many times on one association, and with an abort at the end", async () => {
    const { port, ended } = await server({ echo: () => ({ status: 0 }) });
    const { code, output } = await run(
      "echoscu",
      "-v",
      "--repeat",
      "5",
      "-aec",
      "ISOCENTER",
      "127.0.0.1",
      port,
    );
    expect(code, output).toBe(0);
    expect(output.match(/Received Echo Response \(Success\)/g)).toHaveLength(5);
    await run("echoscu", "--abort", "-aec", "ISOCENTER", "127.0.0.1", port);
    expect(ended).toEqual([null, "aborted"]);
    const other = await run("echoscu", "-v", "-aec", "OTHER", "127.0.0.1", port);
    expect(other.code).not.toBe(0);
    expect(other.output).toMatch(/Called AE Title Not Recognized/);
  });

  test("storescu with long and with short PDUs: the data set arrives bit for bit", async () => {
    const expected = await dataSetOf(files[0]!);
    for (const length of ["131072", "4096"]) {
      const { stored, handlers } = keeping();
      const { port } = await server(handlers);
      const { code, output } = await run(
        "storescu",
        ...["-aec", "ISOCENTER", "--max-pdu", length, "--max-send-pdu", length, "127.0.0.1", port, files[0]!],
      );
      expect(code, output).toBe(0);
      expect(stored.get("1.2.3.4.0")?.equals(expected)).toBe(true);
    }
  });

  test("dcmsend: several files on one association, and what the handler answers is what it reports", async () => {
    const { stored, handlers } = keeping();
    const { port } = await server(handlers);
    const { code, output } = await run("dcmsend", "-v", "-aec", "ISOCENTER", "127.0.0.1", port, ...files);
    expect(code, output).toBe(0);
    expect(stored.size).toBe(3);
    const full = await server({ store: async () => ({ status: Status.StoreOutOfResources }) });
    const refused = await run("dcmsend", "-v", "-aec", "ISOCENTER", "127.0.0.1", full.port, files[0]!);
    expect(refused.output).toMatch(/A700|OutOfResources/);
  });

  test("findscu: matches as they come, and C-CANCEL after two of very many", async () => {
    let cancelled = false;
    const { port } = await server({
      async *find({ signal }, identifier) {
        try {
          for (let i = 0; i < 100_000; i++) yield { status: Status.Pending, identifier };
        } finally {
          cancelled = signal.aborted;
        }
      },
    });
    const args = ["-v", "-S", "-aec", "ISOCENTER", "-k", "QueryRetrieveLevel=STUDY", "-k", "PatientName=A*"];
    const { code, output } = await run("findscu", ...args, "--cancel", "2", "127.0.0.1", port);
    expect(code, output.slice(-2000)).toBe(0);
    expect(output).toMatch(/Find Response: 2 \(Pending\)/);
    expect(output).toMatch(/Cancel/);
    expect(cancelled).toBe(true);
  });

  test("our client stores to storescp: the file it writes holds our bytes", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as { port: number };
    await new Promise((resolve) => taken.close(resolve));
    const out = await mkdtemp(path.join(folder, "out-"));
    const scp = serve("storescp", ["-v", "--bit-preserving", "-od", out, String(port)], /./);
    onTestFinished(() => scp.stop());
    await expect.poll(async () => (await run("echoscu", "127.0.0.1", String(port))).code).toBe(0);
    const association = await openAssociation({
      host: "127.0.0.1",
      port,
      callingAeTitle: "ISOCENTER",
      calledAeTitle: "STORESCP",
      implementation,
      contexts: [
        { abstractSyntax: "1.2.840.10008.1.1", transferSyntaxes: ["1.2.840.10008.1.2"] },
        { abstractSyntax: ctStorage, transferSyntaxes: [explicitLittleEndian] },
      ],
    });
    await association.echo();
    const bytes = await dataSetOf(files[1]!);
    const request = { sopClassUid: ctStorage, transferSyntax: explicitLittleEndian, size: bytes.length };
    const pieces = [bytes.subarray(0, 100_001), bytes.subarray(100_001)];
    await association.store({ ...request, sopInstanceUid: "1.2.3.4.1", chunks: pieces });
    await association.release();
    const written = await readdir(out);
    expect(written).toHaveLength(1);
    expect((await dataSetOf(path.join(out, written[0]!))).equals(bytes)).toBe(true);
  });
});
