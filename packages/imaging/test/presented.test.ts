import fs from "node:fs";
import path from "node:path";
import { readPart10, toDicomJson } from "@isocenter/dicom";
import sharp from "sharp";
import { expect, test } from "vitest";
import { presentationOf, renderPresented } from "../src/index.ts";
import { corpus, open } from "./corpus.ts";

const state = "files/pr/weasis-dicom-tools__prLUTs.dcm";
const isHere = corpus !== null && fs.existsSync(path.join(corpus, state));

test.skipIf(!isHere)(
  "scrambled Modality, VOI and Presentation LUTs of another's make undo each other",
  async () => {
    const object = open("files/ot/weasis-dicom-tools__imageForPrLUTs.dcm");
    const { description, bytes } = object.frame(0);
    const { dataSet } = readPart10(fs.readFileSync(path.join(corpus ?? "", state)));
    const image = {
      sopInstanceUid: "1.2.276.0.7230010.3.200.6.3.1",
      frameNumber: 1,
      rows: description.rows,
      columns: description.columns,
      slope: 1,
      intercept: 0,
      hasModalityTable: false,
    };
    const picture = await renderPresented(
      description,
      presentationOf(object.dataSet),
      bytes,
      { dataSet: toDicomJson(dataSet), image },
      { format: "png" },
    );
    const row = await sharp(picture)
      .extract({ left: 0, top: 100, width: 512, height: 1 })
      .toColourspace("b-w")
      .raw()
      .toBuffer();
    // Each grey once more than the one before, over two columns.
    expect([...row]).toEqual(Array.from({ length: 512 }, (_, column) => column >> 1));
  },
);
