import type { ImagingOrder, Schedule } from "@isocenter/contract";
import { Link } from "@tanstack/react-router";
import { span } from "../calendar/clock.ts";
import { Button, IconButton } from "../kit/Button.tsx";
import { CopyButton } from "../kit/CopyButton.tsx";
import { dayOf, momentIn } from "../kit/dates.ts";
import { Icon } from "../kit/Icon.tsx";
import { ModalityChip, Tag } from "../kit/Tag.tsx";
import { orderLooks } from "../orders/order-words.ts";
import { priorityLooks } from "../orders/priorities.ts";
import { sexAndAge } from "../studies/format.ts";
import { t } from "../words/words.ts";
import { Images } from "./Images.tsx";
import { useProcedure, useStudiesOf } from "./queries.ts";
import { Waiting } from "./StationList.tsx";
import { Steps } from "./Steps.tsx";
import type { Examination } from "./station.ts";

/** What may be done with the order, as its `actions` call it. */
export type Wish = "arrive" | "start" | "perform" | "discontinue" | "no-show";

/** One examination: who it is, what is asked, what has arrived, and the next step. */
export function ExaminationPanel({
  examination,
  day,
  now,
  others,
  onWish,
  onClose,
}: {
  examination: Examination;
  day: Schedule;
  now: number;
  others: readonly Examination[];
  onWish: (wish: Wish) => void;
  onClose: () => void;
}) {
  const { order } = examination;
  const { patient } = order;
  const look = orderLooks[order.status];
  const priority = priorityLooks[order.priority];
  return (
    <aside className="station-panel" aria-label={t("Examination: {patient}", { patient: patient.name })}>
      <header>
        <div className="flex flex-wrap items-center gap-2">
          <Tag tone={look.tone} icon={look.icon}>
            {t(look.word)}
          </Tag>
          <span className={`sev ${priority.tone}`}>
            <Icon name={priority.icon} className="sev-mark" />
            {t(priority.word)}
          </span>
          <Waiting examination={examination} now={now} />
          <span className="flex-1" />
          <IconButton icon="x" label={t("Close the panel, Escape")} onClick={onClose} />
        </div>
        <h2 className="station-who">{patient.name}</h2>
        <p className="station-ids">
          <span>
            {patient.birthDate
              ? t("born {date}", { date: dayOf(patient.birthDate) })
              : t("birth date not known")}
          </span>
          <span>{sexAndAge(patient, day.date)}</span>
          <span className="mono">{patient.identifier}</span>
          <Link
            to="/patients/$patientId"
            params={{ patientId: patient.id }}
            search={{}}
            className="link text-12"
          >
            {t("Record and earlier examinations")}
          </Link>
        </p>
        {patient.provisional && (
          <p className="note crit mt-2" role="note">
            {t("This record is provisional: whose it is is not settled yet.")}
          </p>
        )}
      </header>
      <div className="station-body">
        <Images order={order} others={others} />
        <Details order={order} day={day} examination={examination} />
        <Steps orderId={order.id} />
      </div>
      <Mended order={order} />
      <Moves order={order} onWish={onWish} />
    </aside>
  );
}

function Details({
  order,
  day,
  examination,
}: {
  order: ImagingOrder;
  day: Schedule;
  examination: Examination;
}) {
  const procedure = useProcedure(order.procedureId);
  const end = new Date(Date.parse(examination.startsAt) + order.durationMinutes * 60_000).toISOString();
  const rows: [string, string | null | undefined][] = [
    [t("Question"), order.clinicalIndication],
    [t("Notes"), order.notes],
    [t("Preparation"), procedure.data?.preparation],
    [t("Protocol"), procedure.data?.protocol],
    [t("Body part"), order.bodyPart],
    [t("Reason"), order.statusReason],
    [t("When"), order.scheduledAt && span(day.timeZone, examination.startsAt, end)],
    [t("Station"), examination.station?.name ?? (order.startedAt ? null : t("any that can do it"))],
    [t("Asked by"), order.provider.name],
    [t("Arrived"), order.arrivedAt && momentIn(day.timeZone, order.arrivedAt)],
  ];
  return (
    <section aria-label={t("Request")}>
      <h3 className="station-title">
        <ModalityChip modality={order.modality} /> {order.procedureName}
      </h3>
      <dl className="kv mt-2">
        {rows.map(
          ([label, value]) =>
            value && (
              <div key={label} className="contents">
                <dt>{label}</dt>
                <dd className="whitespace-pre-line [overflow-wrap:anywhere]">{value}</dd>
              </div>
            ),
        )}
        <dt>{t("Accession number")}</dt>
        <dd className="flex items-center gap-1">
          <span className="mono">{order.accessionNumber}</span>
          <CopyButton text={order.accessionNumber} what={t("the accession number")} className="-my-1.5" />
        </dd>
      </dl>
    </section>
  );
}

/** How the work goes on where it was begun with the wrong person: no order goes back, and whoever waits is not forgotten. */
function Mended({ order }: { order: ImagingOrder }) {
  const { loaded, mine } = useStudiesOf(order);
  if (order.status === "IN_PROGRESS")
    return (
      <p className="station-mended">
        {t(
          "Begun with the wrong patient? There is no way back: give the images to whom they are of under “Wrong patient”, break off with that reason, and have the examination ordered again.",
        )}
      </p>
    );
  const undone = order.status === "DISCONTINUED" || order.status === "CANCELLED";
  if (!undone && !(order.status === "PERFORMED" && loaded && mine.length === 0)) return null;
  return (
    <p className="station-mended">
      {undone
        ? t("Nothing more is done under this order. Whoever is to be examined after all needs another.")
        : t(
            "No image of this examination is here. Whoever is to be examined after all needs another order.",
          )}{" "}
      <Link to="/orders/$orderId" params={{ orderId: order.id }} className="link">
        {t("To the order")}
      </Link>
    </p>
  );
}

/** The next step stands first and is the one that the eye finds. */
function Moves({ order, onWish }: { order: ImagingOrder; onWish: (wish: Wish) => void }) {
  const can = (action: string) => order.actions.includes(action);
  const any = (["arrive", "start", "perform", "discontinue", "no-show"] as const).some(can);
  if (!any) return null;
  return (
    <footer className="station-moves">
      {can("arrive") && (
        <Button variant="primary" size="l" hotkey="A" onClick={() => onWish("arrive")}>
          {t("Has arrived")}
        </Button>
      )}
      {can("start") && (
        <Button variant="primary" size="l" hotkey="S" onClick={() => onWish("start")}>
          {t("Check identity and start")}
        </Button>
      )}
      {can("perform") && (
        <Button variant="primary" size="l" hotkey="E" onClick={() => onWish("perform")}>
          {t("End the examination")}
        </Button>
      )}
      <span className="flex-1" />
      {can("no-show") && (
        <Button size="l" hotkey="N" onClick={() => onWish("no-show")}>
          {t("Did not come")}
        </Button>
      )}
      {can("discontinue") && (
        <Button size="l" variant="danger" hotkey="B" onClick={() => onWish("discontinue")}>
          {t("Break off")}
        </Button>
      )}
    </footer>
  );
}
