import type { AddressInfo } from "node:net";
import {
  createDeidentifier,
  type DataSetValues,
  dataSetOf,
  SopClasses,
  TransferSyntaxes,
  writePart10,
} from "@isocenter/dicom";
import type { InjectOptions } from "fastify";
import { afterAll, beforeAll } from "vitest";
import type { StoredInstance } from "../../../modules/archive/index.ts";
import {
  chooseSyntax,
  createTranscoder,
  type Rendering,
  syntaxesFor,
} from "../../../modules/rendering/index.ts";
import { type App, Refusal } from "../../../platform/index.ts";
import { splitMultipart, testServer } from "../testing.ts";
import { memoryArchive } from "../testing-archive.ts";
import { registerBulkData } from "./bulkdata.ts";
import { registerFrames } from "./frames.ts";
import { registerInstances } from "./instances.ts";
import { registerMetadata } from "./metadata.ts";
import { registerRendered } from "./rendered.ts";
import { registerUri, registerUriAtRoot } from "./uri.ts";

export const pixels = (frames: number): DataSetValues => ({
  SamplesPerPixel: 1,
  PhotometricInterpretation: "MONOCHROME2",
  NumberOfFrames: frames,
  Rows: 2,
  Columns: 4,
  BitsAllocated: 16,
  BitsStored: 16,
  HighBit: 15,
  PixelRepresentation: 0,
});
export const frameBytes = (seed: number): Uint8Array =>
  Uint8Array.from({ length: 16 }, (_, at) => seed * 16 + at);
const { ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, JPEGLSLossless, MPEG4HP41 } =
  TransferSyntaxes;
export const document = Buffer.alloc(100_001, "pdf ");

const turnedRound = (bytes: Uint8Array) => ({
  bytes: Buffer.from(bytes).reverse(),
  photometricInterpretation: "RGB",
  planarConfiguration: 0 as const,
});

export const study = "/dicomweb/studies/1.2";
export const instance = (number: number) =>
  `${study}/series/${number < 10 ? "1.2.3" : "1.2.4"}/instances/1.2.3.${number}`;

export const anySyntax = 'multipart/related; type="application/dicom"; transfer-syntax=*';
export const explicitOnly = 'multipart/related; type="application/dicom"';

