import { createPrivateKey } from "node:crypto";
import path from "node:path";
import type { TlsSettings } from "../tls.ts";
import { type NoticeSettings, noticeSettings } from "./notices.ts";
import { type ConfigValues, createConfigReader, type Environment } from "./reader.ts";
import { type AzureSettings, azureSettings, type S3Settings, s3Settings } from "./stores.ts";
import { tlsSettings } from "./tls.ts";

export type { NoticeSettings } from "./notices.ts";
export type { AzureSettings, S3Settings } from "./stores.ts";

const environments = ["production", "development", "test"] as const;
const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
const listenerProcesses = ["auto", "own", "shared"] as const;
const processRoles = ["api", "dicom", "hl7", "worker"] as const;

const physicianOrders = ["known", "proven"] as const;
export type PhysicianOrders = (typeof physicianOrders)[number];

/** The configuration, read once from the environment and validated; .env.example says what each means. */
export interface Config {
  port: number;
  host: string;
  /** Where a process without the role `api` tells of its health and gives its metrics; null: nowhere. */
  healthPort: number | null;
  environment: (typeof environments)[number];
  publicUrl: string | null;
  trustProxy: boolean | number | string;
  corsOrigins: string[];
  /** null: HTTP without TLS, and no DICOM TLS. */
  tls: TlsSettings | null;
  maxUploadBytes: number;
  diskReserveBytes: number;
  /** Absolute. */
  dataDir: string;
  /** null: the embedded PostgreSQL under `dataDir`. */
  databaseUrl: string | null;
  storage: "file" | "s3" | "azure";
  /** null: `storage` is another. */
  s3: S3Settings | null;
  azure: AzureSettings | null;
  jwtSecret: string | null;
  /** PEM; null: made once and kept under `dataDir`. */
  journalSealKey: string | null;
  adminUsername: string;
  adminPassword: string | null;
  /** What hashing a password takes of memory (Argon2id, two passes). */
  passwordHashMiB: number;
  aeTitle: string;
  dicomPort: number;
  /** Whether the DIMSE listener has a process of its own beside other roles; `auto`: where there are two cores. */
  dicomProcess: (typeof listenerProcesses)[number];
  /** For DICOM by TLS with the certificate of `tls`; null: off. */
  dicomTlsPort: number | null;
  /** HL7 v2 in MLLP frames; 0 takes any that is free. */
  hl7Port: number;
  /** HL7 by TLS, with the certificate of HTTPS; null: off. */
  hl7TlsPort: number | null;
  settleSeconds: number;
  /** A bill is due so many days after it was issued, where it does not say otherwise. */
  billDueDays: number;
  /** After so long without a touch the web app locks its screen; 0: never. */
  screenLockMinutes: number;
  /** What a physician's first order for a patient who is not in their care needs: that the patient is known here, or proof that the physician knows them. */
  physicianOrders: PhysicianOrders;
  notices: NoticeSettings;
  /** Where results are sent as FHIR; null: nowhere. */
  ehrServiceUrl: string | null;
  logLevel: (typeof logLevels)[number];
  roles: readonly (typeof processRoles)[number][];
}

/** One readable line per mistake. */
export class ConfigError extends Error {
  readonly lines: readonly string[];
  constructor(lines: readonly string[]) {
    super(lines.join("\n"));
    this.name = "ConfigError";
    this.lines = lines;
  }
}

/** DATABASE_URL, or the names that PostgreSQL's and older deployments' set-ups use. */
function databaseUrl(values: ConfigValues): string | null {
  const given = values.secret("DATABASE_URL");
  if (given !== null) return values.url("DATABASE_URL", ["postgres:", "postgresql:"], given);
  const host = values.raw("DB_HOST");
  if (host === undefined) return null;
  const user = values.raw("DB_USER") ?? values.raw("POSTGRES_USER") ?? "postgres";
  const password = values.secret("DB_PASS") ?? values.secret("POSTGRES_PASSWORD") ?? "";
  const port = values.integer("DB_PORT", 5432, 1, 65_535);
  const name = values.raw("DB_NAME") ?? values.raw("POSTGRES_DB") ?? user;
  return `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${encodeURIComponent(name)}`;
}

