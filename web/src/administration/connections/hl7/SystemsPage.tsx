import type { Hl7System } from "@isocenter/contract";
import { useState } from "react";
import { answerOf } from "../../../api/api.ts";
import { api } from "../../../api/client.ts";
import { Button } from "../../../kit/Button.tsx";
import { EmptyState } from "../../../kit/States.tsx";
import { useShortcuts } from "../../../kit/shortcuts.ts";
import { Tag } from "../../../kit/Tag.tsx";
import { t } from "../../../words/words.ts";
import { useAddress } from "../../parts/address.ts";
import { Listing } from "../../parts/Listing.tsx";
import { Card, Page } from "../../parts/Page.tsx";
import { useOpened, usePages } from "../../parts/pages.ts";
import { Table, Two } from "../../parts/Table.tsx";
import { NewSystem } from "./NewSystem.tsx";
import { liveHl7 } from "./queries.ts";
import { SystemSide } from "./SystemSide.tsx";
import { receives, sends } from "./words.ts";

/** Hospital information systems and interface engines: what they tell us, and what they are told. */
export default function SystemsPage() {
  const { state, change } = useAddress();
  const [adding, setAdding] = useState(false);
  const list = usePages(["hl7", "systems", "list"], liveHl7, (paging, signal) =>
    answerOf(api.GET("/api/v1/hl7/systems", { params: { query: paging }, signal })),
  );
  useShortcuts(t("HL7 systems"), [
    { caps: ["N"], label: t("add system"), on: ["n"], inBar: true, run: () => setAdding(true) },
  ]);
  const opened = useOpened(list, state.id);
  return (
    <Page
      title={t("HL7 systems")}
      about={t("Hospital systems that register patients, order examinations and get reports")}
      actions={
        <Button variant="primary" size="l" icon="plus" hotkey="N" onClick={() => setAdding(true)}>
          {t("Add system")}
        </Button>
      }
      side={
        opened && <SystemSide key={opened.id} system={opened} onClose={() => change({ id: undefined })} />
      }
    >
      <Card title={t("HL7 systems")} count={list.total}>
        <Listing
          list={list}
          empty={
            <EmptyState title={t("No HL7 system")} icon="link">
              {t("Who sends HL7 messages is refused until it is added here; what it sent is kept.")}
            </EmptyState>
          }
        >
          {(rows) => (
            <Table<Hl7System>
              label={t("HL7 systems")}
              rows={rows}
              keyOf={({ id }) => id}
              opened={state.id}
              onOpen={({ id }) => change({ id })}
              columns={[
                {
                  head: t("Name"),
                  cell: ({ name, application, sendingFacility }) => (
                    <Two a={name} b={sendingFacility ? `${application} · ${sendingFacility}` : application} />
                  ),
                },
                {
                  head: t("Tells us"),
                  less: true,
                  cell: ({ receives: what }) => <Kinds words={what.map((one) => receives[one])} />,
                },
                {
                  head: t("Is told"),
                  less: true,
                  cell: ({ sends: what }) => <Kinds words={what.map((one) => sends[one])} />,
                },
                { head: t("Waiting"), numeric: true, cell: ({ queued }) => queued },
                {
                  head: t("Failed"),
                  numeric: true,
                  cell: ({ failed }) => <span className={failed > 0 ? "text-crit" : ""}>{failed}</span>,
                },
                { head: t("State"), cell: (system) => <StateOf system={system} /> },
              ]}
            />
          )}
        </Listing>
      </Card>
      {adding && <NewSystem onMade={({ id }) => change({ id })} onClose={() => setAdding(false)} />}
    </Page>
  );
}

const Kinds = ({ words }: { words: readonly string[] }) => (
  <span className="tags">
    {words.length === 0 ? "–" : words.map((word) => <Tag key={word}>{t(word)}</Tag>)}
  </span>
);

function StateOf({ system: { enabled, failingSince } }: { system: Hl7System }) {
  if (!enabled) return <Tag tone="line">{t("Off")}</Tag>;
  return failingSince ? <Tag tone="urg">{t("Not answering")}</Tag> : <Tag tone="ok">{t("On")}</Tag>;
}
