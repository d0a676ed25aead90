/**
 * Sends invented instances by C-STORE, as another program than the one that measures: `node bench/send.ts '{"port":11112,...}'`. Prints one JSON
 * line: what came to be stored and how long that took.
 */
import { implementationClassUid } from "@isocenter/dicom";
import { openAssociation } from "@isocenter/dimse";
import { streamedInstance, transferSyntax } from "./instances.ts";

export interface SendPlan {
  port: number;
  aeTitle: string;
  associations: number;
  /** Of each association. */
  instances: number;
  rows: number;
  columns: number;
  frames: number;
  /** So fast and no faster, all associations together; 0: as fast as it goes. */
  bytesPerSecond: number;
  /** Makes the UIDs of this run its own. */
  run: number;
}

export interface Sent {
  instances: number;
  bytes: number;
  seconds: number;
}

const plan = JSON.parse(process.argv[2] ?? "{}") as SendPlan;
const began = performance.now();
let bytes = 0;
let instances = 0;

/** Waits where more was sent than the time that passed allows. */
async function pace(): Promise<void> {
  if (plan.bytesPerSecond === 0) return;
  const aheadMs = (bytes / plan.bytesPerSecond) * 1000 - (performance.now() - began);
  if (aheadMs > 0) await new Promise((resolve) => setTimeout(resolve, aheadMs));
}

async function sendSeries(number: number): Promise<void> {
  const make = (n: number) =>
    streamedInstance({
      name: `${plan.run}-${number}`,
      studyInstanceUid: `1.2.826.0.1.3680043.2.1.${plan.run}.${number + 1}`,
      number: n,
      rows: plan.rows,
      columns: plan.columns,
      frames: plan.frames,
    });
  const association = await openAssociation({
    host: "127.0.0.1",
    port: plan.port,
    callingAeTitle: "BENCH",
    calledAeTitle: plan.aeTitle,
    implementation: { classUid: implementationClassUid, versionName: "BENCH" },
    contexts: [{ abstractSyntax: make(1).sopClassUid, transferSyntaxes: [transferSyntax] }],
  });
  for (let n = 1; n <= plan.instances; n++) {
    const instance = make(n);
    bytes += instance.bytes;
    await association.store({ ...instance, transferSyntax, chunks: instance.chunks() });
    instances += 1;
    await pace();
  }
  await association.release();
}

await Promise.all(Array.from({ length: plan.associations }, (_, number) => sendSeries(number)));
const sent: Sent = { instances, bytes, seconds: (performance.now() - began) / 1000 };
process.stdout.write(`${JSON.stringify(sent)}\n`);
