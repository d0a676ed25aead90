import type { ImagingOrder } from "@isocenter/contract";
import { type OrderStatus, orderTransitions } from "@isocenter/contract/workflow";
import { Link, useParams } from "@tanstack/react-router";
import { Suspense, useState } from "react";
import { useMe } from "../api/client.ts";
import { lazily } from "../api/loaded.ts";
import { ApiError } from "../api/problem.ts";
import { Button } from "../kit/Button.tsx";
import { momentIn } from "../kit/dates.ts";
import { ReasonDialog } from "../kit/forms.tsx";
import { Skeleton } from "../kit/Skeleton.tsx";
import { ErrorState } from "../kit/States.tsx";
import { useShortcuts } from "../kit/shortcuts.ts";
import { ModalityChip, Tag } from "../kit/Tag.tsx";
import { toast } from "../kit/toast.ts";
import { sexAndAge } from "../studies/format.ts";
import { useTimeZone, useToday } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import { CameOfIt } from "./CameOfIt.tsx";
import { OrderAgain } from "./OrderAgain.tsx";
import {
  appointmentWords,
  hasEnded,
  missedWords,
  moveWord,
  orderTone,
  orderWord,
  way,
} from "./order-words.ts";
import { PriorityTag } from "./PriorityTag.tsx";
import { changeOrder, useOrder, useStationNames } from "./queries.ts";
import { RequestPaper } from "./RequestPaper.tsx";
import "./orders.css";

const Appoint = lazily(() => import("./Appoint.tsx"));

/** One order: how far it is, and what may be done with it. */
export function OrderPage() {
  const { orderId } = useParams({ from: "/guarded/shell/orders/$orderId" });
  const order = useOrder(orderId);
  if (order.isError && !order.data)
    return <ErrorState error={order.error} onRetry={() => void order.refetch()} />;
  if (!order.data) {
    return (
      <div className="p-6" aria-busy="true">
        <Skeleton width="40%" height={24} />
      </div>
    );
  }
  return <Loaded order={order.data} />;
}

function Loaded({ order }: { order: ImagingOrder }) {
  const today = useToday();
  const stationName = useStationNames();
  const granted = useMe()?.permissions ?? [];
  return (
    <article className="order-page" aria-label={t("Order")}>
      <header className="order-head">
        <div className="min-w-0">
          <h2 className="text-20 font-semibold [overflow-wrap:anywhere]">
            <ModalityChip modality={order.modality} /> {order.procedureName}
          </h2>
          <p className="text-12 text-text-2">
            {granted.includes("patients.read") ? (
              <Link to="/patients/$patientId" params={{ patientId: order.patientId }} className="link">
                {order.patient.name}
              </Link>
            ) : (
              order.patient.name
            )}{" "}
            · {sexAndAge(order.patient, today)} · <span className="mono">{order.patient.identifier}</span>
          </p>
        </div>
        <PriorityTag priority={order.priority} />
        <Tag tone={orderTone(order.status)}>{orderWord(order.status)}</Tag>
        <span className="flex-1" />
        <Button icon="file" onClick={() => print()}>
          {t("Print the request")}
        </Button>
      </header>
      <Way order={order} />
      {order.statusReason && (
        <p className="note plain">
          {t("Reason:")} {order.statusReason}
        </p>
      )}
      <Moves order={order} />
      <Details order={order} />
      <CameOfIt order={order} />
      <RequestPaper order={order} station={stationName(order.stationAeTitle) ?? ""} />
    </article>
  );
}

/** The states on the way, which have been reached and when. */
function Way({ order }: { order: ImagingOrder }) {
  const timeZone = useTimeZone();
  const at: Partial<Record<OrderStatus, string | null>> = {
    PENDING: order.orderedAt,
    SCHEDULED: order.scheduledAt,
    ARRIVED: order.arrivedAt,
    IN_PROGRESS: order.startedAt,
    PERFORMED: order.performedAt,
    COMPLETED: order.completedAt,
  };
  const reached = way.indexOf(order.status);
  return (
    <ol className="order-way" aria-label={t("How far it is")}>
      {way.map((status, index) => {
        const past = reached >= 0 ? index <= reached : Boolean(at[status]);
        return (
          <li
            key={status}
            className={past ? "past" : ""}
            aria-current={status === order.status ? "step" : undefined}
          >
            <span className="text-12 font-medium">
              {status === "PENDING" ? t("Ordered") : orderWord(status)}
            </span>
            <span className="text-11 text-text-3">{at[status] ? momentIn(timeZone, at[status]) : ""}</span>
          </li>
        );
      })}
    </ol>
  );
}

