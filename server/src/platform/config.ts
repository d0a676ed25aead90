import fs from "node:fs";
import path from "node:path";

const environments = ["production", "development", "test"] as const;
const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
const processRoles = ["api", "dicom", "worker"] as const;

/** An S3 store; all requests are in path style. */
export interface S3Settings {
  endpoint: string;
  /** What browsers reach, where that is another address: the host is part of a signed URL. */
  publicEndpoint: string | null;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
}

/** The configuration, read once from the environment and validated; .env.example says what each means. */
export interface Config {
  port: number;
  host: string;
  environment: (typeof environments)[number];
  publicUrl: string | null;
  trustProxy: boolean | number | string;
  corsOrigins: string[];
  maxUploadBytes: number;
  diskReserveBytes: number;
  /** Absolute. */
  dataDir: string;
  /** null: the embedded PostgreSQL under `dataDir`. */
  databaseUrl: string | null;
  storage: "file" | "s3";
  /** null: `storage` is another. */
  s3: S3Settings | null;
  jwtSecret: string | null;
  adminUsername: string;
  adminPassword: string | null;
  aeTitle: string;
  dicomPort: number;
  settleSeconds: number;
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

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads values one by one and gathers what is wrong with them. */
function reader(environment: Environment) {
  const mistakes: string[] = [];
  const raw = (name: string): string | undefined => {
    const value = environment[name]?.trim();
    return value === "" ? undefined : value;
  };
  const secret = (name: string): string | null => {
    const direct = raw(name);
    const file = raw(`${name}_FILE`);
    if (direct !== undefined && file !== undefined)
      mistakes.push(`${name}: give either ${name} or ${name}_FILE, not both.`);
    if (direct !== undefined || file === undefined) return direct ?? null;
    try {
      return fs.readFileSync(file, "utf8").trim();
    } catch (error) {
      mistakes.push(
        `${name}_FILE: cannot read ${file} (${(error as NodeJS.ErrnoException).code ?? "error"}).`,
      );
      return null;
    }
  };
  const integer = (name: string, fallback: number, min: number, max: number): number => {
    const text = raw(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
    mistakes.push(`${name}: expected a whole number from ${min} to ${max}, found "${text}".`);
    return fallback;
  };
  const oneOf = <T extends string>(name: string, values: readonly T[], fallback: T): T => {
    const text = raw(name);
    if (text === undefined) return fallback;
    const found = values.find((value) => value === text.toLowerCase());
    if (found !== undefined) return found;
    mistakes.push(`${name}: expected one of ${values.join(", ")}, found "${text}".`);
    return fallback;
  };
  const url = (name: string, protocols: readonly string[], text = raw(name)): string | null => {
    if (text === undefined) return null;
    const parsed = URL.parse(text);
    if (parsed && protocols.includes(parsed.protocol)) return text.replace(/\/+$/, "");
    mistakes.push(`${name}: expected a URL that starts with ${protocols.map((p) => `${p}//`).join(" or ")}.`);
    return null;
  };
  return { mistakes, raw, secret, integer, oneOf, url };
}

type Values = ReturnType<typeof reader>;

/** DATABASE_URL, or the names that PostgreSQL's and older deployments' set-ups use. */
function databaseUrl(values: Values): string | null {
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

/** The S3 store by its own names, or by those that MinIO's set-ups use. */
function s3Settings(values: Values): S3Settings {
  const required = (name: string, alias: string, value: string | null, example: string): string => {
    if (value === null) values.mistakes.push(`${name}: STORAGE=s3 needs it (or ${alias}), ${example}.`);
    return value ?? "";
  };
  const endpoint = (name: string, text: string | undefined): string | null => {
    const found = values.url(name, ["http:", "https:"], text);
    const parsed = found === null ? null : new URL(found);
    if (parsed && (parsed.username !== "" || parsed.password !== "" || parsed.search !== ""))
      values.mistakes.push(`${name}: expected an address without user, password and query.`);
    return found;
  };
  const minio = values.raw("MINIO_ENDPOINT");
  const given =
    values.raw("S3_ENDPOINT") ?? (minio === undefined || minio.includes("://") ? minio : `http://${minio}`);
  const bucket = required(
    "S3_BUCKET",
    "MINIO_BUCKET_NAME",
    values.raw("S3_BUCKET") ?? values.raw("MINIO_BUCKET_NAME") ?? null,
    "such as isocenter",
  );
  if (bucket !== "" && !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    values.mistakes.push(
      `S3_BUCKET: expected 3 to 63 lower-case letters, digits, dots and hyphens, found "${bucket}".`,
    );
  return {
    endpoint:
      given === undefined
        ? required("S3_ENDPOINT", "MINIO_ENDPOINT", null, "such as https://s3.eu-central-1.amazonaws.com")
        : (endpoint("S3_ENDPOINT", given) ?? ""),
    publicEndpoint: endpoint("S3_PUBLIC_ENDPOINT", values.raw("S3_PUBLIC_ENDPOINT")),
    region: values.raw("S3_REGION") ?? "us-east-1",
    bucket,
    accessKeyId: required(
      "S3_ACCESS_KEY_ID",
      "MINIO_ROOT_USER",
      values.secret("S3_ACCESS_KEY_ID") ?? values.secret("MINIO_ROOT_USER"),
      "the access key's name",
    ),
    secretAccessKey: required(
      "S3_SECRET_ACCESS_KEY",
      "MINIO_ROOT_PASSWORD",
      values.secret("S3_SECRET_ACCESS_KEY") ?? values.secret("MINIO_ROOT_PASSWORD"),
      "the access key's secret",
    ),
  };
}

function trustProxy(values: Values): boolean | number | string {
  const text = values.raw("TRUST_PROXY");
  if (text === undefined || text.toLowerCase() === "false") return false;
  if (text.toLowerCase() === "true") return true;
  return /^\d+$/.test(text) ? Number(text) : text;
}

function corsOrigins(values: Values, environment: Config["environment"]): string[] {
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

function aeTitle(values: Values): string {
  const title = values.raw("AE_TITLE") ?? "ISOCENTER";
  // PS3.5 table 6.2-1: AE has at most 16 characters of the default repertoire without backslash and control characters.
  if (!/^[!-[\]-~][ -[\]-~]{0,15}$/.test(title))
    values.mistakes.push(
      `AE_TITLE: expected 1 to 16 printable characters without a backslash, found "${title}".`,
    );
  return title;
}

function roles(values: Values): Config["roles"] {
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

function adminPassword(values: Values): string | null {
  const password = values.secret("ADMIN_PASSWORD");
  if (password !== null && password.length < 12)
    values.mistakes.push("ADMIN_PASSWORD: expected at least 12 characters.");
  return password;
}

function jwtSecret(values: Values): string | null {
  const secret = values.secret("JWT_SECRET");
  if (secret !== null && secret.length < 32)
    values.mistakes.push("JWT_SECRET: expected at least 32 characters.");
  return secret;
}

/** @throws ConfigError naming every mistake at once */
export function readConfig(environment: Environment): Config {
  const values = reader(environment);
  const kind = values.oneOf("NODE_ENV", environments, "production");
  const storage = values.oneOf("STORAGE", ["file", "s3"], "file");
  const mebibyte = 1024 * 1024;
  const config: Config = {
    port: values.integer("PORT", 3006, 0, 65_535),
    host: values.raw("HOST") ?? "0.0.0.0",
    environment: kind,
    publicUrl: values.url("PUBLIC_URL", ["http:", "https:"]),
    trustProxy: trustProxy(values),
    corsOrigins: corsOrigins(values, kind),
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
    jwtSecret: jwtSecret(values),
    adminUsername: values.raw("ADMIN_USERNAME") ?? "admin",
    adminPassword: adminPassword(values),
    aeTitle: aeTitle(values),
    dicomPort: values.integer("DICOM_PORT", 11_112, 0, 65_535),
    settleSeconds: values.integer("SETTLE_SECONDS", 60, 1, 86_400),
    logLevel: values.oneOf("LOG_LEVEL", logLevels, "info"),
    roles: roles(values),
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
