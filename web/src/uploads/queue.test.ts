import type { Patient } from "@isocenter/contract";
import { describe, expect, it } from "vitest";
import { ApiError, notReached } from "../api/problem.ts";
import { kindOf } from "./kinds.ts";
import { checkNewPatient, uploadPatient } from "./patient.ts";
import {
  createUploadQueue,
  maxBytesPerBatch,
  maxFilesPerBatch,
  maxItems,
  type UploadAnswer,
  type UploadBatch,
} from "./queue.ts";
import { readAnswer } from "./send.ts";

interface TestFile {
  name: string;
  size: number;
  type: string;
}

const file = (name: string, size = 1000, type = "") => ({ file: { name, size, type }, path: `cd/${name}` });
const files = (count: number, size = 1000) => Array.from({ length: count }, (_, n) => file(`IM${n}`, size));
const stored = (batch: UploadBatch<TestFile>): UploadAnswer => ({
  images: batch.files.map(() => ({ status: "STORED" })),
  refused: [],
});
const patient = { id: "p1", name: "Abiodun, Tomi", line: "F" };
const refusal = (status: number, detail: string) =>
  new ApiError({ status, code: "", title: "", detail, requestId: "r1" });

interface Sent {
  batch: UploadBatch<TestFile>;
  signal: AbortSignal;
  progress: (bytes: number) => void;
  answer: (answer: UploadAnswer) => void;
  fail: (error: unknown) => void;
}

/** A queue whose requests the test answers by hand, or by `reply` at once. */
function setUp(reply?: (batch: UploadBatch<TestFile>, nth: number) => UploadAnswer | Error) {
  const sent: Sent[] = [];
  const slept: number[] = [];
  const queue = createUploadQueue<TestFile>({
    send: (batch, { signal, onProgress }) =>
      new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(new DOMException("cancelled", "AbortError")));
        sent.push({ batch, signal, progress: onProgress, answer: resolve, fail: reject });
        const answer = reply?.(batch, sent.length);
        if (answer instanceof Error) reject(answer);
        else if (answer) resolve(answer);
      }),
    sleep: async (ms) => void slept.push(ms),
    later: (run) => run(),
  });
  const statuses = () => queue.snapshot().items.map((item) => item.status);
  const idle = () => expect.poll(() => queue.snapshot().active).toBe(false);
  return { queue, sent, slept, statuses, idle };
}

