import type { Patient } from "@isocenter/contract";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { Button } from "../../kit/Button.tsx";
import { ConfirmDialog } from "../../kit/ConfirmDialog.tsx";
import { FormDialog } from "../../kit/forms.tsx";
import { useRun } from "../../kit/run.ts";
import { EmptyState } from "../../kit/States.tsx";
import { useShortcuts } from "../../kit/shortcuts.ts";
import { nameOf, personLine } from "../../patients/patient-words.ts";
import { useToday } from "../../studies/queries.ts";
import { t } from "../../words/words.ts";
import { PatientSearch } from "../archive/Pick.tsx";
import { Listing } from "../parts/Listing.tsx";
import { Card, Page } from "../parts/Page.tsx";
import { usePages } from "../parts/pages.ts";
import { Table, Two } from "../parts/Table.tsx";

const watch = async (id: string, vip: boolean, version?: number) => {
  const path = { params: { path: { id } } };
  const expectedVersion = version ?? (await answerOf(api.GET("/api/v1/patients/{id}", path))).version;
  return await answerOf(api.PATCH("/api/v1/patients/{id}", { ...path, body: { vip, expectedVersion } }));
};

/** Patients whose records draw the curious: looks at them are told to the privacy officer. */
export default function WatchedPage() {
  const today = useToday();
  const [adding, setAdding] = useState(false);
  const [ending, setEnding] = useState<Patient | null>(null);
  const { busy, problem, run } = useRun("watched");
  const list = usePages(["watched"], ["patient"], (paging, signal) =>
    answerOf(api.GET("/api/v1/patients", { params: { query: { ...paging, vip: true } }, signal })),
  );
  useShortcuts(t("Watched patients"), [
    { caps: ["N"], label: t("watch a patient"), on: ["n"], inBar: true, run: () => setAdding(true) },
  ]);
  const end = async ({ id, version }: Patient) => {
    const done = await run(() => watch(id, false, version), t("The patient is not watched any more"));
    if (done) setEnding(null);
  };
  return (
    <Page
      title={t("Watched patients")}
      about={t("Looks at their records by people who do not care for them are told within a minute")}
      actions={
        <Button variant="primary" size="l" icon="plus" hotkey="N" onClick={() => setAdding(true)}>
          {t("Watch a patient")}
        </Button>
      }
    >
      <Card title={t("Watched patients")} count={list.total}>
        <Listing
          list={list}
          empty={
            <EmptyState title={t("Nobody is watched")} icon="eye">
              {t("Colleagues, relatives of staff and people who are known draw the curious.")}
            </EmptyState>
          }
        >
          {(rows) => (
            <Table<Patient>
              label={t("Watched patients")}
              rows={rows}
              keyOf={({ id }) => id}
              columns={[
                {
                  head: t("Patient"),
                  cell: (patient) => (
                    <Two
                      a={
                        <Link to="/patients/$patientId" params={{ patientId: patient.id }}>
                          {nameOf(patient) || t("No name")}
                        </Link>
                      }
                      b={personLine(patient, today)}
                    />
                  ),
                },
                {
                  head: t("Identifier"),
                  cell: ({ identifiers }) => <span className="mono">{identifiers[0]?.value}</span>,
                },
                {
                  head: t("Accesses"),
                  cell: ({ id }) => (
                    <Link
                      to="/administration/$section"
                      params={{ section: "audit" }}
                      search={{ patient: id, kind: "ACCESS" }}
                      className="btn s"
                    >
                      {t("Who looked")}
                    </Link>
                  ),
                },
                {
                  head: t("Action"),
                  cell: (patient) =>
                    patient.actions.includes("change") && (
                      <Button
                        size="s"
                        aria-label={t("Watch no more: {name}", { name: nameOf(patient) })}
                        onClick={() => setEnding(patient)}
                      >
                        {t("Watch no more")}
                      </Button>
                    ),
                },
              ]}
            />
          )}
        </Listing>
      </Card>
      {adding && <WatchPatient onClose={() => setAdding(false)} />}
      {ending && (
        <ConfirmDialog
          title={t("Watch {name} no more?", { name: nameOf(ending) })}
          description={t("Looks are still recorded, and told to nobody. What was recorded stays.")}
          submit={t("Watch no more")}
          busy={busy}
          problem={problem}
          onConfirm={() => void end(ending)}
          onClose={() => setEnding(null)}
        />
      )}
    </Page>
  );
}

function WatchPatient({ onClose }: { onClose: () => void }) {
  const [patientId, setPatientId] = useState("");
  const { busy, problem, run } = useRun("watched");
  const submit = async () => {
    const done = await run(() => watch(patientId, true), t("The patient is watched"));
    if (done) onClose();
  };
  return (
    <FormDialog
      title={t("Watch a patient")}
      submit={t("Watch")}
      busy={busy}
      problem={problem}
      disabled={patientId === ""}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <PatientSearch onChange={setPatientId} />
    </FormDialog>
  );
}
