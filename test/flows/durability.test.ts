import fs from "node:fs/promises";
import path from "node:path";
import { newUid, readPart10, SopClasses, TransferSyntaxes } from "@isocenter/dicom";
import { openAssociation } from "@isocenter/dimse";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ctSeries, type MadeInstance } from "../support/instances.ts";
import { type Program, startProgram, temporaryFolder } from "../support/program.ts";
import { type Call, readTrace, straceMissing, traceArguments } from "../support/trace.ts";

const isSync = ({ name }: Call) => name === "fsync" || name === "fdatasync";
const isWrite = ({ name }: Call) => /^(p?writev?(64)?|send(to|msg))$/.test(name);
/** Both ends of a socket as its other side names them. */
const otherWay = (socket: string) => socket.replace(/\[(\d+)->(\d+).*$/, "[$2->$1");

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the trace has no ${what}`);
  return value;
}

/** The places in the trace of what happens to one object, whose key ends so, in the order in which it must happen. */
function steps(calls: readonly Call[], key: string) {
  const created = found(
    calls.find(
      ({ name, args, on }) => name === "openat" && args.includes("O_CREAT") && on.endsWith(`/${key}`),
    ),
    `file ${key}`,
  );
  const written = calls.filter((call) => isWrite(call) && call.on === created.on).at(-1);
  const fileSync = calls.find((call) => isSync(call) && call.on === created.on);
  const folderSync = calls.find(
    (call) => isSync(call) && call.on === path.dirname(created.on) && call.begun > created.ended,
  );
  // The statement that names the object's key, and what follows it on the same connection.
  const insert = found(
    calls.find((call) => isWrite(call) && call.on.startsWith("UNIX") && call.args.includes(key)),
    `statement with ${key}`,
  );
  const committed = found(
    calls.find(
      (call) =>
        isWrite(call) &&
        call.begun > insert.begun &&
        call.on.startsWith(otherWay(insert.on)) &&
        // After the statement the connection is in a transaction (T), or it was one and is over (I).
        (/COMMIT\\0/.test(call.args) || /SELECT \d+\\0Z\\0\\0\\0\\5I/.test(call.args)),
    ),
    "answer to the commit",
  );
  // A prepared statement, so without its words: the last thing that was asked before that answer.
  const commit = found(
    calls.filter((call) => isWrite(call) && call.on === insert.on && call.begun < committed.begun).at(-1),
    "commit",
  );
  const logSync = calls.find(
    (call) =>
      isSync(call) &&
      call.on.includes("/pg_wal/") &&
      call.begun > insert.begun &&
      call.ended < committed.begun,
  );
  return { created, written, fileSync, folderSync, commit, logSync, committed };
}

/**
 * kill -9 keeps what the kernel holds, so it proves nothing about a loss of power. The system calls do: what is synced before what is said.
 */
describe.skipIf(straceMissing())("before anyone hears of success", { timeout: 180_000 }, () => {
  let folder: string;
  let program: Program;
  let file: string;

  beforeAll(async () => {
    folder = await temporaryFolder();
    file = path.join(folder, "calls.trace");
    // Making the database is of no interest and slow to trace.
    await (await startProgram({ dataDir: folder })).stop();
    program = await startProgram({
      dataDir: folder,
      env: { DICOM_PROCESS: "own" },
      trace: { file, args: traceArguments },
    });
  });
  afterAll(async () => {
    await program?.stop();
    await fs.rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });

  /** Every call until the work is done, those of the work, and the objects that it wrote in the order in which they were begun: files are made ahead of them. */
  async function traced(work: () => Promise<void>): Promise<{ all: Call[]; calls: Call[]; keys: string[] }> {
    const before = (await readTrace(file)).at(-1)?.ended ?? 0;
    await work();
    const all = await readTrace(file);
    const calls = all.filter(({ begun }) => begun > before);
    const written = calls.filter((call) => isWrite(call) && call.on.includes("/objects/instances/"));
    return { all, calls, keys: [...new Set(written.map(({ on }) => path.basename(on)))] };
  }

  function expectOrder(calls: readonly Call[], key: string, answer: Call): void {
    const { created, written, fileSync, folderSync, commit, logSync, committed } = steps(calls, key);
    expect(written, "the object is written").toBeDefined();
    expect(fileSync?.begun, "the file is synced after its last byte").toBeGreaterThan(written!.ended);
    expect(folderSync?.begun, "its folder is synced").toBeGreaterThan(created.ended);
    expect(commit.begun, "the commit is asked for after the file is synced").toBeGreaterThan(fileSync!.ended);
    expect(commit.begun, "and after its folder is").toBeGreaterThan(folderSync!.ended);
    expect(logSync, "the database syncs its log before it answers").toBeDefined();
    expect(answer.begun, "success is told after the commit").toBeGreaterThan(committed.ended);
  }

  /** More than there are files made ahead at once. */
  const objects = 40;
  const series = (count: number): MadeInstance[] => ctSeries(count, { PatientID: newUid() });

  test("C-STORE: file and folder are synced, then the row is committed, then success is told", async () => {
    const { all, calls, keys } = await traced(async () => {
      const association = await openAssociation({
        host: "127.0.0.1",
        port: program.dicomPort,
        callingAeTitle: "STORESCU",
        calledAeTitle: "ISOCENTER",
        implementation: { classUid: "2.25.1", versionName: "TEST" },
        contexts: [
          {
            abstractSyntax: SopClasses.CTImageStorage,
            transferSyntaxes: [TransferSyntaxes.ExplicitVRLittleEndian],
          },
        ],
      });
      for (const { bytes, SOPInstanceUID } of series(objects)) {
        const result = await association.store({
          sopClassUid: SopClasses.CTImageStorage,
          sopInstanceUid: SOPInstanceUID,
          transferSyntax: TransferSyntaxes.ExplicitVRLittleEndian,
          chunks: [bytes.subarray(readPart10(bytes).dataSetOffset)],
        });
        expect(result.status).toBe(0);
      }
      await association.release();
    });
    expect(keys).toHaveLength(objects);
    // One association, one object at a time: the n-th response is about the n-th object. P-DATA-TF begins with 04H.
    const answers = calls.filter(
      (call) => isWrite(call) && call.on.includes(`:${program.dicomPort}->`) && /"\\4\\0/.test(call.args),
    );
    expect(answers).toHaveLength(objects);
    for (const [index, key] of keys.entries()) expectOrder(all, key, answers[index]!);
    const folderSyncs = calls.filter((call) => isSync(call) && /\/objects\/instances\/..$/.test(call.on));
    expect(folderSyncs.length, "files made ahead have their folder synced together").toBeLessThan(
      objects / 2,
    );
  });

  test("STOW-RS: the same for every object of a request", async () => {
    const headers = await program.login();
    const parts = series(3).flatMap(({ bytes }) => [
      Buffer.from("--x\r\nContent-Type: application/dicom\r\n\r\n"),
      bytes,
      Buffer.from("\r\n"),
    ]);
    const { all, calls, keys } = await traced(async () => {
      const answer = await fetch(`${program.url}/dicomweb/studies`, {
        method: "POST",
        headers: { ...headers, "content-type": 'multipart/related; type="application/dicom"; boundary=x' },
        body: Buffer.concat([...parts, Buffer.from("--x--\r\n")]),
      });
      expect(answer.status).toBe(200);
      await answer.arrayBuffer();
    });
    expect(keys).toHaveLength(3);
    const answer = found(
      calls.find((call) => isWrite(call) && call.on.startsWith("TCP") && call.args.includes("HTTP/1.1 200")),
      "answer",
    );
    for (const key of keys) expectOrder(all, key, answer);
  });
});
