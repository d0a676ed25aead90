import { generateKeyPairSync } from "node:crypto";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { ConfigError, readConfig, withoutEffect } from "./config.ts";

const mistakes = (environment: Record<string, string>): readonly string[] => {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
};

test("an empty environment is enough", () => {
  expect(readConfig({})).toMatchObject({
    port: 3006,
    dicomPort: 11112,
    dicomTlsPort: null,
    hl7Port: 2575,
    hl7TlsPort: null,
    aeTitle: "ISOCENTER",
    databaseUrl: null,
    settleSeconds: 60,
    billDueDays: 30,
    screenLockMinutes: 15,
    physicianOrders: "known",
    adminUsername: "admin",
    passwordHashMiB: 64,
    corsOrigins: [],
    roles: ["api", "dicom", "hl7", "worker"],
  });
});

test("each mistake is one line that names the variable", () => {
  const found = mistakes({
    PORT: "many",
    STORAGE: "tape",
    PUBLIC_URL: "example",
    AE_TITLE: "BACK\\SLASH",
    ADMIN_PASSWORD: "short",
    JWT_SECRET: "short",
    ROLES: "api,cook",
    CORS_ORIGINS: "https://a.example/path",
    DATABASE_URL: "mysql://x",
    SETTLE_SECONDS: "0",
    PASSWORD_HASH_MIB: "18",
  });
  expect(found.map((line) => line.split(":")[0]).sort()).toEqual([
    "ADMIN_PASSWORD",
    "AE_TITLE",
    "CORS_ORIGINS",
    "DATABASE_URL",
    "JWT_SECRET",
    "PASSWORD_HASH_MIB",
    "PORT",
    "PUBLIC_URL",
    "ROLES",
    "SETTLE_SECONDS",
    "STORAGE",
  ]);
});

test("secrets come from files too, but not from both", () => {
  const file = path.join(fs.mkdtempSync(path.join(tmpdir(), "isocenter-config-")), "secret");
  fs.writeFileSync(file, "correct horse battery staple\n");
  expect(readConfig({ ADMIN_PASSWORD_FILE: file }).adminPassword).toBe("correct horse battery staple");
  expect(mistakes({ ADMIN_PASSWORD_FILE: file, ADMIN_PASSWORD: "correct horse battery" })).toHaveLength(1);
  expect(mistakes({ ADMIN_PASSWORD_FILE: `${file}.none` })).toEqual([
    `ADMIN_PASSWORD_FILE: cannot read ${file}.none (ENOENT).`,
  ]);
});

test("health has a port of its own only where there is no API", () => {
  expect(readConfig({ ROLES: "worker", HEALTH_PORT: "3007" }).healthPort).toBe(3007);
  expect(readConfig({ ROLES: "worker" }).healthPort).toBeNull();
  expect(mistakes({ HEALTH_PORT: "3007" })).toEqual([
    expect.stringMatching(/^HEALTH_PORT: with the role api/),
  ]);
});

test("what is set and not offered is named, instead of being passed over", () => {
  const set = { HL7_PORT: "2575", OIDC_ISSUER: "https://sso.example" };
  expect(withoutEffect(set)).toEqual(["OIDC_ISSUER"]);
  expect(mistakes(set)).toEqual([]);
});

test("results are sent to another system only where they can say where they come from", () => {
  expect(readConfig({}).ehrServiceUrl).toBeNull();
  const url = "https://ehr.example/fhir";
  expect(readConfig({ EHR_SERVICE_URL: url, PUBLIC_URL: "https://pacs.example" }).ehrServiceUrl).toBe(url);
  expect(mistakes({ EHR_SERVICE_URL: url })).toEqual([
    expect.stringMatching(/^EHR_SERVICE_URL: .*PUBLIC_URL/),
  ]);
});

test("the database by the names that other set-ups use", () => {
  expect(readConfig({ DB_HOST: "db", DB_USER: "me", DB_PASS: "p@ss", POSTGRES_DB: "pacs" }).databaseUrl).toBe(
    "postgres://me:p%40ss@db:5432/pacs",
  );
});

test("STORAGE=s3 needs its address, its bucket and its key, one line each", () => {
  expect(readConfig({ S3_BUCKET: "unused" })).toMatchObject({ storage: "file", s3: null });
  expect(mistakes({ STORAGE: "s3" }).map((line) => line.split(":")[0])).toEqual([
    "S3_BUCKET",
    "S3_ENDPOINT",
    "S3_ACCESS_KEY_ID",
    "S3_SECRET_ACCESS_KEY",
  ]);
  const bad = mistakes({
    STORAGE: "s3",
    S3_ENDPOINT: "ftp://minio",
    S3_PUBLIC_ENDPOINT: "https://user:hidden@images.example",
    S3_BUCKET: "Not_A_Bucket",
    S3_ACCESS_KEY_ID: "key",
    S3_SECRET_ACCESS_KEY: "secret",
  });
  expect(bad.map((line) => line.split(":")[0]).sort()).toEqual([
    "S3_BUCKET",
    "S3_ENDPOINT",
    "S3_PUBLIC_ENDPOINT",
  ]);
  expect(bad.join()).not.toContain("hidden");
});

