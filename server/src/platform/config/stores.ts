import type { ConfigValues } from "./reader.ts";

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

/** A container of an Azure Blob Storage account. */
export interface AzureSettings {
  /** Names the account and holds its key or a shared access signature: a secret. */
  connectionString: string;
  /** What browsers reach, where that is another address. */
  publicEndpoint: string | null;
  container: string;
}

function endpointOf(values: ConfigValues, name: string, text: string | undefined): string | null {
  const found = values.url(name, ["http:", "https:"], text);
  const parsed = found === null ? null : new URL(found);
  if (parsed && (parsed.username !== "" || parsed.password !== "" || parsed.search !== ""))
    values.mistakes.push(`${name}: expected an address without user, password and query.`);
  return found;
}

/** The S3 store by its own names, or by those that MinIO's set-ups use. */
export function s3Settings(values: ConfigValues): S3Settings {
  const required = (name: string, alias: string, value: string | null, example: string): string => {
    if (value === null) values.mistakes.push(`${name}: STORAGE=s3 needs it (or ${alias}), ${example}.`);
    return value ?? "";
  };
  const endpoint = (name: string, text: string | undefined) => endpointOf(values, name, text);
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

/** The Azure container; the connection string is the one that the portal shows under "Access keys". */
export function azureSettings(values: ConfigValues): AzureSettings {
  const connectionString = values.secret("AZURE_STORAGE_CONNECTION_STRING");
  const mistake = connectionString === null ? null : connectionStringMistake(connectionString);
  if (connectionString === null)
    values.mistakes.push(
      "AZURE_STORAGE_CONNECTION_STRING: STORAGE=azure needs it, such as DefaultEndpointsProtocol=https;AccountName=...;AccountKey=....",
    );
  else if (mistake !== null) values.mistakes.push(`AZURE_STORAGE_CONNECTION_STRING: ${mistake}`);
  const container = values.raw("AZURE_STORAGE_CONTAINER_NAME") ?? "medical-images";
  if (!/^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(container))
    values.mistakes.push(
      `AZURE_STORAGE_CONTAINER_NAME: expected 3 to 63 lower-case letters, digits and single hyphens, found "${container}".`,
    );
  return {
    connectionString: connectionString ?? "",
    publicEndpoint: endpointOf(
      values,
      "AZURE_STORAGE_PUBLIC_ENDPOINT",
      values.raw("AZURE_STORAGE_PUBLIC_ENDPOINT"),
    ),
    container,
  };
}

/** What is wrong with a connection string, without a word of it, or null. */
function connectionStringMistake(text: string): string | null {
  if (/^UseDevelopmentStorage=true;?$/i.test(text)) return null;
  const parts = new Map<string, string>();
  for (const part of text.split(";")) {
    if (part.trim() === "") continue;
    const at = part.indexOf("=");
    if (at < 1) return "expected NAME=VALUE pairs with semicolons between them.";
    parts.set(part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim());
  }
  const key = parts.get("accountkey");
  const blobEndpoint = parts.get("blobendpoint");
  if (blobEndpoint !== undefined && !/^https?:$/.test(URL.parse(blobEndpoint)?.protocol ?? ""))
    return "its BlobEndpoint is not an address that starts with http:// or https://.";
  if (parts.has("sharedaccesssignature"))
    return blobEndpoint === undefined ? "with a SharedAccessSignature it needs a BlobEndpoint." : null;
  if (!parts.has("accountname")) return "it needs an AccountName.";
  if (key === undefined) return "it needs an AccountKey or a SharedAccessSignature.";
  return key !== "" && Buffer.from(key, "base64").toString("base64") === key
    ? null
    : "its AccountKey is not the base64 text that the portal shows.";
}
