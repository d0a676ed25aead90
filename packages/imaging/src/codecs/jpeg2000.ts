import { jpeg2000Header } from "../codestream-jpeg2000.ts";
import { ImagingError } from "../errors.ts";
import { type DecodedFrame, expectDepth, expectSize, type FrameDescription, widen } from "../frame.ts";
import { decodeWithWasm } from "./modules.ts";

/** A tile of a handful of pixels is how a small code stream makes a decoder work without end. */
const maxTiles = 65_535;

/**
 * JPEG 2000 and HTJ2K, reversible and irreversible. The multiple component transform is undone, so YBR_RCT and YBR_ICT come out as RGB.
 * @throws ImagingError `mismatch`, `corrupt`, `unsupported`
 */
export async function decodeJpeg2000(
  description: FrameDescription,
  bytes: Uint8Array,
): Promise<DecodedFrame> {
  const header = jpeg2000Header(bytes);
  expectSize(description, { ...header, components: header.components.length });
  const first = header.components[0]!;
  for (const component of header.components) {
    if (component.horizontal !== 1 || component.vertical !== 1)
      throw new ImagingError("unsupported", "JPEG 2000 with subsampled components is not read.");
    if (component.precision !== first.precision || component.signed !== first.signed)
      throw new ImagingError("unsupported", "JPEG 2000 with components of several depths is not read.");
  }
  expectDepth(description, first.precision);
  if (first.precision > 16)
    throw new ImagingError("unsupported", "JPEG 2000 of more than 16 bits is not read.");
  if (header.tiles > maxTiles)
    throw new ImagingError("corrupt", "The JPEG 2000 code stream has too many tiles.");
  const { decoded, information } = await decodeWithWasm(header.highThroughput ? "htj2k" : "jpeg2000", bytes);
  expectSize(description, {
    rows: information.height,
    columns: information.width,
    components: information.componentCount,
  });
  const transformed = ["YBR_RCT", "YBR_ICT"].includes(description.photometricInterpretation);
  return {
    bytes: widen(description, decoded, first.precision > 8 ? 2 : 1, first.signed),
    photometricInterpretation: transformed ? "RGB" : description.photometricInterpretation,
    planarConfiguration: 0,
  };
}
