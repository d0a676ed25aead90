import { newUid, SopClasses } from "@isocenter/dicom";
import type { Locator, Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { controlsOf, violationsOf } from "../support/accessibility.ts";
import { chromiumMissing } from "../support/browser.ts";
import { type Attributes, instance, xaFilm } from "../support/instances.ts";
import { phantomSeries, phantomValue } from "../support/phantom.ts";
import { pictureOf } from "../support/screen.ts";
import { addRadiologist, drag, openStudy, paneOf, pointOn, shows } from "../support/viewer-page.ts";
import { webFlow } from "../support/web.ts";

/** Pixels of the phantom's side. */
const size = 256;

/** The same of a turned plane's picture, which has room for the corners. */
const turnedSize = 281;

/** Slices of the volume, 5 mm apart; their pixels are half a millimetre. */
const slices = 24;

describe.skipIf(chromiumMissing())("tools of the viewer", () => {
  const flow = webFlow();
  const study = newUid();
  const [current, prior, papers, vessels, drafts] = [newUid(), newUid(), newUid(), newUid(), newUid()];
  const reader = { username: "reader", password: "" };
  beforeAll(async () => {
    const series = phantomSeries(3, {
      StudyInstanceUID: study,
      SeriesInstanceUID: newUid(),
      FrameOfReferenceUID: newUid(),
      PatientName: "Fantôme^Aimée",
      PatientID: "PH-1",
      SeriesNumber: 4,
      PixelSpacing: ["0.5", "0.5"],
    });
    await flow.store(...series.map(({ bytes }) => bytes));
    const sketched = { StudyInstanceUID: drafts, PatientID: "PH-3", PixelSpacing: ["0.5", "0.5"] };
    await flow.store(...phantomSeries(3, sketched).map(({ bytes }) => bytes));
    const volume = (uid: string, date: string) =>
      phantomSeries(slices, {
        StudyInstanceUID: uid,
        SeriesInstanceUID: newUid(),
        FrameOfReferenceUID: newUid(),
        StudyDate: date,
        PatientName: "Volume^Vera",
        PatientID: "PH-2",
        PixelSpacing: ["0.5", "0.5"],
      });
    await flow.store(
      ...[...volume(current, "20260920"), ...volume(prior, "20260118")].map(({ bytes }) => bytes),
    );
    await flow.store(...documentsOf(papers), angiography(vessels));
    reader.password = await addRadiologist(flow, reader.username);
  });

  const panelOf = (page: Page) => page.getByRole("complementary", { name: "Measurements and key images" });
  /** The lines of the panel's list, by the kind of the measurement. */
  const listed = (page: Page, kind: string) =>
    expect.poll(() => panelOf(page).locator(`li[data-kind=${kind}]`).allInnerTexts());
  const areKept = (page: Page) =>
    expect.poll(() => page.getByTestId("keep-state").getAttribute("data-state")).toBe("kept");

  test("Escape takes back what is half drawn, then the tool, and closes the viewer last; what has the keyboard keeps its keys", async () => {
    const { page, pane } = await openStudy(flow, drafts, reader);
    const { keyboard } = page;
    const tool = (name: string) => page.getByRole("toolbar").getByRole("button", { name, exact: true });
    const isOn = (name: string) => expect.poll(() => tool(name).getAttribute("aria-pressed")).toBe("true");
    await keyboard.press("Shift+M");
    await areKept(page);
    await keyboard.press("n");
    await isOn("Angle");
    // The first of the two lines that an angle has.
    await drag(page, pane, size, [40, 40], [140, 40]);
    const drawn = pane.locator("svg line, svg path");
    await expect.poll(() => drawn.count()).toBeGreaterThan(0);
    await keyboard.press("Escape");
    await expect.poll(() => drawn.count()).toBe(0);
    await isOn("Angle");
    await keyboard.press("Escape");
    await isOn("Window and level");

    await keyboard.press("l");
    await drag(page, pane, size, [40, 60], [140, 60]);
    await listed(page, "length").toHaveLength(1);
    // An end of it is moved, and let go of by Escape.
    const [from, to] = [await pointOn(pane, size, [140, 60]), await pointOn(pane, size, [200, 60])];
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 4 });
    await keyboard.press("Escape");
    await page.mouse.up();
    await listed(page, "length").toEqual([expect.stringMatching(/^(49\.[89]|50\.[012]) mm/)]);

    // A name is begun and given up.
    const panel = panelOf(page);
    await panel.getByRole("button", { name: /^Name / }).click();
    await keyboard.type("ri0");
    await keyboard.press("Escape");
    await listed(page, "length").toEqual([expect.stringMatching(/^(49\.[89]|50\.[012]) mm/)]);
    await keyboard.type("ri");
    await keyboard.press("Escape");
    await panel.waitFor({ state: "detached" });
    await shows(pane, { rotation: 0, inverted: "false" });

    await keyboard.press("a");
    const attributes = page.getByRole("complementary", { name: "Attributes of the image" });
    await keyboard.type("ri");
    await expect.poll(() => attributes.getByRole("searchbox").inputValue()).toBe("ri");
    await attributes.getByRole("row").first().click();
    await keyboard.type("ri");
    await keyboard.press("ArrowDown");
    await shows(pane, { rotation: 0, inverted: "false", "image-number": 1 });
    await attributes.getByRole("searchbox").press("Escape");
    await attributes.waitFor({ state: "detached" });
    await isOn("Length");
    await keyboard.press("i");
    await shows(pane, { inverted: "true" });
    await keyboard.press("Escape");
    await isOn("Window and level");
    await keyboard.press("Escape");
    await expect.poll(() => new URL(page.url()).pathname).not.toMatch(/view$/);
  });

  test("says lengths, angles and values that the phantom has, keeps them and shows them again", async () => {
    const { page, pane } = await openStudy(flow, study, reader);
    const { keyboard } = page;
    await keyboard.press("Shift+M");
    await panelOf(page).waitFor();
    await areKept(page);

    await keyboard.press("l");
    await drag(page, pane, size, [40, 60], [140, 60]);
    await listed(page, "length").toEqual([expect.stringMatching(/^(49\.[89]|50\.[012]) mm\s+Se 4 Im 1$/)]);

    // In the block of the first row and second column.
    await keyboard.press("Shift+E");
    await drag(page, pane, size, [74, 10], [114, 50]);
    const value = phantomValue(1, 0, 1).toFixed(1).replace("-", "−");
    await listed(page, "rectangle").toEqual([
      expect.stringMatching(new RegExp(`^(3\\.9|4\\.0|4\\.1) cm², mean ${value} HU, SD 0\\.0`)),
    ]);

    // A line that is closed, in the first block of the last row.
    await keyboard.press("Shift+L");
    await drag(page, pane, size, [12, 204], [52, 204], [52, 244], [12, 244], [12, 204]);
    const closed = phantomValue(1, 3, 0).toFixed(1);
    await listed(page, "freehand").toEqual([
      expect.stringMatching(new RegExp(`^(3\\.[89]|4\\.[01]) cm², (79|80|81)\\.\\d mm, mean ${closed} HU`)),
    ]);

    await keyboard.press("b");
    const { x, y } = await pointOn(pane, size, [224, 224]);
    await page.mouse.click(x, y);
    await listed(page, "probe").toEqual([expect.stringMatching(new RegExp(`^${phantomValue(1, 3, 3)} HU`))]);

    await keyboard.press("Control+z");
    await listed(page, "probe").toEqual([]);
    await keyboard.press("Control+Shift+z");
    await listed(page, "probe").toHaveLength(1);
    await keyboard.press("Delete");
    await listed(page, "probe").toEqual([]);

    // On the second image, where every block is five more.
    await keyboard.press("ArrowDown");
    await shows(pane, { state: "shown", "image-number": 2 });
    await keyboard.press("e");
    await drag(page, pane, size, [160, 160], [185, 185]);
    const second = phantomValue(2, 2, 2).toFixed(1);
    await listed(page, "ellipse").toEqual([
      expect.stringMatching(new RegExp(`mean ${second} HU[^]*Se 4 Im 2`)),
    ]);
    await keyboard.press("k");
    await pane.getByText("Key image").waitFor();
    await panelOf(page).getByRole("button", { name: "No longer a key image: Se 4 Im 2" }).waitFor();
    const describe = panelOf(page).getByRole("button", { name: "Describe Se 4 Im 2" });
    await describe.click();
    await panelOf(page).getByLabel("What the image is for").selectOption("For surgery");
    await panelOf(page).getByLabel("What is to be seen").fill("Portal vein");
    await keyboard.press("Enter");
    const described = panelOf(page).getByText("Portal vein, For surgery");
    await described.waitFor();
    // What is given up leaves what was said, and the keyboard comes back to the button.
    await describe.press("Enter");
    await panelOf(page).getByLabel("What is to be seen").fill("Nothing");
    await keyboard.press("Escape");
    await described.waitFor();
    await describe.and(page.locator(":focus")).waitFor();
    await areKept(page);
    expect((await controlsOf(page)).unnamed).toEqual([]);
    expect(await violationsOf(page, ".vw")).toEqual([]);

    await panelOf(page).getByRole("button", { name: "Put into the study as DICOM SR" }).click();
    await panelOf(page)
      .getByText(/It is in the study/)
      .waitFor();

    await page.reload();
    await shows(paneOf(page), { state: "shown", "image-number": 1 });
    await page
      .getByRole("navigation")
      .getByRole("button", { name: /Measurements, SR/ })
      .waitFor();
    await keyboard.press("Shift+M");
    await listed(page, "length").toHaveLength(1);
    await listed(page, "rectangle").toEqual([expect.stringContaining(`mean ${value} HU`)]);
    await paneOf(page).locator("svg text", { hasText: "mm" }).first().waitFor();
    await panelOf(page).locator("li[data-kind=ellipse] .vw-mark-go").click();
    await shows(paneOf(page), { state: "shown", "image-number": 2 });
    await paneOf(page).getByText("Key image").waitFor();
    await described.waitFor();
  });

  test("hangs a volume with its prior, cuts planes whose values are those of their places, and links them", async () => {
    const { page, pane } = await openStudy(flow, current, reader);
    const [old, coronal, sagittal] = [paneOf(page, 2), paneOf(page, 3), paneOf(page, 4)];
    await shows(pane, { state: "shown", "image-count": slices });
    await shows(old, { state: "shown", prior: "true", "image-count": slices });
    await old.getByText("Prior 8 months").waitFor();
    await shows(coronal, { state: "shown", plane: "coronal", "image-count": size, "window-center": 40 });
    await shows(sagittal, { state: "shown", plane: "sagittal", "image-count": size });

    await page.keyboard.press("x");
    const [column, row] = [160.5, 96.5];
    const at = await pointOn(pane, size, [column, row]);
    await page.mouse.click(at.x, at.y);
    // Planes are counted from the front, and from the right.
    await shows(coronal, { state: "shown", "image-number": Math.ceil(row) });
    await shows(sagittal, { state: "shown", "image-number": Math.ceil(column) });
    const value = (x: number, y: number, millimetresBelowFirst: number) =>
      phantomValue(1, Math.floor(y / 64), Math.floor(x / 64)) + millimetresBelowFirst;
    await looksLike(coronal, (x, z) => value(x, row, z));
    await looksLike(sagittal, (y, z) => value(column, y, z));

    // The other planes are turned about the active one, by keys and by their lines, and laid straight again.
    await page.keyboard.press("]");
    await coronal.getByText("Coronal, turned by 5°").waitFor();
    await sagittal.getByText("Sagittal, turned by 5°").waitFor();
    await shows(coronal, { state: "shown", plane: "coronal" });

    // What is measured on a turned plane is kept, and goes with that plane.
    await page.keyboard.press("Shift+M");
    await page.keyboard.press("l");
    await drag(page, coronal, turnedSize, [100, 140], [180, 140]);
    await listed(page, "length").toEqual([
      expect.stringMatching(/^(39\.[89]|40\.[012]) mm\s+Coronal plane, turned by 5°, Se 1$/),
    ]);
    const [measured] = await panelOf(page).locator("li[data-kind=length]").allInnerTexts();
    await coronal.locator("svg text", { hasText: "mm" }).first().waitFor();
    await areKept(page);
    await page.keyboard.press("Shift+M");
    await panelOf(page).waitFor({ state: "hidden" });
    await page.keyboard.press("x");
    // It moves while the viewports take the place of the panel: hovering waits until it is what lies below the pointer.
    const end = pane.locator(".vw-turn-handle").first();
    await end.hover();
    const handle = (await end.boundingBox())!;
    await page.mouse.down();
    await page.mouse.move(handle.x + handle.width / 2 + 30, handle.y + handle.height / 2 + 30, { steps: 3 });
    await page.mouse.up();
    await coronal.getByText(/turned by \d\d°/).waitFor();
    await page.getByRole("button", { name: "Straighten planes" }).click();
    await shows(coronal, { state: "shown", "image-number": Math.ceil(row), "image-count": size });
    await expect.poll(() => coronal.locator("svg text", { hasText: "mm" }).count()).toBe(0);
    await shows(sagittal, { state: "shown", "image-number": Math.ceil(column), "image-count": size });

    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await shows(pane, { "image-number": 3 });
    await shows(old, { state: "shown", "image-number": 3 });
    await page.keyboard.press("2");
    await shows(old, { "window-center": 90, "window-width": 150 });
    await page.keyboard.press("y");
    await page.keyboard.press("ArrowDown");
    await shows(pane, { "image-number": 4 });
    await shows(old, { "image-number": 3 });

    // Going through the images is no choice of a window: what was chosen elsewhere stays.
    await page.keyboard.press("1");
    const chosen = Number(await pane.getAttribute("data-window-center"));
    expect(chosen).not.toBe(90);
    await page.keyboard.press("y");
    await page.keyboard.press("ArrowDown");
    await shows(pane, { state: "shown", "image-number": 5, "window-center": chosen });
    await shows(old, { state: "shown", "image-number": 5, "window-center": 90, "window-width": 150 });
    await page.keyboard.press("y");
    expect((await controlsOf(page)).unnamed).toEqual([]);
    expect(await violationsOf(page, ".vw")).toEqual([]);

    await page.keyboard.press("v");
    const solid = page.locator(".vw-solid");
    await solid.getByLabel("Look of the solid").waitFor();
    await expect
      .poll(async () => {
        const picture = await pictureOf(solid);
        const shares = [0.3, 0.4, 0.5, 0.6, 0.7];
        return Math.max(
          ...shares.flatMap((x) => shares.flatMap((y) => picture.at(picture.width * x, picture.height * y))),
        );
      })
      .toBeGreaterThan(40);
    await page.keyboard.press("v");
    await shows(old, { state: "shown" });

    // What the person chose is how the next one hangs.
    const kept = page.waitForResponse(
      (answer) => answer.url().endsWith("/preferences") && answer.request().method() === "PUT",
    );
    await page.getByLabel("Layout").selectOption("1 × 2");
    await expect.poll(() => page.locator(".vw-pane:visible").count()).toBe(2);
    await kept;
    await page.reload();
    await shows(paneOf(page, 2), { state: "shown", prior: "true" });
    await expect.poll(() => page.locator(".vw-pane:visible").count()).toBe(2);

    await page.keyboard.press("Shift+M");
    await listed(page, "length").toEqual([measured]);
    await panelOf(page).locator("li[data-kind=length] .vw-mark-go").click();
    const again = paneOf(page, 2);
    await shows(again, { state: "shown", plane: "coronal" });
    await again.getByText("Coronal, turned by 5°").waitFor();
    await again
      .locator("svg text", { hasText: measured!.split(/\s+Coronal/)[0]! })
      .first()
      .waitFor();
    await listed(page, "length").toEqual([measured]);
  });

  test("a solid as MIP shows the highest value along each ray, and no surface", async () => {
    const { page } = await openStudy(flow, current, reader);
    await page.keyboard.press("v");
    const solid = page.locator(".vw-solid");
    await solid.getByLabel("Look of the solid").selectOption("MIP");
    // From the front: the two middle blocks of the last row, which are 28 apart, in the look's ramp from −200 to 800.
    const greyOf = (column: number) => (255 * (phantomValue(slices / 2, 3, column) + 200)) / 1000;
    await expect
      .poll(async () => {
        const { width, height, at } = await pictureOf(solid);
        return [-1, 1].map((side) => at(width / 2 + (side * height) / 12, height / 2)[0]);
      })
      .toEqual([1, 2].map((column) => expect.closeTo(greyOf(column), -1)));
  });

  test("has one large picture on a phone, its series below it and the tools in one row", async () => {
    const { page, pane } = await openStudy(flow, current, reader, {
      width: 390,
      height: 844,
      hasTouch: true,
    });
    const boxOf = async (selector: string) => (await page.locator(selector).boundingBox())!;
    // The protocol of the volume has more viewports than one, and hangs as soon as the series of the prior are known.
    await page.getByRole("region", { name: "Prior" }).getByRole("button", { name: "Se 1" }).waitFor();
    const image = (await pane.boundingBox())!;
    expect(image.width).toBe(390);
    expect(image.height).toBeGreaterThan(500);
    expect(await paneOf(page, 2).isVisible()).toBe(false);
    expect((await boxOf(".vw-tools")).height).toBeLessThan(50);
    // The tools scroll in their row, and not the page with its windows.
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    const strip = await boxOf(".vw-strip");
    expect(strip.y).toBeGreaterThanOrEqual(image.y + image.height);
    // A finger goes through the images.
    expect(await page.getByRole("button", { name: "Scroll" }).getAttribute("aria-pressed")).toBe("true");
    expect(await page.locator(".vw-patient-name").innerText()).toBe("Volume, Vera");
    await page.getByRole("button", { name: /^Measurements and key images/ }).click();
    expect((await panelOf(page).boundingBox())!.width).toBe(390);
  });

  test("subtracts the mask that a film wants or a person chooses, and measures the film that it is", async () => {
    const { page, pane } = await openStudy(flow, vessels, reader);
    const { keyboard } = page;
    const note = (image: number) => pane.getByText(`Subtracted, mask: image ${image}`).waitFor();
    /** Greys of the field beside bones, and of the vessel over field and bones. */
    const greys = async () => {
      const picture = await pictureOf(pane);
      const scale = Math.min(picture.width, picture.height) / 64;
      return (
        [
          [50, 12],
          [50, 32],
          [10, 32],
        ] as const
      ).map(([column, row]) => {
        const at = (size: number, place: number) => size / 2 + (place - 32) * scale;
        return picture.at(at(picture.width, column), at(picture.height, row))[0];
      });
    };
    const about = (...wanted: number[]) =>
      expect
        .poll(async () => (await greys()).map((grey, i) => Math.abs(grey - wanted[i]!) <= 3))
        .toEqual([true, true, true]);
    await note(1);
    // The slider has the keys that move it, and the film stops where it has the keyboard.
    await keyboard.press("Space");
    const speed = page.getByLabel("Pictures per second");
    await speed.focus();
    const rate = Number(await speed.inputValue());
    await keyboard.press("ArrowRight");
    expect(Number(await speed.inputValue())).toBe(rate + 1);
    await keyboard.press("Space");
    await shows(pane, { playing: "false" });
    await keyboard.press("End");
    await shows(pane, { "image-number": 3, "window-center": 0, "window-width": 64 });
    await about(130, 8, 8);

    await keyboard.press("l");
    await drag(page, pane, 64, [25, 50], [55, 50]);
    await keyboard.press("Shift+M");
    await listed(page, "length").toEqual([expect.stringMatching(/^30\.\d px/)]);
    await areKept(page);

    await keyboard.press("d");
    await shows(pane, { "image-number": 3, "window-center": 128 });
    await about(200, 170, 90);
    await listed(page, "length").toHaveLength(1);

    await keyboard.press("Shift+D");
    await note(3);
    await about(130, 130, 130);
    await keyboard.press("Control+ArrowDown");
    await pane.getByText("↓ 0.5 px").waitFor();
  });

  test("shows reports, curves, documents and films in colour, and shares the study by a link", async () => {
    const { page, pane } = await openStudy(flow, papers, reader);
    const open = (name: RegExp) => page.getByRole("navigation").getByRole("button", { name }).click();
    const document = page.locator(".vw-document");
    await open(/^Se 1/);
    await page.frameLocator(".vw-page").getByText("No fracture anywhere.").waitFor();
    await open(/^Se 2/);
    await shows(document, { document: "image/svg+xml" });
    await expect
      .poll(() =>
        document.locator("img").evaluate((img) => (img as unknown as { naturalWidth: number }).naturalWidth),
      )
      .toBeGreaterThan(0);
    await open(/^Se 3/);
    await shows(document, { document: "application/pdf" });
    expect(await document.getByRole("link", { name: "Save" }).getAttribute("download")).toBe(
      "Se 3 Letter.pdf",
    );

    await open(/^Se 4 Clip/);
    await shows(pane, { state: "shown", "image-count": 3, "image-number": 1 });
    await expect.poll(async () => (await pictureOf(pane)).at(300, 400)).toEqual([200, 0, 0]);
    await page.keyboard.press("ArrowDown");
    await expect.poll(async () => (await pictureOf(pane)).at(300, 400)).toEqual([0, 200, 0]);
    await page.getByRole("button", { name: "Play" }).click();
    // At the frame time of 50 ms.
    await page.getByText("20 / s").waitFor();
    await page.getByRole("button", { name: "Pause" }).click();

    await page.getByRole("button", { name: "Share" }).click();
    const dialog = page.getByRole("dialog", { name: "Share this study" });
    await dialog.getByRole("button", { name: "Make a link" }).click();
    const link = await dialog.getByLabel("The link").inputValue();
    expect(link).toMatch(/^http/);
    await dialog.getByText(/not opened/).waitFor();
    expect((await controlsOf(page)).unnamed).toEqual([]);
    expect(await violationsOf(page, ".vw")).toEqual([]);
    await dialog.getByRole("button", { name: "Take back" }).click();
    await expect.poll(() => dialog.getByRole("listitem").count()).toBe(0);
  });
});

