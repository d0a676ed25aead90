import { createHash } from "node:crypto";
import { onTestFinished } from "vitest";
import { decodeCommandSet, encodeCommandSet } from "../src/command-set.ts";
import { encodeMessage } from "../src/data-pdu.ts";
import {
  answerContexts,
  type ClientAssociation,
  createDimseServer,
  type DimseServer,
  type DimseServerOptions,
  type OpenOptions,
  openAssociation,
  type StoreContext,
} from "../src/index.ts";
import { encodeAssociateRequest } from "../src/pdu-codec.ts";

export const implementation = { classUid: "2.25.1", versionName: "TEST" };
export const ctStorage = "1.2.840.10008.5.1.4.1.1.2";
export const studyRootFind = "1.2.840.10008.5.1.4.1.2.2.1";
export const verification = "1.2.840.10008.1.1";
export const explicitLittleEndian = "1.2.840.10008.1.2.1";

type Options = DimseServerOptions<string>;

export interface TestServer {
  server: DimseServer;
  port: number;
  /** What the observer was told, in order. */
  log: string[];
  /** Resolves with the entry when the observer is told something that begins so. */
  told(beginning: string): Promise<string>;
}

/** A server that accepts everything and answers success, on a free port; closed when the test ends. */
export async function testServer(options: Partial<Options> = {}): Promise<TestServer> {
  const log: string[] = [];
  let wake: (() => void)[] = [];
  const tell = (line: string) => {
    log.push(line);
    for (const each of wake) each();
    wake = [];
  };
  const server = createDimseServer<string>({
    acceptsCalled: () => true,
    decide: (request) => ({
      accept: true,
      contexts: answerContexts(request, (context) => context.transferSyntaxes[0]!),
      data: "attached",
    }),
    implementation,
    maxAssociations: 50,
    handlers: {
      echo: () => ({ status: 0 }),
      async store(_context, chunks) {
        for await (const _ of chunks);
        return { status: 0 };
      },
      async *find(_context, identifier) {
        yield { status: 0xff00, identifier };
      },
    },
    observer: {
      associated: ({ callingAeTitle }) => tell(`associated ${callingAeTitle}`),
      rejected: (_from, { result, source, reason }) => tell(`rejected ${result}/${source}/${reason}`),
      ended: (_association, error) => tell(`ended ${error ? `${error.code}: ${error.message}` : "released"}`),
      failedBefore: (_from, error) => tell(`failed before ${error.code}`),
      failed: (_association, operation, error) => tell(`failed ${operation}: ${error}`),
    },
    ...options,
  });
  const port = await server.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => server.close({ graceMs: 0 }));
  const told = async (beginning: string): Promise<string> => {
    for (;;) {
      const line = log.find((entry) => entry.startsWith(beginning));
      if (line) return line;
      await new Promise<void>((resolve) => wake.push(resolve));
    }
  };
  return { server, port, log, told };
}

export function open(port: number, options: Partial<OpenOptions> = {}): Promise<ClientAssociation> {
  return openAssociation({
    host: "127.0.0.1",
    port,
    callingAeTitle: "CALLING",
    calledAeTitle: "CALLED",
    implementation,
    contexts: [
      { abstractSyntax: verification, transferSyntaxes: ["1.2.840.10008.1.2"] },
      { abstractSyntax: ctStorage, transferSyntaxes: [explicitLittleEndian] },
      { abstractSyntax: studyRootFind, transferSyntaxes: [explicitLittleEndian] },
    ],
    ...options,
  });
}

export const storeOf = (bytes: Uint8Array, more: { sopInstanceUid?: string; size?: number } = {}) => ({
  sopClassUid: ctStorage,
  sopInstanceUid: more.sopInstanceUid ?? "1.2.3.4",
  transferSyntax: explicitLittleEndian,
  chunks: [bytes],
  ...(more.size === undefined ? {} : { size: more.size }),
});

/** An A-ASSOCIATE-RQ as bytes. Contexts: 1 Verification, 3 CT Image Storage, 5 Study Root FIND. */
export function associateRequestBytes(callingAeTitle = "CALLING", maximumLength = 16384): Buffer {
  return encodeAssociateRequest({
    protocolVersion: 1,
    calledAeTitle: "CALLED",
    callingAeTitle,
    applicationContextName: "1.2.840.10008.3.1.1.1",
    contexts: [
      { id: 1, abstractSyntax: verification, transferSyntaxes: ["1.2.840.10008.1.2"] },
      { id: 3, abstractSyntax: ctStorage, transferSyntaxes: [explicitLittleEndian] },
      { id: 5, abstractSyntax: studyRootFind, transferSyntaxes: [explicitLittleEndian] },
    ],
    user: {
      maximumLength,
      implementationClassUid: "2.25.2",
      implementationVersionName: "PEER",
      asynchronousOperations: null,
      roles: [],
      extendedNegotiations: [],
      userIdentity: null,
      userIdentityResponse: null,
    },
  });
}

export function storeRequestBytes(messageId: number, dataSet: Uint8Array): Buffer {
  return encodeMessage(3, storeCommandBytes(messageId), dataSet, 16384);
}

export function storeCommandBytes(messageId: number): Buffer {
  return encodeCommandSet({
    affectedSopClassUid: ctStorage,
    commandField: 0x0001,
    messageId,
    priority: 0,
    commandDataSetType: 0,
    affectedSopInstanceUid: "1.2.3.4",
  });
}

export function echoRequestBytes(messageId: number): Buffer {
  const command = {
    affectedSopClassUid: verification,
    commandField: 0x30,
    messageId,
    commandDataSetType: 0x0101,
  };
  return encodeMessage(1, encodeCommandSet(command), undefined, 16384);
}

/** A handler that keeps what came. */
export function keepingStore() {
  const received: { context: StoreContext<string>; bytes: Buffer }[] = [];
  return {
    received,
    async store(context: StoreContext<string>, chunks: AsyncIterable<Uint8Array>) {
      const parts: Uint8Array[] = [];
      for await (const chunk of chunks) parts.push(chunk);
      received.push({ context, bytes: Buffer.concat(parts) });
      return { status: 0 };
    },
  };
}

/** A handler that is told how what came broke off. */
export function brokenStore() {
  const failure = Promise.withResolvers<unknown>();
  return {
    failed: failure.promise,
    async store(_context: StoreContext<string>, chunks: AsyncIterable<Uint8Array>) {
      try {
        for await (const _ of chunks);
      } catch (error) {
        failure.resolve(error);
      }
      return { status: 0 };
    },
  };
}

/** Bytes that are the same on each run and nowhere regular. */
export function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0, x = 1; i < length; i++) {
    x = (Math.imul(x, 1103515245) + 12345) >>> 0;
    bytes[i] = x >>> 16;
  }
  return bytes;
}
export const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
export const commandOf = (pdu: Buffer) => decodeCommandSet(pdu.subarray(12));
