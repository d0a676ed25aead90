import { newUid, SopClasses, TransferSyntaxes } from "@isocenter/dicom";
import { encodeFrame } from "@isocenter/imaging";
import type { Locator, Page } from "playwright-core";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { violationsOf } from "../support/accessibility.ts";
import { chromiumMissing, signInByForm } from "../support/browser.ts";
import { type Attributes, ctInstance, instance, type MadeInstance, xaFilm } from "../support/instances.ts";
import { phantomSeries, phantomValue } from "../support/phantom.ts";
import { pictureOf } from "../support/screen.ts";
import { addRadiologist, openStudy, paneOf, shows } from "../support/viewer-page.ts";
import { webFlow } from "../support/web.ts";

describe.skipIf(chromiumMissing())("what lies over pictures in the viewer", () => {
  const flow = webFlow();
  const reader = { username: "reader", password: "" };
  beforeAll(async () => {
    reader.password = await addRadiologist(flow, reader.username);
  });

  /** Signed in, at the list, over a connection of so many bytes a second until `hurry` is called. */
  async function slowPage(bytesPerSecond: number): Promise<{ page: Page; hurry: () => Promise<unknown> }> {
    const page = await flow.open();
    await signInByForm(page, reader.username, reader.password);
    const session = await page.context().newCDPSession(page);
    await page.goto("/studies");
    // So that only the images are slow.
    await page.goto(`/studies/${newUid()}/view`);
    await page.getByText("No images are here").waitFor();
    await session.send("Network.enable");
    const connection = (latency: number, throughput: number) =>
      session.send("Network.emulateNetworkConditions", {
        offline: false,
        latency,
        downloadThroughput: throughput,
        uploadThroughput: throughput,
      });
    await connection(20, bytesPerSecond);
    return { page, hurry: () => connection(0, -1) };
  }

  test.each([
    // All of it would take half a minute.
    ["uncompressed", TransferSyntaxes.ExplicitVRLittleEndian, 170_000],
    ["HTJ2K", TransferSyntaxes.HTJ2KLosslessRPCL, 60_000],
  ])(
    "a large image, %s, is coarse first and then whole",
    async (_name, transferSyntaxUID, bytesPerSecond) => {
      const study = newUid();
      await flow.store(await radiograph(study, transferSyntaxUID));
      const { page, hurry } = await slowPage(bytesPerSecond);
      await page.goto(`/studies/${study}/view`);
      const coarse = paneOf(page).locator(".vw-coarse");
      await coarse.locator("canvas").waitFor();
      await coarse.getByText("Coarse picture, not for diagnosis").waitFor();
      /** Grey of the left and of the right half, as the window has them. */
      const looks = () =>
        expect
          .poll(async () => {
            const { width, height, at } = await pictureOf(paneOf(page));
            const part = Math.min(width, height);
            const greys = [-0.3, 0.3].map((x) => at(width / 2 + x * part, height / 2)[0]);
            return Math.max(Math.abs(greys[0]! - 64), Math.abs(greys[1]! - 191));
          })
          .toBeLessThan(4);
      await looks();
      expect(await paneOf(page).getAttribute("data-state")).toBe("loading");
      await hurry();
      await shows(paneOf(page), { state: "shown" });
      await coarse.waitFor({ state: "detached" });
      await looks();
    },
  );

  test("is shown in the size of the body on a screen that was measured, and saved as JPEG", async () => {
    const study = newUid();
    await flow.store(await radiograph(study, TransferSyntaxes.ExplicitVRLittleEndian));
    const { page, pane } = await openStudy(flow, study, reader);
    await page.getByLabel("Scale of the pictures").selectOption("True size");
    const dialog = page.getByRole("dialog", { name: "Size of this screen" });
    await dialog.getByLabel("Length of the bar").fill("428");
    expect(await violationsOf(page, "dialog")).toEqual([]);
    await dialog.getByRole("button", { name: "Show true size" }).click();
    // A card of 85.6 mm is 428 pixels: one pixel is 0.2 mm, as one of the image is.
    await expect.poll(async () => Number(await pane.getAttribute("data-zoom"))).toBeCloseTo(1, 2);
    await page.getByLabel("Scale of the pictures").selectOption("Fit each");
    await expect.poll(async () => Number(await pane.getAttribute("data-zoom"))).toBeLessThan(0.6);

    await page.getByRole("button", { name: "Download" }).click();
    const saving = page.getByRole("dialog", { name: "Download" });
    await saving.getByLabel("The active viewport as a picture").check();
    await saving.getByLabel("Form of the picture").selectOption({ label: "JPEG" });
    const saved = page.waitForEvent("download");
    await saving.getByRole("button", { name: "Save", exact: true }).click();
    const file = await saved;
    expect(file.suggestedFilename()).toMatch(/\.jpg$/);
    const { format, width } = await sharp(await file.path()).metadata();
    expect([format, width]).toEqual(["jpeg", Math.round((await pane.boundingBox())!.width)]);
  });

  test("shows images as a presentation state says, and as stored again by one key", async () => {
    const study = newUid();
    const [image] = phantomSeries(1, {
      StudyInstanceUID: study,
      SeriesInstanceUID: newUid(),
      PatientID: "PH-8",
    });
    await flow.store(
      image!.bytes,
      presentationState(image!, "Turned", { ImageRotation: 90, ImageHorizontalFlip: "Y" }),
      presentationState(image!, "Lesion", lesion),
      presentationState(image!, "Hot", hot),
    );
    const { page, pane } = await openStudy(flow, study, reader);
    const choice = page.getByLabel("Presentation", { exact: true });
    await choice.selectOption({ label: "Turned, Reader, Ada" });
    await shows(pane, { presentation: "Turned", "window-center": 90, "window-width": 150 });
    /** A block's grey at its place on the screen. */
    const looks = (blockAt: (row: number, column: number) => [row: number, column: number] | undefined) =>
      expect
        .poll(async () => {
          const { width, height, at } = await pictureOf(pane);
          const block = Math.min(width, height) / 4;
          const worst = [0, 1, 2, 3].flatMap((row) =>
            [0, 1, 2, 3].map((column) => {
              const from = blockAt(row, column);
              if (!from) return 0;
              const grey = 255 * Math.min(1, Math.max(0, (phantomValue(1, ...from) - 89.5) / 149 + 0.5));
              const x = width / 2 + (column - 1.5) * block;
              return Math.abs(at(x, height / 2 + (row - 1.5) * block)[0] - grey);
            }),
          );
          return Math.max(...worst);
        })
        .toBeLessThanOrEqual(3);
    // Turned clockwise by a quarter and then mirrored, rows and columns change places.
    await looks((row, column) => [column, row]);
    await page.keyboard.press("Shift+P");
    await shows(pane, { rotation: 0, flipped: "", "window-center": 40 });
    await choice.selectOption({ label: "Lesion, Reader, Ada" });
    await pane.getByText("Presentation: Lesion, Reader, Ada").waitFor();
    await shows(pane, { rotation: 0, flipped: "", inverted: "true" });
    const drawn = pane.locator(".vw-drawn");
    await expect.poll(() => drawn.locator("text").allTextContents()).toEqual(["Nodule", "second line"]);
    expect(await drawn.locator(".vw-drawn-line").count()).toBe(3);
    // The middle half fills the viewport; outside of the shutter it is black.
    await expect
      .poll(async () => {
        const { width, height, at } = await pictureOf(pane);
        const half = Math.min(width, height) / 2;
        const grey = (x: number, y: number) => at(width / 2 + x * half, height / 2 + y * half)[0];
        return [grey(-0.9, -0.9), grey(-0.4, 0.45)];
      })
      .toEqual([0, expect.any(Number)]);
    expect(await violationsOf(page, ".vw")).toEqual([]);
    await page.keyboard.press("0");
    await shows(pane, { presentation: "Lesion" });
    await page.keyboard.press("Shift+P");
    await drawn.waitFor({ state: "detached" });
    await page.keyboard.press("Shift+P");
    await drawn.waitFor();

    // Its tables are kept apart from the metadata. Greys are red to blue, and a pixel has the size of its spacing on the screen.
    await choice.selectOption({ label: "Hot, Reader, Ada" });
    await shows(pane, { presentation: "Hot", "window-center": 40, "window-width": 400 });
    await pane.getByRole("button", { name: "True size: measure the screen" }).click();
    const dialog = page.getByRole("dialog", { name: "Size of this screen" });
    await dialog.getByLabel("Length of the bar").fill("214");
    await dialog.getByRole("button", { name: "Show true size" }).click();
    await shows(pane, { zoom: 2 });
    await expect
      .poll(async () => {
        const { width, height, at } = await pictureOf(pane);
        // Each block of 64 pixels is 128 on the screen, as far as it is seen: those in the middle are.
        const worst = [1, 2].flatMap((row) =>
          [1, 2].map((column) => {
            const grey = 255 * Math.min(1, Math.max(0, (phantomValue(1, row, column) - 39.5) / 399 + 0.5));
            const [red, green, blue] = at(width / 2 + (column - 1.5) * 128, height / 2 + (row - 1.5) * 128);
            return Math.max(Math.abs(red - grey), green, Math.abs(blue - (255 - grey)));
          }),
        );
        return Math.max(...worst);
      })
      .toBeLessThanOrEqual(4);
  });

  test("draws structures, segments and label maps on slices and on planes, and lists them", async () => {
    const common = {
      StudyInstanceUID: newUid(),
      FrameOfReferenceUID: newUid(),
      PatientName: "Plan^Paula",
      PatientID: "PH-7",
      PatientBirthDate: "19700102",
      PatientSex: "F",
    };
    const volume = phantomSeries(24, {
      ...common,
      SeriesInstanceUID: newUid(),
      PixelSpacing: ["0.5", "0.5"],
    });
    await flow.store(...volume.map(({ bytes }) => bytes), ...regionsOf(common));
    const { page, pane } = await openStudy(flow, common.StudyInstanceUID, reader);
    const [coronal, sagittal] = [paneOf(page, 3), paneOf(page, 4)];
    await shows(coronal, { state: "shown", plane: "coronal" });
    await shows(sagittal, { state: "shown", plane: "sagittal" });
    const regions = (where: Locator) =>
      expect.poll(async () => {
        const segments = await where
          .locator("[data-segment]")
          .evaluateAll((all) =>
            all.map((one) => (one as unknown as { dataset: Record<string, string> }).dataset.segment),
          );
        const structures = await where.locator("[data-structure]").count();
        return [segments.sort().join(), structures].join(" ");
      });
    await regions(pane).toBe(" 0");
    await regions(coronal).toBe("Organ,Tumour 1");
    // In the middle from left to right there is the structure alone.
    await regions(sagittal).toBe(" 1");
    /** How red and how green a point of the coronal plane is, by millimetres to the left and below the first slice. */
    const tints = (...points: [x: number, below: number][]) =>
      expect.poll(async () => {
        const { width, height, at } = await pictureOf(coronal);
        const scale = Math.min(width / 128, height / 115.5);
        return points.map(([x, below]) => {
          const [r, g, b] = at(width / 2 + (x - 64) * scale, height / 2 + (below - 57.75) * scale);
          return r > g + 20 && r > b + 20 ? "red" : g > r + 10 && g > b + 10 ? "green" : "grey";
        });
      });
    const points: [number, number][] = [
      [16, 40],
      [110, 40],
      [65, 40],
      [40, 40],
      [16, 10],
      [65, 80],
    ];
    await tints(...points).toEqual(["red", "red", "green", "grey", "grey", "grey"]);

    await page.keyboard.press("Shift+G");
    const list = page.getByRole("complementary", { name: "Regions and structures" });
    await list.getByRole("button", { name: "Go to PTV" }).click();
    await shows(pane, { state: "shown", "image-number": 9 });
    await regions(pane).toBe("Organ,Tumour 1");
    expect(await violationsOf(page, ".vw")).toEqual([]);
    await list.getByRole("checkbox", { name: "PTV", exact: true }).uncheck();
    await list.getByRole("checkbox", { name: "Tumour", exact: true }).uncheck();
    await regions(coronal).toBe("Organ 0");
    await list.getByRole("checkbox", { name: "PTV", exact: true }).check();
    await list.getByRole("button", { name: "Close the regions" }).click();
    await page.keyboard.press("g");
    await regions(coronal).toBe(" 0");
  });

  test("shows colours as the profile of the image means them", async () => {
    const study = newUid();
    const meant = [200, 60, 50] as const;
    const { pixels, profile } = await inDisplayP3(meant, 48, 40);
    const common = {
      StudyInstanceUID: study,
      SOPClassUID: SopClasses.SecondaryCaptureImageStorage,
      PatientName: "Farbe^Fritz",
      PatientID: "PH-9",
      Modality: "OT",
      Rows: 40,
      Columns: 48,
      SamplesPerPixel: 3,
      PhotometricInterpretation: "RGB",
      PlanarConfiguration: 0,
      BitsAllocated: 8,
      BitsStored: 8,
      HighBit: 7,
      PixelRepresentation: 0,
      PixelData: pixels,
    };
    await flow.store(
      instance({ ...common, SeriesNumber: 1, SeriesDescription: "Meant", ICCProfile: profile }).bytes,
      instance({ ...common, SeriesNumber: 2, SeriesDescription: "Plain" }).bytes,
    );
    const { page, pane } = await openStudy(flow, study, reader);
    const seen = async () => {
      const { width, height, at } = await pictureOf(pane);
      return at(width / 2, height / 2);
    };
    const near = (color: ArrayLike<number>) => Array.from(color, (level) => expect.closeTo(level, -0.5));
    await page.getByRole("navigation").getByRole("button", { name: /^Se 1/ }).click();
    await expect.poll(seen).toEqual(near(meant));
    await page.getByRole("navigation").getByRole("button", { name: /^Se 2/ }).click();
    await expect.poll(seen).toEqual(near(pixels.subarray(0, 3)));
    expect(Math.abs(pixels[0]! - meant[0])).toBeGreaterThan(8);
  });

  test("while the archive does not answer the viewer says so, and the report whose it is", async () => {
    const { bytes, StudyInstanceUID } = ctInstance({ PatientName: "Stumm^Stella", PatientID: "PH-10" });
    await flow.store(bytes);
    const page = await flow.open({ as: reader, expected: (text) => text.includes("503") });
    await page.route("**/dicomweb/**", (route) => route.fulfill({ status: 503, body: "" }));
    await page.goto(`/studies/${StudyInstanceUID}/view`);
    await page.getByText("The archive cannot answer at the moment.").waitFor();
    await page.keyboard.press("F6");
    const report = page.getByRole("complementary", { name: "Report" });
    await report.getByText("Stumm, Stella").waitFor();
    await report.getByText("PH-10").waitFor();
    await page.unroute("**/dicomweb/**");
    await page.getByRole("heading", { level: 1, name: /Stumm, Stella/ }).waitFor();
    await shows(paneOf(page), { state: "shown" });
  });

  test("an image comes by itself when the archive is back", async () => {
    const { bytes, StudyInstanceUID } = ctInstance();
    await flow.store(bytes);
    const page = await flow.open({ as: reader, expected: (text) => text.includes("503") });
    await page.route("**/frames/**", (route) => route.fulfill({ status: 503, body: "" }));
    await page.goto(`/studies/${StudyInstanceUID}/view`);
    await page.getByText("The archive cannot answer at the moment. It is tried again by itself.").waitFor();
    await page.unroute("**/frames/**");
    await paneOf(page).and(page.locator("[data-state=shown]")).waitFor();
  });

  test("images of two people are under a mark with both their names, on paper too", async () => {
    const mine = ctInstance({ PatientName: "Eins^Erna", PatientID: "PH-11" });
    const { StudyInstanceUID } = mine;
    const again = { StudyInstanceUID, PatientName: "Eins^Erna", PatientID: "PH-11", SeriesNumber: 2 };
    const other = ctInstance(again);
    await flow.store(mine.bytes, other.bytes);
    const page = await flow.open({ as: reader });
    await page.route(`**/series/${other.SeriesInstanceUID}/metadata`, async (route) => {
      const answer = await route.fetch();
      const text = (await answer.text()).replaceAll("Eins^Erna", "Zwei^Zita").replaceAll("PH-11", "PH-12");
      await route.fulfill({ response: answer, body: text });
    });
    await page.goto(`/studies/${StudyInstanceUID}/view`);
    await shows(paneOf(page), { state: "shown" });
    const mark = page.getByTestId("two-patients");
    for (const name of ["Eins, Erna", "Zwei, Zita"]) await mark.getByText(name).waitFor();
    // Without the texts in the corners the names stand in the mark alone.
    await page.keyboard.press("o");
    await page.evaluate("globalThis.print = () => {}");
    await page.getByRole("button", { name: "Print" }).click();
    await page.locator("img.vw-print").waitFor({ state: "attached" });
    await page.emulateMedia({ media: "print" });
    const [marked, sheet] = [await mark.boundingBox(), await page.locator("img.vw-print").boundingBox()];
    expect(sheet!.y).toBeGreaterThanOrEqual(marked!.y + marked!.height);
    expect(marked!.height).toBeGreaterThan(20);
  });

  test("plays a film, and goes to a place in it", async () => {
    const study = newUid();
    const recorder = await flow.open();
    const film = Uint8Array.from(await recorder.evaluate<number[]>(`(${recordFilm})()`));
    await flow.store(
      instance(
        {
          StudyInstanceUID: study,
          SOPClassUID: SopClasses.VideoEndoscopicImageStorage,
          PatientName: "Film^Fiona",
          PatientID: "PH-6",
          Modality: "ES",
          SeriesNumber: 1,
          SeriesDescription: "Colon",
          Rows: 64,
          Columns: 64,
          NumberOfFrames: 20,
          FrameTime: "100",
          SamplesPerPixel: 3,
          PhotometricInterpretation: "YBR_PARTIAL_420",
          PlanarConfiguration: 0,
          BitsAllocated: 8,
          BitsStored: 8,
          HighBit: 7,
          PixelRepresentation: 0,
          LossyImageCompression: "01",
          PixelData: { frames: [film] },
        },
        { transferSyntaxUID: TransferSyntaxes.MPEG4HP41 },
      ).bytes,
    );
    const page = await flow.open({ as: reader });
    await page.goto(`/studies/${study}/view`);
    const video = page.locator(".vw-document video");
    await video.waitFor();
    await shows(page.locator(".vw-document"), { document: "video/mp4" });
    const state = () =>
      video.evaluate((one) => {
        const { videoWidth, videoHeight, currentTime, error } = one as unknown as Record<string, number>;
        return { videoWidth, videoHeight, currentTime, error };
      });
    // The browser asks for it itself, by ranges and without a token in the address.
    expect(await video.getAttribute("src")).toMatch(
      /^\/dicomweb\/studies\/[\d.]+\/series\/[\d.]+\/instances\/[\d.]+\/rendered$/,
    );
    await expect.poll(state).toMatchObject({ videoWidth: 64, videoHeight: 64, error: null });
    await video.evaluate((one) => (one as unknown as { play(): Promise<void> }).play());
    await expect.poll(async () => (await state()).currentTime).toBeGreaterThan(0.2);
    /** The colour in the middle at a time of the film, red in its first half and blue in its second. */
    const colourAt = (seconds: number) =>
      video.evaluate(async (one, to) => {
        // biome-ignore lint/suspicious/noExplicitAny: what runs here is the page's.
        const film = one as any;
        film.pause();
        const there = new Promise((done) => film.addEventListener("seeked", done, { once: true }));
        film.currentTime = to;
        await there;
        // biome-ignore lint/suspicious/noExplicitAny: as above.
        const canvas = (globalThis as any).document.createElement("canvas");
        canvas.width = canvas.height = 64;
        const context = canvas.getContext("2d");
        context.drawImage(film, 0, 0);
        const [red, , blue] = context.getImageData(32, 32, 1, 1).data;
        return red > blue ? "red" : "blue";
      }, seconds);
    expect([await colourAt(1.4), await colourAt(0.2), await colourAt(1.2)]).toEqual(["blue", "red", "blue"]);
    expect(await page.getByRole("link", { name: "Save" }).getAttribute("download")).toBe("Se 1 Colon.mp4");
  });

  test("a film that is played says what is left out of it, and in a small viewport it stays said whose it is", async () => {
    const study = newUid();
    const frame = new Uint8Array(64 * 64).fill(100);
    const film = xaFilm([frame, frame, frame, frame], {
      StudyInstanceUID: study,
      PatientName: "Trimmed^Tove",
      PatientID: "PH-20",
      PatientBirthDate: "19580302",
      StudyDate: "20260105",
      StartTrim: "2",
      StopTrim: "4",
      PreferredPlaybackSequencing: 1,
    });
    await flow.store(film.bytes);
    const page = await flow.open({ as: reader });
    await page.goto(`/studies/${study}/view`);
    const pane = paneOf(page);
    await shows(pane, { state: "shown" });
    await pane.click();
    if ((await pane.getByText("Plays 3 of 4 images").count()) === 0) await page.keyboard.press(" ");
    await pane.getByText("Plays 3 of 4 images · back and forth").waitFor();
    const zoom = pane.locator(".vw-corner").getByText(/^Zoom /);
    await zoom.waitFor();
    await page.setViewportSize({ width: 1440, height: 240 });
    await expect.poll(() => zoom.isVisible()).toBe(false);
    expect(await pane.getByText("Trimmed, Tove").isVisible()).toBe(true);
  });
});

