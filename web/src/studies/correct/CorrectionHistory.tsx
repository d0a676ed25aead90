import type { ImageVersion, Study } from "@isocenter/contract";
import { useState } from "react";
import { Button } from "../../kit/Button.tsx";
import { momentIn } from "../../kit/dates.ts";
import { ReasonDialog } from "../../kit/forms.tsx";
import { joined } from "../../kit/joined.ts";
import { useRun } from "../../kit/run.ts";
import { Skeleton } from "../../kit/Skeleton.tsx";
import { ErrorState } from "../../kit/States.tsx";
import { message, t } from "../../words/words.ts";
import { useTimeZone } from "../queries.ts";
import { undoing, wordOf } from "./attributes.ts";
import { correct, saveVersion, useVersions } from "./queries.ts";

const levelWords: Readonly<Record<ImageVersion["level"], string>> = {
  STUDY: message("Study corrected"),
  SERIES: message("Series corrected"),
  IMAGE: message("Image corrected"),
};

const said = (value: unknown): string =>
  value === null || value === undefined || value === ""
    ? t("nothing")
    : Array.isArray(value)
      ? value.join(" \\ ")
      : String(value);

/** How the image came to be as it is, with its series and study; each correction can be taken back by another. */
export function CorrectionHistory({
  study,
  image,
}: {
  study: Study;
  image: { id: string; version: number };
}) {
  const versions = useVersions(image.id);
  const timeZone = useTimeZone();
  const [undone, setUndone] = useState<ImageVersion | null>(null);
  const { busy, problem, run, act } = useRun("correct");
  const undo = async (reason: string) => {
    if (!undone) return;
    const work = () => correct({ study, image, values: undoing(undone), reason });
    if (await run(work, t("The correction is taken back"))) setUndone(null);
  };
  if (versions.isError) return <ErrorState error={versions.error} onRetry={() => void versions.refetch()} />;
  if (!versions.data) return <Skeleton width="100%" height={60} />;
  return (
    <section aria-label={t("History")} className="correct-history">
      <h3>{t("History")}</h3>
      <ol>
        {versions.data.data.map((version) => (
          <li key={version.id}>
            <div className="min-w-0 flex-1">
              <div className="text-13 font-medium">
                {version.kind === "RECEIVED"
                  ? t("Received")
                  : version.kind === "REPLACED"
                    ? t("Replaced by another file")
                    : t(levelWords[version.level])}
                <span className="text-12 font-normal text-text-3">
                  {" "}
                  {joined(momentIn(timeZone, version.at), version.kind === "RECEIVED" ? "" : version.by.name)}
                </span>
              </div>
              {Object.entries(version.after ?? {}).map(([keyword, value]) => (
                <div key={keyword} className="text-12 text-text-2 [overflow-wrap:anywhere]">
                  {t("{attribute}: {before} → {after}", {
                    attribute: t(wordOf(keyword)),
                    before: said(version.before?.[keyword]),
                    after: said(value),
                  })}
                </div>
              ))}
              {version.reason && <div className="text-12 text-text-3">“{version.reason}”</div>}
            </div>
            {!study.actions.includes("correct") ? null : version.kind === "CORRECTED" ? (
              <Button size="s" onClick={() => setUndone(version)}>
                {t("Take back")}
              </Button>
            ) : (
              <Button
                size="s"
                icon="download"
                busy={busy}
                onClick={() => void act(() => saveVersion(image.id, version))}
              >
                {t("The file as it was")}
              </Button>
            )}
          </li>
        ))}
      </ol>
      {undone && (
        <ReasonDialog
          title={t("Take the correction back")}
          description={t("Its attributes get the values from before it again. Both stay in the history.")}
          submit={t("Take back")}
          busy={busy}
          problem={problem}
          onSubmit={(reason) => void undo(reason)}
          onClose={() => setUndone(null)}
        />
      )}
    </section>
  );
}