/** A page of PDF with nothing on it. */
const emptyPdf = new TextEncoder().encode(
  "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
);

/** A study of a report, an electrocardiogram, a document and three frames of ultrasound in colour. */
function documentsOf(StudyInstanceUID: string): Uint8Array[] {
  const common = (SeriesNumber: number, Modality: string, more: Attributes) =>
    instance({
      StudyInstanceUID,
      PatientName: "Papier^Paul",
      PatientID: "PH-3",
      PatientBirthDate: "19500203",
      PatientSex: "M",
      StudyDate: "20261001",
      StudyTime: "101500",
      SeriesNumber,
      Modality,
      InstanceNumber: 1,
      ...more,
    }).bytes;
  const code = (CodeValue: string, CodingSchemeDesignator: string, CodeMeaning: string) => [
    { CodeValue, CodingSchemeDesignator, CodeMeaning },
  ];
  const wave = new Int16Array(500).map((_, n) => 300 * Math.sin(n / 8));
  const frames = new Uint8Array(3 * 32 * 32 * 3);
  for (let frame = 0; frame < 3; frame++)
    for (let n = 0; n < 32 * 32; n++) frames[(frame * 32 * 32 + n) * 3 + frame] = 200;
  return [
    common(1, "SR", {
      SOPClassUID: SopClasses.BasicTextSRStorage,
      ValueType: "CONTAINER",
      ContinuityOfContent: "SEPARATE",
      CompletionFlag: "COMPLETE",
      VerificationFlag: "UNVERIFIED",
      ConceptNameCodeSequence: code("18748-4", "LN", "Diagnostic imaging report"),
      ContentSequence: [
        {
          RelationshipType: "CONTAINS",
          ValueType: "TEXT",
          ConceptNameCodeSequence: code("121071", "DCM", "Finding"),
          TextValue: "No fracture anywhere.",
        },
      ],
    }),
    common(2, "ECG", {
      SOPClassUID: SopClasses.GeneralECGWaveformStorage,
      WaveformSequence: [
        {
          WaveformOriginality: "ORIGINAL",
          NumberOfWaveformChannels: 1,
          NumberOfWaveformSamples: wave.length,
          SamplingFrequency: "500",
          ChannelDefinitionSequence: [
            {
              ChannelSourceSequence: code("2:1", "MDC", "Lead I"),
              ChannelSensitivity: "1",
              ChannelSensitivityUnitsSequence: code("uV", "UCUM", "microvolt"),
              ChannelSensitivityCorrectionFactor: "1",
              WaveformBitsStored: 16,
            },
          ],
          WaveformBitsAllocated: 16,
          WaveformSampleInterpretation: "SS",
          WaveformData: new Uint8Array(wave.buffer),
        },
      ],
    }),
    common(3, "DOC", {
      SOPClassUID: SopClasses.EncapsulatedPDFStorage,
      DocumentTitle: "Letter",
      MIMETypeOfEncapsulatedDocument: "application/pdf",
      EncapsulatedDocument: emptyPdf.length % 2 ? new Uint8Array([...emptyPdf, 0]) : emptyPdf,
    }),
    common(4, "US", {
      SOPClassUID: SopClasses.UltrasoundMultiFrameImageStorage,
      SeriesDescription: "Clip",
      Rows: 32,
      Columns: 32,
      NumberOfFrames: 3,
      FrameTime: "50",
      FrameIncrementPointer: undefined,
      SamplesPerPixel: 3,
      PhotometricInterpretation: "RGB",
      PlanarConfiguration: 0,
      BitsAllocated: 8,
      BitsStored: 8,
      HighBit: 7,
      PixelRepresentation: 0,
      PixelData: frames,
    }),
  ];
}

