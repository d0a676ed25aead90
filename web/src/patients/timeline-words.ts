import type { Finding, TimelineEntry } from "@isocenter/contract";
import { statusWords as billWords } from "../billing/billing-state.ts";
import { orderWord } from "../orders/order-words.ts";
import { priorityWord } from "../orders/priorities.ts";
import { reportStateWord } from "../reporting/state-words.ts";
import { imagingModalities } from "../studies/format.ts";
import { studyWord } from "../studies/study-states.ts";
import { locale, message, t } from "../words/words.ts";

const findingWords: Readonly<Record<Finding["status"], string>> = {
  OPEN: message("open|finding"),
  NOTIFIED: message("notified"),
  ACKNOWLEDGED: message("acknowledged"),
  FOLLOW_UP: message("follow-up"),
  CLOSED: message("closed"),
  VOID: message("void"),
};
const severityWords: Readonly<Record<Finding["severity"], string>> = {
  CRITICAL: message("Critical"),
  HIGH: message("High"),
  MODERATE: message("Moderate"),
  LOW: message("Low"),
};

/** The state of an entry in the words of the page that it belongs to. */
export function stateWord({ type, status }: TimelineEntry): string {
  if (type === "ORDER") return orderWord(status);
  if (type === "STUDY") return studyWord(status);
  if (type === "REPORT") return reportStateWord(status as never);
  return t((type === "BILL" ? billWords : findingWords)[status as never] ?? status);
}

/** What stands beside the title; of a bill what is owed, which comes as minor units and currency: "18000 EUR". */
export function detailOf({ type, detail }: TimelineEntry): string | null {
  if (type === "FINDING") return detail && t(severityWords[detail as never] ?? detail);
  if (type === "STUDY") return detail && imagingModalities(detail.split(", ")).join(", ");
  const owed = type === "BILL" ? /^(-?\d+) ([A-Z]{3})$/.exec(detail ?? "") : null;
  if (!owed) return type === "ORDER" && detail ? priorityWord(detail) : detail;
  const format = new Intl.NumberFormat(locale(), { style: "currency", currency: owed[2] });
  return format.format(Number(owed[1]) / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}
