import { jpegXlSize } from "../codestream-jpegxl.ts";
import { type DecodedFrame, expectSize, type FrameDescription, widen } from "../frame.ts";
import { decodeWithNative } from "./modules.ts";

/**
 * JPEG XL (ISO 18181), lossless, lossy and recompressed JPEG; colour comes out as RGB.
 * @throws ImagingError `mismatch`, `corrupt`
 */
export async function decodeJpegXl(description: FrameDescription, bytes: Uint8Array): Promise<DecodedFrame> {
  const { samplesPerPixel } = description;
  expectSize(description, { ...jpegXlSize(bytes), components: samplesPerPixel });
  const context = await decodeWithNative(
    { codec: "jpeg-xl" },
    {
      width: description.columns,
      height: description.rows,
      bitsAllocated: description.bitsAllocated,
      bitsStored: description.bitsStored,
      samplesPerPixel,
      pixelRepresentation: description.pixelRepresentation,
      planarConfiguration: 0,
      photometricInterpretation: description.photometricInterpretation,
      encodedBuffer: bytes,
    },
  );
  expectSize(description, {
    rows: context.getHeight(),
    columns: context.getWidth(),
    components: context.getSamplesPerPixel(),
  });
  return {
    bytes: widen(description, context.getDecodedBuffer(), Math.ceil(context.getBitsAllocated() / 8), false),
    photometricInterpretation: samplesPerPixel === 3 ? "RGB" : description.photometricInterpretation,
    planarConfiguration: 0,
  };
}
