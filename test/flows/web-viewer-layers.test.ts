import { newUid, SopClasses, TransferSyntaxes } from "@isocenter/dicom";
import { encodeFrame } from "@isocenter/imaging";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { violationsOf } from "../support/accessibility.ts";
import { chromiumMissing, signInByForm } from "../support/browser.ts";
import { type Attributes, ctInstance, instance, type MadeInstance } from "../support/instances.ts";
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

  /** Signed in, at the list, over a connection of so many bytes a second from now on. */
  async function slowPage(bytesPerSecond: number): Promise<Page> {
    const page = await flow.open();
    await signInByForm(page, reader.username, reader.password);
    const session = await page.context().newCDPSession(page);
    await page.goto("/studies");
    // So that only the images are slow.
    await page.goto(`/studies/${newUid()}/view`);
    await page.getByText("This study holds no series").waitFor();
    await session.send("Network.enable");
    await session.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: 20,
      downloadThroughput: bytesPerSecond,
      uploadThroughput: bytesPerSecond,
    });
    return page;
  }

  test.each([
    ["uncompressed", TransferSyntaxes.ExplicitVRLittleEndian],
    ["HTJ2K", TransferSyntaxes.HTJ2KLosslessRPCL],
  ])("a large image, %s, is coarse first and then whole", async (_name, transferSyntaxUID) => {
    const study = newUid();
    await flow.store(await radiograph(study, transferSyntaxUID));
    const page = await slowPage(1_500_000);
    await page.goto(`/studies/${study}/view`);
    const coarse = paneOf(page).locator(".vw-coarse");
    await coarse.locator("canvas").waitFor();
    await coarse.getByText("Coarse picture, not for diagnosis").waitFor();
    expect(await paneOf(page).getAttribute("data-state")).toBe("loading");
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
    await shows(paneOf(page), { state: "shown" });
    await coarse.waitFor({ state: "detached" });
    await looks();
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
    await page.screenshot({ path: process.env.SHOT ?? "/tmp/vw-shots/gsps.png" });
  });
});

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
