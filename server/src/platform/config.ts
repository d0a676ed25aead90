/** The configuration, read once from the environment and validated; see .env.example for what each means. */
export interface Config {
  port: number;
  host: string;
  environment: "production" | "development" | "test";
  publicUrl: string | null;
  trustProxy: boolean | number | string;
  corsOrigins: string[];
  maxUploadBytes: number;
  diskReserveBytes: number;
  /** Absolute. */
  dataDir: string;
  /** null: the embedded PostgreSQL under `dataDir`. */
  databaseUrl: string | null;
  storage: "file";
  jwtSecret: string | null;
  adminUsername: string;
  adminPassword: string | null;
  aeTitle: string;
  dicomPort: number;
  settleSeconds: number;
  logLevel: "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";
  roles: readonly ("api" | "dicom" | "worker")[];
}
