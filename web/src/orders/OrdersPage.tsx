import type { ImagingOrder } from "@isocenter/contract";
import { priorities } from "@isocenter/contract/workflow";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useMe } from "../api/client.ts";
import { Button } from "../kit/Button.tsx";
import { momentIn } from "../kit/dates.ts";
import { joined } from "../kit/joined.ts";
import { Pages } from "../kit/Pages.tsx";
import { type RowColumn, RowList } from "../kit/RowList.tsx";
import { EmptyState, ErrorState, NoMatch } from "../kit/States.tsx";
import { useShortcuts } from "../kit/shortcuts.ts";
import { ModalityChip, Tag } from "../kit/Tag.tsx";
import { sexAndAge, totalOf } from "../studies/format.ts";
import { useTimeZone } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import { useMayOrder } from "./may-order.ts";
import { NewOrder } from "./NewOrder.tsx";
import { orderTone, orderWord } from "./order-words.ts";
import { type OrdersState, type OrderView, orderViews } from "./orders-state.ts";
import { PriorityTag } from "./PriorityTag.tsx";
import { priorityWord } from "./priorities.ts";
import { pageSize, useOrders, useStationNames } from "./queries.ts";

const columnsIn = (
  timeZone: string | undefined,
  stationName: ReturnType<typeof useStationNames>,
): RowColumn<ImagingOrder>[] => [
  { title: t("Priority"), width: "5.75rem", cell: ({ priority }) => <PriorityTag priority={priority} /> },
  {
    title: t("Patient"),
    width: "minmax(0, 2fr)",
    whole: true,
    cell: ({ patient }) => (
      <>
        <div className="a" title={patient.name}>
          {patient.name || t("No name")}
        </div>
        <div className="b">
          {joined(sexAndAge(patient, new Date().toISOString().slice(0, 10)), patient.identifier)}
        </div>
      </>
    ),
  },
  {
    title: t("Examination"),
    width: "minmax(0, 2.4fr)",
    whole: true,
    cell: (order) => (
      <>
        <div className="a">
          <ModalityChip modality={order.modality} /> {order.procedureName}
        </div>
        <div className="b">{order.clinicalIndication}</div>
      </>
    ),
  },
  {
    title: t("Appointment"),
    width: "minmax(7.75rem, 1.2fr)",
    cell: (order) =>
      order.scheduledAt ? (
        <>
          <div className="a">{momentIn(timeZone, order.scheduledAt)}</div>
          <div className="b">{stationName(order.stationAeTitle)}</div>
        </>
      ) : (
        <span className="text-12 text-text-3">{t("none yet")}</span>
      ),
  },
  {
    title: t("Asked for by"),
    width: "minmax(0, 1.2fr)",
    wide: true,
    cell: (order) => (
      <>
        <div className="a">{order.provider.name}</div>
        <div className="b">{momentIn(timeZone, order.orderedAt)}</div>
      </>
    ),
  },
  {
    title: t("Accession number"),
    width: "7.5rem",
    wide: true,
    cell: ({ accessionNumber }) => <span className="mono text-12">{accessionNumber}</span>,
  },
  {
    title: t("State"),
    width: "7.25rem",
    cell: ({ status }) => <Tag tone={orderTone(status)}>{orderWord(status)}</Tag>,
  },
];

/** What was asked for, and how far it has come. */
export function OrdersPage() {
  const state = useSearch({ from: "/guarded/shell/orders" });
  const navigate = useNavigate();
  const me = useMe();
  const timeZone = useTimeZone();
  const list = useOrders(state);
  const [selected, setSelected] = useState<string | null>(null);
  const [ordering, setOrdering] = useState(false);
  const may = useMayOrder();
  const stationName = useStationNames(me?.permissions.includes("orders.read") ?? false);
  const go = (search: OrdersState) => void navigate({ to: "/orders", search });
  useShortcuts(
    "Orders",
    may ? [{ caps: ["N"], label: t("new order"), on: ["n"], inBar: true, run: () => setOrdering(true) }] : [],
  );
  if (!me?.permissions.includes("orders.read")) {
    return (
      <EmptyState title={t("Orders are not part of your role")} icon="lock">
        {t("Ask an administrator if you need to see them.")}
      </EmptyState>
    );
  }
  const { offset: _, after: __, ...filters } = state;
  const view = state.view ?? "open";
  const pagination = list.data?.pagination;
  return (
    <section className="flex h-full min-h-0 flex-col" aria-label={t("Orders")}>
      <nav className="tabs" aria-label={t("Views")}>
        {(Object.keys(orderViews) as OrderView[]).map((one) => (
          <Link
            key={one}
            to="/orders"
            search={one === "open" ? {} : { view: one }}
            activeOptions={{ exact: true }}
            aria-current={view === one ? "page" : undefined}
          >
            {t(orderViews[one].label)}
          </Link>
        ))}
        <span className="flex-1" />
        <span className="flex items-center gap-2 pr-2 text-12 text-text-2">
          <label className="flex items-center gap-1.5 max-md:hidden">
            <span className="sr-only">{t("Priority")}</span>
            <select
              className="rounded-m border border-line-2 bg-raised px-1 py-0.5 text-text"
              value={state.priority ?? ""}
              onChange={({ target }) => {
                const { priority: ___, ...rest } = filters;
                go(target.value ? { ...rest, priority: target.value } : rest);
              }}
            >
              <option value="">{t("Every priority")}</option>
              {priorities.map((priority) => (
                <option key={priority} value={priority}>
                  {priorityWord(priority)}
                </option>
              ))}
            </select>
          </label>
          <span role="status">{pagination && totalOf(pagination.total, pagination.totalIsExact)}</span>
          {may && (
            <Button size="s" variant="primary" icon="plus" hotkey="N" onClick={() => setOrdering(true)}>
              {t("New order")}
            </Button>
          )}
        </span>
      </nav>
      {list.isError && !list.data ? (
        <ErrorState
          error={list.error}
          onRetry={() => void list.refetch()}
          safe={t("No order is affected.")}
        />
      ) : list.data?.data.length === 0 ? (
        Object.keys(state).length > 0 ? (
          <NoMatch
            title={t("Nothing here")}
            action={<Button onClick={() => go({})}>{t("Show what is open")}</Button>}
          >
            {t("No order is in this view.")}
          </NoMatch>
        ) : (
          <EmptyState
            title={t("No open orders")}
            action={
              may && (
                <Button icon="plus" onClick={() => setOrdering(true)}>
                  {t("Enter an order")}
                </Button>
              )
            }
          >
            {t("What physicians and other systems ask for appears here by itself.")}
          </EmptyState>
        )
      ) : (
        <RowList
          id="order-list"
          label={t("Orders")}
          group="Orders"
          columns={columnsIn(timeZone, stationName)}
          rows={list.data?.data}
          stale={list.isPlaceholderData}
          selected={selected}
          onSelect={setSelected}
          onOpen={({ id }) => void navigate({ to: "/orders/$orderId", params: { orderId: id } })}
        />
      )}
      {pagination && list.data && list.data.data.length > 0 && (
        <Pages
          group="Orders"
          first={(state.offset ?? 0) + 1}
          shown={list.data.data.length}
          pagination={pagination}
          onFirst={state.after ? () => go(filters) : undefined}
          onNext={(after) => go({ ...filters, after, offset: (state.offset ?? 0) + pageSize })}
        />
      )}
      {ordering && <NewOrder patient={null} onClose={() => setOrdering(false)} />}
    </section>
  );
}