test("the S3 store by its own names and by MinIO's", () => {
  const file = path.join(fs.mkdtempSync(path.join(tmpdir(), "isocenter-config-")), "secret");
  fs.writeFileSync(file, "from a file\n");
  const minio = {
    STORAGE: "s3",
    MINIO_ENDPOINT: "minio:9000",
    MINIO_ROOT_USER: "root",
    MINIO_ROOT_PASSWORD_FILE: file,
    MINIO_BUCKET_NAME: "medical-images",
  };
  expect(readConfig(minio)).toMatchObject({
    storage: "s3",
    s3: {
      endpoint: "http://minio:9000",
      publicEndpoint: null,
      region: "us-east-1",
      bucket: "medical-images",
      accessKeyId: "root",
      secretAccessKey: "from a file",
    },
  });
  expect(
    readConfig({
      ...minio,
      S3_ENDPOINT: "https://s3.example/",
      S3_PUBLIC_ENDPOINT: "https://images.example",
      S3_REGION: "eu-central-1",
      S3_BUCKET: "isocenter",
      S3_ACCESS_KEY_ID: "key",
      S3_SECRET_ACCESS_KEY: "secret",
    }).s3,
  ).toEqual({
    endpoint: "https://s3.example",
    publicEndpoint: "https://images.example",
    region: "eu-central-1",
    bucket: "isocenter",
    accessKeyId: "key",
    secretAccessKey: "secret",
  });
});

test("STORAGE=azure needs a connection string that can be used; what is wrong is said without a word of it", () => {
  const storage = { STORAGE: "azure" };
  const key = Buffer.from("key").toString("base64");
  const account = `DefaultEndpointsProtocol=https;AccountName=images;AccountKey=${key};EndpointSuffix=core.windows.net`;
  expect(readConfig({ ...storage, AZURE_STORAGE_CONNECTION_STRING: account }).azure).toEqual({
    connectionString: account,
    publicEndpoint: null,
    container: "medical-images",
  });
  for (const good of [
    "UseDevelopmentStorage=true",
    "BlobEndpoint=https://images.blob.core.windows.net;SharedAccessSignature=sv=1&sig=x",
  ])
    expect(mistakes({ ...storage, AZURE_STORAGE_CONNECTION_STRING: good })).toEqual([]);
  expect(mistakes(storage)).toEqual([
    expect.stringMatching(/^AZURE_STORAGE_CONNECTION_STRING: STORAGE=azure needs it/),
  ]);
  for (const bad of [
    "hidden",
    "AccountName=hidden",
    "AccountKey=aGlkZGVu",
    "AccountName=hidden;AccountKey=hidden!",
    "SharedAccessSignature=hidden",
    `${account};BlobEndpoint=hidden`,
  ]) {
    const found = mistakes({ ...storage, AZURE_STORAGE_CONNECTION_STRING: bad });
    expect(found, bad).toEqual([expect.stringMatching(/^AZURE_STORAGE_CONNECTION_STRING: [^\n]+\.$/)]);
    expect(found.join()).not.toContain("hidden");
  }
  expect(
    mistakes({
      ...storage,
      AZURE_STORAGE_CONNECTION_STRING: account,
      AZURE_STORAGE_CONTAINER_NAME: "Not--a-container",
      AZURE_STORAGE_PUBLIC_ENDPOINT: "images.example",
    }).map((line) => line.split(":")[0]),
  ).toEqual(["AZURE_STORAGE_CONTAINER_NAME", "AZURE_STORAGE_PUBLIC_ENDPOINT"]);
});

test("the key of the journal's seals is an Ed25519 key, also on one line", () => {
  const pem = (type: "ed25519" | "x25519") =>
    generateKeyPairSync(type as "ed25519")
      .privateKey.export({ type: "pkcs8", format: "pem" })
      .toString()
      .trim();
  const key = pem("ed25519");
  expect(readConfig({}).journalSealKey).toBeNull();
  expect(readConfig({ JOURNAL_SEAL_KEY: key.replaceAll("\n", "\\n") }).journalSealKey).toBe(key);
  for (const wrong of ["key", pem("x25519")])
    expect(mistakes({ JOURNAL_SEAL_KEY: wrong })).toEqual([
      expect.stringMatching(/^JOURNAL_SEAL_KEY: expected a PEM private key of the type Ed25519/),
    ]);
});

test("channels of notices, with secrets from files", () => {
  const file = path.join(fs.mkdtempSync(path.join(tmpdir(), "isocenter-config-")), "smtp");
  fs.writeFileSync(file, "smtp://user:secret@mail.example.org:587\n");
  expect(readConfig({}).notices).toEqual({ smtp: null, service: null, webhookPrivateHosts: [] });
  expect(
    readConfig({
      SMTP_URL_FILE: file,
      PUBLIC_URL: "https://pacs.example.org",
      NOTIFICATION_SERVICE_URL: "http://pager:8080/notify",
      WEBHOOK_PRIVATE_HOSTS: "ris.local, 10.1.0.0/16",
    }).notices,
  ).toEqual({
    smtp: {
      url: "smtp://user:secret@mail.example.org:587",
      from: "Isocenter <isocenter@pacs.example.org>",
    },
    service: { url: "http://pager:8080/notify", secret: null },
    webhookPrivateHosts: ["ris.local", "10.1.0.0/16"],
  });
  expect(mistakes({ SMTP_URL: "smtp://mail" })).toEqual([expect.stringContaining("SMTP_FROM")]);
  expect(mistakes({ SMTP_URL: "http://mail", SMTP_FROM: "nobody" })).toHaveLength(2);
  expect(
    mistakes({ NOTIFICATION_SERVICE_SECRET: "short", WEBHOOK_PRIVATE_HOSTS: "10.0.0.0/64,a b" }),
  ).toHaveLength(3);
  fs.rmSync(path.dirname(file), { recursive: true });
});
