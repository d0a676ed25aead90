import { type DataSet, TransferSyntaxes, transferSyntax } from "@isocenter/dicom";
import {
  type FrameDescription,
  frameDescription,
  type Presentation,
  presentationOf,
} from "@isocenter/imaging";
import type { Archive, StoredInstance } from "../archive/index.ts";

/** Parsed headers that are kept, for frame after frame of one object: at most so many, of so many bytes together. */
const maxHeaders = 32;
const maxHeaderBytes = 64 * 1024 * 1024;

export interface HowToShow {
  description: FrameDescription;
  presentation: Presentation;
  dataSet: DataSet;
}

/** Some leave pixels as they were under the name of a compressed transfer syntax: that they have a length says so. */
function syntaxOfPixels({ transferSyntaxUID, pixels }: StoredInstance): string {
  const isNative = pixels !== null && !pixels.encapsulated;
  return isNative && transferSyntax(transferSyntaxUID)?.encapsulated
    ? TransferSyntaxes.ExplicitVRLittleEndian
    : transferSyntaxUID;
}

/** Reads how the frames of archived instances are to be shown. */
export function createHeaders(archive: Pick<Archive, "readAttributes">) {
  const kept = new Map<string, { dataSet: DataSet; bytes: number }>();
  let keptBytes = 0;

  function drop(key: string): void {
    keptBytes -= kept.get(key)?.bytes ?? 0;
    kept.delete(key);
  }

  async function dataSetOf(instance: StoredInstance): Promise<DataSet> {
    const key = instance.sha256;
    const known = kept.get(key);
    if (known) {
      kept.delete(key);
      kept.set(key, known);
      return known.dataSet;
    }
    const dataSet = await archive.readAttributes(instance);
    drop(key);
    kept.set(key, { dataSet, bytes: instance.headerLength });
    keptBytes += instance.headerLength;
    for (const oldest of kept.keys()) {
      if (kept.size <= maxHeaders && keptBytes <= maxHeaderBytes) break;
      if (oldest !== key) drop(oldest);
    }
    return dataSet;
  }

  /**
   * @param frame from 1
   * @throws ImagingError `no-pixels`, `invalid`
   */
  return async (instance: StoredInstance, frame: number): Promise<HowToShow> => {
    const dataSet = await dataSetOf(instance);
    return {
      description: frameDescription(dataSet, syntaxOfPixels(instance), instance.pixels),
      presentation: presentationOf(dataSet, frame - 1),
      dataSet,
    };
  };
}
