/**
 * The viewer beside OHIF in one Chromium on this machine, over one archive with one series: `npx node bench/viewer.ts`. How long until the
 * first image stands on the screen, from the beginning of the page with nothing kept by the browser, and how many images a second are drawn
 * while a wheel turns through the series, all of it loaded.
 */
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { launchBrowser, signInByForm } from "../test/support/browser.ts";
import { ohifMissing, serveOhif } from "../test/support/ohif.ts";
import { adminPassword, startProgram } from "../test/support/program.ts";
import { makeSeries } from "./data.ts";

const quick = process.argv.includes("--quick");
const count = quick ? 60 : 300;
const rounds = quick ? 1 : 3;
const say = (text: string) => process.stdout.write(`${text}\n`);

/**
 * Both viewers draw with Cornerstone3D, whose events say when an image stands on the screen: on it with the next frame. Runs in the page
 * before all else.
 */
const watch = `
const seen = (globalThis.benchSeen = { first: 0, images: 0 });
document.addEventListener("CORNERSTONE_STACK_NEW_IMAGE", () => {
  seen.images++;
  if (!seen.first) requestAnimationFrame(() => { seen.first ||= performance.now(); });
}, true);`;

interface Seen {
  first: number;
  images: number;
}
const seenOf = (page: Page) => page.evaluate<Seen>("({ ...globalThis.benchSeen })");

async function until<T>(ask: () => Promise<T | false | 0 | undefined>, what: string): Promise<T> {
  const end = performance.now() + 120_000;
  while (performance.now() < end) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited in vain for ${what}`);
}

type StorageState = Awaited<ReturnType<BrowserContext["storageState"]>>;

interface Viewer {
  name: string;
  origin: () => string;
  path: string;
  /** Signs in once; answers what the browser keeps of it, without any file of the program. */
  enter(browser: Browser): Promise<StorageState | undefined>;
}

interface Figures {
  coldMs: number;
  warmMs: number;
  imagesPerSecond: number;
  framesPerSecond: number;
}

/** Counts the frames of the screen from now on. */
const counting = `(() => {
  const seen = Object.assign(globalThis.benchSeen, { frames: 0, before: globalThis.benchSeen.images, start: performance.now() });
  const tick = () => { seen.frames++; requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
})()`;
const counted = `(() => {
  const { frames, before, start, images } = globalThis.benchSeen;
  const seconds = (performance.now() - start) / 1000;
  return { imagesPerSecond: (images - before) / seconds, framesPerSecond: frames / seconds };
})()`;

/** Turns the wheel notch by notch to the end of the series, each as soon as the browser has taken in the one before. */
async function turnWheel(page: Page): Promise<Pick<Figures, "imagesPerSecond" | "framesPerSecond">> {
  await page.locator(".cornerstone-canvas").first().hover();
  await page.evaluate(counting);
  for (let notch = 1; notch < count; notch++) await page.mouse.wheel(0, 100);
  return page.evaluate<Pick<Figures, "imagesPerSecond" | "framesPerSecond">>(counted);
}

async function measure(browser: Browser, viewer: Viewer): Promise<Figures> {
  const storageState = await viewer.enter(browser);
  const context = await browser.newContext({
    ...(storageState ? { storageState } : {}),
    baseURL: viewer.origin(),
    viewport: { width: 1920, height: 1080 },
  });
  context.setDefaultTimeout(60_000);
  try {
    const firstImage = async (): Promise<[Page, number]> => {
      const page = await context.newPage();
      await page.addInitScript(watch);
      let frames = 0;
      page.on("requestfinished", (request) => {
        if (/\/frames\/1$/.test(new URL(request.url()).pathname)) frames++;
      });
      await page.goto(viewer.path);
      const first = await until(async () => (await seenOf(page)).first, "the first image");
      await until(async () => frames >= count, "the whole series");
      return [page, first];
    };
    const [cold, coldMs] = await firstImage();
    await cold.close();
    const [warm, warmMs] = await firstImage();
    // What has come is decoded too.
    await warm.waitForTimeout(3000);
    return {
      coldMs,
      warmMs,
      ...(await turnWheel(warm)),
    };
  } finally {
    await context.close();
  }
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;

const rows: readonly [keyof Figures, string, number][] = [
  ["coldMs", "first image, nothing kept by the browser (ms)", 0],
  ["warmMs", "first image, the program kept by the browser (ms)", 0],
  ["imagesPerSecond", "images a second while the wheel turns", 1],
  ["framesPerSecond", "frames a second of the page meanwhile", 1],
];

function tableOf(found: ReadonlyMap<string, Figures[]>): string {
  const names = [...found.keys()];
  const middle = (name: string, key: keyof Figures) => median(found.get(name)!.map((one) => one[key]));
  const lines = rows.map(([key, label, decimals]) => {
    const values = names.map((name) => middle(name, key));
    const ratio = values.length > 1 ? (values[0]! / values[1]!).toFixed(2) : "";
    return `| ${[label, ...values.map((value) => value.toFixed(decimals)), ratio].join(" | ")} |`;
  });
  return [`| | ${names.join(" | ")} | ratio |`, `|---|${"---|".repeat(names.length + 1)}`, ...lines].join(
    "\n",
  );
}

const missing = ohifMissing();
const folder = await fs.mkdtemp(path.join(os.tmpdir(), "isocenter-bench-viewer-"));
const origin = { url: "", authorization: "" };
const ohif = missing
  ? undefined
  : await serveOhif(() => ({ root: `${origin.url}/dicomweb`, authorization: origin.authorization }));
const program = await startProgram({
  env: { DICOM_PROCESS: "own", ...(ohif && { CORS_ORIGINS: ohif.url }) },
});
const browser = await launchBrowser();
try {
  origin.url = program.url;
  const headers = await program.login();
  origin.authorization = headers.authorization;
  const series = await makeSeries(folder, { name: "viewer", count, rows: 512, columns: 512 });
  for (let at = 0; at < series.files.length; at += 20) {
    const form = new FormData();
    for (const file of series.files.slice(at, at + 20))
      form.append("file", new Blob([await fs.readFile(file)]), path.basename(file));
    const answer = await fetch(`${program.url}/api/v1/images`, { method: "POST", headers, body: form });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  }
  const viewers: Viewer[] = [
    {
      name: "Isocenter",
      origin: () => program.url,
      path: `/studies/${series.studyInstanceUid}/view`,
      async enter(from) {
        const context = await from.newContext({ baseURL: program.url });
        const page = await context.newPage();
        await signInByForm(page, "admin", adminPassword);
        const kept = await context.storageState();
        await context.close();
        return kept;
      },
    },
    ...(ohif
      ? [
          {
            name: "OHIF",
            origin: () => ohif.url,
            path: `/viewer?StudyInstanceUIDs=${series.studyInstanceUid}`,
            enter: async () => undefined,
          },
        ]
      : []),
  ];
  const found = new Map<string, Figures[]>(viewers.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round++)
    for (const viewer of viewers) {
      const figures = await measure(browser, viewer);
      found.get(viewer.name)!.push(figures);
      say(`round ${round}, ${viewer.name}: ${JSON.stringify(figures)}`);
    }
  say(
    `\n${tableOf(found)}\n\n${count} slices of 512 × 512, ${rounds} rounds, medians; ${os.cpus().length} cores`,
  );
} finally {
  await browser.close();
  await program.stop();
  await ohif?.close();
  await fs.rm(folder, { recursive: true, force: true });
  await fs.rm(program.dataDir, { recursive: true, force: true });
}