function trustProxy(values: ConfigValues): boolean | number | string {
  const text = values.raw("TRUST_PROXY");
  if (text === undefined || text.toLowerCase() === "false") return false;
  if (text.toLowerCase() === "true") return true;
  return /^\d+$/.test(text) ? Number(text) : text;
}

function corsOrigins(values: ConfigValues, environment: Config["environment"]): string[] {
  const text = values.raw("CORS_ORIGINS");
  if (text === undefined) {
    return environment === "development" ? ["http://localhost:3000", "http://localhost:5173"] : [];
  }
  const origins = text
    .split(",")
    .map((origin) => origin.trim())
    .filter((origin) => origin !== "");
  for (const origin of origins) {
    const parsed = URL.parse(origin);
    if (!parsed || parsed.origin !== origin)
      values.mistakes.push(`CORS_ORIGINS: "${origin}" is not an origin such as https://viewer.example.org.`);
  }
  return origins;
}

function aeTitle(values: ConfigValues): string {
  const title = values.raw("AE_TITLE") ?? "ISOCENTER";
  // PS3.5 table 6.2-1: AE has at most 16 characters of the default repertoire without backslash and control characters.
  if (!/^[!-[\]-~][ -[\]-~]{0,15}$/.test(title))
    values.mistakes.push(
      `AE_TITLE: expected 1 to 16 printable characters without a backslash, found "${title}".`,
    );
  return title;
}

function roles(values: ConfigValues): Config["roles"] {
  const text = values.raw("ROLES");
  if (text === undefined) return [...processRoles];
  const named = text
    .split(",")
    .map((role) => role.trim().toLowerCase())
    .filter((role) => role !== "");
  const unknown = named.filter((role) => !processRoles.some((known) => known === role));
  if (unknown.length > 0)
    values.mistakes.push(
      `ROLES: expected a list of ${processRoles.join(", ")}, found "${unknown.join(", ")}".`,
    );
  return processRoles.filter((role) => named.includes(role));
}

function tlsPort(values: ConfigValues, name: "DICOM_TLS_PORT" | "HL7_TLS_PORT", what: string): number | null {
  const port = values.integer(name, 0, 0, 65_535);
  if (port === 0) return null;
  const given = ["TLS_CERT", "TLS_CERT_FILE"].some((one) => values.raw(one) !== undefined);
  if (!given) values.mistakes.push(`${name}: ${what} by TLS needs TLS_CERT and TLS_KEY.`);
  return port;
}

/** Port 0 takes any that is free. */
function healthPort(values: ConfigValues, roles: Config["roles"]): number | null {
  if (values.raw("HEALTH_PORT") === undefined) return null;
  if (roles.includes("api"))
    values.mistakes.push(
      "HEALTH_PORT: with the role api health and metrics are at PORT; leave it out, or api out of ROLES.",
    );
  return values.integer("HEALTH_PORT", 0, 0, 65_535);
}

function adminPassword(values: ConfigValues): string | null {
  const password = values.secret("ADMIN_PASSWORD");
  if (password !== null && password.length < 12)
    values.mistakes.push("ADMIN_PASSWORD: expected at least 12 characters.");
  return password;
}

function jwtSecret(values: ConfigValues): string | null {
  const secret = values.secret("JWT_SECRET");
  if (secret !== null && secret.length < 32)
    values.mistakes.push("JWT_SECRET: expected at least 32 characters.");
  return secret;
}

function journalSealKey(values: ConfigValues): string | null {
  // In an environment file a line break is often written as \n.
  const pem = values.secret("JOURNAL_SEAL_KEY")?.replaceAll("\\n", "\n") ?? null;
  if (pem === null) return null;
  try {
    if (createPrivateKey(pem).asymmetricKeyType === "ed25519") return pem;
  } catch {
    // Said below.
  }
  values.mistakes.push(
    "JOURNAL_SEAL_KEY: expected a PEM private key of the type Ed25519 (openssl genpkey -algorithm ed25519).",
  );
  return null;
}