describe("the queue of uploads", () => {
  it("sends small files together, within bounds, and a few requests at a time", async () => {
    const { queue, sent } = setUp();
    queue.add(files(maxFilesPerBatch * 4));
    expect(sent.map(({ batch }) => batch.files.length)).toEqual([
      maxFilesPerBatch,
      maxFilesPerBatch,
      maxFilesPerBatch,
    ]);
    sent[0]?.answer(stored(sent[0].batch));
    await expect.poll(() => sent.length).toBe(4);

    const large = setUp();
    large.queue.add([...files(3, maxBytesPerBatch / 2), file("huge", maxBytesPerBatch * 3)]);
    expect(large.sent.map(({ batch }) => batch.files.map((one) => one.name))).toEqual([
      ["IM0", "IM1"],
      ["IM2"],
      ["huge"],
    ]);
  });

  it("counts bytes per file in the order they travel", () => {
    const { queue, sent, statuses } = setUp();
    queue.add(files(3, 100));
    sent[0]?.progress(150);
    expect(queue.snapshot().items.map((item) => item.sentBytes)).toEqual([100, 50, 0]);
    expect(statuses()).toEqual(["storing", "sending", "sending"]);
    expect(queue.snapshot()).toMatchObject({ sentBytes: 150, totalBytes: 300, active: true });
  });

  it("tells each file what became of it", async () => {
    const { queue, idle, statuses } = setUp(() => ({
      images: [{ status: "STORED" }, { status: "ALREADY_STORED" }],
      refused: [{ filename: "IM0", code: "not-dicom", reason: "This is not DICOM" }],
    }));
    queue.add(files(3));
    await idle();
    expect(statuses()).toEqual(["refused", "stored", "already-stored"]);
    expect(queue.snapshot().items[0]?.reason).toBe("This is not DICOM");
    expect(queue.snapshot()).toMatchObject({ images: 1, alreadyStored: 1 });
  });

  it("tells files of one name apart", async () => {
    const { queue, sent, idle, statuses } = setUp(() => ({
      images: [{ status: "STORED" }],
      refused: [{ filename: "IM1 (2)", code: "x", reason: "no" }],
    }));
    queue.add([file("IM1"), file("IM1")]);
    await idle();
    expect(sent[0]?.batch.files.map((one) => one.name)).toEqual(["IM1", "IM1 (2)"]);
    expect(statuses()).toEqual(["stored", "refused"]);
  });

  it("counts what a ZIP holds, and says what was not taken from it", async () => {
    const { queue, idle } = setUp(() => ({
      images: [{ status: "STORED" }, { status: "STORED" }, { status: "ALREADY_STORED" }],
      refused: [
        { filename: "a/README", code: "not-dicom", reason: "not DICOM" },
        { filename: "b", code: "not-dicom", reason: "not DICOM" },
      ],
    }));
    queue.add([file("cd.zip")]);
    await idle();
    expect(queue.snapshot().items[0]).toMatchObject({
      status: "stored",
      stored: 2,
      alreadyStored: 1,
      reason: "Not taken from it: a/README (not DICOM), and 1 more",
    });
  });

  it("sends the files of a refused batch one by one, so that one does not spoil the others", async () => {
    const { queue, sent, idle, statuses } = setUp((batch) => {
      if (batch.files.length > 1) return refusal(413, "One of them is too large");
      return batch.files[0]?.name === "IM1" ? refusal(413, "Larger than 2 GB") : stored(batch);
    });
    queue.add(files(3));
    await idle();
    expect(sent.map(({ batch }) => batch.files.length)).toEqual([3, 1, 1, 1]);
    expect(statuses()).toEqual(["stored", "refused", "stored"]);
    expect(queue.snapshot().items[1]?.reason).toBe("Larger than 2 GB");
  });

  it("tries again by itself when the server is busy, as long as the server asks", async () => {
    const busy = new ApiError({ status: 503, code: "", title: "Busy", detail: "", retryAfterSeconds: 7 });
    const { queue, slept, idle, statuses } = setUp((batch, nth) => (nth < 3 ? busy : stored(batch)));
    queue.add(files(1));
    await idle();
    expect(slept).toEqual([7000, 7000]);
    expect(statuses()).toEqual(["stored"]);
  });

  it("gives up after three attempts, and takes them up again when asked", async () => {
    let away = true;
    const { queue, sent, idle, statuses } = setUp((batch) => (away ? notReached() : stored(batch)));
    queue.add(files(2));
    await idle();
    expect(sent).toHaveLength(3);
    expect(statuses()).toEqual(["failed", "failed"]);
    away = false;
    queue.retry();
    await idle();
    expect(statuses()).toEqual(["stored", "stored"]);
  });

  it("stops one file without harm to the others of its request", async () => {
    const { queue, sent, statuses, idle } = setUp();
    queue.add(files(3));
    queue.cancel(queue.snapshot().items[1]?.id ?? -1);
    expect(sent[0]?.signal.aborted).toBe(true);
    await expect.poll(() => sent.length).toBe(2);
    expect(sent[1]?.batch.files.map((one) => one.name)).toEqual(["IM0", "IM2"]);
    sent[1]?.answer(stored(sent[1].batch));
    await idle();
    expect(statuses()).toEqual(["stored", "cancelled", "stored"]);
  });

  it("stops everything", async () => {
    const { queue, sent, statuses, idle } = setUp();
    queue.add(files(maxFilesPerBatch * 5));
    queue.cancelAll();
    await idle();
    expect(sent).toHaveLength(3);
    expect(new Set(statuses())).toEqual(new Set(["cancelled"]));
    queue.clear();
    expect(queue.snapshot().items).toEqual([]);
  });

  it("keeps pictures until somebody says whose they are", async () => {
    const { queue, sent, idle, statuses } = setUp(stored);
    queue.add([file("wound.PNG"), file("IM1"), file("scan.jpeg")]);
    await idle();
    expect(statuses()).toEqual(["needs-patient", "stored", "needs-patient"]);
    queue.assignPatient(patient);
    await idle();
    expect(sent.map(({ batch }) => batch.patientId)).toEqual([null, "p1", "p1"]);
    expect(statuses()).toEqual(["stored", "stored", "stored"]);
  });

  it("is bounded, and says what it left out", () => {
    const { queue } = setUp();
    expect(queue.add(files(maxItems + 5))).toEqual({ added: maxItems, skipped: 0, leftOut: 5 });
    expect(queue.snapshot().leftOut).toBe(5);
  });

  it("does not try a refused file again unless that file is asked for", async () => {
    const { queue, sent, idle, statuses } = setUp(() => refusal(422, "Not DICOM"));
    queue.add(files(1));
    await idle();
    queue.retry();
    expect(sent).toHaveLength(1);
    queue.retry(queue.snapshot().items[0]?.id);
    await expect.poll(() => sent.length).toBe(2);
    await idle();
    expect(statuses()).toEqual(["refused"]);
  });
});

