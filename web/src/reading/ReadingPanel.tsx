import type { ReadingItem } from "@isocenter/contract";
import { Button, IconButton } from "../kit/Button.tsx";
import { ModalityChip } from "../kit/Tag.tsx";
import { ageAt, momentIn, plural, sexWord } from "../studies/format.ts";
import { useTimeZone } from "../studies/queries.ts";
import { PriorReports } from "./PriorReports.tsx";
import { PriorityMark, StatusMark, Waiting } from "./ReadingTable.tsx";

interface ReadingPanelProps {
  item: ReadingItem;
  now: number;
  onClose: () => void;
  onOpen: () => void;
  onReport: () => void;
  onClaim: () => void;
  onRelease: () => void;
  onSkip: () => void;
}

/** What one wants to know before opening a study, and what one may do with it. */
export function ReadingPanel({
  item,
  now,
  onClose,
  onOpen,
  onReport,
  onClaim,
  onRelease,
  onSkip,
}: ReadingPanelProps) {
  const { patient, order, actions } = item;
  const timeZone = useTimeZone();
  return (
    <aside className="peek" aria-label={`To read: ${patient.name}`}>
      <header>
        <div className="flex items-center gap-2">
          <h2 className="min-w-0 flex-1 text-16 font-semibold [overflow-wrap:anywhere]">
            {patient.name || "No name"}
          </h2>
          <IconButton icon="x" label="Close the panel, Escape" onClick={onClose} />
        </div>
        <div className="text-12 text-text-2">
          <span className="sr-only">{sexWord(patient.sex)}, </span>
          {[
            patient.sex,
            ageAt(patient.birthDate, item.studyDate),
            patient.birthDate && `born ${patient.birthDate}`,
          ]
            .filter(Boolean)
            .join(" · ")}{" "}
          · <span className="mono">{patient.identifier}</span>
        </div>
        <div className="mt-2 flex flex-wrap items-center gap-2">
          <PriorityMark priority={item.priority} />
          {item.modalities.map((modality) => (
            <ModalityChip key={modality} modality={modality} />
          ))}
          <StatusMark item={item} />
          <Waiting item={item} now={now} />
        </div>
      </header>
      <div className="min-h-0 flex-1 overflow-auto">
        <section aria-label="Clinical question">
          <h3 className="text-12 text-text-3">Clinical question</h3>
          <p className="mt-1 text-14 [overflow-wrap:anywhere]">
            {order?.clinicalIndication ?? "This study came without an order."}
          </p>
          <dl className="kv mt-2">
            {order && (
              <>
                <dt>Ordered by</dt>
                <dd>{order.provider.name}</dd>
                <dt>Procedure</dt>
                <dd>{order.procedureName}</dd>
              </>
            )}
            <dt>Description</dt>
            <dd>{item.studyDescription ?? "None"}</dd>
            <dt>Images</dt>
            <dd>
              {plural(item.numberOfInstances, "image")}, {plural(item.priors, "prior study", "prior studies")}
            </dd>
            {item.readyAt && (
              <>
                <dt>Ready since</dt>
                <dd>{momentIn(timeZone, item.readyAt)}</dd>
              </>
            )}
            {item.claim && (
              <>
                <dt>Claimed by</dt>
                <dd>
                  {item.claim.user.name}, {momentIn(timeZone, item.claim.since)}
                </dd>
              </>
            )}
          </dl>
        </section>
        <section aria-label="Prior reports">
          <h3 className="text-12 text-text-3">Prior reports</h3>
          <PriorReports patientId={item.patient.id} exceptStudyId={item.id} />
        </section>
      </div>
      <footer className="flex flex-wrap gap-2">
        <Button variant="primary" size="l" className="flex-1" hotkey="↵" onClick={onOpen}>
          {actions.includes("claim") ? "Open and claim" : "Open"}
        </Button>
        {actions.includes("report") && (
          <Button size="l" hotkey="R" onClick={onReport}>
            Report
          </Button>
        )}
        {actions.includes("claim") && item.claim === null && (
          <Button size="l" hotkey="C" onClick={onClaim}>
            Claim
          </Button>
        )}
        {actions.includes("release") && (
          <Button size="l" variant="ghost" onClick={onRelease}>
            Give back
          </Button>
        )}
        {actions.includes("skip") && item.claim === null && (
          <Button size="l" variant="ghost" hotkey="X" onClick={onSkip}>
            Skip
          </Button>
        )}
      </footer>
    </aside>
  );
}
