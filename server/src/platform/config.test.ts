import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { ConfigError, readConfig } from "./config.ts";

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
    aeTitle: "ISOCENTER",
    databaseUrl: null,
    settleSeconds: 60,
    adminUsername: "admin",
    corsOrigins: [],
    roles: ["api", "dicom", "worker"],
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
  });
  expect(found.map((line) => line.split(":")[0]).sort()).toEqual([
    "ADMIN_PASSWORD",
    "AE_TITLE",
    "CORS_ORIGINS",
    "DATABASE_URL",
    "JWT_SECRET",
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

test("the database by the names that other set-ups use", () => {
  expect(readConfig({ DB_HOST: "db", DB_USER: "me", DB_PASS: "p@ss", POSTGRES_DB: "pacs" }).databaseUrl).toBe(
    "postgres://me:p%40ss@db:5432/pacs",
  );
});
