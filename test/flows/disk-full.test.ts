import { afterEach, describe, expect, test } from "vitest";
import { ctInstance, type MadeInstance } from "../support/instances.ts";
import { eventually, type Program, startProgram } from "../support/program.ts";
import { makeSmallDisk, type SmallDisk, smallDiskMissing } from "../support/small-disk.ts";

const mebibyte = 2 ** 20;
let disk: SmallDisk | undefined;
let program: Program | undefined;
afterEach(async () => {
  await program?.stop();
  await disk?.remove();
});

async function store(headers: Record<string, string>, { bytes }: MadeInstance): Promise<number> {
  const form = new FormData();
  form.append("file", new Blob([bytes as Uint8Array<ArrayBuffer>]), "image.dcm");
  const answer = await fetch(`${program!.url}/api/v1/images`, { method: "POST", headers, body: form });
  await answer.arrayBuffer();
  return answer.status;
}

async function retrieved(headers: Record<string, string>, one: MadeInstance): Promise<Buffer | null> {
  const path = `/dicomweb/studies/${one.StudyInstanceUID}/series/${one.SeriesInstanceUID}/instances/${one.SOPInstanceUID}`;
  const answer = await fetch(`${program!.url}${path}`, {
    headers: { ...headers, accept: "application/dicom; transfer-syntax=*" },
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  return answer.status === 200 ? bytes : null;
}

/** Two megabytes each. */
const large = (): MadeInstance => ctInstance({ Rows: 1024, Columns: 1024 });

describe.skipIf(smallDiskMissing())("a disk that fills up", { timeout: 180_000 }, () => {
  test.each([
    ["with a reserve: refused before anything is in danger", 24 * mebibyte, 60 * mebibyte],
    ["to its last byte, with the database on it", 0, 16 * mebibyte],
  ])("%s; what was acknowledged stays, and work goes on when there is room", async (_name, reserve, left) => {
    disk = await makeSmallDisk(420 * mebibyte);
    program = await startProgram({
      dataDir: disk.folder,
      // The folder may be out of the reach of nobody, as whom the run's PostgreSQL was made.
      fresh: true,
      env: { DISK_RESERVE_BYTES: String(reserve) },
    });
    const headers = await program.login();
    const before = large();
    expect(await store(headers, before)).toBe(201);
    await disk.fill(left);

    const acknowledged = [before];
    const refused: { one: MadeInstance; status: number }[] = [];
    for (let n = 0; n < 60 && refused.length < 3; n += 1) {
      const one = large();
      const status = await store(headers, one);
      if (status === 201) acknowledged.push(one);
      else refused.push({ one, status });
    }
    expect(refused).toHaveLength(3);
    // 503: the database itself found no room, and says so until it is back.
    for (const { status } of refused) expect(reserve > 0 ? [507] : [507, 503]).toContain(status);

    await disk.empty();
    const after = large();
    await eventually(async () => (await store(headers, after)) === 201);
    for (const one of [...acknowledged, after]) {
      const back = await retrieved(headers, one);
      expect(back?.equals(Buffer.from(one.bytes))).toBe(true);
    }
    for (const { one } of refused) expect(await retrieved(headers, one)).toBeNull();
  });
});
