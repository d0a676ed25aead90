import type { AuditEntry } from "@isocenter/contract";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { Button } from "../../kit/Button.tsx";
import { momentIn } from "../../kit/dates.ts";
import { Field } from "../../kit/Field.tsx";
import { Select } from "../../kit/forms.tsx";
import { useRun } from "../../kit/run.ts";
import { NoMatch } from "../../kit/States.tsx";
import { Tag } from "../../kit/Tag.tsx";
import { useTimeZone } from "../../studies/queries.ts";
import { actionChoices, actionWord } from "../../trail/action-words.ts";
import { actorKindWord, actorName, PatientNumber, SubjectName } from "../../trail/Subject.tsx";
import { t } from "../../words/words.ts";
import { useAddress } from "../parts/address.ts";
import { Listing } from "../parts/Listing.tsx";
import { Card, Page, Side } from "../parts/Page.tsx";
import { useOpened, usePages } from "../parts/pages.ts";
import { Table, Two } from "../parts/Table.tsx";
import { PersonSelect } from "../people/PersonSelect.tsx";
import { auditQuery } from "./audit-query.ts";

/** What happened and who looked at what, the newest first. Asking is itself recorded. */
export default function AuditPage() {
  const { state, change } = useAddress();
  const timeZone = useTimeZone();
  const zone = timeZone && t("Days of {timeZone}", { timeZone });
  const query = auditQuery(state, timeZone);
  const list = usePages(["audit", query], [], (paging, signal) =>
    answerOf(api.GET("/api/v1/audit", { params: { query: { ...paging, ...query } }, signal })),
  );
  const opened = useOpened(list, state.id);
  return (
    <Page
      title={t("Audit")}
      about={t("What happened and who looked at what. That you ask is recorded as well.")}
      actions={<Verify />}
      side={opened && <Entry entry={opened} onClose={() => change({ id: undefined })} />}
    >
      <search className="filters">
        <Select
          label={t("Kind")}
          value={state.kind ?? ""}
          options={[
            { value: "", word: t("All") },
            { value: "FACT", word: t("Changes") },
            { value: "ACCESS", word: t("Accesses") },
          ]}
          onChange={(kind) => change({ kind })}
        />
        <Select
          label={t("Outcome")}
          value={state.status ?? ""}
          options={[
            { value: "", word: t("All") },
            { value: "SUCCESS", word: t("Succeeded") },
            { value: "REFUSED", word: t("Refused") },
            { value: "FAILED", word: t("Failed") },
          ]}
          onChange={(status) => change({ status })}
        />
        <PersonSelect
          none={t("Anybody")}
          label={t("Who")}
          value={state.actor ?? ""}
          onChange={(actor) => change({ actor })}
        />
        <Select
          label={t("What was done")}
          value={state.action ?? ""}
          options={[
            { value: "", word: t("Anything") },
            ...(state.action && actionWord(state.action) === state.action
              ? [{ value: state.action, word: state.action }]
              : []),
            ...actionChoices(),
          ]}
          onChange={(action) => change({ action })}
        />
        <Field
          label={t("From")}
          type="date"
          title={zone}
          value={state.from ?? ""}
          onChange={({ target }) => change({ from: target.value })}
        />
        <Field
          label={t("To")}
          type="date"
          title={zone}
          value={state.to ?? ""}
          onChange={({ target }) => change({ to: target.value })}
        />
        {state.patient && (
          <Button size="s" onClick={() => change({ patient: "" })}>
            {t("One patient: show all")}
          </Button>
        )}
      </search>
      <Card title={t("Entries")} count={list.total}>
        <Listing
          list={list}
          empty={<NoMatch title={t("No entry")}>{t("Nothing answers to these filters.")}</NoMatch>}
        >
          {(rows) => (
            <Table<AuditEntry>
              label={t("Entries")}
              rows={rows}
              keyOf={({ id }) => id}
              opened={state.id}
              onOpen={({ id }) => change({ id })}
              columns={[
                {
                  head: t("When"),
                  cell: ({ at }) => <span className="when">{momentIn(timeZone, at)}</span>,
                },
                { head: t("Who"), cell: ({ actor, address }) => <Two a={actorName(actor)} b={address} /> },
                { head: t("What was done"), cell: ({ action }) => actionWord(action) },
                {
                  head: t("About|audit"),
                  cell: (entry) => (
                    <Two a={<SubjectName entry={entry} />} b={<PatientNumber entry={entry} />} />
                  ),
                },
                {
                  head: t("Outcome"),
                  less: true,
                  cell: ({ outcome }) =>
                    outcome === "SUCCESS" ? (
                      <Tag tone="ok">{t("Succeeded")}</Tag>
                    ) : (
                      <Tag tone="urg">{outcome === "REFUSED" ? t("Refused") : t("Failed")}</Tag>
                    ),
                },
              ]}
            />
          )}
        </Listing>
      </Card>
    </Page>
  );
}