function ehrServiceUrl(values: ConfigValues, publicUrl: string | null): string | null {
  const given = values.secret("EHR_SERVICE_URL") ?? undefined;
  const url = values.url("EHR_SERVICE_URL", ["http:", "https:"], given);
  if (url !== null && publicUrl === null)
    values.mistakes.push("EHR_SERVICE_URL: results say where they come from, which needs PUBLIC_URL.");
  return url;
}

const notOffered = ["OIDC_ISSUER"];

/** Variables of the plan of the whole that are set and have no effect in this version: whoever set them waits for it. */
export const withoutEffect = (environment: Environment): string[] =>
  notOffered.filter((name) => (environment[name] ?? "").trim() !== "");

/** @throws ConfigError naming every mistake at once */
export function readConfig(environment: Environment): Config {
  const values = createConfigReader(environment);
  const kind = values.oneOf("NODE_ENV", environments, "production");
  const storage = values.oneOf("STORAGE", ["file", "s3", "azure"], "file");
  const mebibyte = 1024 * 1024;
  const publicUrl = values.url("PUBLIC_URL", ["http:", "https:"]);
  const does = roles(values);
  const config: Config = {
    port: values.integer("PORT", 3006, 0, 65_535),
    host: values.raw("HOST") ?? "0.0.0.0",
    healthPort: healthPort(values, does),
    environment: kind,
    publicUrl,
    trustProxy: trustProxy(values),
    corsOrigins: corsOrigins(values, kind),
    tls: tlsSettings(values),
    maxUploadBytes: values.integer(
      "MAX_UPLOAD_BYTES",
      8 * 1024 * mebibyte,
      mebibyte,
      Number.MAX_SAFE_INTEGER,
    ),
    diskReserveBytes: values.integer("DISK_RESERVE_BYTES", 1024 * mebibyte, 0, Number.MAX_SAFE_INTEGER),
    dataDir: path.resolve(values.raw("DATA_DIR") ?? "data"),
    databaseUrl: databaseUrl(values),
    storage,
    s3: storage === "s3" ? s3Settings(values) : null,
    azure: storage === "azure" ? azureSettings(values) : null,
    jwtSecret: jwtSecret(values),
    journalSealKey: journalSealKey(values),
    adminUsername: values.raw("ADMIN_USERNAME") ?? "admin",
    adminPassword: adminPassword(values),
    // OWASP's least to what a machine can spare for several at once.
    passwordHashMiB: values.integer("PASSWORD_HASH_MIB", 64, 19, 1024),
    aeTitle: aeTitle(values),
    dicomPort: values.integer("DICOM_PORT", 11_112, 0, 65_535),
    dicomProcess: values.oneOf("DICOM_PROCESS", listenerProcesses, "auto"),
    dicomTlsPort: tlsPort(values, "DICOM_TLS_PORT", "DICOM"),
    hl7Port: values.integer("HL7_PORT", 2575, 0, 65_535),
    hl7TlsPort: tlsPort(values, "HL7_TLS_PORT", "HL7"),
    settleSeconds: values.integer("SETTLE_SECONDS", 60, 1, 86_400),
    billDueDays: values.integer("BILL_DUE_DAYS", 30, 0, 3650),
    screenLockMinutes: values.integer("SCREEN_LOCK_MINUTES", 15, 0, 1440),
    physicianOrders: values.oneOf("PHYSICIAN_ORDERS", physicianOrders, "known"),
    notices: noticeSettings(values, publicUrl),
    ehrServiceUrl: ehrServiceUrl(values, publicUrl),
    logLevel: values.oneOf("LOG_LEVEL", logLevels, "info"),
    roles: does,
  };
  if (values.mistakes.length > 0) throw new ConfigError(values.mistakes);
  return config;
}

/** The environment of this process, with a `.env` file of the working folder beneath it. */
export function processEnvironment(): Environment {
  try {
    process.loadEnvFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  return process.env;
}
