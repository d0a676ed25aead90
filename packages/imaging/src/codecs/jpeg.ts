import { type JpegHeader, jpegHeader } from "../codestream-jpeg.ts";
import { ImagingError } from "../errors.ts";
import {
  type DecodedFrame,
  expectDepth,
  expectSize,
  type FrameDescription,
  interleave,
  widen,
} from "../frame.ts";
import { clampToStored, isSignExtended } from "../stored-range.ts";
import { decodeWithNative, decodeWithWasm } from "./modules.ts";

const lossless = 0xc3;
const jpegLs = 0xf7;

/**
 * Whether the three components of a code stream are YCbCr. The Adobe marker decides where it is there, then JFIF, which knows YCbCr
 * alone, then component names, then the Photometric Interpretation.
 */
export function isYbr(header: JpegHeader, photometricInterpretation: string): boolean {
  if (header.components.length !== 3) return false;
  if (header.adobeTransform !== null) return header.adobeTransform === 1;
  if (header.jfif) return true;
  if (header.components.map((component) => String.fromCharCode(component.id)).join("") === "RGB")
    return false;
  return photometricInterpretation.startsWith("YBR");
}

/** What libjpeg itself takes the components for; its WebAssembly build leaves no choice. */
function isYbrToLibjpeg(header: JpegHeader): boolean {
  if (header.adobeTransform !== null || header.jfif) return header.adobeTransform !== 0;
  return header.components.map((component) => String.fromCharCode(component.id)).join("") !== "RGB";
}

async function decodeWithTurbo(description: FrameDescription, bytes: Uint8Array): Promise<Uint8Array> {
  const { decoded, information } = await decodeWithWasm("jpeg", bytes);
  expectSize(description, {
    rows: information.height,
    columns: information.width,
    components: information.componentCount,
  });
  return widen(description, decoded, 1, false);
}

async function decodeWithIjg(
  description: FrameDescription,
  bytes: Uint8Array,
  header: JpegHeader,
  convertToRgb: boolean,
): Promise<Uint8Array> {
  const bytesPerSample = header.precision > 8 ? 2 : 1;
  const context = await decodeWithNative(
    { codec: "jpeg", convertToRgb },
    {
      width: description.columns,
      height: description.rows,
      bitsAllocated: bytesPerSample * 8,
      bitsStored: header.precision,
      samplesPerPixel: header.components.length,
      pixelRepresentation: description.pixelRepresentation,
      planarConfiguration: 0,
      photometricInterpretation: description.photometricInterpretation,
      encodedBuffer: bytes,
    },
  );
  return widen(description, context.getDecodedBuffer(), bytesPerSample, false);
}

/**
 * JPEG of any process in use: baseline, extended with 8 or 12 bits, spectral selection and full progression (retired), lossless.
 * The code stream says which; the transfer syntax may name another. Lossy colour comes out as RGB, lossless samples stay as they are.
 * @throws ImagingError `mismatch`, `corrupt`, `unsupported`
 */
export async function decodeJpeg(description: FrameDescription, bytes: Uint8Array): Promise<DecodedFrame> {
  const header = jpegHeader(bytes);
  if (header.startOfFrame === jpegLs) return decodeJpegLs(description, bytes);
  if (header.startOfFrame > lossless)
    throw new ImagingError("unsupported", "Hierarchical and arithmetic JPEG processes are not read.");
  expectSize(description, { ...header, components: header.components.length });
  expectDepth(description, header.precision);
  const isLossless = header.startOfFrame === lossless;
  const toRgb = !isLossless && isYbr(header, description.photometricInterpretation);
  const colour = header.components.length === 3;
  const turboAgrees = !isLossless && header.precision === 8 && (!colour || isYbrToLibjpeg(header) === toRgb);
  const pixels = turboAgrees
    ? await decodeWithTurbo(description, bytes)
    : await decodeWithIjg(description, bytes, header, toRgb);
  // Its samples have no sign: those of signed pixels are bits whose excess cannot be told.
  const mayExceed =
    !isLossless && header.precision > description.bitsStored && description.pixelRepresentation === 0;
  return {
    bytes: mayExceed ? clampToStored(description, pixels) : pixels,
    photometricInterpretation: colour && !isLossless ? "RGB" : description.photometricInterpretation,
    planarConfiguration: 0,
  };
}

/** With an end of image behind it: without any, the decoder counts on past the end of a cut code stream for seconds. */
function terminated(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length + 2);
  result.set(bytes);
  result.set([0xff, 0xd9], bytes.length);
  return result;
}

/**
 * JPEG-LS, lossless and near-lossless (ISO 14495-1). No colour transform is undone: DICOM allows none (PS3.5 A.4.3).
 * @throws ImagingError `mismatch`, `corrupt`
 */
export async function decodeJpegLs(description: FrameDescription, bytes: Uint8Array): Promise<DecodedFrame> {
  const header = jpegHeader(bytes);
  if (header.startOfFrame !== jpegLs)
    throw new ImagingError("corrupt", "The frame is not a JPEG-LS code stream.");
  expectSize(description, { ...header, components: header.components.length });
  expectDepth(description, header.precision);
  const { decoded, interleaveMode, nearLossless } = await decodeWithWasm("jpegLs", terminated(bytes));
  const bytesPerSample = header.precision > 8 ? 2 : 1;
  const samples = widen(description, decoded, bytesPerSample, false);
  const { pixelRepresentation, bitsAllocated, bitsStored } = description;
  const mayExceed =
    nearLossless > 0 &&
    header.precision > bitsStored &&
    (pixelRepresentation === 0 ||
      (header.precision === bitsAllocated && isSignExtended(description, samples, nearLossless)));
  const widened = mayExceed ? clampToStored(description, samples, nearLossless) : samples;
  const byPlane = description.samplesPerPixel > 1 && interleaveMode === 0;
  return {
    bytes: byPlane
      ? interleave(widened, description.samplesPerPixel, description.bitsAllocated / 8)
      : widened,
    photometricInterpretation: description.photometricInterpretation,
    planarConfiguration: 0,
  };
}