/** Three frames of a bright field with darker bones; in the last one a vessel runs across, and the film wants its first frame subtracted. */
function angiography(StudyInstanceUID: string): Uint8Array {
  const frame = (hasVessel: boolean) =>
    Uint8Array.from({ length: 64 * 64 }, (_, at) => {
      const [column, row] = [at % 64, at >> 6];
      const bone = column < 20 ? 120 : 200;
      return hasVessel && row >= 28 && row < 36 ? bone - 30 : bone;
    });
  return xaFilm([frame(false), frame(false), frame(true)], {
    StudyInstanceUID,
    PatientName: "Vessel^Vico",
    PatientID: "XA-1",
    StudyDate: "20260920",
    RecommendedViewingMode: "SUB",
    MaskSubtractionSequence: [{ MaskOperation: "AVG_SUB", MaskFrameNumbers: [1] }],
  }).bytes;
}

/** Compares a plane through the volume, of 256 × 231 pixels, with the values it should have, in the window 400/40. */
async function looksLike(pane: Locator, expected: (across: number, millimetresDown: number) => number) {
  const worst = async () => {
    const picture = await pictureOf(pane);
    const height = (slices - 1) * 10 + 1;
    const scale = Math.min(picture.width / size, picture.height / height);
    // Away from the crosshair.
    const differences = [40, 80, 145, 216].flatMap((across) =>
      [60, 115, 170].map((down) => {
        const x = picture.width / 2 + (across - size / 2) * scale;
        const y = picture.height / 2 + (down - height / 2) * scale;
        const share = (expected(across, (down - 0.5) * 0.5) - (40 - 0.5 - 199.5)) / 399;
        const grey = 255 * Math.min(1, Math.max(0, share));
        return Math.max(...picture.at(x, y).map((channel) => Math.abs(channel - grey)));
      }),
    );
    return Math.max(...differences);
  };
  await expect.poll(worst).toBeLessThanOrEqual(3);
}
