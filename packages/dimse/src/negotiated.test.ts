import { createHash, X509Certificate } from "node:crypto";
import { connect } from "node:net";
import { makeCertificate } from "@isocenter/test/support/certificate.ts";
import { describe, expect, onTestFinished, test } from "vitest";
import { ctStorage, explicitLittleEndian, open, storeOf, testServer, verification } from "../test/support.ts";
import {
  type AssociateRequest,
  answerContexts,
  answerRoles,
  createDimseServer,
  type IncomingRequest,
  type PeerTls,
  readUserIdentity,
  userIdentityOf,
} from "./index.ts";

const accepted = (request: AssociateRequest) => ({
  accept: true as const,
  contexts: answerContexts(request, (context) => context.transferSyntaxes[0]!),
  data: "",
});

describe("role selection", () => {
  test("only what was proposed and asked for is answered, once (PS3.7 D.3.3.4.2)", () => {
    const request = {
      contexts: [{ id: 1, abstractSyntax: "1.2.1", transferSyntaxes: [] }],
      user: {
        roles: [
          { sopClassUid: "1.2.1", scu: false, scp: true },
          { sopClassUid: "1.2.1", scu: true, scp: true },
          { sopClassUid: "1.2.2", scu: true, scp: true },
        ],
      },
    } as unknown as AssociateRequest;
    expect(answerRoles(request, () => ({ scu: true, scp: true }))).toEqual([
      { sopClassUid: "1.2.1", scu: false, scp: true },
    ]);
    expect(answerRoles(request, () => ({ scu: true, scp: false }))).toEqual([
      { sopClassUid: "1.2.1", scu: false, scp: false },
    ]);
  });
});

describe("user identity", () => {
  test("each type is read; one that is not known is none", () => {
    const of = (type: number) =>
      readUserIdentity({
        type,
        positiveResponseRequested: false,
        primary: Buffer.from("müller"),
        secondary: Buffer.from("secret"),
      });
    expect([1, 2, 4, 5, 6].map(of)).toEqual([
      { kind: "user-name", userName: "müller" },
      { kind: "user-name-and-passcode", userName: "müller", passcode: "secret" },
      { kind: "saml", assertion: "müller" },
      { kind: "jwt", token: "müller" },
      null,
    ]);
    expect(of(3)).toMatchObject({ kind: "kerberos", ticket: Buffer.from("müller") });
  });

  test("the server decides; a positive response comes where it was asked for and given", async () => {
    const seen: unknown[] = [];
    const { port } = await testServer({
      decide(request) {
        const { userIdentity } = request.user;
        const identity = userIdentity && readUserIdentity(userIdentity);
        seen.push(identity);
        if (identity?.kind === "user-name-and-passcode" && identity.passcode !== "right")
          return { accept: false, rejection: { result: 1, source: 1, reason: 1 } };
        const known = identity?.kind === "user-name-and-passcode";
        return { ...accepted(request), ...(known ? { userIdentityResponse: new Uint8Array() } : {}) };
      },
    });
    const answerTo = async (user: Parameters<typeof userIdentityOf>[0]) => {
      const association = await open(port, { userIdentity: userIdentityOf(user) });
      await association.release();
      return association.peer.userIdentityResponse?.length ?? null;
    };
    const positiveResponseRequested = true;
    expect(await answerTo({ userName: "ada", passcode: "right", positiveResponseRequested })).toBe(0);
    expect(await answerTo({ userName: "ada", passcode: "right" })).toBeNull();
    expect(await answerTo({ userName: "ada", positiveResponseRequested })).toBeNull();
    await expect(answerTo({ userName: "ada", passcode: "wrong" })).rejects.toMatchObject({
      code: "rejected",
    });
    expect(seen[2]).toEqual({ kind: "user-name", userName: "ada" });
  });
});

describe("asynchronous operations", () => {
  /** A server of ours grants one; this one answers what it is told. */
  const window = async (asked: { invoked: number; performed: number } | undefined) => {
    const { port } = await testServer();
    const association = await open(port, asked ? { asynchronousOperations: asked } : {});
    await association.release();
    return association.peer.operationsWindow;
  };

  test("what is not granted is not used", async () => {
    expect(await window(undefined)).toBe(1);
    expect(await window({ invoked: 0, performed: 1 })).toBe(1);
    expect(await window({ invoked: 8, performed: 1 })).toBe(1);
  });

  test("requests wait for each other, and the next one is read ahead while the answer is awaited", async () => {
    const opened: string[] = [];
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    let underWay = 0;
    let most = 0;
    const { port } = await testServer({
      handlers: {
        async store(_context, chunks) {
          underWay += 1;
          most = Math.max(most, underWay);
          for await (const _ of chunks);
          begun.resolve();
          await gate.promise;
          underWay -= 1;
          return { status: 0 };
        },
      },
    });
    const association = await open(port);
    const stores = ["1.2.1", "1.2.2", "1.2.3"].map((uid) =>
      association.store({
        ...storeOf(Buffer.alloc(0), { sopInstanceUid: uid }),
        chunks() {
          opened.push(uid);
          return [Buffer.alloc(1000)];
        },
      }),
    );
    await begun.promise;
    expect(opened.toSorted()).toEqual(["1.2.1", "1.2.2"]);
    gate.resolve();
    await Promise.all(stores);
    expect(opened.toSorted()).toEqual(["1.2.1", "1.2.2", "1.2.3"]);
    expect(most).toBe(1);
    await association.release();
  });

  test("what cannot be read at all fails alone; the association goes on", async () => {
    const { port } = await testServer();
    const association = await open(port);
    const unreadable = {
      ...storeOf(Buffer.alloc(0)),
      chunks: async () => {
        throw new Error("gone");
      },
    };
    await expect(association.store(unreadable)).rejects.toThrow("gone");
    expect(await association.store(storeOf(Buffer.alloc(10)))).toEqual({ status: 0 });
    await association.release();
  });

  test("what waits when the association ends is never opened, what was read ahead is closed", async () => {
    let closed = 0;
    const { port } = await testServer({ handlers: { store: () => new Promise<never>(() => {}) } });
    const association = await open(port, { timeouts: { artimMs: 30 } });
    const opened: number[] = [];
    const stores = [1, 2, 3].map((n) =>
      association
        .store({
          ...storeOf(Buffer.alloc(0)),
          async *chunks() {
            opened.push(n);
            try {
              for (let i = 0; i < 100; i++) yield Buffer.alloc(100_000);
            } finally {
              closed += 1;
            }
          },
        })
        .catch((error) => error.code),
    );
    await expect.poll(() => opened.length).toBe(2);
    association.abort();
    expect(await Promise.all(stores)).toEqual(["closed", "closed", "closed"]);
    await expect.poll(() => closed).toBe(2);
    expect(opened.toSorted()).toEqual([1, 2]);
  });
});