function Entry({ entry, onClose }: { entry: AuditEntry; onClose: () => void }) {
  const { change } = useAddress();
  const timeZone = useTimeZone();
  const { patientId } = entry;
  return (
    <Side title={actionWord(entry.action)} about={actorName(entry.actor)} onClose={onClose}>
      <section aria-label={t("Details")}>
        <dl className="kv">
          <dt>{t("When")}</dt>
          <dd>{momentIn(timeZone, entry.at)}</dd>
          <dt>{t("Who")}</dt>
          <dd>
            {entry.actor.name} ({actorKindWord(entry.actor.kind)})
          </dd>
          <dt>{t("Address")}</dt>
          <dd>{entry.address ?? "–"}</dd>
          <dt>{t("About|audit")}</dt>
          <dd>
            <SubjectName entry={entry} />
          </dd>
          {entry.patientId && entry.subject.type !== "patient" && (
            <>
              <dt>{t("Patient")}</dt>
              <dd>
                <PatientNumber entry={entry} />
              </dd>
            </>
          )}
          <dt>{t("Recorded as")}</dt>
          <dd className="mono [overflow-wrap:anywhere]">
            {entry.action} {entry.subject.type} {entry.subject.id}
          </dd>
          <dt>{t("Request")}</dt>
          <dd className="mono">{entry.requestId}</dd>
          <dt>{t("Place in the chain")}</dt>
          <dd>{entry.position ?? t("not sealed yet")}</dd>
          {entry.hash && (
            <>
              <dt>{t("Hash")}</dt>
              <dd className="mono">{entry.hash}</dd>
            </>
          )}
        </dl>
        {patientId && (
          <Button size="s" className="mt-3" onClick={() => change({ patient: patientId, id: undefined })}>
            {t("All about this patient")}
          </Button>
        )}
      </section>
      <section aria-label={t("What was recorded")}>
        <h3>{t("What was recorded")}</h3>
        <pre className="mono mt-1 text-12 whitespace-pre-wrap [overflow-wrap:anywhere]">
          {JSON.stringify(entry.data, null, 2)}
        </pre>
      </section>
    </Side>
  );
}

/** Has the server read the whole trail and compare its chains. */
function Verify() {
  const { busy, act } = useRun("audit");
  const [found, setFound] = useState<string | null>(null);
  const [intact, setIntact] = useState(true);
  const verify = async () => {
    const done = await act(() => answerOf(api.GET("/api/v1/audit/verify")));
    if (!done) return;
    const { answer } = done;
    setIntact(answer.intact);
    setFound(
      answer.intact
        ? t("Intact: {facts} facts, {accesses} accesses, {seals} seals", {
            facts: answer.facts,
            accesses: answer.accesses,
            seals: answer.seals,
          })
        : t("Not intact: {details}", { details: answer.breaches.map(({ detail }) => detail).join("; ") }),
    );
  };
  return (
    <>
      <span role="status" className={`text-12 font-medium ${intact ? "text-ok" : "text-crit"}`}>
        {found}
      </span>
      <Button size="l" icon="check" busy={busy} onClick={() => void verify()}>
        {t("Verify the chain")}
      </Button>
    </>
  );
}
