import { implicitVrLittleEndian, openAssociation, verificationSopClass } from "@isocenter/dimse";
import type { CommandContext } from "../command.ts";
import { problemOf, readArguments, wrongly } from "./options.ts";

/** C-ECHO. */
export async function echo(args: readonly string[], { say, complain }: CommandContext): Promise<number> {
  const { connection, rest } = readArguments(args, {});
  if (rest.length > 0) throw wrongly(`What is ${rest[0]}?`);
  const begun = performance.now();
  try {
    const association = await openAssociation({
      ...connection,
      contexts: [{ abstractSyntax: verificationSopClass, transferSyntaxes: [implicitVrLittleEndian] }],
    });
    try {
      await association.echo();
    } finally {
      await association.release().catch(() => {});
    }
    const { implementationVersionName, implementationClassUid } = association.peer;
    const milliseconds = Math.round(performance.now() - begun);
    say(`It answers (${implementationVersionName || implementationClassUid}), after ${milliseconds} ms.`);
    return 0;
  } catch (error) {
    const problem = problemOf(error);
    if (problem === null) throw error;
    complain(problem);
    return 1;
  }
}
