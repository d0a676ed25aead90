import type { Series, Study } from "@isocenter/contract";
import { Suspense, useState } from "react";
import { lazily } from "../api/loaded.ts";
import { seriesThumbnailUrl } from "../api/pictures.ts";
import { Button } from "../kit/Button.tsx";
import { joined } from "../kit/joined.ts";
import { Skeleton } from "../kit/Skeleton.tsx";
import { ErrorState } from "../kit/States.tsx";
import { Thumbnail } from "../kit/Thumbnail.tsx";
import { contentCount } from "../studies/format.ts";
import { useSeries } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import { RejectSeries } from "./RejectSeries.tsx";

const ImagesDialog = lazily(() => import("../studies/images/ImagesDialog.tsx"));

const thumbnailPixels = 220;

/** The series with how much of each is here. */
export function SeriesGrid({ study }: { study: Study }) {
  const series = useSeries(study.id, study.version);
  const [rejecting, setRejecting] = useState<Series | null>(null);
  const [opened, setOpened] = useState<Series | null>(null);
  if (series.isError && !series.data)
    return <ErrorState error={series.error} onRetry={() => void series.refetch()} />;
  if (!series.data) return <Skeleton width="100%" height={96} />;
  return (
    <>
      <ul className="station-series">
        {series.data.data.map((one) => (
          <li key={one.id}>
            <Thumbnail
              url={seriesThumbnailUrl(study.studyInstanceUid, one.seriesInstanceUid, thumbnailPixels)}
              version={one.numberOfInstances}
              alt=""
              className="station-thumb"
            />
            <span className="min-w-0">
              <span className="block truncate font-medium">{nameOf(one)}</span>
              <span className="block text-12 text-text-2 tabular-nums">{contentCount(one)}</span>
            </span>
            <Button
              size="s"
              variant="ghost"
              aria-label={t("All images of {series}", { series: nameOf(one) })}
              onClick={() => setOpened(one)}
            >
              {t("Images")}
            </Button>
            {study.actions.includes("delete") && (
              <Button
                size="s"
                variant="ghost"
                icon="x"
                aria-label={t("Reject {series}", { series: nameOf(one) })}
                onClick={() => setRejecting(one)}
              >
                {t("Reject")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {opened && (
        <Suspense fallback={null}>
          <ImagesDialog study={study} series={opened} name={nameOf(opened)} onClose={() => setOpened(null)} />
        </Suspense>
      )}
      {rejecting && (
        <RejectSeries
          study={study}
          series={rejecting}
          name={nameOf(rejecting)}
          onClose={() => setRejecting(null)}
        />
      )}
    </>
  );
}

const nameOf = ({ seriesNumber, seriesDescription, modality }: Series): string =>
  joined(seriesNumber === null ? null : `${seriesNumber}`, seriesDescription ?? modality);
