import type { TellingChannel } from "@isocenter/contract";
import { message } from "../words/words.ts";

/** The ways by which a person is told, as people call them. */
export const channelWords: Readonly<Record<TellingChannel, string>> = {
  IN_APP: message("In the app"),
  EMAIL: message("E-mail|channel"),
  SERVICE: message("Messaging service"),
};
