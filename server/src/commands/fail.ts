import { ConfigError, FolderInUse, Refusal } from "../platform/index.ts";
import { UsageError } from "./command.ts";

const complain = (text: string) => process.stderr.write(`${text}\n`);

/** What the operating system says of a file or folder, for whoever can mend it. */
const fileTroubles: Readonly<Record<string, string>> = {
  EACCES: "this user may not use it",
  EPERM: "this user may not use it",
  EROFS: "its disk can be read only",
  ENOSPC: "its disk is full",
  EDQUOT: "this user's part of the disk is full",
  ENOTDIR: "a part of it is a file, not a folder",
};

/** A sentence that names the file; null where a person can do nothing about it. */
export function fileTrouble(error: unknown): string | null {
  const { code = "", path, dest } = error as NodeJS.ErrnoException & { dest?: string };
  const trouble = fileTroubles[code];
  return trouble === undefined || path === undefined ? null : `${dest ?? path}: ${trouble} (${code}).`;
}

/** Ends with a sentence for what a person can mend, with the whole error for what they cannot. */
export function fail(error: unknown): never {
  if (error instanceof UsageError) {
    complain(error.message);
    process.exit(2);
  }
  if (error instanceof ConfigError) {
    complain("The configuration has mistakes:");
    for (const line of error.lines) complain(`  ${line}`);
  } else if (error instanceof FolderInUse || error instanceof Refusal) {
    complain(error.message);
  } else if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") {
    complain(
      `The port ${(error as { port?: number }).port} is taken by another program. Choose others with PORT, DICOM_PORT and HL7_PORT.`,
    );
  } else if (fileTrouble(error) !== null) {
    complain(fileTrouble(error)!);
  } else {
    complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  process.exit(1);
}
