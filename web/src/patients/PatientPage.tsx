import type { Patient } from "@isocenter/contract";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useMe } from "../api/client.ts";
import { ApiError } from "../api/problem.ts";
import { Button } from "../kit/Button.tsx";
import { Skeleton } from "../kit/Skeleton.tsx";
import { ErrorState } from "../kit/States.tsx";
import { useShortcuts } from "../kit/shortcuts.ts";
import { Tag } from "../kit/Tag.tsx";
import { useMayOrder } from "../orders/may-order.ts";
import { NewOrder } from "../orders/NewOrder.tsx";
import { useToday } from "../studies/queries.ts";
import { message, t } from "../words/words.ts";
import { AccessLog } from "./AccessLog.tsx";
import { BreakGlass } from "./BreakGlass.tsx";
import { MergeDialog } from "./MergeDialog.tsx";
import { Merges } from "./Merges.tsx";
import { Account, NeedsAttention, Upcoming } from "./PatientCards.tsx";
import { PatientForm } from "./PatientForm.tsx";
import { PatientOrders } from "./PatientOrders.tsx";
import { nameOf, personLine } from "./patient-words.ts";
import type { PatientTab } from "./patients-state.ts";
import { usePatient } from "./queries.ts";
import { Timeline } from "./Timeline.tsx";
import "./patients.css";
import { dayOf } from "../kit/dates.ts";

const tabWords: Readonly<Record<PatientTab, string>> = {
  timeline: message("Timeline"),
  orders: message("Orders"),
  accesses: message("Who looked"),
};

/** One patient: who it is, and all that happened here. */
export function PatientPage() {
  const { patientId } = useParams({ from: "/guarded/shell/patients/$patientId" });
  const patient = usePatient(patientId);
  const may = useMe()?.permissions ?? [];
  if (patient.isError && !patient.data) {
    // Who is not in one's care is not told apart from who is not here; with a reason one may look all the same.
    if (patient.error instanceof ApiError && patient.error.status === 404 && may.includes("break-glass"))
      return <BreakGlass patientId={patientId} />;
    return <ErrorState error={patient.error} onRetry={() => void patient.refetch()} />;
  }
  if (!patient.data) {
    return (
      <div className="p-6" aria-busy="true">
        <Skeleton width="40%" height={24} />
      </div>
    );
  }
  return <Loaded key={patient.data.id} patient={patient.data} />;
}

function Loaded({ patient }: { patient: Patient }) {
  const { tab = "timeline" } = useSearch({ from: "/guarded/shell/patients/$patientId" });
  const navigate = useNavigate();
  const me = useMe();
  const [editing, setEditing] = useState(false);
  const [merging, setMerging] = useState(false);
  const [ordering, setOrdering] = useState(false);
  const granted = me?.permissions ?? [];
  const mayOrder = useMayOrder();
  const mayChange = patient.actions.includes("change");
  const tabs: PatientTab[] = [
    "timeline",
    ...(granted.includes("orders.read") ? (["orders"] as const) : []),
    ...(granted.includes("audit.read") ? (["accesses"] as const) : []),
  ];
  const show = (next: PatientTab) =>
    void navigate({
      to: "/patients/$patientId",
      params: { patientId: patient.id },
      search: next === "timeline" ? {} : { tab: next },
      replace: true,
    });
  const turn = (by: number) => show(tabs[(tabs.indexOf(tab) + by + tabs.length) % tabs.length] ?? "timeline");
  useShortcuts("Patient", [
    ...(mayOrder
      ? [{ caps: ["N"], label: t("new order"), on: ["n"], inBar: true, run: () => setOrdering(true) }]
      : []),
    ...(mayChange
      ? [{ caps: ["E"], label: t("edit"), on: ["e"], inBar: true, run: () => setEditing(true) }]
      : []),
    { caps: ["[", "]"], label: t("tabs"), inBar: true },
    { caps: ["["], label: t("tab before"), on: ["["], run: () => turn(-1) },
    { caps: ["]"], label: t("next tab"), on: ["]"], run: () => turn(1) },
    {
      caps: ["Esc"],
      label: t("back to the list"),
      on: ["escape"],
      run: () => void navigate({ to: "/patients", search: {} }),
    },
  ]);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <Banner patient={patient}>
        {patient.actions.includes("merge") && (
          <Button size="l" onClick={() => setMerging(true)}>
            {t("Merge")}
          </Button>
        )}
        {mayChange && (
          <Button size="l" hotkey="E" onClick={() => setEditing(true)}>
            {t("Edit")}
          </Button>
        )}
        {mayOrder && (
          <Button size="l" variant="primary" icon="plus" hotkey="N" onClick={() => setOrdering(true)}>
            {t("New order")}
          </Button>
        )}
      </Banner>
      <nav className="tabs" aria-label={t("Parts of the record")}>
        {tabs.map((one) => (
          <Link
            key={one}
            to="/patients/$patientId"
            params={{ patientId: patient.id }}
            search={one === "timeline" ? {} : { tab: one }}
            activeOptions={{ exact: true }}
            aria-current={one === tab ? "page" : undefined}
          >
            {t(tabWords[one])}
          </Link>
        ))}
      </nav>
      <div className="patient-desk">
        <div className="min-h-0 min-w-0 overflow-auto">
          {tab === "timeline" && <Timeline patientId={patient.id} />}
          {tab === "orders" && <PatientOrders patientId={patient.id} />}
          {tab === "accesses" && <AccessLog patientId={patient.id} />}
        </div>
        <Beside patient={patient} />
      </div>
      {editing && (
        <PatientForm patient={patient} onClose={() => setEditing(false)} onDone={() => setEditing(false)} />
      )}
      {merging && <MergeDialog patient={patient} onClose={() => setMerging(false)} />}
      {ordering && <NewOrder patient={patient} onClose={() => setOrdering(false)} />}
    </div>
  );
}

