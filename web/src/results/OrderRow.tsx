import type { ImagingOrder } from "@isocenter/contract";
import { momentIn } from "../kit/dates.ts";
import { joined } from "../kit/joined.ts";
import { ModalityChip, Tag, type Tone } from "../kit/Tag.tsx";
import { sexAndAge } from "../studies/format.ts";
import { useTimeZone } from "../studies/queries.ts";
import { message, t } from "../words/words.ts";

const states: Readonly<Record<ImagingOrder["status"], { word: string; tone: Tone }>> = {
  PENDING: { word: message("Not scheduled yet"), tone: "line" },
  SCHEDULED: { word: message("Has an appointment"), tone: "line" },
  ARRIVED: { word: message("The patient has arrived"), tone: "beam" },
  IN_PROGRESS: { word: message("Being examined"), tone: "beam" },
  PERFORMED: { word: message("Waits for its report"), tone: "beam" },
  COMPLETED: { word: message("Reported"), tone: "ok" },
  ON_HOLD: { word: message("On hold"), tone: "urg" },
  CANCELLED: { word: message("Order cancelled"), tone: "line" },
  NO_SHOW: { word: message("The patient did not come"), tone: "urg" },
  DISCONTINUED: { word: message("Broken off"), tone: "urg" },
};

/** An order of one's own, and how far it has come. */
export function OrderRow({ order }: { order: ImagingOrder }) {
  const timeZone = useTimeZone();
  const { word, tone } = states[order.status];
  const when =
    order.status === "SCHEDULED" && order.scheduledAt
      ? momentIn(timeZone, order.scheduledAt)
      : t("asked for {when}", { when: momentIn(timeZone, order.orderedAt) });
  return (
    <li className="order-row">
      <span className="min-w-0">
        <span className="block text-14 font-medium">{order.patient.name}</span>
        <span className="block text-12 text-text-2">
          <ModalityChip modality={order.modality} /> {order.procedureName}
        </span>
        <span className="block text-12 text-text-3">
          {joined(sexAndAge(order.patient, order.orderedAt.slice(0, 10)), order.patient.identifier, when)}
        </span>
        {order.statusReason && <span className="block text-12 text-urg">{order.statusReason}</span>}
      </span>
      <Tag tone={tone}>{t(word)}</Tag>
    </li>
  );
}
