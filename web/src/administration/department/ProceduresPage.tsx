import type { Procedure } from "@isocenter/contract";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api, useMe } from "../../api/client.ts";
import { Button } from "../../kit/Button.tsx";
import { EmptyState, NoMatch } from "../../kit/States.tsx";
import { useShortcuts } from "../../kit/shortcuts.ts";
import { ModalityChip, Tag } from "../../kit/Tag.tsx";
import { t } from "../../words/words.ts";
import { AddressField } from "../parts/AddressField.tsx";
import { useAddress } from "../parts/address.ts";
import { DetailsForm } from "../parts/DetailsForm.tsx";
import { Edited } from "../parts/Edited.tsx";
import { Listing } from "../parts/Listing.tsx";
import { NewRecord } from "../parts/NewRecord.tsx";
import { Card, Page, Side } from "../parts/Page.tsx";
import { useOpened, usePages } from "../parts/pages.ts";
import { Table, Two } from "../parts/Table.tsx";
import { priceText } from "./money.ts";
import { useProcedureForm } from "./procedure-form.tsx";

/** The catalogue: what can be ordered, how long it takes, what it costs. */
export default function ProceduresPage() {
  const { state, change } = useAddress();
  const [adding, setAdding] = useState(false);
  const mayAdd = useMe()?.permissions.includes("catalogue.manage") ?? false;
  const list = usePages(["procedures", state.q], ["procedure"], (paging, signal) =>
    answerOf(
      api.GET("/api/v1/procedures", {
        params: { query: { ...paging, ...(state.q ? { query: state.q } : {}) } },
        signal,
      }),
    ),
  );
  useShortcuts(
    t("Procedures"),
    mayAdd
      ? [{ caps: ["N"], label: t("new procedure"), on: ["n"], inBar: true, run: () => setAdding(true) }]
      : [],
  );
  const opened = useOpened(list, state.id);
  return (
    <Page
      title={t("Procedures")}
      about={t("What can be ordered, how long it takes, what it costs")}
      actions={
        mayAdd && (
          <Button variant="primary" size="l" icon="plus" hotkey="N" onClick={() => setAdding(true)}>
            {t("New procedure")}
          </Button>
        )
      }
      side={
        opened && (
          <Side title={opened.name} about={opened.code} onClose={() => change({ id: undefined })}>
            <Edited key={opened.id} value={opened}>
              {(kept, saved) => <EditProcedure procedure={kept} onSaved={saved} />}
            </Edited>
          </Side>
        )
      }
    >
      <search className="filters">
        <AddressField label={t("Name or code")} value={state.q} onChange={(q) => change({ q })} />
      </search>
      <Card title={t("Procedures")} count={list.total}>
        <Listing
          list={list}
          empty={
            state.q ? (
              <NoMatch
                title={t("No such procedure")}
                action={<Button onClick={() => change({ q: "" })}>{t("Clear the filters")}</Button>}
              >
                {t("Nothing of the catalogue has this name or code.")}
              </NoMatch>
            ) : (
              <EmptyState title={t("The catalogue is empty")} icon="list">
                {t("Enter what the department does, then it can be ordered by name.")}
              </EmptyState>
            )
          }
        >
          {(rows) => (
            <Table<Procedure>
              label={t("Procedures")}
              rows={rows}
              keyOf={({ id }) => id}
              opened={state.id}
              onOpen={({ id }) => change({ id })}
              columns={[
                { head: t("Name"), cell: (one) => <Two a={one.name} b={one.code} /> },
                { head: t("Modality"), cell: (one) => <ModalityChip modality={one.modality} /> },
                { head: t("Body part"), less: true, cell: (one) => one.bodyPart },
                {
                  head: t("Duration"),
                  numeric: true,
                  cell: (one) => t("{minutes} min", { minutes: one.durationMinutes }),
                },
                {
                  head: t("Price"),
                  numeric: true,
                  cell: (one) =>
                    one.price === null ? (
                      <span className="text-text-3">{t("none")}</span>
                    ) : (
                      `${priceText(one.price, one.currency ?? "")} ${one.currency ?? ""}`
                    ),
                },
                {
                  head: t("Preparation"),
                  less: true,
                  cell: (one) => (
                    <span className="block max-w-64 truncate text-text-2">{one.preparation}</span>
                  ),
                },
                {
                  head: t("State"),
                  cell: (one) =>
                    one.active ? (
                      <Tag tone="ok">{t("Can be ordered")}</Tag>
                    ) : (
                      <Tag tone="line">{t("Not in use")}</Tag>
                    ),
                },
              ]}
            />
          )}
        </Listing>
      </Card>
      {adding && <NewProcedure onClose={() => setAdding(false)} />}
    </Page>
  );
}

function NewProcedure({ onClose }: { onClose: () => void }) {
  const { code, details, price, ready, fields } = useProcedureForm();
  return (
    <NewRecord
      title={t("New procedure")}
      submit={t("Create procedure")}
      subject="procedures"
      ready={ready}
      make={() =>
        answerOf(api.POST("/api/v1/procedures", { body: { code: code(), ...details(), ...price() } }))
      }
      onClose={onClose}
    >
      {fields}
    </NewRecord>
  );
}

function EditProcedure({ procedure, onSaved }: { procedure: Procedure; onSaved: () => void }) {
  const permissions = useMe()?.permissions ?? [];
  const { details, price, ready, fields } = useProcedureForm(procedure);
  const save = () =>
    answerOf(
      api.PATCH("/api/v1/procedures/{id}", {
        params: { path: { id: procedure.id } },
        body: {
          ...(permissions.includes("catalogue.manage") ? details() : {}),
          ...(permissions.includes("prices.manage") ? price() : {}),
          expectedVersion: procedure.version,
        },
      }),
    );
  return (
    <DetailsForm subject="procedures" ready={ready} save={save} onSaved={onSaved}>
      {fields}
    </DetailsForm>
  );
}
