import type { ImagingOrder } from "@isocenter/contract";
import { momentIn } from "../kit/dates.ts";
import { joined } from "../kit/joined.ts";
import { ModalityChip, Tag } from "../kit/Tag.tsx";
import { orderLooks } from "../orders/order-words.ts";
import { sexAndAge } from "../studies/format.ts";
import { useTimeZone } from "../studies/queries.ts";
import { t } from "../words/words.ts";

/** An order of one's own, and how far it has come. */
export function OrderRow({ order }: { order: ImagingOrder }) {
  const timeZone = useTimeZone();
  const { word, tone } = orderLooks[order.status];
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
