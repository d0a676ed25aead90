import type { Destination } from "@isocenter/contract";
import { useState } from "react";
import { Button } from "../../../kit/Button.tsx";
import { Select } from "../../../kit/forms.tsx";
import { joined } from "../../../kit/joined.ts";
import { ModalityChip } from "../../../kit/Tag.tsx";
import { imageCount } from "../../../studies/format.ts";
import { t } from "../../../words/words.ts";
import { Answer } from "../../parts/Listing.tsx";
import { Side } from "../../parts/Page.tsx";
import { Amount } from "./Amount.tsx";
import { startFetch, stopFetch, useFetches } from "./fetches.ts";
import type { RemoteSeries, RemoteStudy } from "./matches.ts";
import { useRemoteSeries, useSeriesHere } from "./queries.ts";

interface RemoteSideProps {
  system: string;
  title: string;
  study: RemoteStudy;
  /** Images of it in this archive. */
  here: number;
  destinations: readonly Destination[];
  /** What comes to this archive is fetched by C-GET. */
  byGet: boolean;
  onClose: () => void;
}

/** One study of another system by its series: all of it is fetched, or one series, or it goes to a third system. */
export function RemoteSide({ system, title, study, here, destinations, byGet, onClose }: RemoteSideProps) {
  const { studyInstanceUid, patientName, patientId, description } = study;
  const series = useRemoteSeries(system, studyInstanceUid);
  const seriesHere = useSeriesHere(studyInstanceUid);
  const fetchOf = useFetches();
  const [destination, setDestination] = useState("");
  const name = patientName || patientId;
  const to = destination ? { destinationAeTitle: destination } : { byGet };
  const whole = { modalityId: system, studyInstanceUid };
  const seriesName = ({ number, description: words, modality }: RemoteSeries) =>
    joined(number === undefined ? "" : t("Se {number}", { number: String(number) }), words ?? modality);
  return (
    <Side
      title={name || t("No name")}
      about={joined(patientId, description ?? t("No description"))}
      onClose={onClose}
    >
      <section className="grid gap-3" aria-label={t("The whole study")}>
        <Select
          label={t("Send to")}
          value={destination}
          options={[
            { value: "", word: t("This archive") },
            ...destinations
              .filter(({ id }) => id !== system)
              .map(({ aeTitle }) => ({ value: aeTitle, word: aeTitle })),
          ]}
          onChange={setDestination}
        />
        <div className="flex items-center gap-3">
          {fetchOf(whole)?.running ? (
            <Button onClick={() => stopFetch(whole)}>{t("Stop")}</Button>
          ) : (
            <Button
              variant="primary"
              icon="download"
              onClick={() => void startFetch({ ...whole, ...to, name })}
            >
              {destination ? t("Send the study") : t("Fetch the study")}
            </Button>
          )}
          <Amount here={here} there={study.images} fetch={fetchOf(whole)} />
        </div>
        {destination && (
          <p className="text-12 text-text-3">
            {t("{title} sends it to {destination} itself, and has to know that system.", {
              title,
              destination,
            })}
          </p>
        )}
      </section>
      <section aria-label={t("Series")}>
        <h3>{t("Series")}</h3>
        <Answer query={series}>
          {(all) => (
            <ul className="remote-series">
              {all.map((one) => {
                const asked = { ...whole, seriesInstanceUid: one.seriesInstanceUid };
                const label = seriesName(one);
                return (
                  <li key={one.seriesInstanceUid}>
                    <span className="min-w-0 flex-1">
                      <span className="block text-13 [overflow-wrap:anywhere]">
                        {one.modality && <ModalityChip modality={one.modality} />} {label}
                      </span>
                      <span className="flex flex-wrap items-center gap-2 text-12 text-text-2">
                        {one.images !== undefined && imageCount(one.images)}
                        <Amount
                          here={seriesHere.data?.[one.seriesInstanceUid] ?? 0}
                          there={one.images}
                          fetch={fetchOf(asked)}
                        />
                      </span>
                    </span>
                    {fetchOf(asked)?.running ? (
                      <Button
                        size="s"
                        aria-label={t("Stop fetching {name}", { name: label })}
                        onClick={() => stopFetch(asked)}
                      >
                        {t("Stop")}
                      </Button>
                    ) : (
                      <Button
                        size="s"
                        aria-label={t("Fetch {name}", { name: label })}
                        onClick={() => void startFetch({ ...asked, ...to, name: `${name}, ${label}` })}
                      >
                        {destination ? t("Send") : t("Fetch")}
                      </Button>
                    )}
                  </li>
                );
              })}
            </ul>
          )}
        </Answer>
      </section>
    </Side>
  );
}