/** A colour in the numbers that Display P3 has for it, by pixel, and that profile, as the library of pictures writes them. */
async function inDisplayP3([r, g, b]: readonly [number, number, number], width: number, height: number) {
  const file = await sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
    .withIccProfile("p3")
    .png()
    .toBuffer();
  const profile = (await sharp(file).metadata()).icc!;
  // Of even length, as each value is (PS3.5 7.1.1).
  const even = Buffer.concat([profile, Buffer.alloc(profile.length % 2)]);
  return { pixels: await sharp(file, { ignoreIcc: true }).raw().toBuffer(), profile: even };
}

/** Runs in a page: a film of H.264 in MP4, a second red and then blue. */
const recordFilm = `async () => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 64 });
  const context = canvas.getContext("2d");
  const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: "video/mp4;codecs=avc1.42E01E" });
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const stopped = new Promise((done) => { recorder.onstop = done; });
  const start = performance.now();
  const draw = () => {
    context.fillStyle = performance.now() - start < 1000 ? "#f00" : "#00f";
    context.fillRect(0, 0, 64, 64);
  };
  draw();
  recorder.start();
  const timer = setInterval(draw, 40);
  await new Promise((done) => setTimeout(done, 2000));
  clearInterval(timer);
  recorder.stop();
  await stopped;
  return [...new Uint8Array(await new Blob(parts).arrayBuffer())];
}`;

