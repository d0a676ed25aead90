import { Icon } from "../../../kit/Icon.tsx";
import { count } from "../../../studies/format.ts";
import { t } from "../../../words/words.ts";
import type { Fetch } from "./fetches.ts";

/** How much of what the other system has is here, and how a retrieval of it stands. */
export function Amount({
  here,
  there,
  fetch,
}: {
  here: number;
  there: number | undefined;
  fetch: Fetch | undefined;
}) {
  const whole = here > 0 && there !== undefined && here >= there;
  return (
    <span className="remote-amount">
      {whole ? (
        <span className="inline-flex items-center gap-1 text-ok">
          <Icon name="check" size="s" />
          {t("all here")}
        </span>
      ) : here > 0 ? (
        <span>
          {there === undefined
            ? t("{count} here", { count: count(here) })
            : t("{count} of {total} here", { count: count(here), total: count(there) })}
        </span>
      ) : (
        <span className="text-text-3">{t("not here")}</span>
      )}
      {fetch?.running && (
        <progress
          aria-label={t("Images that came")}
          {...(there ? { max: there, value: Math.min(here, there) } : {})}
        />
      )}
      {fetch && !fetch.running && <Ending fetch={fetch} />}
    </span>
  );
}

function Ending({ fetch: { answer, problem } }: { fetch: Fetch }) {
  if (problem !== undefined) return <span className="text-11 text-crit">{problem}</span>;
  if (!answer || answer.outcome === "DONE") return null;
  return (
    <span className="text-11 text-crit">
      {answer.outcome === "CANCELLED"
        ? t("It stopped before its end")
        : t("{count, plural, one {# image} other {# images}} not sent", { count: answer.failed })}
    </span>
  );
}
