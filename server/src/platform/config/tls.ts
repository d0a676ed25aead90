import fs from "node:fs";
import path from "node:path";
import { readTlsMaterial, type TlsSettings, type TlsSource } from "../tls.ts";
import type { ConfigValues } from "./reader.ts";

/** TLS_CERT and TLS_KEY: each the path of a PEM file (also as NAME_FILE), or the PEM text itself. */
export function tlsSettings(values: ConfigValues): TlsSettings | null {
  const before = values.mistakes.length;
  const certificate = tlsSource(values, "TLS_CERT");
  const key = tlsSource(values, "TLS_KEY");
  if (certificate === null && key === null) return null;
  if (certificate === null || key === null) {
    const [there, missing] = certificate === null ? ["TLS_KEY", "TLS_CERT"] : ["TLS_CERT", "TLS_KEY"];
    if (values.mistakes.length === before)
      values.mistakes.push(`${missing}: ${there} is given; both are needed for HTTPS.`);
    return null;
  }
  const material = readTlsMaterial({ certificate, key });
  if ("mistake" in material) values.mistakes.push(material.mistake);
  return { certificate, key };
}

function tlsSource(values: ConfigValues, name: string): TlsSource | null {
  const direct = values.raw(name);
  const file = values.raw(`${name}_FILE`);
  if (direct !== undefined && file !== undefined)
    values.mistakes.push(`${name}: give either ${name} or ${name}_FILE, not both.`);
  // In an environment file a line break is often written as \n.
  if (direct?.startsWith("-----BEGIN")) return { pem: direct.replaceAll("\\n", "\n") };
  const given = direct ?? file;
  if (given === undefined) return null;
  const resolved = path.resolve(given);
  try {
    fs.accessSync(resolved, fs.constants.R_OK);
  } catch (error) {
    values.mistakes.push(
      `${direct === undefined ? `${name}_FILE` : name}: cannot read ${given} (${(error as NodeJS.ErrnoException).code ?? "error"}).`,
    );
    return null;
  }
  return { file: resolved };
}