describe("what lies in a folder", () => {
  it("is told apart by name and type", () => {
    expect(kindOf("IM000001", "")).toBe("dicom");
    expect(kindOf("1.2.840.113619.2", "")).toBe("dicom");
    expect(kindOf("a.dcm", "application/dicom")).toBe("dicom");
    expect(kindOf("cd.ZIP", "")).toBe("zip");
    expect(kindOf("upload", "application/zip")).toBe("zip");
    expect(kindOf("x.JPG", "")).toBe("picture");
    expect(kindOf("paste", "image/png")).toBe("picture");
    for (const name of ["DICOMDIR", ".DS_Store", "Thumbs.db", "Viewer.exe", "README.TXT", "._IM1"])
      expect(kindOf(name, "")).toBeNull();
  });
});

describe("the answer to an upload", () => {
  it("is one image, or several with what was refused", () => {
    expect(readAnswer('{"id":"1","status":"ALREADY_STORED"}')).toEqual({
      images: [{ status: "ALREADY_STORED" }],
      refused: [],
    });
    expect(
      readAnswer('{"data":[{"status":"STORED"}],"refused":[{"filename":"a","code":"b","reason":"c"}]}'),
    ).toEqual({
      images: [{ status: "STORED" }],
      refused: [{ filename: "a", code: "b", reason: "c" }],
    });
    expect(() => readAnswer("<html>")).toThrow(ApiError);
  });
});

describe("whose pictures they are", () => {
  it("is told by name, sex, birth date and first identifier", () => {
    const known = {
      id: "p1",
      firstName: "Tomi",
      lastName: "Abiodun",
      middleName: "Ade",
      sex: "F",
      birthDate: "1967-03-02",
      identifiers: [{ value: "NG-187330", issuer: "NORTHGATE" }],
    } as Patient;
    expect(uploadPatient(known)).toEqual({
      id: "p1",
      name: "Abiodun, Tomi Ade",
      line: "F · born 2 Mar 1967 · NG-187330",
    });
    const bare = { ...known, firstName: "", middleName: "", sex: null, birthDate: null, identifiers: [] };
    expect(uploadPatient(bare)).toEqual({ id: "p1", name: "Abiodun", line: "" });
  });

  it("is looked at before it is sent", () => {
    const good = {
      lastName: "Abiodun",
      firstName: "Tomi",
      birthDate: "1967-03-02",
      sex: "F",
      identifier: "",
    };
    expect(checkNewPatient(good, "2026-01-05")).toEqual({});
    expect(Object.keys(checkNewPatient({ ...good, lastName: " ", firstName: "A^B" }, "2026-01-05"))).toEqual([
      "lastName",
      "firstName",
    ]);
    expect(checkNewPatient({ ...good, birthDate: "2026-01-06" }, "2026-01-05").birthDate).toBe(
      "This day is still to come",
    );
    expect(checkNewPatient({ ...good, birthDate: "", sex: "" }, "2026-01-05")).toMatchObject({
      birthDate: "Needed",
      sex: "Needed",
    });
  });
});
