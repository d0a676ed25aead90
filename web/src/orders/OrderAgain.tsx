import type { ImagingOrder } from "@isocenter/contract";
import { useState } from "react";
import { Button } from "../kit/Button.tsx";
import { usePatient } from "../patients/queries.ts";
import { t } from "../words/words.ts";
import { useMayOrder } from "./may-order.ts";
import { NewOrder } from "./NewOrder.tsx";

/** From an order that has ended there is no way back; the same can be asked for once more, under a number of its own. */
export function OrderAgain({ order }: { order: ImagingOrder }) {
  const may = useMayOrder();
  const [ordering, setOrdering] = useState(false);
  if (!may) return null;
  return (
    <div>
      <Button size="l" icon="retry" onClick={() => setOrdering(true)}>
        {t("Order it again")}
      </Button>
      {ordering && <Again order={order} onClose={() => setOrdering(false)} />}
    </div>
  );
}

function Again({ order, onClose }: { order: ImagingOrder; onClose: () => void }) {
  const patient = usePatient(order.patientId);
  return patient.data ? <NewOrder patient={patient.data} like={order} onClose={onClose} /> : null;
}