const wantsReason: readonly OrderStatus[] = ["CANCELLED", "ON_HOLD", "DISCONTINUED"];
/** These are made by an appointment, and by the report. */
const madeElsewhere: readonly OrderStatus[] = ["SCHEDULED", "COMPLETED"];

/** What this person may do with the order now. */
function Moves({ order }: { order: ImagingOrder }) {
  const [asking, setAsking] = useState<OrderStatus | null>(null);
  const [busy, setBusy] = useState(false);
  const [appointing, setAppointing] = useState(false);
  const mayAppoint = order.actions.includes("schedule") || order.actions.includes("reschedule");
  useShortcuts(
    t("Order"),
    mayAppoint
      ? [
          {
            caps: ["M"],
            label: order.actions.includes("schedule") ? t("find a slot") : t("move the appointment"),
            on: ["m"],
            inBar: true,
            run: () => setAppointing(true),
          },
        ]
      : [],
  );
  const actionOf: Readonly<Record<string, string>> = {
    PENDING: "release",
    ARRIVED: "arrive",
    IN_PROGRESS: "start",
    PERFORMED: "perform",
    ON_HOLD: "hold",
    CANCELLED: "cancel",
    NO_SHOW: "no-show",
    DISCONTINUED: "discontinue",
  };
  const moves = orderTransitions[order.status].filter(
    (status) => !madeElsewhere.includes(status) && order.actions.includes(actionOf[status] ?? ""),
  );
  const move = async (status: OrderStatus, reason?: string) => {
    setBusy(true);
    try {
      await changeOrder(order.id, { status, expectedVersion: order.version, ...(reason ? { reason } : {}) });
      setAsking(null);
      toast({ title: orderWord(status), tone: "ok" });
    } catch (error) {
      const detail = error instanceof ApiError ? error.detail : "";
      toast({ title: t("That did not work"), detail: detail || t("Nothing was changed."), tone: "urg" });
    } finally {
      setBusy(false);
    }
  };
  if (moves.length === 0 && !mayAppoint) return hasEnded(order.status) ? <OrderAgain order={order} /> : null;
  return (
    <section className="flex flex-wrap gap-2" aria-label={t("What may be done")}>
      {mayAppoint && (
        <Button
          size="l"
          icon="calendar"
          hotkey="M"
          {...(order.actions.includes("schedule") ? { variant: "primary" as const } : {})}
          onClick={() => setAppointing(true)}
        >
          {order.actions.includes("schedule") ? t("Find a slot") : t("Move the appointment")}
        </Button>
      )}
      {appointing && (
        <Suspense fallback={null}>
          <Appoint order={order} onClose={() => setAppointing(false)} />
        </Suspense>
      )}
      {moves.map((status, index) => (
        <Button
          key={status}
          size="l"
          busy={busy}
          variant={
            status === "CANCELLED" || status === "DISCONTINUED"
              ? "danger"
              : index === 0 && !order.actions.includes("schedule")
                ? "primary"
                : undefined
          }
          onClick={() => (wantsReason.includes(status) ? setAsking(status) : void move(status))}
        >
          {moveWord(status)}
        </Button>
      ))}
      {order.status === "ARRIVED" && moves.includes("CANCELLED") && (
        <p className="basis-full text-12 text-text-2">
          {t(
            "Marked as arrived by mistake? There is no way back: cancel this order with that reason, and order the examination anew.",
          )}
        </p>
      )}
      {asking && (
        <ReasonDialog
          title={moveWord(asking)}
          description={t("The reason is kept with the order.")}
          submit={moveWord(asking)}
          danger
          busy={busy}
          onClose={() => setAsking(null)}
          onSubmit={(reason) => void move(asking, reason)}
        />
      )}
    </section>
  );
}

function Details({ order }: { order: ImagingOrder }) {
  const timeZone = useTimeZone();
  const stationName = useStationNames();
  const rows: [string, string | null][] = [
    [t("Clinical question"), order.clinicalIndication],
    [t("Asked for by"), order.provider.name],
    [t("Accession number"), order.accessionNumber],
    [t("Placer’s number"), order.placerOrderNumber],
    [t("Appointment"), appointmentWords(order, timeZone, stationName(order.stationAeTitle))],
    [t("Did not come"), missedWords(order, timeZone)],
    [t("Body part"), order.bodyPart],
    [t("Code"), order.procedureCode],
    [t("Notes for the front desk and the technologist"), order.notes],
  ];
  return (
    <section className="card-box" aria-label={t("Details")}>
      <dl className="kv">
        {rows
          .filter(([, value]) => value)
          .map(([label, value]) => (
            <div key={label} className="contents">
              <dt>{label}</dt>
              <dd className="whitespace-pre-line [overflow-wrap:anywhere]">{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}
