/** De-identification (PS3.15 E): what leaves the department without saying whose it is. */
export type { Region } from "./blackout.ts";
export type { DeidentificationWarning, WarningCode } from "./burned-in.ts";
export {
  createDeidentifier,
  type DeidentifiedObject,
  type Deidentifier,
  type DeidentifierOptions,
} from "./deidentify.ts";
export {
  type DeidentificationOption,
  deidentificationOptions,
  methodCodes,
  readDeidentification,
} from "./options.ts";
export type { Pseudonym, Pseudonyms } from "./pseudonyms.ts";
