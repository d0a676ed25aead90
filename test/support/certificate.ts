import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** One DER element (X.690 8.1). */
function der(tag: number, ...contents: Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length = Buffer.from(body.length.toString(16).padStart(body.length > 0xff ? 4 : 2, "0"), "hex");
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body]);
}
const sequence = (...contents: Uint8Array[]) => der(0x30, ...contents);
const oid = (hex: string) => der(0x06, Buffer.from(hex, "hex"));
const ecdsaWithSha256 = sequence(oid("2a8648ce3d040302"));
const nameOf = (commonName: string) =>
  sequence(der(0x31, sequence(oid("550403"), der(0x0c, Buffer.from(commonName)))));
const time = (at: Date) => der(0x18, Buffer.from(at.toISOString().replace(/[-:T]|\.\d+/g, "")));
const extension = (id: string, value: Buffer) => sequence(oid(id), der(0x04, value));

export interface MadeCertificate {
  /** PEM. */
  cert: string;
  key: string;
}

/** A self-signed certificate (RFC 5280, ECDSA on P-256) for localhost and 127.0.0.1, made anew each time. */
export function makeCertificate({
  commonName = "localhost",
  from = new Date(Date.now() - 86_400_000),
  to = new Date(Date.now() + 86_400_000),
} = {}): MadeCertificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const serial = randomBytes(16);
  serial[0]! &= 0x7f;
  serial[0]! |= 0x40;
  const names = sequence(
    der(0x82, Buffer.from("localhost")),
    der(0x82, Buffer.from(commonName)),
    der(0x87, Buffer.from([127, 0, 0, 1])),
  );
  const certificate = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    ecdsaWithSha256,
    nameOf(commonName),
    sequence(time(from), time(to)),
    nameOf(commonName),
    publicKey.export({ type: "spki", format: "der" }),
    der(
      0xa3,
      sequence(extension("551d11", names), extension("551d13", sequence(der(0x01, Buffer.from([0xff]))))),
    ),
  );
  const signature = sign("sha256", certificate, privateKey);
  const whole = sequence(certificate, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature));
  const lines = whole.toString("base64").match(/.{1,64}/g) ?? [];
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}
