import pino, { type DestinationStream, type Logger } from "pino";
import type { Config } from "./config/config.ts";

/** Members that never reach the log, wherever they stand: secrets, and what names a patient. */
const redactedKeys = [
  "password",
  "currentPassword",
  "newPassword",
  "accessToken",
  "refreshToken",
  "token",
  "secret",
  "authorization",
  "cookie",
  "apiKey",
  "key",
  "patientName",
  "patientId",
  "birthDate",
  "PatientName",
  "PatientID",
  "PatientBirthDate",
  "identifier",
  "query",
] as const;

const paths = redactedKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

/** The log: JSON lines with levels, redacted. Times come from pino itself. */
export function createLog(config: Pick<Config, "logLevel">, destination?: DestinationStream): Logger {
  const options: pino.LoggerOptions = {
    level: config.logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths, censor: "[redacted]" },
    formatters: { level: (label) => ({ level: label }) },
  };
  return destination ? pino(options, destination) : pino(options);
}
