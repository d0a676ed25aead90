import type { Series, Study } from "@isocenter/contract";
import { Suspense, useState } from "react";
import { lazily } from "../api/loaded.ts";
import { Button, IconButton } from "../kit/Button.tsx";
import { CopyButton } from "../kit/CopyButton.tsx";
import { dateAndTime, dayOf, momentIn } from "../kit/dates.ts";
import { ModalityChip, Tag } from "../kit/Tag.tsx";
import { t } from "../words/words.ts";
import { ageAt, contentCount, imagingModalities, seriesCount, sexWord, sizeOf } from "./format.ts";
import { useTimeZone } from "./queries.ts";
import { SeriesStrip, seriesName } from "./SeriesStrip.tsx";
import { studyTone, studyWord } from "./study-states.ts";

const PeekActions = lazily(() => import("./PeekActions.tsx"));
const ImagesDialog = lazily(() => import("./images/ImagesDialog.tsx"));

interface PeekProps {
  study: Study;
  onClose: () => void;
  onOpen: () => void;
}

/** A look into a study without leaving the list. */
export function Peek({ study, onClose, onOpen }: PeekProps) {
  const { patient } = study;
  const timeZone = useTimeZone();
  const [opened, setOpened] = useState<Series | null>(null);
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
          <Tag tone={studyTone(study.status)}>{studyWord(study.status)}</Tag>
          {patient.provisional && (
            <Tag tone="urg" icon="alert">
              {t("Identity in doubt")}
            </Tag>
          )}
        </div>
      </header>
      <div className="min-h-0 flex-1 overflow-auto">
        <section aria-label={t("Series")}>
          <SeriesStrip study={study} onOpen={setOpened} />
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
              {[seriesCount(study.numberOfSeries), contentCount(study), sizeOf(study.size)].join(", ")}
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
