import type { OrderStep } from "@isocenter/contract";
import { momentIn } from "../kit/dates.ts";
import { joined } from "../kit/joined.ts";
import { Skeleton } from "../kit/Skeleton.tsx";
import { ErrorState } from "../kit/States.tsx";
import { ModalityChip, Tag, type Tone } from "../kit/Tag.tsx";
import { useTimeZone } from "../studies/queries.ts";
import { message, t } from "../words/words.ts";
import { useSteps } from "./queries.ts";

const looks: Readonly<Record<OrderStep["status"], { word: string; tone: Tone }>> = {
  PENDING: { word: message("not scheduled|step"), tone: "line" },
  SCHEDULED: { word: message("scheduled|step"), tone: "line" },
  ARRIVED: { word: message("patient here|step"), tone: "ok" },
  READY: { word: message("ready|step"), tone: "ok" },
  STARTED: { word: message("started|step"), tone: "beam" },
  COMPLETED: { word: message("completed|step"), tone: "ok" },
  CANCELED: { word: message("cancelled|step"), tone: "line" },
  DISCONTINUED: { word: message("broken off|step"), tone: "urg" },
};
const performedWords: Readonly<Record<OrderStep["performed"][number]["status"], string>> = {
  IN_PROGRESS: message("running"),
  COMPLETED: message("ended"),
  DISCONTINUED: message("broken off|step"),
};

/** The steps as the machine is told them, and what it says that it did. */
export function Steps({ orderId }: { orderId: string }) {
  const steps = useSteps(orderId);
  const timeZone = useTimeZone();
  return (
    <section aria-label={t("Steps")}>
      <h3 className="station-title">{t("Steps")}</h3>
      {steps.isError && !steps.data ? (
        <ErrorState error={steps.error} onRetry={() => void steps.refetch()} />
      ) : !steps.data ? (
        <Skeleton width="70%" height={28} />
      ) : (
        <ul className="mt-2 grid gap-2">
          {steps.data.data.map((step) => (
            <li key={step.id} className="station-step">
              <span className="flex flex-wrap items-center gap-2">
                <ModalityChip modality={step.modality} />
                <span className="min-w-0 flex-1">{step.description}</span>
                <Tag tone={looks[step.status].tone}>{t(looks[step.status].word)}</Tag>
              </span>
              {step.performed.map((one) => (
                <span key={one.id} className="block text-12 text-text-2">
                  {t("The machine says: {state}", { state: t(performedWords[one.status]) })}
                  {" · "}
                  {joined(one.stationAeTitle, one.startedAt && momentIn(timeZone, one.startedAt))}
                </span>
              ))}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
