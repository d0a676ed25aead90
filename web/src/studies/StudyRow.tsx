import type { Study } from "@isocenter/contract";
import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { studyThumbnailUrl } from "../api/pictures.ts";
import { dateAndTime, dayOf, momentIn } from "../kit/dates.ts";
import { joined } from "../kit/joined.ts";
import { ModalityChip, Tag } from "../kit/Tag.tsx";
import { Thumbnail } from "../kit/Thumbnail.tsx";
import { t } from "../words/words.ts";
import { ago, count, imagingModalities, sexAndAge, sexWord } from "./format.ts";
import { useTimeZone } from "./queries.ts";
import { studyTone, studyWord } from "./study-states.ts";

interface StudyRowProps {
  study: Study;
  top: number;
  rowIndex: number;
  selected: boolean;
  recent: boolean;
  /** The time, of which ages are told; it ticks slowly. */
  now: number;
  marked: boolean;
  onMark: ((study: Study) => void) | null;
  onSelect: (id: string, peek: boolean) => void;
  onOpen: (studyInstanceUid: string) => void;
}

/** Fingers have no hover and no second click: there, a tap peeks. */
const coarse = globalThis.matchMedia?.("(hover: none)");

export const StudyRow = memo(function StudyRow(props: StudyRowProps) {
  const { study, top, rowIndex, selected, recent, now, marked, onMark, onSelect, onOpen } = props;
  const { patient } = study;
  const timeZone = useTimeZone();
  return (
    <tr
      id={`study-${study.id}`}
      className={`tr wl absolute! inset-x-0 top-0 ${recent ? "arrived" : ""} ${marked ? "marked" : ""}`}
      style={{ transform: `translateY(${top}px)` }}
      aria-rowindex={rowIndex}
      aria-selected={selected}
      onClick={(event) => {
        onSelect(study.id, coarse?.matches ?? false);
        if (event.ctrlKey || event.metaKey) onMark?.(study);
      }}
      onDoubleClick={() => onOpen(study.studyInstanceUid)}
    >
      <td className="col-thumb">
        <Thumbnail
          url={studyThumbnailUrl(study)}
          version={`${study.version}.${study.numberOfInstances}`}
          alt=""
          className="row-thumb"
        />
        {onMark && (
          <label className="row-mark">
            <input
              type="checkbox"
              tabIndex={-1}
              checked={marked}
              aria-label={t("Mark the study of {name}", { name: patient.name })}
              onClick={(event) => event.stopPropagation()}
              onChange={() => onMark(study)}
            />
          </label>
        )}
      </td>
      <td className="col-patient">
        <div className="flex items-center gap-1.5">
          <span className="a" title={patient.name}>
            {patient.name || t("No name")}
          </span>
          {patient.provisional && (
            <Tag tone="urg" icon="alert">
              {t("In doubt")}
            </Tag>
          )}
        </div>
        <div className="b">
          <span className="sr-only">{sexWord(patient.sex)}, </span>
          {joined(
            sexAndAge(patient, study.studyDate),
            patient.identifier,
            patient.birthDate && t("born {date}", { date: dayOf(patient.birthDate) }),
          )}
        </div>
      </td>
      <td className="col-exam">
        <div className="a">
          {imagingModalities(study.modalities).map((modality) => (
            <span key={modality} className="mr-1.5">
              <ModalityChip modality={modality} />
            </span>
          ))}
          {study.studyDescription || <span className="font-normal text-text-3">{t("No description")}</span>}
        </div>
        <div className="b">{joined(study.accessionNumber, study.bodyPart)}</div>
      </td>
      <td className="col-date text-12 text-text-2">{dateAndTime(study.studyDate, study.studyTime)}</td>
      <td
        className="col-received text-12 text-text-3"
        title={study.lastReceivedAt ? momentIn(timeZone, study.lastReceivedAt) : undefined}
      >
        {study.lastReceivedAt && ago(now - Date.parse(study.lastReceivedAt))}
      </td>
      <td className="col-series num text-12 text-text-2">{count(study.numberOfSeries)}</td>
      <td className="col-images num text-12 text-text-2">
        {count(study.numberOfImages)}
        <span className="unit sr-only"> {t("images")}</span>
      </td>
      <td className="col-status">
        <span className="row-status">
          <Tag tone={studyTone(study.status)}>{studyWord(study.status)}</Tag>
          {recent && <span className="sr-only">, {t("just changed")}</span>}
        </span>
        <span className="row-actions">
          <Link
            to="/studies/$studyInstanceUid/view"
            params={{ studyInstanceUid: study.studyInstanceUid }}
            className="btn s"
            tabIndex={-1}
            onClick={(event) => event.stopPropagation()}
          >
            {t("Open")}
          </Link>
        </span>
      </td>
      <td
        className="col-physician truncate text-12 text-text-2"
        title={study.referringPhysician ?? undefined}
      >
        {study.referringPhysician}
      </td>
    </tr>
  );
});
