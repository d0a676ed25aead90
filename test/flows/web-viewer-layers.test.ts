import { newUid, SopClasses, TransferSyntaxes } from "@isocenter/dicom";
import { encodeFrame } from "@isocenter/imaging";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { chromiumMissing, signInByForm } from "../support/browser.ts";
import { ctInstance } from "../support/instances.ts";
import { pictureOf } from "../support/screen.ts";
import { addRadiologist, paneOf, shows } from "../support/viewer-page.ts";
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
});

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
    pixelRepresentation: 0,
    planarConfiguration: 0,
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
