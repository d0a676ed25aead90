import type { FindingPolicy } from "@isocenter/contract";
import { message } from "../../words/words.ts";
import { stepsInOrder } from "./minutes.ts";

/** What the server would refuse in a policy (`policyMistakes` of its findings), in sentences for who fills in the form; the keys of words. */
export function policyMistakes({
  severity,
  contactMinutes,
  acknowledgeMinutes,
  repeatMinutes,
  readBackRequired,
  ladder,
}: FindingPolicy): string[] {
  const limited = acknowledgeMinutes !== null;
  const last = ladder.at(-1);
  const rules: [wrong: boolean, word: string][] = [
    [
      !limited && (severity === "CRITICAL" || severity === "HIGH"),
      message("Findings of this severity need a time to be acknowledged within."),
    ],
    [
      limited !== (contactMinutes !== null),
      message("Times to be reached and to be acknowledged within stand together, or neither does."),
    ],
    [
      limited && contactMinutes !== null && contactMinutes > acknowledgeMinutes,
      message("The time to be reached within is not longer than that to be acknowledged within."),
    ],
    [
      limited !== (repeatMinutes !== null),
      message("The alarm comes again where there is a time to be acknowledged within, and only there."),
    ],
    [severity === "CRITICAL" && !readBackRequired, message("A critical finding is always read back.")],
    [ladder[0]?.afterMinutes !== 0, message("The first step is taken at once: after 0 min.")],
    [new Set(ladder.map(({ to }) => to)).size < ladder.length, message("Each step tells somebody else.")],
    [!stepsInOrder(ladder), message("Each step comes after the one before it.")],
    [last?.to !== "ALARM", message("The last step is the alarm to the administrators.")],
    [
      last?.to === "ALARM" &&
        limited &&
        (last.afterMinutes === null || last.afterMinutes > acknowledgeMinutes),
      message("The alarm comes no later than the finding must be acknowledged."),
    ],
  ];
  return rules.flatMap(([wrong, word]) => (wrong ? [word] : []));
}
