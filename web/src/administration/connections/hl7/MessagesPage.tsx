import type { Hl7MessageItem } from "@isocenter/contract";
import { answerOf } from "../../../api/api.ts";
import { api } from "../../../api/client.ts";
import { Button } from "../../../kit/Button.tsx";
import { momentIn } from "../../../kit/dates.ts";
import { Field } from "../../../kit/Field.tsx";
import { Select } from "../../../kit/forms.tsx";
import { EmptyState, NoMatch } from "../../../kit/States.tsx";
import { Tag } from "../../../kit/Tag.tsx";
import { useTimeZone } from "../../../studies/queries.ts";
import { t } from "../../../words/words.ts";
import type { AdministrationState } from "../../administration-state.ts";
import { AddressField } from "../../parts/AddressField.tsx";
import { useAddress } from "../../parts/address.ts";
import { Listing } from "../../parts/Listing.tsx";
import { Card, Page } from "../../parts/Page.tsx";
import { useOpened, usePages } from "../../parts/pages.ts";
import { Table, Two } from "../../parts/Table.tsx";
import { MessageSide } from "./MessageSide.tsx";
import { messageQuery } from "./message-query.ts";
import { liveHl7, useSystemChoices } from "./queries.ts";
import { statuses, systemOf } from "./words.ts";

const types = ["ADT", "ORM", "OMG", "ORU"];
const filters = ["kind", "status", "system", "action", "from", "to", "q", "patient"] as const;
const noFilter = Object.fromEntries(filters.map((key) => [key, ""])) as AdministrationState;

/** What came from other systems and what goes to them, the newest first. */
export default function MessagesPage() {
  const { state, change } = useAddress();
  const timeZone = useTimeZone();
  const query = messageQuery(state, timeZone);
  const list = usePages(["hl7", "messages", "list", query], liveHl7, (paging, signal) =>
    answerOf(api.GET("/api/v1/hl7/messages", { params: { query: { ...paging, ...query } }, signal })),
  );
  const opened = useOpened(list, state.id);
  return (
    <Page
      title={t("HL7 messages")}
      about={t("What came from hospital systems, and what goes to them")}
      side={opened && <MessageSide key={opened.id} item={opened} onClose={() => change({ id: undefined })} />}
    >
      <Filters state={state} change={change} zone={timeZone} />
      <Card title={t("HL7 messages")} count={list.total}>
        <Listing
          list={list}
          empty={
            Object.keys(query).length > 0 ? (
              <NoMatch
                title={t("No message of this kind")}
                action={<Button onClick={() => change(noFilter)}>{t("Clear the filters")}</Button>}
              >
                {t("Nothing answers to these filters.")}
              </NoMatch>
            ) : (
              <EmptyState title={t("No HL7 message yet")} icon="link">
                {t("What systems send to the HL7 port, and what goes to them, appears here.")}
              </EmptyState>
            )
          }
        >
          {(rows) => (
            <Table<Hl7MessageItem>
              label={t("HL7 messages")}
              rows={rows}
              keyOf={({ id }) => id}
              opened={state.id}
              onOpen={({ id }) => change({ id })}
              columns={[
                {
                  head: t("Message"),
                  cell: ({ messageType, controlId }) => <Two a={messageType || "–"} b={controlId} mono />,
                },
                {
                  head: t("System"),
                  cell: (item) => <Two a={systemOf(item)} b={directionWord(item)} />,
                },
                {
                  head: t("Status"),
                  cell: ({ status }) => <Tag tone={statuses[status].tone}>{t(statuses[status].word)}</Tag>,
                },
                {
                  head: t("Problem"),
                  cell: ({ reason, status }) => (
                    <span className={statuses[status].tone === "crit" ? "text-crit" : "text-text-2"}>
                      {reason}
                    </span>
                  ),
                },
                {
                  head: t("When"),
                  less: true,
                  cell: ({ happenedAt }) => <span className="when">{momentIn(timeZone, happenedAt)}</span>,
                },
              ]}
            />
          )}
        </Listing>
      </Card>
    </Page>
  );
}

const directionWord = ({ direction }: Hl7MessageItem): string =>
  direction === "IN" ? t("came in") : t("goes out");

function Filters({
  state,
  change,
  zone,
}: {
  state: AdministrationState;
  change: (next: AdministrationState) => void;
  zone: string | undefined;
}) {
  const systems = useSystemChoices().data ?? [];
  const days = zone && t("Days of {timeZone}", { timeZone: zone });
  const all = { value: "", word: t("All") };
  return (
    <search className="filters">
      <Select
        label={t("Direction")}
        value={state.kind ?? ""}
        options={[all, { value: "IN", word: t("Came in") }, { value: "OUT", word: t("Goes out") }]}
        onChange={(kind) => change({ kind })}
      />
      <Select
        label={t("Status")}
        value={state.status ?? ""}
        options={[all, ...Object.entries(statuses).map(([value, { word }]) => ({ value, word: t(word) }))]}
        onChange={(status) => change({ status })}
      />
      <Select
        label={t("System")}
        value={state.system ?? ""}
        options={[all, ...systems]}
        onChange={(system) => change({ system })}
      />
      <Select
        label={t("Message")}
        value={state.action ?? ""}
        options={[all, ...types.map((value) => ({ value, word: value }))]}
        onChange={(action) => change({ action })}
      />
      <Field
        label={t("From")}
        type="date"
        title={days}
        value={state.from ?? ""}
        onChange={({ target }) => change({ from: target.value })}
      />
      <Field
        label={t("To")}
        type="date"
        title={days}
        value={state.to ?? ""}
        onChange={({ target }) => change({ to: target.value })}
      />
      <AddressField label={t("Control id")} value={state.q} onChange={(q) => change({ q })} />
      {state.patient && (
        <Button size="s" onClick={() => change({ patient: "" })}>
          {t("One patient: show all")}
        </Button>
      )}
    </search>
  );
}