/** Of a volume of the phantom, in one frame of reference: segments 1 (binary) and 7 (label map), and a structure set, all from its 6th slice to its 12th. */
function regionsOf(common: Attributes): Uint8Array[] {
  const [first, count, cells] = [6, 7, 64];
  const places = Array.from({ length: count }, (_, n) => -5 * (first + n));
  const segmentation = (SeriesNumber: number, number: number, label: string, more: Attributes) =>
    instance({
      ...common,
      SeriesInstanceUID: newUid(),
      Modality: "SEG",
      SeriesNumber,
      InstanceNumber: 1,
      ContentLabel: label.toUpperCase(),
      Rows: cells,
      Columns: cells,
      NumberOfFrames: count,
      SamplesPerPixel: 1,
      PhotometricInterpretation: "MONOCHROME2",
      PixelRepresentation: 0,
      // Red.
      SegmentSequence: [
        {
          SegmentNumber: number,
          SegmentLabel: label,
          SegmentAlgorithmType: "MANUAL",
          RecommendedDisplayCIELabValue: [35567, 53653, 50838],
        },
      ],
      SharedFunctionalGroupsSequence: [
        {
          PlaneOrientationSequence: [{ ImageOrientationPatient: ["1", "0", "0", "0", "1", "0"] }],
          PixelMeasuresSequence: [{ PixelSpacing: ["2", "2"], SliceThickness: "5" }],
        },
      ],
      PerFrameFunctionalGroupsSequence: places.map((place) => ({
        PlanePositionSequence: [{ ImagePositionPatient: ["0.75", "0.75", String(place)] }],
        ...(number === 1 ? { SegmentIdentificationSequence: [{ ReferencedSegmentNumber: 1 }] } : {}),
      })),
      ...more,
    }).bytes;
  // The left quarter is segment 1, the right quarter segment 7.
  const bits = new Uint8Array((count * cells * cells) / 8).map((_, n) => (n % 8 < 2 ? 255 : 0));
  const numbers = new Uint8Array(count * cells * cells).map((_, n) => (n % cells >= 48 ? 7 : 0));
  const structures = instance({
    ...common,
    SOPClassUID: SopClasses.RTStructureSetStorage,
    SeriesInstanceUID: newUid(),
    Modality: "RTSTRUCT",
    SeriesNumber: 7,
    StructureSetLabel: "Plan A",
    StructureSetROISequence: [
      { ROINumber: 1, ReferencedFrameOfReferenceUID: common.FrameOfReferenceUID, ROIName: "PTV" },
    ],
    ROIContourSequence: [
      {
        ReferencedROINumber: 1,
        ROIDisplayColor: [0, 255, 0],
        ContourSequence: places.map((z) => ({
          ContourGeometricType: "CLOSED_PLANAR",
          NumberOfContourPoints: 4,
          ContourData: [45, 20, z, 85, 20, z, 85, 90, z, 45, 90, z],
        })),
      },
    ],
  }).bytes;
  return [
    segmentation(5, 1, "Organ", {
      SOPClassUID: SopClasses.SegmentationStorage,
      SegmentationType: "BINARY",
      BitsAllocated: 1,
      BitsStored: 1,
      HighBit: 0,
      PixelData: bits,
    }),
    segmentation(6, 7, "Tumour", {
      SOPClassUID: "1.2.840.10008.5.1.4.1.1.66.7",
      SegmentationType: "LABELMAP",
      BitsAllocated: 8,
      BitsStored: 8,
      HighBit: 7,
      PixelData: numbers,
    }),
    structures,
  ];
}

