import { X509Certificate } from "node:crypto";
import fs from "node:fs";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TLSSocket } from "node:tls";
import { type MadeCertificate, makeCertificate } from "@isocenter/test/support/certificate.ts";
import { afterAll, expect, test } from "vitest";
import { ConfigError, readConfig } from "./config/config.ts";
import { createHttpServer } from "./http/server.ts";
import { createLog } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { openServerCertificate } from "./tls.ts";

const folder = fs.mkdtempSync(path.join(tmpdir(), "isocenter-tls-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const files = { TLS_CERT: path.join(folder, "server.crt"), TLS_KEY: path.join(folder, "server.key") };
const write = ({ cert, key }: MadeCertificate) => {
  fs.writeFileSync(files.TLS_CERT, cert);
  fs.writeFileSync(files.TLS_KEY, key);
};
const mistakes = (environment: Record<string, string>): readonly string[] => {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
};

test("the pair comes from paths, from _FILE, or as text", () => {
  const made = makeCertificate();
  write(made);
  const expected = { certificate: { file: files.TLS_CERT }, key: { file: files.TLS_KEY } };
  expect(readConfig(files).tls).toEqual(expected);
  expect(readConfig({ TLS_CERT_FILE: files.TLS_CERT, TLS_KEY_FILE: files.TLS_KEY }).tls).toEqual(expected);
  const oneLine = { TLS_CERT: made.cert.replaceAll("\n", "\\n"), TLS_KEY: made.key };
  expect(readConfig(oneLine).tls).toEqual({
    certificate: { pem: made.cert },
    key: { pem: made.key.trim() },
  });
  expect(readConfig({}).tls).toBeNull();
  expect(readConfig({ ...files, DICOM_TLS_PORT: "2762" }).dicomTlsPort).toBe(2762);
  expect(() => readConfig({ DICOM_TLS_PORT: "2762" })).toThrow("DICOM by TLS needs TLS_CERT and TLS_KEY");
});

test("each mistake is one line that says what to mend, and nothing of the key", () => {
  const made = makeCertificate();
  write(made);
  expect(mistakes({ TLS_CERT: files.TLS_CERT })).toEqual([
    "TLS_KEY: TLS_CERT is given; both are needed for HTTPS.",
  ]);
  expect(mistakes({ ...files, TLS_KEY: `${files.TLS_KEY}.none` })).toEqual([
    `TLS_KEY: cannot read ${files.TLS_KEY}.none (ENOENT).`,
  ]);
  expect(mistakes({ ...files, TLS_KEY_FILE: files.TLS_KEY })).toEqual([
    "TLS_KEY: give either TLS_KEY or TLS_KEY_FILE, not both.",
  ]);
  fs.writeFileSync(files.TLS_KEY, makeCertificate().key);
  expect(mistakes(files)).toEqual(["TLS_KEY: the key does not belong to the certificate of TLS_CERT."]);
  fs.writeFileSync(files.TLS_KEY, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nx\n");
  expect(mistakes(files)).toEqual(["TLS_KEY: the key is protected by a passphrase; give one without."]);
  fs.writeFileSync(files.TLS_KEY, "no key");
  expect(mistakes(files)).toEqual([
    expect.stringMatching(/^TLS_KEY: expected a PEM private key of the certificate \([^\n]+\)\.$/),
  ]);
  fs.writeFileSync(files.TLS_CERT, "no certificate");
  expect(mistakes(files)).toEqual([expect.stringMatching(/^TLS_CERT: expected a PEM certificate[^\n]+$/)]);
});

test("HTTPS with the pair; a renewed one is served without a restart, one that does not fit is not", async () => {
  const first = makeCertificate();
  write(first);
  const said: string[] = [];
  const log = createLog({ logLevel: "warn" }, { write: (line: string) => void said.push(line) });
  const tls = openServerCertificate(readConfig(files).tls!, log);
  const app = await createHttpServer({
    config: { trustProxy: false, corsOrigins: [], environment: "test" },
    log,
    metrics: createMetrics(),
    tls,
    authentication: () => {},
    root: [(scope) => void scope.get("/secure", async (request) => ({ protocol: request.protocol }))],
    api: [],
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as AddressInfo;
  const ask = (ca: string, host = "127.0.0.1") =>
    new Promise<{ served: string; hsts: string | undefined; body: string }>((resolve, reject) => {
      const options = { host: "127.0.0.1", port, path: "/secure", ca, agent: false, headers: { host } };
      const request = https.get(options, (answer) => {
        const served = (answer.socket as TLSSocket).getPeerX509Certificate()?.serialNumber ?? "";
        let body = "";
        answer.setEncoding("utf8").on("data", (chunk: string) => {
          body += chunk;
        });
        answer.on("end", () => resolve({ served, hsts: answer.headers["strict-transport-security"], body }));
      });
      request.on("error", reject);
    });
  const serial = (pem: string) => new X509Certificate(pem).serialNumber;
  expect(await ask(first.cert)).toEqual({
    served: serial(first.cert),
    hsts: "max-age=15552000",
    body: '{"protocol":"https"}',
  });
  expect((await ask(first.cert, "localhost")).hsts).toBeUndefined();
  // No trust, no talk.
  await expect(ask(makeCertificate().cert)).rejects.toThrow(/self-signed certificate/);

  const second = makeCertificate();
  fs.writeFileSync(files.TLS_CERT, second.cert);
  tls.reload();
  tls.reload();
  expect((await ask(first.cert)).served).toBe(serial(first.cert));
  expect(said.filter((line) => line.includes("The certificate in use stays"))).toHaveLength(1);
  fs.writeFileSync(files.TLS_KEY, second.key);
  tls.reload();
  expect((await ask(second.cert)).served).toBe(serial(second.cert));
  expect(tls.current().cert).toBe(second.cert);
  expect(said.join()).not.toContain(second.key.split("\n")[1]);

  // A browser's connection ahead of need does not hold the stop up.
  const waiting = https.get({ host: "127.0.0.1", port, ca: second.cert, agent: false }).on("error", () => {});
  await app.close();
  waiting.destroy();
  tls.close();
});
