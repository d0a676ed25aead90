import type { ReadingItem } from "@isocenter/contract";
import { Button, IconButton } from "../kit/Button.tsx";
import { dayOf, momentIn } from "../kit/dates.ts";
import { joined } from "../kit/joined.ts";
import { ModalityChip } from "../kit/Tag.tsx";
import { PriorityTag } from "../orders/PriorityTag.tsx";
import { ageAt, contentCount, imagingModalities, sexWord } from "../studies/format.ts";
import { useTimeZone } from "../studies/queries.ts";
import { SeriesStrip } from "../studies/SeriesStrip.tsx";
import { t } from "../words/words.ts";
import { PriorReports } from "./PriorReports.tsx";
import { StatusMark, Waiting } from "./ReadingTable.tsx";
import { TechnologistNotes } from "./TechnologistNotes.tsx";

interface ReadingPanelProps {
  item: ReadingItem;
  now: number;
  /** It is on its way to the viewer. */
  opening: boolean;
  onClose: () => void;
  onOpen: () => void;
  onReport: () => void;
  onClaim: () => void;
  onRelease: () => void;
  onSkip: () => void;
  onAssign: () => void;
}

/** What one wants to know before opening a study, and what one may do with it. */
export function ReadingPanel({
  item,
  now,
  opening,
  onClose,
  onOpen,
  onReport,
  onClaim,
  onRelease,
  onSkip,
  onAssign,
}: ReadingPanelProps) {
  const { patient, order, actions } = item;
  const timeZone = useTimeZone();
  return (
    <aside className="peek" aria-label={t("To read: {name}", { name: patient.name })}>
      <header>
        <div className="flex items-center gap-2">
          <h2 className="min-w-0 flex-1 text-16 font-semibold [overflow-wrap:anywhere]">
            {patient.name || t("No name")}
          </h2>
          <IconButton icon="x" label={t("Close the panel, Escape")} onClick={onClose} />
        </div>
        <div className="text-12 text-text-2">
          {patient.sex && (
            <>
              <span className="sr-only">{sexWord(patient.sex)}</span>
              <span aria-hidden="true">{patient.sex}</span> ·{" "}
            </>
          )}
          {joined(
            ageAt(patient.birthDate, item.studyDate),
            patient.birthDate && t("born {date}", { date: dayOf(patient.birthDate) }),
          )}{" "}
          · <span className="mono">{patient.identifier}</span>
        </div>
        <div className="mt-2 flex flex-wrap items-center gap-2">
          <PriorityTag priority={item.priority} />
          {imagingModalities(item.modalities).map((modality) => (
            <ModalityChip key={modality} modality={modality} />
          ))}
          <StatusMark item={item} />
          <Waiting item={item} now={now} />
        </div>
      </header>
      <div className="min-h-0 flex-1 overflow-auto">
        <section aria-label={t("Series")}>
          <SeriesStrip key={item.id} study={item} />
        </section>
        <section aria-label={t("Clinical question")}>
          <h3 className="text-12 text-text-3">{t("Clinical question")}</h3>
          <p className="mt-1 text-14 [overflow-wrap:anywhere]">
            {order?.clinicalIndication ?? t("This study came without an order.")}
          </p>
          <dl className="kv mt-2">
            {order && (
              <>
                <dt>{t("Ordered by")}</dt>
                <dd>{order.provider.name}</dd>
                <dt>{t("Procedure")}</dt>
                <dd>{order.procedureName}</dd>
              </>
            )}
            <dt>{t("Description")}</dt>
            <dd>{item.studyDescription ?? t("None")}</dd>
            <dt>{t("Images")}</dt>
            <dd>
              {contentCount(item)},{" "}
              {t("{count, plural, one {# prior study} other {# prior studies}}", { count: item.priors })}
            </dd>
            {item.readyAt && (
              <>
                <dt>{t("Ready since")}</dt>
                <dd>{momentIn(timeZone, item.readyAt)}</dd>
              </>
            )}
            {item.claim && (
              <>
                <dt>{t("Claimed by")}</dt>
                <dd>
                  {item.claim.user.name}, {momentIn(timeZone, item.claim.since)}
                  {item.claim.assignedBy &&
                    ` (${t("given by {name}", { name: item.claim.assignedBy.name })})`}
                </dd>
              </>
            )}
          </dl>
        </section>
        <TechnologistNotes studyId={item.id} />
        <section aria-label={t("Prior reports")}>
          <h3 className="text-12 text-text-3">{t("Prior reports")}</h3>
          <PriorReports patientId={item.patient.id} exceptStudyId={item.id} />
        </section>
      </div>
      <footer className="flex flex-wrap gap-2">
        <Button variant="primary" size="l" className="flex-1" hotkey="↵" busy={opening} onClick={onOpen}>
          {actions.includes("claim") ? t("Open and claim") : t("Open")}
        </Button>
        {actions.includes("report") && (
          <Button size="l" hotkey="R" onClick={onReport}>
            {t("Report")}
          </Button>
        )}
        {actions.includes("claim") && item.claim === null && (
          <Button size="l" hotkey="C" onClick={onClaim}>
            {t("Claim")}
          </Button>
        )}
        {actions.includes("release") && (
          <Button size="l" variant="ghost" onClick={onRelease}>
            {t("Give back")}
          </Button>
        )}
        {actions.includes("assign") && (
          <Button size="l" variant="ghost" hotkey="A" onClick={onAssign}>
            {t("Assign")}
          </Button>
        )}
        {actions.includes("skip") && item.claim === null && (
          <Button size="l" variant="ghost" hotkey="X" onClick={onSkip}>
            {t("Skip")}
          </Button>
        )}
      </footer>
    </aside>
  );
}
