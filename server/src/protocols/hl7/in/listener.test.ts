import { X509Certificate } from "node:crypto";
import net from "node:net";
import tls from "node:tls";
import { frameOf } from "@isocenter/hl7";
import { makeCertificate } from "@isocenter/test/support/certificate.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createJournal } from "../../../modules/journal/index.ts";
import type { Hl7Sender } from "../../../modules/peers/index.ts";
import { type Hl7Listener, startHl7, usualLimits } from "./listener.ts";

const database = testDatabase();
const own = makeCertificate();
const theirs = makeCertificate({ commonName: "HIS" });
const base = testPlatform(database, { host: "127.0.0.1", hl7Port: 0, hl7TlsPort: 0 });
const senders: Hl7Sender[] = [];
let listener: Hl7Listener;

beforeAll(async () => {
  const certificate = {
    current: () => ({ ...own, validTo: new Date(Date.now() + 60_000) }),
    onRenewed: () => () => {},
    reload: () => {},
    close: () => {},
  };
  const platform = { ...base, tls: certificate };
  const { clock } = platform;
  const journal = createJournal(platform);
  const recognize = async (_reader: unknown, sender: Hl7Sender) => {
    senders.push(sender);
    return { problem: "Nobody knows you.", facilityId: null };
  };
  const deps = { platform, clock, journal, recognize, followers: [] };
  listener = await startHl7(platform, deps, { ...usualLimits, maxOfAddress: 2 });
});
afterAll(() => listener.close());

const message = frameOf(Buffer.from("MSH|^~\\&|HIS|NORTH|||||ADT^A08|1|P|2.5\rPID|1"));
const answerOn = (socket: net.Socket): Promise<string> =>
  new Promise((resolve, reject) => {
    socket.once("data", (chunk) => resolve(chunk.toString()));
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("closed")));
    socket.write(message);
  });

test("messages come in plain and by TLS, with the certificate that the sender shows", async () => {
  const plain = net.connect(listener.port, "127.0.0.1");
  expect(await answerOn(plain)).toContain("MSA|AR|1");
  plain.destroy();
  const secured = tls.connect({
    port: listener.tlsPort!,
    host: "127.0.0.1",
    ca: own.cert,
    cert: theirs.cert,
    key: theirs.key,
  });
  expect(await answerOn(secured)).toContain("MSA|AR|1");
  secured.destroy();
  const print = new X509Certificate(theirs.cert).fingerprint256.replaceAll(":", "").toLowerCase();
  expect(senders.map(({ certificateSha256 }) => certificateSha256)).toEqual([null, print]);
  expect(senders[0]).toMatchObject({ application: "HIS", facility: "NORTH", address: "127.0.0.1" });
});

test("one address has so many connections, and after the end there is none", async () => {
  const two = [1, 2].map(() => net.connect(listener.port, "127.0.0.1"));
  expect(await Promise.all(two.map(answerOn))).toHaveLength(2);
  const third = net.connect(listener.port, "127.0.0.1");
  await expect(answerOn(third)).rejects.toThrow();
  expect(await listener.check.check()).toEqual({ status: "ok" });
  const ended = two.map((socket) => new Promise<void>((resolve) => socket.once("close", () => resolve())));
  await listener.close();
  await Promise.all(ended);
  await expect(listener.check.check()).rejects.toThrow("closed");
});
