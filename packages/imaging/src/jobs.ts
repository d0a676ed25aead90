import { decodeFrame } from "./decode.ts";
import { transcodeFrame } from "./encode.ts";
import type { ImagingErrorCode } from "./errors.ts";
import type { DecodedFrame, FrameDescription } from "./frame.ts";
import type { Presentation } from "./presentation.ts";
import { renderPresented, type StateOfFrame } from "./presented/presented.ts";
import { type RenderOptions, renderFrame } from "./render.ts";

/** What a worker thread is asked. Structured-cloneable. */
export type ImagingJob =
  | { kind: "decode"; description: FrameDescription; bytes: Uint8Array }
  | { kind: "transcode"; description: FrameDescription; bytes: Uint8Array; transferSyntaxUID: string }
  | {
      kind: "render";
      description: FrameDescription;
      presentation: Presentation;
      bytes: Uint8Array;
      options: RenderOptions;
      /** Shows it in place of what the object says itself. */
      state?: StateOfFrame;
    };

/** What a thread is sent; null lets it end. */
export interface ImagingRequest {
  id: number;
  job: ImagingJob;
}

/** What it answers; anything that is no ImagingError is a fault of the code. */
export type ImagingReply =
  | { id: number; result: DecodedFrame | Uint8Array }
  | { id: number; error: { code: ImagingErrorCode | null; message: string } };

/** What a thread does, also without one. @throws ImagingError */
export function runJob(job: ImagingJob): Promise<DecodedFrame | Uint8Array> {
  if (job.kind === "decode") return decodeFrame(job.description, job.bytes);
  return job.kind === "transcode"
    ? transcodeFrame(job.description, job.bytes, job.transferSyntaxUID)
    : job.state
      ? renderPresented(job.description, job.presentation, job.bytes, job.state, job.options)
      : renderFrame(job.description, job.presentation, job.bytes, job.options);
}
