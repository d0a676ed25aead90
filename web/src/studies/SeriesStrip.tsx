import type { Series, Study } from "@isocenter/contract";
import { seriesThumbnailUrl } from "../api/pictures.ts";
import { joined } from "../kit/joined.ts";
import { Skeleton } from "../kit/Skeleton.tsx";
import { ErrorState } from "../kit/States.tsx";
import { Thumbnail } from "../kit/Thumbnail.tsx";
import { t } from "../words/words.ts";
import { contentCount, count } from "./format.ts";
import { useSeries } from "./queries.ts";
import "./strip.css";

const mostShown = 60;

interface SeriesStripProps {
  study: Pick<Study, "id" | "version" | "studyInstanceUid">;
  /** Shows a series; left out where its picture only tells what there is. */
  onOpen?: (series: Series) => void;
}

/** A picture of each series of a study. */
export function SeriesStrip({ study, onOpen }: SeriesStripProps) {
  const series = useSeries(study.id, study.version);
  if (series.isError) return <ErrorState error={series.error} onRetry={() => void series.refetch()} />;
  if (!series.data) {
    return (
      <div className="strip">
        {["first", "second", "third"].map((key) => (
          <Skeleton key={key} width="100%" height={100} />
        ))}
      </div>
    );
  }
  const all = series.data.data;
  return (
    <>
      <ul className="strip">
        {all.slice(0, mostShown).map((one) => (
          <li key={one.id}>
            {onOpen ? (
              <button
                type="button"
                className="strip-series"
                title={t("All images of {series}", { series: seriesName(one) })}
                onClick={() => onOpen(one)}
              >
                <SeriesPicture study={study} series={one} />
              </button>
            ) : (
              <SeriesPicture study={study} series={one} />
            )}
          </li>
        ))}
      </ul>
      {all.length > mostShown && (
        <p className="mt-2 text-11 text-text-3">
          {t("and {count} more series", { count: all.length - mostShown })}
        </p>
      )}
    </>
  );
}

export function seriesName({ seriesNumber, seriesDescription, modality }: Series): string {
  const number = seriesNumber === null ? "" : t("Se {number}", { number: String(seriesNumber) });
  return joined(number, seriesDescription ?? modality);
}

function SeriesPicture({ study, series }: { study: SeriesStripProps["study"]; series: Series }) {
  const name = seriesName(series);
  return (
    <>
      <span className="relative block">
        <Thumbnail
          url={seriesThumbnailUrl(study.studyInstanceUid, series.seriesInstanceUid, 220)}
          version={series.numberOfInstances}
          alt={`${name}, ${contentCount(series)}`}
        />
        <em aria-hidden="true" className="not-italic">
          {count(series.numberOfImages || series.numberOfInstances)}
        </em>
      </span>
      <span className="mt-1 block truncate text-11 text-text-2">{name}</span>
    </>
  );
}