/** In colours, through tables too long to stand in the metadata, at twice the size on a screen of 0.4 mm. */
const hot: Attributes = {
  SOPClassUID: "1.2.840.10008.5.1.4.1.1.11.3",
  ...Object.fromEntries(
    ["Red", "Green", "Blue"].flatMap((color) => [
      [`${color}PaletteColorLookupTableDescriptor`, [4096, 0, 16]],
      [
        `${color}PaletteColorLookupTableData`,
        new Uint8Array(
          Uint16Array.from({ length: 4096 }, (_, n) =>
            color === "Red" ? n * 16 : color === "Blue" ? 65520 - n * 16 : 0,
          ).buffer,
        ),
      ],
    ]),
  ),
  SoftcopyVOILUTSequence: [{ WindowCenter: "40", WindowWidth: "400" }],
  DisplayedAreaSelectionSequence: [
    {
      DisplayedAreaTopLeftHandCorner: [1, 1],
      DisplayedAreaBottomRightHandCorner: [256, 256],
      PresentationSizeMode: "TRUE SIZE",
      PresentationPixelSpacing: ["0.8", "0.8"],
    },
  ],
};

/** The middle half of the phantom, what is outside of a circle covered, a circle, an ellipse and a text that points at its middle. */
const lesion: Attributes = {
  PresentationLUTShape: "INVERSE",
  ShutterShape: "CIRCULAR",
  CenterOfCircularShutter: [128, 128],
  RadiusOfCircularShutter: 60,
  ShutterPresentationValue: 0,
  DisplayedAreaSelectionSequence: [
    {
      DisplayedAreaTopLeftHandCorner: [65, 65],
      DisplayedAreaBottomRightHandCorner: [192, 192],
      PresentationSizeMode: "SCALE TO FIT",
      PresentationPixelAspectRatio: [1, 1],
    },
  ],
  GraphicLayerSequence: [{ GraphicLayer: "MARKS", GraphicLayerOrder: 1 }],
  GraphicAnnotationSequence: [
    {
      GraphicLayer: "MARKS",
      TextObjectSequence: [
        {
          BoundingBoxAnnotationUnits: "DISPLAY",
          AnchorPointAnnotationUnits: "PIXEL",
          UnformattedTextValue: "Nodule\r\nsecond line",
          BoundingBoxTopLeftHandCorner: [0.6, 0.7],
          BoundingBoxBottomRightHandCorner: [0.8, 0.8],
          BoundingBoxTextHorizontalJustification: "LEFT",
          AnchorPoint: [128, 128],
          AnchorPointVisibility: "Y",
        },
      ],
      GraphicObjectSequence: [
        {
          GraphicAnnotationUnits: "PIXEL",
          GraphicDimensions: 2,
          NumberOfGraphicPoints: 2,
          GraphicData: [128, 128, 150, 128],
          GraphicType: "CIRCLE",
          GraphicFilled: "N",
        },
        {
          GraphicAnnotationUnits: "PIXEL",
          GraphicDimensions: 2,
          NumberOfGraphicPoints: 4,
          GraphicData: [100, 100, 140, 100, 120, 90, 120, 110],
          GraphicType: "ELLIPSE",
          GraphicFilled: "N",
        },
      ],
    },
  ],
};

