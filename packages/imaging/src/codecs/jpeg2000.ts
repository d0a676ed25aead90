import { linesInPlace, transformsComponents } from "@isocenter/presentation";
import { type Jpeg2000Header, jpeg2000Header } from "../codestream-jpeg2000.ts";
import { ImagingError } from "../errors.ts";
import { type DecodedFrame, expectDepth, expectSize, type FrameDescription, widen } from "../frame.ts";
import { clampToStored } from "../stored-range.ts";
import { decodeWithWasm, type FrameInformation } from "./modules.ts";

/** A tile of a handful of pixels is how a small code stream makes a decoder work without end. */
const maxTiles = 65_535;

/** @throws ImagingError `mismatch`, `corrupt`, `unsupported` */
function checkedHeader(description: FrameDescription, bytes: Uint8Array): Jpeg2000Header {
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
  return header;
}

/**
 * Where the code stream and Pixel Representation disagree about the sign the attribute is meant: the same bits, with their sign or without.
 * @param signed as the code stream says
 */
function withSign(
  { bitsAllocated, pixelRepresentation }: FrameDescription,
  bytes: Uint8Array,
  precision: number,
  signed: boolean,
): Uint8Array {
  const meant = pixelRepresentation === 1;
  if (meant === signed || precision >= bitsAllocated || (bitsAllocated !== 8 && bitsAllocated !== 16))
    return bytes;
  const samples =
    bitsAllocated === 8
      ? new Uint8Array(bytes)
      : new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const above = 32 - precision;
  for (let i = 0; i < samples.length; i++)
    samples[i] = meant ? (samples[i]! << above) >> above : (samples[i]! << above) >>> above;
  return new Uint8Array(samples.buffer);
}

/** Components that are not transformed, of which the build of HTJ2K gives the lines in the order in which it reads them. */
function linesOf(
  decoded: Uint8Array,
  {
    width: columns,
    height: rows,
    componentCount: samplesPerPixel,
  }: Pick<FrameInformation, "width" | "height" | "componentCount">,
  bytesPerSample: number,
): Uint8Array {
  const size = { rows, columns, samplesPerPixel };
  if (bytesPerSample === 1) return linesInPlace(decoded, size);
  const aligned = decoded.byteOffset % 2 === 0 ? decoded : decoded.slice();
  const samples = new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >> 1);
  const placed = linesInPlace(samples, size);
  return new Uint8Array(placed.buffer, placed.byteOffset, placed.byteLength);
}

/** @param reduction how often the sides are halved */
async function decodeWith(
  header: Jpeg2000Header,
  description: FrameDescription,
  bytes: Uint8Array,
  reduction: number,
): Promise<{ description: FrameDescription; frame: DecodedFrame }> {
  const codec = header.highThroughput ? "htj2k" : "jpeg2000";
  const { decoded, information } = await decodeWithWasm(codec, bytes, reduction);
  if (information.componentCount === 0)
    throw new ImagingError("corrupt", "The JPEG 2000 code stream breaks off or is damaged.");
  expectSize(description, {
    rows: information.height,
    columns: information.width,
    components: information.componentCount,
  });
  const { precision, signed } = header.components[0]!;
  const bytesPerSample = precision > 8 ? 2 : 1;
  const samplesRead =
    header.highThroughput && header.components.length > 1 && !transformsComponents(bytes)
      ? linesOf(decoded, information, bytesPerSample)
      : decoded;
  const transformed = ["YBR_RCT", "YBR_ICT"].includes(description.photometricInterpretation);
  const scale = 2 ** reduction;
  const rows = Math.ceil(description.rows / scale);
  const columns = Math.ceil(description.columns / scale);
  const reduced = { ...description, rows, columns };
  const samples = widen(reduced, samplesRead, bytesPerSample, signed);
  // Reversible ones may hold overlays above the bits stored; where the signs differ, what lies above them is no excess.
  const mayExceed =
    header.irreversible && precision > reduced.bitsStored && signed === (reduced.pixelRepresentation === 1);
  return {
    description: reduced,
    frame: {
      bytes: mayExceed ? clampToStored(reduced, samples) : withSign(reduced, samples, precision, signed),
      photometricInterpretation: transformed ? "RGB" : description.photometricInterpretation,
      planarConfiguration: 0,
    },
  };
}

/**
 * JPEG 2000 and HTJ2K, reversible and irreversible. The multiple component transform is undone, so YBR_RCT and YBR_ICT come out as RGB.
 * @throws ImagingError `mismatch`, `corrupt`, `unsupported`
 */
export async function decodeJpeg2000(
  description: FrameDescription,
  bytes: Uint8Array,
): Promise<DecodedFrame> {
  const header = checkedHeader(description, bytes);
  return (await decodeWith(header, description, bytes, 0)).frame;
}

/**
 * The frame with its sides halved as often as both stay at least as long as asked for: the wavelets hold it so, and decoding it takes a
 * fraction of the time.
 * @throws ImagingError as `decodeJpeg2000`
 */
export async function decodeJpeg2000AtLeast(
  description: FrameDescription,
  bytes: Uint8Array,
  least: { rows: number; columns: number },
): Promise<{ description: FrameDescription; frame: DecodedFrame }> {
  const header = checkedHeader(description, bytes);
  const halves = Math.min(
    Math.floor(Math.log2(description.rows / least.rows)),
    Math.floor(Math.log2(description.columns / least.columns)),
    header.reductions,
  );
  return decodeWith(header, description, bytes, Math.max(halves, 0));
}
