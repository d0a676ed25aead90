import type { QuarantineItem } from "@isocenter/contract";
import { t } from "../../words/words.ts";
import { doorWords } from "../connections/rule-form.tsx";

/** Which way it came, in words, and from whom; what the program made itself came from nobody else. */
export function wayOf({ door, sender }: Pick<QuarantineItem, "door" | "sender">) {
  const word = doorWords[door.replaceAll("-", "_").toUpperCase() as keyof typeof doorWords];
  return { way: word ? t(word) : door, sender: door === "system" ? null : sender };
}

export function whyWord({ reason }: Pick<QuarantineItem, "reason">): string {
  if (reason === "same-uid-other-data") return t("Same UID, other data");
  if (reason === "unreadable") return t("Cannot be read");
  return reason;
}
