import { parentPort, workerData } from "node:worker_threads";
import type { DrawingOrder, WriteRequest } from "./drawing.ts";
import { drawExamination } from "./examinations.ts";
import type { Picture } from "./pictures.ts";

/** Whole volumes that wait to be written, at most: each is some thirty megabytes. */
const mostAhead = 4;

const port = parentPort;
if (!port) throw new Error("drawing-worker runs as a worker thread");
const orders = workerData as readonly DrawingOrder[];
const drawn = new Map<string, readonly Picture[]>();
const requests: WriteRequest[] = [];
const written = new Set<string>();
let planned = false;

function draw(order: DrawingOrder): readonly Picture[] {
  const pictures = [...drawExamination(order.examination, order)];
  drawn.set(order.key, pictures);
  return pictures;
}

function write({ id, key, as }: WriteRequest): void {
  const order = orders.find((one) => one.key === key);
  if (!order) throw new Error(`nothing is drawn under ${key}`);
  const pictures = drawn.get(key) ?? draw(order);
  const files = pictures.map((picture) => picture(as));
  if (!order.coarse) drawn.delete(key);
  written.add(key);
  port!.postMessage(
    { id, files },
    files.flatMap(({ byteLength, buffer }) =>
      byteLength === buffer.byteLength ? [buffer as ArrayBuffer] : [],
    ),
  );
}

/** What is asked for first; then the next of the plan, so that it is there when it is asked for. */
function step(): void {
  planned = false;
  const request = requests.shift();
  if (request) write(request);
  else {
    const ahead = orders.filter(({ key, coarse }) => !coarse && drawn.has(key)).length;
    const next = orders.find(
      ({ key, coarse }) => !drawn.has(key) && !written.has(key) && (coarse || ahead < mostAhead),
    );
    if (!next) return;
    draw(next);
  }
  plan();
}

function plan(): void {
  if (planned) return;
  planned = true;
  setImmediate(step);
}

port.on("message", (request: WriteRequest) => {
  requests.push(request);
  plan();
});
plan();
