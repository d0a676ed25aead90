import type { ReadingItem } from "@isocenter/contract";
import { useEffect, useRef } from "react";
import { studyThumbnailUrl } from "../api/pictures.ts";
import { Icon } from "../kit/Icon.tsx";
import { joined } from "../kit/joined.ts";
import { Skeleton } from "../kit/Skeleton.tsx";
import { ModalityChip, Tag } from "../kit/Tag.tsx";
import { Thumbnail } from "../kit/Thumbnail.tsx";
import { PriorityTag } from "../orders/PriorityTag.tsx";
import { count, imagingModalities, sexAndAge } from "../studies/format.ts";
import { message, t } from "../words/words.ts";
import { type grouped, type Urgency, urgencyOf, waitingOf } from "./waiting.ts";

const marks = { late: "alert", soon: "clock", within: "check" } as const satisfies Record<Urgency, string>;

/** The columns that one may do without. */
const optional = {
  priority: message("Priority"),
  images: message("Images"),
  priors: message("Priors"),
  status: message("Status, claimed by"),
} as const;
export const optionalColumns = Object.keys(optional);
export const columnChoices = () => Object.entries(optional).map(([id, word]) => ({ id, word: t(word) }));

interface ReadingTableProps {
  /** Classes that hide columns. */
  hiding: string;
  groups: ReturnType<typeof grouped>;
  loading: boolean;
  stale: boolean;
  now: number;
  selected: string | null;
  onSelect: (id: string) => void;
  onOpen: (item: ReadingItem) => void;
}

export function ReadingTable({
  hiding,
  groups,
  loading,
  stale,
  now,
  selected,
  onSelect,
  onOpen,
}: ReadingTableProps) {
  const table = useRef<HTMLTableElement>(null);
  useEffect(() => {
    if (selected) document.getElementById(`reading-${selected}`)?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  return (
    <div
      className={`reading-list ${hiding} min-h-0 flex-1 overflow-auto ${stale ? "opacity-60" : ""}`}
      aria-busy={loading || stale}
    >
      <table
        ref={table}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: rows are chosen with the arrow keys, which is what a grid is
        role="grid"
        className="list-table outline-offset-[-2px]"
        aria-label={t("Studies to read")}
        aria-activedescendant={selected ? `reading-${selected}` : undefined}
        tabIndex={0}
      >
        <thead className="sticky top-0 z-10">
          <tr className="th wl">
            <th scope="col" className="col-thumb">
              <span className="sr-only">{t("Picture")}</span>
            </th>
            <th scope="col" className="col-priority">
              {t("Priority")}
            </th>
            <th scope="col" className="col-wait">
              {t("Waiting / target")}
            </th>
            <th scope="col" className="col-patient">
              {t("Patient")}
            </th>
            <th scope="col" className="col-exam">
              {t("Examination")}
            </th>
            <th scope="col" className="col-images num">
              {t("Images")}
            </th>
            <th scope="col" className="col-priors num">
              {t("Priors")}
            </th>
            <th scope="col" className="col-status">
              {t("Status, claimed by")}
            </th>
          </tr>
        </thead>
        {loading ? (
          <tbody aria-hidden="true">
            {Array.from({ length: 10 }, (_, row) => `row-${row}`).map((key, row) => (
              <tr key={key} className="tr wl">
                <td>
                  <Skeleton width="2.125rem" height={34} />
                </td>
                {[1, 2, 3, 4].map((cell) => (
                  <td key={cell}>
                    <Skeleton width={`${45 + ((row * 17 + cell * 31) % 45)}%`} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        ) : (
          groups.map(({ urgency, title, items }) => (
            <tbody key={urgency}>
              <tr className="group-row">
                <th scope="rowgroup" className="group-head" colSpan={8}>
                  <Icon name={marks[urgency]} size="s" />
                  {t(title)} <span className="text-text-3">{items.length}</span>
                </th>
              </tr>
              {items.map((item) => (
                <Row
                  key={item.id}
                  item={item}
                  now={now}
                  selected={item.id === selected}
                  onSelect={onSelect}
                  onOpen={onOpen}
                />
              ))}
            </tbody>
          ))
        )}
      </table>
    </div>
  );
}

interface RowProps {
  item: ReadingItem;
  now: number;
  selected: boolean;
  onSelect: (id: string) => void;
  onOpen: (item: ReadingItem) => void;
}

function Row({ item, now, selected, onSelect, onOpen }: RowProps) {
  const taken = item.claim !== null && !item.actions.includes("claim");
  return (
    <tr
      id={`reading-${item.id}`}
      className={`tr wl ${taken ? "taken" : ""}`}
      aria-selected={selected}
      onClick={() => onSelect(item.id)}
      onDoubleClick={() => onOpen(item)}
    >
      <td className="col-thumb">
        <Thumbnail url={studyThumbnailUrl(item)} version={`${item.version}`} alt="" className="row-thumb" />
      </td>
      <td className="col-priority">
        <PriorityTag priority={item.priority} />
      </td>
      <td className="col-wait">
        <Waiting item={item} now={now} />
      </td>
      <td className="col-patient">
        <div className="a" title={item.patient.name}>
          {item.patient.name || t("No name")}
        </div>
        <div className="b">{joined(sexAndAge(item.patient, item.studyDate), item.patient.identifier)}</div>
      </td>
      <td className="col-exam">
        <div className="a">
          {imagingModalities(item.modalities).map((modality) => (
            <span key={modality} className="mr-1.5">
              <ModalityChip modality={modality} />
            </span>
          ))}
          {item.order?.procedureName ?? item.studyDescription ?? t("No description")}
        </div>
        <div className="b">
          {joined(item.accessionNumber, item.order?.clinicalIndication ?? item.studyDescription)}
        </div>
      </td>
      <td className="col-images num text-12 text-text-2">{count(item.numberOfImages)}</td>
      <td className="col-priors num text-12 text-text-2">{item.priors}</td>
      <td className="col-status">
        <StatusMark item={item} />
      </td>
    </tr>
  );
}

export function Waiting({ item, now }: { item: ReadingItem; now: number }) {
  const { text, percent } = waitingOf(item, now);
  const urgency = urgencyOf(item, now);
  return (
    <span className={`wait ${urgency}`}>
      <span className="bar" aria-hidden="true">
        <i style={{ width: `${percent}%` }} />
      </span>
      <span className="v">
        {text}
        {urgency === "late" && <span className="sr-only">, {t("past its target")}</span>}
      </span>
    </span>
  );
}

export function StatusMark({ item }: { item: ReadingItem }) {
  if (item.claim) {
    const mine = item.actions.includes("claim");
    return (
      <Tag tone={mine ? "beam" : "line"}>
        {mine ? t("You read") : t("Reading: {name}", { name: item.claim.user.name })}
      </Tag>
    );
  }
  if (item.changedAfterReport)
    return (
      <Tag tone="urg" icon="alert">
        {t("New images")}
      </Tag>
    );
  if (item.status === "PRELIMINARY") return <Tag tone="beam">{t("Preliminary")}</Tag>;
  if (item.status === "IN_PROGRESS") return <Tag tone="urg">{t("Coming in")}</Tag>;
  return <Tag tone="line">{item.report ? t("Draft") : t("Ready")}</Tag>;
}
