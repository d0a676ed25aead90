import { type DataSet, type DataSetValues, number, Tags, withElements } from "@isocenter/dicom";
import { frameDescription, type ImagingPool } from "@isocenter/imaging";
import { readWhole, type Source } from "./source.ts";

/** Icons are small (PS3.3 F.7); what is larger is none. */
const maxIconBytes = 16 * 1024 * 1024;

async function decoded(pool: Pick<ImagingPool, "decode">, source: Source, item: DataSet): Promise<DataSet> {
  const element = item.elements.get(Tags.PixelData)!;
  const fragments = element.fragments!;
  if (fragments.reduce((sum, { length }) => sum + length, 0) > maxIconBytes)
    throw new RangeError("an icon that is too large");
  const pieces: Uint8Array[] = [];
  for (const { offset, length } of fragments) pieces.push(await readWhole(source.read(offset, length)));
  const description = frameDescription(item, source.instance.transferSyntaxUID, element);
  const frame = await pool.decode(description, Buffer.concat(pieces));
  const changes: DataSetValues = {
    PhotometricInterpretation: frame.photometricInterpretation,
    PixelData: { vr: (number(item, Tags.BitsAllocated) ?? 8) > 8 ? "OW" : "OB", value: frame.bytes },
  };
  const colour = description.samplesPerPixel > 1;
  return withElements(
    item,
    colour ? { ...changes, PlanarConfiguration: frame.planarConfiguration } : changes,
  );
}

const isCompressed = (item: DataSet): boolean =>
  (item.elements.get(Tags.PixelData)?.fragments ?? null) !== null;

/**
 * Decodes the compressed icons of the data set (PS3.5 A.4: pixels in an item may be compressed where those of the object are), so that it can be written in any
 * syntax. An icon that cannot be decoded is left out: nobody needs it.
 */
export async function decodeIcons(
  pool: Pick<ImagingPool, "decode">,
  source: Source,
  set: DataSet = source.dataSet,
): Promise<void> {
  for (const [tag, { items }] of set.elements) {
    if (items === null) continue;
    for (const [index, item] of items.entries()) {
      if (!isCompressed(item)) await decodeIcons(pool, source, item);
      else {
        const icon = await decoded(pool, source, item).catch(() => null);
        if (icon) items[index] = icon;
        else set.elements.delete(tag);
      }
    }
  }
}