/** A grayscale presentation state of one image, in the window 150/90. */
function presentationState(image: MadeInstance, ContentLabel: string, more: Attributes): Uint8Array {
  const references = [
    { ReferencedSOPClassUID: SopClasses.CTImageStorage, ReferencedSOPInstanceUID: image.SOPInstanceUID },
  ];
  return instance({
    StudyInstanceUID: image.StudyInstanceUID,
    SOPClassUID: SopClasses.GrayscaleSoftcopyPresentationStateStorage,
    PatientName: "Doe^Jane",
    PatientID: "PH-8",
    Modality: "PR",
    SeriesNumber: 9,
    InstanceNumber: 1,
    ContentLabel,
    ContentCreatorName: "Reader^Ada",
    PresentationCreationDate: "20260105",
    RescaleIntercept: "-1024",
    RescaleSlope: "1",
    PresentationLUTShape: "IDENTITY",
    ReferencedSeriesSequence: [
      { SeriesInstanceUID: image.SeriesInstanceUID, ReferencedImageSequence: references },
    ],
    SoftcopyVOILUTSequence: [{ WindowCenter: "90", WindowWidth: "150" }],
    ...more,
  }).bytes;
}

const side = 1600;

/** A radiograph of 5 MB: grey 64 of 255 on the left, 191 on the right, with the noise of a detector. */
async function radiograph(StudyInstanceUID: string, transferSyntaxUID: string): Promise<Uint8Array> {
  const pixels = new Uint16Array(side * side);
  let seed = 1;
  for (let n = 0; n < pixels.length; n++) {
    seed = (seed * 48271) % 2147483647;
    pixels[n] = (n % side < side / 2 ? 1024 : 3072) + (seed % 33) - 16;
  }
  const bytes = new Uint8Array(pixels.buffer);
  const shape = {
    transferSyntaxUID,
    rows: side,
    columns: side,
    samplesPerPixel: 1,
    bitsAllocated: 16,
    bitsStored: 12,
    highBit: 11,
    pixelRepresentation: 0 as const,
    planarConfiguration: 0 as const,
    photometricInterpretation: "MONOCHROME2",
  };
  return ctInstance(
    {
      StudyInstanceUID,
      SOPClassUID: SopClasses.ComputedRadiographyImageStorage,
      Modality: "CR",
      PatientName: "Thorax^Theo",
      PatientID: "PH-9",
      Rows: side,
      Columns: side,
      PixelSpacing: ["0.2", "0.2"],
      WindowCenter: "2048",
      WindowWidth: "4096",
      RescaleIntercept: "0",
      RescaleSlope: "1",
      PixelData:
        transferSyntaxUID === TransferSyntaxes.HTJ2KLosslessRPCL
          ? { frames: [(await encodeFrame(shape, bytes, transferSyntaxUID)).bytes] }
          : bytes,
    },
    { transferSyntaxUID },
  ).bytes;
}
