import type { ReadingClaim } from "@isocenter/contract";
import { momentIn } from "../kit/dates.ts";
import { useTimeZone } from "../studies/queries.ts";
import { t } from "../words/words.ts";

/** Whoever comes to a study that a colleague reads is told before they have written much: a radiologist who reads it is the one to sign. */
export function ReadByAnother({ claim }: { claim: ReadingClaim }) {
  const timeZone = useTimeZone();
  return (
    <div className="note urg" role="note">
      <p>
        <strong>
          {t("{name} has been reading this study since {when}.", {
            name: claim.user.name,
            when: momentIn(timeZone, claim.since),
          })}
        </strong>{" "}
        {t(
          "There is one report: what you write stands in it too. What a radiologist reads nobody else signs, until it is given back or assigned to them.",
        )}
      </p>
    </div>
  );
}