function Banner({ patient, children }: { patient: Patient; children: React.ReactNode }) {
  const today = useToday();
  return (
    <header className="patient-banner">
      <div className="min-w-0">
        <h2 className="flex flex-wrap items-center gap-2 text-20 font-semibold [overflow-wrap:anywhere]">
          {nameOf(patient) || t("No name")}
          <span className="text-13 font-normal text-text-2">{personLine(patient, today)}</span>
        </h2>
        <p className="flex flex-wrap gap-x-3 text-12 text-text-2">
          {patient.identifiers.map(({ value, issuer }) => (
            <span key={`${issuer} ${value}`}>
              <span className="mono text-text">{value}</span> {issuer}
            </span>
          ))}
          {patient.phone && <span>{patient.phone}</span>}
        </p>
      </div>
      <span className="flex flex-wrap gap-1.5">
        {patient.vip && (
          <Tag tone="urg" icon="eye">
            {t("watched: every look is told")}
          </Tag>
        )}
        {patient.provisional && (
          <Tag tone="crit" icon="alert">
            {t("identity in doubt")}
          </Tag>
        )}
        {patient.mergedInto && (
          <Link to="/patients/$patientId" params={{ patientId: patient.mergedInto }} className="tag urg">
            {t("merged into another patient: open")}
          </Link>
        )}
      </span>
      <span className="flex-1" />
      <span className="flex flex-wrap gap-2">{children}</span>
    </header>
  );
}

function Beside({ patient }: { patient: Patient }) {
  const granted = useMe()?.permissions ?? [];
  return (
    <aside className="patient-aside" aria-label={t("The patient at a glance")}>
      {granted.includes("findings.read") && <NeedsAttention patientId={patient.id} />}
      {granted.includes("orders.read") && <Upcoming patientId={patient.id} />}
      {granted.includes("bills.read") && <Account patientId={patient.id} />}
      <section className="card-box">
        <h3>{t("Identity")}</h3>
        <dl className="kv">
          {[
            [t("Name"), [patient.prefix, nameOf(patient), patient.suffix].filter(Boolean).join(" ")],
            [t("Birth date"), patient.birthDate && dayOf(patient.birthDate)],
            [t("Phone"), patient.phone],
            [t("E-mail"), patient.email],
            [t("Address"), patient.address],
          ].map(([label, value]) => (
            <div key={label} className="contents">
              <dt>{label}</dt>
              <dd className="[overflow-wrap:anywhere]">
                {value || <span className="text-text-3">{t("not known")}</span>}
              </dd>
            </div>
          ))}
        </dl>
      </section>
      {patient.actions.includes("change") && (
        <Link
          to="/administration/$section"
          params={{ section: "care-teams" }}
          search={{ patient: patient.id }}
          className="btn justify-self-start"
        >
          {t("Care team")}
        </Link>
      )}
      {patient.actions.includes("merge") && <Merges patient={patient} />}
    </aside>
  );
}
