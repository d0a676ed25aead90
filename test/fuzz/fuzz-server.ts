import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { ctInstance } from "../support/instances.ts";
import type { Program } from "../support/program.ts";
import { createRandom } from "./random.ts";
import { dimseInput, hl7Input, httpInput, knownUids, requestSeeds } from "./server-inputs.ts";

export interface ServerOutcome {
  inputs: number;
  /** Answers by status line, and connections that closed or kept silent. */
  answers: Record<string, number>;
  faults: string[];
  /** Resident memory of the program, before the second half of the inputs and after. */
  megabytes: [number, number];
}

/** A peer that waits for more, or has said what it had to, is left after it kept silent this long. */
const patienceMs = 400;
/** A whole request is waited for: how long its answer takes depends on the machine. This long is a program that hangs. */
const answerMs = 60_000;
const atOnce = 16;

/**
 * Sends the bytes; what came back until the other side closed, or until patience ended.
 * @param owed whether an answer is owed: patience begins with its first bytes
 */
function exchange(port: number, bytes: Buffer, owed: boolean): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const socket = connect({ port, host: "127.0.0.1" }, () => socket.write(bytes));
    socket.setTimeout(owed ? answerMs : patienceMs, () => socket.destroy());
    socket.on("data", (chunk: Buffer) => {
      if (length < 4096) chunks.push(chunk);
      length += chunk.length;
      socket.setTimeout(patienceMs);
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(Buffer.concat(chunks)));
  });
}

/** Whether the request's body is as long as its head says: some claim more, and the program rightly waits for it. */
function isWhole(request: Buffer): boolean {
  const head = request.indexOf("\r\n\r\n");
  const claimed = /\r\ncontent-length: (\d+)$/.exec(request.toString("latin1", 0, head))?.[1];
  return request.length - head - 4 >= Number(claimed);
}

function residentMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
}

/** Stores the instance that requests are about; ids of it, its study and its patient. */
async function prepare(program: Program, authorization: string): Promise<string[]> {
  const form = new FormData();
  form.append("file", new Blob([ctInstance(knownUids).bytes as Uint8Array<ArrayBuffer>]), "a.dcm");
  const answer = await fetch(`${program.url}/api/v1/images`, {
    method: "POST",
    headers: { authorization },
    body: form,
  });
  const image = (await answer.json()) as { id: string; studyId: string; patientId: string };
  return [image.id, image.studyId, image.patientId];
}

/** A system that is known by its name and sends from here, so that its messages are acted upon. */
async function introduce(program: Program, authorization: string): Promise<void> {
  const headers = { authorization, "content-type": "application/json" };
  const facilities = (await (await fetch(`${program.url}/api/v1/facilities`, { headers })).json()) as {
    data: { id: string }[];
  };
  const answer = await fetch(`${program.url}/api/v1/hl7/systems`, {
    method: "POST",
    headers,
    body: JSON.stringify({
      name: "Hospital",
      application: "HIS",
      facilityId: facilities.data[0]!.id,
      receives: ["ADT", "ORDERS"],
    }),
  });
  if (answer.status !== 201) throw new Error(`no HL7 system: ${await answer.text()}`);
}

/** Damaged requests, conversations and messages to the running program: two of four are HTTP, the others DIMSE and HL7. */
export async function fuzzServer(
  program: Program,
  options: { seed: number; from: number; count: number },
): Promise<ServerOutcome> {
  const { seed, from, count } = options;
  const { authorization } = await program.login();
  await introduce(program, authorization);
  const httpPort = Number(new URL(program.url).port);
  const seeds = requestSeeds(await prepare(program, authorization));
  const outcome: ServerOutcome = { inputs: 0, answers: {}, faults: [], megabytes: [0, 0] };

  async function one(number: number): Promise<void> {
    const random = createRandom(seed, number);
    const isHttp = number % 2 === 0;
    const isHl7 = number % 4 === 3;
    const input = isHttp
      ? httpInput(seeds, random, authorization)
      : isHl7
        ? hl7Input(random)
        : dimseInput(random);
    const port = isHttp ? httpPort : isHl7 ? program.hl7Port : program.dicomPort;
    const owed = isHttp && isWhole(input);
    const answer = await exchange(port, input, owed);
    const text = answer.toString("latin1");
    const status = isHttp
      ? (/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? "no answer")
      : isHl7
        ? `HL7 ${/\rMSA\|(\w\w)/.exec(text)?.[1] ?? "none"}`
        : `PDU ${answer[0] ?? "none"}`;
    outcome.answers[status] = (outcome.answers[status] ?? 0) + 1;
    if (status === "500" || (owed && status === "no answer"))
      outcome.faults.push(
        `input ${number} of seed ${seed}: ${answer.toString("latin1").slice(-400) || status}\n  ${input.toString("latin1").slice(0, 160)}`,
      );
    outcome.inputs += 1;
    if (outcome.inputs === Math.floor(count / 2))
      outcome.megabytes[0] = residentMegabytes(program.child.pid!);
  }

  let next = from;
  const worker = async () => {
    while (next < from + count && program.child.exitCode === null) await one(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (program.child.exitCode !== null) {
    outcome.faults.push(`the program ended with ${program.child.exitCode}`);
    return outcome;
  }
  outcome.megabytes[1] = residentMegabytes(program.child.pid!);
  const ready = await fetch(`${program.url}/health/ready`);
  if (ready.status !== 200) outcome.faults.push(`not ready afterwards: ${ready.status}`);
  for (const line of program.output().split("\n"))
    if (/"level":(50|60)/.test(line)) outcome.faults.push(line.slice(0, 1200));
  return outcome;
}