describe("TLS", () => {
  const server = makeCertificate();
  const client = makeCertificate({ commonName: "CT1" });
  const fingerprint = createHash("sha256").update(new X509Certificate(client.cert).raw).digest("hex");

  async function listening(tls: { clientCertificate?: "request" | "require"; ca?: string }) {
    const seen: (PeerTls | null)[] = [];
    const failures: string[] = [];
    const dimse = createDimseServer<string>({
      acceptsCalled: () => true,
      decide(request: IncomingRequest) {
        seen.push(request.tls);
        return accepted(request);
      },
      handlers: {
        echo: () => ({ status: 0 }),
        async store(_context, chunks) {
          let length = 0;
          for await (const chunk of chunks) length += chunk.length;
          return { status: length === 3_000_000 ? 0 : 0xc000 };
        },
      },
      implementation: { classUid: "2.25.1", versionName: "TLS" },
      maxAssociations: 5,
      timeouts: { artimMs: 200 },
      observer: { failedBefore: (_from, error) => failures.push(error.message) },
    });
    const port = await dimse.listen({ host: "127.0.0.1", port: 0, tls: { ...server, ...tls } });
    const plain = await dimse.listen({ host: "127.0.0.1", port: 0 });
    onTestFinished(() => dimse.close({ graceMs: 0 }));
    return { port, plain, seen, failures, dimse };
  }
  const contexts = [verification, ctStorage].map((abstractSyntax) => ({
    abstractSyntax,
    transferSyntaxes: [explicitLittleEndian],
  }));

  test("both ways at once: TLS and plain, on ports of their own", async () => {
    const { port, plain, seen } = await listening({});
    const secured = await open(port, { contexts, tls: { ca: server.cert } });
    expect(await secured.store(storeOf(Buffer.alloc(3_000_000, 1)))).toEqual({ status: 0 });
    await secured.release();
    const bare = await open(plain, { contexts });
    await bare.echo();
    await bare.release();
    expect(seen).toEqual([{ protocol: "TLSv1.3", certificate: null }, null]);
  });

  test("a certificate that is not trusted is none of ours; it can be waved through", async () => {
    const { port } = await listening({});
    await expect(open(port, { contexts, tls: {} })).rejects.toMatchObject({
      code: "connection-failed",
      cause: { code: "DEPTH_ZERO_SELF_SIGNED_CERT" },
    });
    const other = { ca: server.cert, servername: "elsewhere" };
    await expect(open(port, { contexts, tls: other })).rejects.toMatchObject({ code: "connection-failed" });
    const association = await open(port, { contexts, tls: { rejectUnauthorized: false } });
    await association.echo();
    await association.release();
  });

  test("the client's certificate is told with its fingerprint, trusted or not; required, it must be trusted", async () => {
    const asked = await listening({ clientCertificate: "request" });
    const first = await open(asked.port, { contexts, tls: { ca: server.cert, ...client } });
    await first.release();
    expect(asked.seen).toEqual([
      { protocol: "TLSv1.3", certificate: { sha256: fingerprint, commonName: "CT1", trusted: false } },
    ]);
    const required = await listening({ clientCertificate: "require", ca: client.cert });
    const second = await open(required.port, { contexts, tls: { ca: server.cert, ...client } });
    await second.release();
    expect(required.seen[0]!.certificate).toEqual({ sha256: fingerprint, commonName: "CT1", trusted: true });
    await expect(open(required.port, { contexts, tls: { ca: server.cert } })).rejects.toBeTruthy();
    expect(required.seen).toHaveLength(1);
  });

  test("who speaks no TLS, or nothing, is closed; a server that closes waits for neither", async () => {
    const { port, failures, dimse } = await listening({});
    await expect(open(port, { contexts })).rejects.toBeTruthy();
    const silent = connect({ host: "127.0.0.1", port });
    const gone = new Promise((resolve) => silent.on("close", resolve).on("error", () => {}));
    await new Promise((resolve) => silent.once("connect", resolve));
    await expect.poll(() => failures.length).toBeGreaterThan(0);
    expect(failures[0]).toMatch(/^TLS: /);
    const association = await open(port, { contexts, tls: { ca: server.cert } });
    await dimse.close({ graceMs: 5000 });
    await Promise.all([gone, association.closed]);
    expect(dimse.connections).toBe(0);
  });
});
