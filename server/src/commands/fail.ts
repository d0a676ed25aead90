import { ConfigError, FolderInUse, Refusal } from "../platform/index.ts";
import { UsageError } from "./command.ts";

const complain = (text: string) => process.stderr.write(`${text}\n`);

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
  } else {
    complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  process.exit(1);
}
