import { apartValues, rememberTableData, textOf } from "@isocenter/presentation";
import type { Dicomweb } from "../dicomweb.ts";
import type { PresentationState } from "./presentation-states.ts";
import { tags } from "./tags.ts";

/** Tables, palettes (also in segments) and overlays. */
const needed = /^(00283006|002812[02][123]|60[01][02468ACE]3000)$/;

/** Fetches what the metadata of a presentation state only refer to. Rejects in words that can be shown. */
export async function fetchPresentation(dicomweb: Dicomweb, { dataSet }: PresentationState): Promise<void> {
  const path = {
    studyInstanceUid: textOf(dataSet, tags.StudyInstanceUID) ?? "",
    seriesInstanceUid: textOf(dataSet, tags.SeriesInstanceUID) ?? "",
    sopInstanceUid: textOf(dataSet, tags.SOPInstanceUID) ?? "",
    frameNumber: 1,
  };
  await Promise.all(
    apartValues(dataSet, (tag) => needed.test(tag)).map(async ({ dataSet: item, tag, uri }) =>
      rememberTableData(item, tag, await dicomweb.bulkData(uri, path)),
    ),
  );
}
