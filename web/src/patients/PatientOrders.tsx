import { Link } from "@tanstack/react-router";
import { momentIn } from "../kit/dates.ts";
import { Skeleton } from "../kit/Skeleton.tsx";
import { EmptyState, ErrorState } from "../kit/States.tsx";
import { ModalityChip, Tag } from "../kit/Tag.tsx";
import { orderTone, orderWord } from "../orders/order-words.ts";
import { usePatientOrders } from "../orders/queries.ts";
import { useTimeZone } from "../studies/queries.ts";
import { t } from "../words/words.ts";

/** What was asked for of one patient. */
export function PatientOrders({ patientId }: { patientId: string }) {
  const orders = usePatientOrders(patientId);
  const timeZone = useTimeZone();
  if (orders.isError && !orders.data)
    return <ErrorState error={orders.error} onRetry={() => void orders.refetch()} />;
  if (!orders.data) return <Skeleton width="60%" height={40} />;
  if (orders.data.data.length === 0)
    return (
      <EmptyState title={t("No orders")} icon="calendar">
        {t("What is asked for of this patient stands here.")}
      </EmptyState>
    );
  return (
    <ul className="timeline" aria-label={t("Orders")}>
      {orders.data.data.map((order) => (
        <li key={order.id}>
          <Link to="/orders/$orderId" params={{ orderId: order.id }} className="timeline-card">
            <ModalityChip modality={order.modality} />
            <span className="min-w-0 flex-1 text-13 font-medium">{order.procedureName}</span>
            <span className="text-12 text-text-2">
              {order.scheduledAt ? momentIn(timeZone, order.scheduledAt) : t("no appointment yet")}
            </span>
            <span className="mono text-12 text-text-3">{order.accessionNumber}</span>
            <Tag tone={orderTone(order.status)}>{orderWord(order.status)}</Tag>
          </Link>
        </li>
      ))}
    </ul>
  );
}
