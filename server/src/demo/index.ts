/**
 * The demonstration: studies of invented patients, drawn by this program, so that a newcomer sees a living system. Owns no table: what it
 * makes comes in through the archive's door like anything else.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { Type } from "typebox";
import type { Archive } from "../modules/archive/index.ts";
import { type Platform, type Routes, systemViewer, type Viewer } from "../platform/index.ts";
import { demoStudies } from "./catalogue.ts";
import { demoUid } from "./headers.ts";

const jobName = "demo.load";
/** Instances stored together: enough to share a commit. */
const batchSize = 8;

export interface Demo {
  /** Whether the demonstration is here, at least in part. */
  loaded(viewer: Viewer): Promise<boolean>;
  /** Plans the loading; a second call while it runs changes nothing. */
  plan(viewer: Viewer): Promise<void>;
  routes: Routes;
}

interface Payload {
  facilityId: string;
  /** The day that the studies' dates count from: the same when the job is tried again. */
  today: string;
}

/** Drawn in a thread of their own, because drawing keeps a processor busy for a minute. */
async function* drawn(today: string, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const worker = new Worker(new URL("./drawing-worker.ts", import.meta.url), { workerData: { today } });
  try {
    for (;;) {
      worker.postMessage("next");
      const [bytes] = (await once(worker, "message", { signal })) as [Uint8Array | null];
      if (bytes === null) return;
      yield bytes;
    }
  } finally {
    await worker.terminate();
  }
}

async function* single(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

export function createDemo(platform: Platform, archive: Archive): Demo {
  platform.jobs.define<Payload>({
    name: jobName,
    maxAttempts: 3,
    async run({ facilityId, today }, signal) {
      const viewer = systemViewer([facilityId], "demo");
      let stored = 0;
      let batch: Uint8Array[] = [];
      const store = async () => {
        const files = batch;
        batch = [];
        await Promise.all(
          files.map((bytes) => archive.ingest(viewer, { chunks: single(bytes), door: "system", signal })),
        );
        stored += files.length;
      };
      for await (const bytes of drawn(today, signal)) {
        batch.push(bytes);
        if (batch.length >= batchSize) await store();
      }
      await store();
      platform.log.info({ instances: stored, studies: demoStudies.length }, "demonstration loaded");
    },
  });

  async function loaded(viewer: Viewer): Promise<boolean> {
    const uid = demoUid(demoStudies[0]!.accessionNumber);
    return (await archive.locate(viewer, { StudyInstanceUID: uid }, "none")).length > 0;
  }

  async function plan(viewer: Viewer): Promise<void> {
    const payload: Payload = { facilityId: viewer.homeFacilityId, today: platform.clock.now().toISOString() };
    await platform.jobs.add(platform.db, jobName, payload, { key: jobName });
  }

  return {
    loaded,
    plan,
    routes: (app) => {
      const schema = {
        summary: "Load the demonstration: studies of invented patients",
        response: { 202: Type.Object({ studies: Type.Integer() }) },
      };
      app.post("/demo", { config: { permission: "demo.manage" }, schema }, async (request, reply) => {
        if (!(await loaded(request.viewer))) await plan(request.viewer);
        return reply.code(202).send({ studies: demoStudies.length });
      });
    },
  };
}