/** The doors of WADO over an archive in memory with a study of pictures, a document, a film and a report. Call at the top of the file. */
export function testWado() {
  const archive = memoryArchive();
  let app: App;
  let port = 0;
  const rendered: unknown[] = [];

  /** Stands for the rendering: pictures are words, decoded frames are the stored bytes turned round. */
  const rendering: Rendering = {
    etagOf: (instance, request) => `"${instance.SOPInstanceUID}-${request.format}-${request.frame ?? 1}"`,
    async renderInstance(_viewer, instance, request) {
      rendered.push(request);
      if (instance.numberOfFrames === 0) throw new Refusal("not-acceptable", "image.no-pixels", "No pixels.");
      return {
        bytes: Buffer.from(`picture ${instance.SOPInstanceUID} ${request.frame ?? 1}`),
        contentType: `image/${request.format}`,
        etag: rendering.etagOf(instance, request),
      };
    },
    isState: ({ SOPClassUID }) => SOPClassUID === SopClasses.GrayscaleSoftcopyPresentationStateStorage,
    firstOfState: async () => ({ SeriesInstanceUID: "1.2.3", SOPInstanceUID: "1.2.3.1", frame: 2 }),
    instanceThumbnail: async (_viewer, instance, request) => ({
      bytes: Buffer.from(`thumbnail ${instance.SOPInstanceUID} ${request?.frame ?? ""}`),
      contentType: `image/${request?.format}`,
      etag: '"t"',
    }),
    seriesThumbnail: async (_viewer, selection, request) => ({
      bytes: Buffer.from(`series ${selection.SeriesInstanceUID} ${request?.size?.width ?? ""}`),
      contentType: `image/${request?.format}`,
      etag: '"s"',
    }),
    studyThumbnail: async () => {
      throw new Refusal("not-found", "study.not-found", "No.");
    },
    async decodeFrame(_viewer, instance, frame) {
      return turnedRound(await archive.readFrame(instance, frame));
    },
    async encodeFrame(_viewer, instance, frame, transferSyntaxUID) {
      return Buffer.concat([Buffer.from(transferSyntaxUID), await archive.readFrame(instance, frame)]);
    },
    documentType: (instance) => (instance.SOPClassUID === SopClasses.EnhancedSRStorage ? "text/html" : null),
    renderDocument: async (_viewer, instance) => ({
      bytes: Buffer.from(`<p>report ${instance.SOPInstanceUID}</p>`),
      contentType: "text/html; charset=utf-8",
      etag: '"d"',
    }),
    syntaxesFor,
    chooseSyntax,
    ...createTranscoder({
      archive,
      pool: {
        decode: async (_description, bytes) => turnedRound(bytes),
        transcode: async (_description, bytes) => turnedRound(bytes),
      },
    }),
    close: async () => {},
  };

  function object(number: number, transferSyntaxUID: string, values: DataSetValues): StoredInstance {
    const dataSet = dataSetOf({
      SOPClassUID: SopClasses.SecondaryCaptureImageStorage,
      SOPInstanceUID: `1.2.3.${number}`,
      StudyInstanceUID: "1.2",
      SeriesInstanceUID: number < 10 ? "1.2.3" : "1.2.4",
      PatientName: "Müller^Änne",
      Modality: "OT",
      InstanceNumber: number,
      ...values,
    });
    return archive.add(writePart10({ dataSet, transferSyntaxUID }));
  }

  beforeAll(async () => {
    object(1, ExplicitVRLittleEndian, {
      ...pixels(2),
      PixelData: Buffer.concat([frameBytes(0), frameBytes(1)]),
    });
    object(2, ImplicitVRLittleEndian, { ...pixels(1), PixelData: frameBytes(2) });
    object(3, ExplicitVRBigEndian, { ...pixels(1), PixelData: frameBytes(3) });
    const jpegls = {
      ...pixels(2),
      SamplesPerPixel: 3,
      BitsAllocated: 8,
      BitsStored: 8,
      HighBit: 7,
      PlanarConfiguration: 1,
      PhotometricInterpretation: "YBR_FULL",
    };
    object(4, JPEGLSLossless, { ...jpegls, PixelData: { frames: [frameBytes(4), frameBytes(5)] } });
    object(11, ExplicitVRLittleEndian, {
      SOPClassUID: SopClasses.EncapsulatedPDFStorage,
      MIMETypeOfEncapsulatedDocument: "application/pdf",
      EncapsulatedDocumentLength: document.length,
      EncapsulatedDocument: document,
    });
    object(12, MPEG4HP41, { ...pixels(3), PixelData: { frames: [Buffer.from("moving picture..")] } });
    object(13, ExplicitVRLittleEndian, {
      PixelData: frameBytes(6),
      ...pixels(1),
      IconImageSequence: [{ ...pixels(1), PixelData: Buffer.alloc(2000, 7) }],
    });
    object(14, ExplicitVRLittleEndian, {
      SOPClassUID: SopClasses.EncapsulatedPDFStorage,
      StudyInstanceUID: "1.78",
      SeriesInstanceUID: "1.78.1",
      EncapsulatedDocument: Buffer.from("%PDF"),
    });
    object(15, ExplicitVRLittleEndian, {
      SOPClassUID: SopClasses.EnhancedSRStorage,
      StudyInstanceUID: "1.77",
      SeriesInstanceUID: "1.77.1",
    });
    object(16, JPEGLSLossless, {
      ...jpegls,
      NumberOfFrames: 1,
      StudyInstanceUID: "1.79",
      SeriesInstanceUID: "1.79.1",
      PixelData: { frames: [frameBytes(6)] },
    });
    const config = { publicUrl: "https://pacs.example" };
    app = await testServer(async (root) => {
      await root.register(
        async (scope) => {
          const inner = scope as unknown as App;
          registerInstances(inner, { archive, rendering });
          registerFrames(inner, { archive, rendering });
          registerMetadata(inner, { archive, config });
          registerBulkData(inner, { archive, rendering });
          registerRendered(inner, { archive, rendering });
          const deidentifier = () => createDeidentifier({ options: [], secret: new Uint8Array(32) });
          registerUri(inner, { archive, rendering, instances: { archive, rendering }, deidentifier });
          registerUriAtRoot(inner, { archive, rendering, instances: { archive, rendering }, deidentifier });
        },
        { prefix: "/dicomweb" },
      );
    });
    await app.listen({ port: 0, host: "127.0.0.1" });
    port = (app.server.address() as AddressInfo).port;
  });
  afterAll(() => app.close());

  const get = async (url: string, accept?: string, headers: Record<string, string> = {}) => {
    const answer = await app.inject({
      url,
      headers: { ...(accept === undefined ? {} : { accept }), ...headers },
    });
    const parts = splitMultipart(answer.headers["content-type"] as string, answer.rawPayload);
    return {
      ...answer,
      status: answer.statusCode,
      headers: answer.headers,
      body: answer.rawPayload,
      parts,
      json: () => answer.json(),
    };
  };

  const stored = async (number: number) => {
    const [found] = await archive.locate(
      null as never,
      { StudyInstanceUID: "1.2", SOPInstanceUID: `1.2.3.${number}` },
      "none",
    );
    const chunks: Buffer[] = [];
    for await (const chunk of await archive.openObject(found as StoredInstance)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  };

  return {
    archive,
    /** What was asked of the rendering. */
    rendered,
    get,
    stored,
    inject: (asked: InjectOptions) => app.inject(asked),
    /** `http://127.0.0.1:port` */
    address: () => `http://127.0.0.1:${port}`,
  };
}
