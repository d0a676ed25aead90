import type { Study } from "@isocenter/contract";
import { useState } from "react";
import { Button } from "../kit/Button.tsx";
import { t } from "../words/words.ts";

/** What happened to the images under whoever reads them: a viewer goes on showing what it has. */
export function StudyChanged({ study: { numberOfImages, status } }: { study: Study }) {
  const [most, setMost] = useState(numberOfImages);
  const [wasComplete, setComplete] = useState(status !== "IN_PROGRESS");
  if (numberOfImages > most) setMost(numberOfImages);
  if (status !== "IN_PROGRESS" && !wasComplete) setComplete(true);
  const fewer = most - numberOfImages;
  return (
    <>
      {fewer > 0 && (
        <div className="note crit m-4 mb-0 items-center" role="alert">
          <p className="flex-1">
            {t(
              "{count, plural, one {# image was} other {# images were}} taken from this study since you opened it, and may still be on the screen.",
              { count: fewer },
            )}
          </p>
          <Button onClick={() => location.reload()}>{t("Load it anew")}</Button>
        </div>
      )}
      {wasComplete && status === "IN_PROGRESS" && (
        <p className="note urg m-4 mb-0" role="alert">
          {t("Since you opened it the study was taken back from the readers: its images are not all there.")}
        </p>
      )}
    </>
  );
}
