import { type Command, UsageError } from "./command.ts";
import { echo } from "./dicom/echo.ts";
import { find } from "./dicom/find.ts";
import { get, move } from "./dicom/retrieve.ts";
import { send } from "./dicom/send.ts";

const help = `isocenter dicom echo|find|move|get|send AE@HOST:PORT [options]

Speaks DICOM to another system; no server of ours is needed. AE is the title by which it is called; left out
(HOST:PORT), ANY-SCP.

  echo   AE@HOST:PORT                            whether it answers
  find   AE@HOST:PORT [-k KEY=VALUE]...          searches
           --level patient|study|series|image    what is searched for; study when left out
           -k, --key KEY=VALUE                   a keyword or tag, wildcards and ranges as DICOM has them; KEY alone
                                                 asks for it; SEQUENCE.KEY for one in a sequence
           --model study|patient                 information model; study when left out
           --limit N                             stops after N matches
           --json                                DICOM JSON, one match a line
  move   AE@HOST:PORT --to AE WHAT               lets it send to a third system that it knows
  get    AE@HOST:PORT --out FOLDER WHAT          fetches files into a folder, STUDY/SERIES/INSTANCE.dcm
  send   AE@HOST:PORT FILE|FOLDER...             sends files, and what is in folders, as they are
           --halt                                ends at the first one that is refused

WHAT is --patient ID, or --study UID and, for less, --series UID and --instance UID; UIDs may be several after commas.

Each takes as well:
  --aet TITLE        our own AE title; ISOCENTER when left out
  --timeout SECONDS  for a connection, and for each answer; 30 when left out
  --tls              by TLS; --tls-ca FILE whom to trust (PEM, the system's when left out), --tls-cert FILE and
                     --tls-key FILE our own certificate, --tls-fingerprint SHA256 the peer's, whoever signed it
  -v, --verbose      says more

Ends with 0 when all was done, 1 when something was not, 2 when used wrongly.`;

const tools = { echo, find, move, get, send };

/** Plain DICOM tools. */
export const dicom: Command = {
  summary: "speak DICOM to another system: echo, find, move, get, send",
  async run([word, ...args], context) {
    if (word === "help" || word === "--help" || args.includes("--help")) {
      context.say(help);
      return 0;
    }
    const tool = Object.entries(tools).find(([name]) => name === word)?.[1];
    if (!tool) throw new UsageError(help);
    return tool(args, context);
  },
};
