import type { Patient } from "@isocenter/contract";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useMe } from "../api/client.ts";
import { Button } from "../kit/Button.tsx";
import { dayOf } from "../kit/dates.ts";
import { Icon } from "../kit/Icon.tsx";
import { Pages } from "../kit/Pages.tsx";
import { type RowColumn, RowList } from "../kit/RowList.tsx";
import { EmptyState, ErrorState, NoMatch } from "../kit/States.tsx";
import { useShortcuts } from "../kit/shortcuts.ts";
import { Tag } from "../kit/Tag.tsx";
import { ageAt, totalOf } from "../studies/format.ts";
import { useToday } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import { PatientForm } from "./PatientForm.tsx";
import { nameOf, sexWordOf } from "./patient-words.ts";
import type { PatientsState } from "./patients-state.ts";
import { pageSize, usePatients } from "./queries.ts";

const columnsAt = (today: string): RowColumn<Patient>[] => [
  {
    title: t("Patient"),
    width: "minmax(0, 2.4fr)",
    whole: true,
    cell: (patient) => (
      <div className="a flex items-center gap-2">
        <span className="truncate">{nameOf(patient) || t("No name")}</span>
        {patient.vip && <Tag tone="urg">{t("watched")}</Tag>}
        {patient.provisional && <Tag tone="crit">{t("identity in doubt")}</Tag>}
      </div>
    ),
  },
  {
    title: t("Sex"),
    width: "5.625rem",
    wide: true,
    cell: ({ sex }) => <span className="text-12">{sexWordOf(sex)}</span>,
  },
  {
    title: t("Birth date"),
    width: "9.375rem",
    cell: ({ birthDate }) => (
      <span className="text-12 tabular-nums max-md:inline-block max-md:min-w-36">
        {birthDate ? dayOf(birthDate) : t("not known")}{" "}
        <span className="text-text-3">{ageAt(birthDate, today)}</span>
      </span>
    ),
  },
  {
    title: t("Identifiers"),
    width: "minmax(0, 1.6fr)",
    cell: ({ identifiers }) => (
      <>
        <div className="a mono">{identifiers[0]?.value}</div>
        <div className="b">
          {identifiers
            .map(({ issuer }) => issuer)
            .filter(Boolean)
            .join(", ")}
        </div>
      </>
    ),
  },
  {
    title: t("Phone"),
    width: "minmax(0, 1fr)",
    wide: true,
    cell: ({ phone }) => <span className="text-12 text-text-2">{phone}</span>,
  },
];

const debounceMs = 220;

/** Whom the department knows. */
export function PatientsPage() {
  const state = useSearch({ from: "/guarded/shell/patients" });
  const navigate = useNavigate();
  const me = useMe();
  const today = useToday();
  const list = usePatients(state);
  const [selected, setSelected] = useState<string | null>(null);
  const [registering, setRegistering] = useState(false);
  const may = me?.permissions.includes("patients.write") ?? false;
  const open = (id: string) => void navigate({ to: "/patients/$patientId", params: { patientId: id } });
  const go = (search: PatientsState) => void navigate({ to: "/patients", search });
  useShortcuts("Patients", [
    ...(may
      ? [{ caps: ["N"], label: t("new patient"), on: ["n"], inBar: true, run: () => setRegistering(true) }]
      : []),
    {
      caps: ["F"],
      label: t("search the list"),
      on: ["f"],
      inBar: true,
      run: () => document.getElementById("patient-search")?.focus(),
    },
  ]);
  if (!me?.permissions.includes("patients.read")) {
    return (
      <EmptyState title={t("Patients are not part of your role")} icon="lock">
        {t("Ask an administrator if you need to see them.")}
      </EmptyState>
    );
  }
  const pagination = list.data?.pagination;
  const { query } = state;
  return (
    <section className="flex h-full min-h-0 flex-col" aria-label={t("Patients")}>
      <div className="flex min-h-10 flex-wrap items-center gap-2 border-b border-line px-4 py-1.5">
        <PatientSearch
          query={query ?? ""}
          onSearch={(text) =>
            void navigate({ to: "/patients", search: text ? { query: text } : {}, replace: true })
          }
        />
        <span className="flex-1" />
        <span className="text-12 text-text-2" role="status">
          {pagination && totalOf(pagination.total, pagination.totalIsExact)}
        </span>
        {may && (
          <Button size="s" variant="primary" icon="plus" hotkey="N" onClick={() => setRegistering(true)}>
            {t("New patient")}
          </Button>
        )}
      </div>
      {list.isError && !list.data ? (
        <ErrorState
          error={list.error}
          onRetry={() => void list.refetch()}
          safe={t("No patient is affected.")}
        />
      ) : list.data?.data.length === 0 ? (
        query ? (
          <NoMatch
            title={t("Nobody of this name or number")}
            action={
              may ? (
                <Button icon="plus" onClick={() => setRegistering(true)}>
                  {t("Register a new patient")}
                </Button>
              ) : (
                <Button onClick={() => go({})}>{t("Show everybody")}</Button>
              )
            }
          >
            {t("Names are found by their beginnings, without accents and case; numbers as they are.")}
          </NoMatch>
        ) : (
          <EmptyState
            title={t("No patients yet")}
            icon="person"
            action={
              may && (
                <Button icon="plus" onClick={() => setRegistering(true)}>
                  {t("Register the first")}
                </Button>
              )
            }
          >
            {t(
              "Patients come with their first images, with orders of other systems, or are registered here.",
            )}
          </EmptyState>
        )
      ) : (
        <RowList
          id="patient-list"
          label={t("Patients")}
          group="Patients"
          columns={columnsAt(today)}
          rows={list.data?.data}
          stale={list.isPlaceholderData}
          selected={selected}
          onSelect={setSelected}
          onOpen={({ id }) => open(id)}
        />
      )}
      {pagination && list.data && list.data.data.length > 0 && (
        <Pages
          group="Patients"
          first={(state.offset ?? 0) + 1}
          shown={list.data.data.length}
          pagination={pagination}
          onFirst={state.after ? () => go(query ? { query } : {}) : undefined}
          onNext={(after) =>
            go({ ...(query ? { query } : {}), after, offset: (state.offset ?? 0) + pageSize })
          }
        />
      )}
      {registering && (
        <PatientForm
          patient={null}
          name={query ?? ""}
          onClose={() => setRegistering(false)}
          onDone={({ id }) => open(id)}
          onFound={({ id }) => open(id)}
        />
      )}
    </section>
  );
}

/** Narrows the list as one types; the address keeps the text. */
function PatientSearch({ query, onSearch }: { query: string; onSearch: (text: string) => void }) {
  const [text, setText] = useState(query);
  const input = useRef<HTMLInputElement>(null);
  const latest = useRef(onSearch);
  latest.current = onSearch;
  const sent = useRef(query);
  // What changed the address was somebody else: a step back, a link.
  useEffect(() => {
    if (query === sent.current) return;
    sent.current = query;
    setText(query);
  }, [query]);
  useEffect(() => {
    if (text.trim() === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text.trim();
      latest.current(sent.current);
    }, debounceMs);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div className="search">
      <Icon name="search" size="s" />
      <input
        ref={input}
        id="patient-search"
        type="search"
        value={text}
        maxLength={128}
        placeholder={t("Name, identifier")}
        aria-label={t("Search patients by name or identifier")}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown" || event.key === "Enter") {
            event.preventDefault();
            document.getElementById("patient-list")?.focus();
          }
          if (event.key === "Escape") setText("");
        }}
      />
    </div>
  );
}
