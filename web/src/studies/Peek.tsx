import type { Series, Study } from "@isocenter/contract";
import { lazy, Suspense, useState } from "react";
import { seriesThumbnailUrl } from "../api/pictures.ts";
import { Button, IconButton } from "../kit/Button.tsx";
import { CopyButton } from "../kit/CopyButton.tsx";
import { dateAndTime, dayOf, momentIn } from "../kit/dates.ts";
import { joined } from "../kit/joined.ts";
import { Skeleton } from "../kit/Skeleton.tsx";
import { ErrorState } from "../kit/States.tsx";
import { ModalityChip, Tag } from "../kit/Tag.tsx";
import { Thumbnail } from "../kit/Thumbnail.tsx";
import { t } from "../words/words.ts";
import {
  ageAt,
  count,
  imageCount,
  imagingModalities,
  seriesCount,
  sexWord,
  sizeOf,
  statusLook,
} from "./format.ts";
import { useSeries, useTimeZone } from "./queries.ts";

const PeekActions = lazy(() => import("./PeekActions.tsx"));
const ImagesDialog = lazy(() => import("./images/ImagesDialog.tsx"));

const mostShown = 60;

interface PeekProps {
  study: Study;
  onClose: () => void;
  onOpen: () => void;
}

/** A look into a study without leaving the list. */
export function Peek({ study, onClose, onOpen }: PeekProps) {
  const { patient } = study;
  const timeZone = useTimeZone();
  const series = useSeries(study.id, study.version);
  const status = statusLook(study.status);
  const age = ageAt(patient.birthDate, study.studyDate);
  return (
    <aside className="peek" aria-label={t("Peek: {name}", { name: patient.name })}>
      <header>
        <div className="flex items-center gap-2">
          <h2 className="min-w-0 flex-1 text-16 font-semibold [overflow-wrap:anywhere]">
            {patient.name || t("No name")}
          </h2>
          <IconButton icon="x" label={t("Close peek, Space")} onClick={onClose} />
        </div>
        <div className="text-12 text-text-2">
          <span className="sr-only">{sexWord(patient.sex)}, </span>
          {[
            [patient.sex === "U" ? null : patient.sex, age].filter(Boolean).join(", "),
            patient.birthDate && t("born {date}", { date: dayOf(patient.birthDate) }),
          ]
            .filter(Boolean)
            .map((part) => `${part} · `)}
          <span className="mono">{patient.identifier}</span>
          {patient.issuer && <span className="text-text-3"> {patient.issuer}</span>}
        </div>
        <div className="mt-2 flex flex-wrap items-center gap-1">
          {imagingModalities(study.modalities).map((modality) => (
            <ModalityChip key={modality} modality={modality} />
          ))}
          <Tag tone={status.tone}>{t(status.word)}</Tag>
          {patient.provisional && (
            <Tag tone="urg" icon="alert">
              {t("Identity in doubt")}
            </Tag>
          )}
        </div>
      </header>
      <div className="min-h-0 flex-1 overflow-auto">
        <section aria-label={t("Series")}>
          {series.isError ? (
            <ErrorState error={series.error} onRetry={() => void series.refetch()} />
          ) : (
            <SeriesStrip study={study} series={series.data?.data ?? null} />
          )}
        </section>
        <section aria-label={t("Details")}>
          <h3 className="text-14">{study.studyDescription || t("No description")}</h3>
          <dl className="kv mt-2">
            <Detail name={t("Study date")}>{dateAndTime(study.studyDate, study.studyTime)}</Detail>
            <Detail name={t("Accession number")}>
              {study.accessionNumber && <span className="mono">{study.accessionNumber}</span>}
            </Detail>
            <Detail name={t("Study ID")}>{study.studyId}</Detail>
            <Detail name={t("Body part")}>{study.bodyPart}</Detail>
            <Detail name={t("Referred by")}>{study.referringPhysician}</Detail>
            <Detail name={t("Content")}>
              {[
                seriesCount(study.numberOfSeries),
                imageCount(study.numberOfInstances),
                sizeOf(study.size),
              ].join(", ")}
            </Detail>
            <Detail name={t("Received")}>
              {study.lastReceivedAt && momentIn(timeZone, study.lastReceivedAt)}
            </Detail>
            <Detail name={t("Study UID")}>
              <span className="flex items-start gap-1">
                <span className="mono flex-1 select-all">{study.studyInstanceUid}</span>
                <CopyButton
                  text={study.studyInstanceUid}
                  what={t("the Study Instance UID")}
                  className="-my-1.5"
                />
              </span>
            </Detail>
          </dl>
        </section>
      </div>
      <footer className="grid gap-2">
        <Suspense fallback={null}>
          <PeekActions study={study} onGone={onClose} />
        </Suspense>
        <Button variant="primary" size="l" className="w-full" hotkey="↵" onClick={onOpen}>
          {t("Open")}
        </Button>
      </footer>
    </aside>
  );
}

function Detail({ name, children }: { name: string; children: React.ReactNode }) {
  if (!children) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function SeriesStrip({ study, series }: { study: Study; series: Series[] | null }) {
  const [opened, setOpened] = useState<Series | null>(null);
  if (!series) {
    return (
      <div className="strip">
        {Array.from({ length: Math.min(3, study.numberOfSeries || 1) }, (_, n) => `s${n}`).map((key) => (
          <Skeleton key={key} width="100%" height={100} />
        ))}
      </div>
    );
  }
  return (
    <>
      <ul className="strip">
        {series.slice(0, mostShown).map((one) => (
          <SeriesPicture key={one.id} study={study} series={one} onOpen={() => setOpened(one)} />
        ))}
      </ul>
      {opened && (
        <Suspense fallback={null}>
          <ImagesDialog
            study={study}
            series={opened}
            name={seriesName(opened)}
            onClose={() => setOpened(null)}
          />
        </Suspense>
      )}
      {series.length > mostShown && (
        <p className="mt-2 text-11 text-text-3">
          {t("and {count} more series", { count: series.length - mostShown })}
        </p>
      )}
    </>
  );
}

function seriesName({ seriesNumber, seriesDescription, modality }: Series): string {
  const number = seriesNumber === null ? "" : t("Se {number}", { number: String(seriesNumber) });
  return joined(number, seriesDescription ?? modality);
}

function SeriesPicture({ study, series, onOpen }: { study: Study; series: Series; onOpen: () => void }) {
  const name = seriesName(series);
  return (
    <li>
      <button
        type="button"
        className="strip-series"
        title={t("All images of {series}", { series: name })}
        onClick={onOpen}
      >
        <span className="relative block">
          <Thumbnail
            url={seriesThumbnailUrl(study.studyInstanceUid, series.seriesInstanceUid, 220)}
            version={series.numberOfInstances}
            alt={`${name}, ${imageCount(series.numberOfInstances)}`}
          />
          <em aria-hidden="true" className="not-italic">
            {count(series.numberOfInstances)}
          </em>
        </span>
        <span className="mt-1 block truncate text-11 text-text-2">{name}</span>
      </button>
    </li>
  );
}
