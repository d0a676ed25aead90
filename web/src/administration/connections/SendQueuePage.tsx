import type { CommitmentState, SendItem, SendState } from "@isocenter/contract";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { Button } from "../../kit/Button.tsx";
import { ConfirmDialog } from "../../kit/ConfirmDialog.tsx";
import { dateAndTime, momentIn } from "../../kit/dates.ts";
import { Select } from "../../kit/forms.tsx";
import { joined } from "../../kit/joined.ts";
import { useRun } from "../../kit/run.ts";
import { EmptyState, NoMatch } from "../../kit/States.tsx";
import { Tag, type Tone } from "../../kit/Tag.tsx";
import { count } from "../../studies/format.ts";
import { studyByUid, useTimeZone } from "../../studies/queries.ts";
import { message, t } from "../../words/words.ts";
import { useAddress } from "../parts/address.ts";
import { Listing } from "../parts/Listing.tsx";
import { Card, Page, Side } from "../parts/Page.tsx";
import { useOpened, usePages } from "../parts/pages.ts";
import { Table, Two } from "../parts/Table.tsx";
import { useDestinations } from "./rule-form.tsx";

const states: Readonly<Record<SendState, { word: string; tone: Tone }>> = {
  PENDING: { word: message("Waiting"), tone: "line" },
  SENDING: { word: message("Being sent"), tone: "beam" },
  SENT: { word: message("Sent"), tone: "ok" },
  FAILED: { word: message("Failed"), tone: "crit" },
  CANCELLED: { word: message("Cancelled"), tone: "line" },
};
const commitments: Readonly<Record<CommitmentState, string>> = {
  WAITING: message("will be asked for"),
  REQUESTED: message("asked for, no answer yet"),
  COMMITTED: message("the destination keeps all"),
  FAILED: message("not given for all"),
};
const againMs = 5_000;

/** What is sent to other systems, how far it is, and what became of it. */
export default function SendQueuePage() {
  const { state, change } = useAddress();
  const timeZone = useTimeZone();
  const destinations = useDestinations().data ?? [];
  const filters = {
    ...(state.status ? { state: state.status } : {}),
    ...(state.modality ? { modalityId: state.modality } : {}),
  };
  const list = usePages(
    ["send-queue", "list", filters],
    ["send", "modality"],
    (paging, signal) =>
      answerOf(api.GET("/api/v1/send-queue", { params: { query: { ...paging, ...filters } }, signal })),
    againMs,
  );
  const opened = useOpened(list, state.id);
  return (
    <Page
      title={t("Send queue")}
      about={t("What is sent to other systems, by hand or by a rule")}
      side={opened && <ItemSide key={opened.id} item={opened} onClose={() => change({ id: undefined })} />}
    >
      <search className="filters">
        <Select
          label={t("State")}
          value={state.status ?? ""}
          options={[
            { value: "", word: t("All") },
            ...Object.entries(states).map(([value, { word }]) => ({ value, word: t(word) })),
          ]}
          onChange={(status) => change({ status })}
        />
        <Select
          label={t("Destination")}
          value={state.modality ?? ""}
          options={[
            { value: "", word: t("All") },
            ...destinations.map(({ id, aeTitle }) => ({ value: id, word: aeTitle })),
          ]}
          onChange={(modality) => change({ modality })}
        />
      </search>
      <Card title={t("Send queue")} count={list.total}>
        <Listing
          list={list}
          empty={
            state.status || state.modality ? (
              <NoMatch
                title={t("Nothing of this kind")}
                action={
                  <Button onClick={() => change({ status: "", modality: "" })}>
                    {t("Clear the filters")}
                  </Button>
                }
              >
                {t("Nothing answers to these filters.")}
              </NoMatch>
            ) : (
              <EmptyState title={t("Nothing was sent yet")} icon="upload">
                {t("Studies are sent from their page, or by a routing rule.")}
              </EmptyState>
            )
          }
        >
          {(rows) => (
            <Table<SendItem>
              label={t("Send queue")}
              rows={rows}
              keyOf={({ id }) => id}
              opened={state.id}
              onOpen={({ id }) => change({ id })}
              columns={[
                {
                  head: t("Destination"),
                  cell: ({ aeTitle, requestedBy }) => <Two a={aeTitle} b={requestedBy} mono />,
                },
                {
                  head: t("State"),
                  cell: (item) => <Tag tone={states[item.state].tone}>{t(states[item.state].word)}</Tag>,
                },
                { head: t("Images"), cell: (item) => <HowFar item={item} /> },
                {
                  head: t("Problem"),
                  cell: ({ lastError, state: now }) => (
                    <span className={now === "FAILED" ? "text-crit" : "text-text-2"}>{lastError}</span>
                  ),
                },
                {
                  head: t("Made"),
                  less: true,
                  cell: ({ createdAt }) => <span className="when">{momentIn(timeZone, createdAt)}</span>,
                },
                {
                  head: t("Next attempt"),
                  less: true,
                  cell: ({ nextAttemptAt }) => (
                    <span className="when">{nextAttemptAt ? momentIn(timeZone, nextAttemptAt) : "–"}</span>
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

/** Of what was chosen: how much has gone, and what of it has not. */
function HowFar({ item: { state, total, sent, skipped, failed } }: { item: SendItem }) {
  const rest = [
    failed > 0 && t("{count} refused", { count: count(failed) }),
    skipped > 0 && t("{count} left out", { count: count(skipped) }),
  ].filter((word) => word !== false);
  const chosen = t("{sent} of {total}", { sent: count(sent), total: count(total) });
  return (
    <span className="grid gap-0.5">
      <span className="num">{chosen}</span>
      {state === "SENDING" && (
        <progress
          className="h-1 w-28 [accent-color:var(--beam-solid)]"
          aria-label={chosen}
          max={Math.max(1, total)}
          value={sent + skipped + failed}
        />
      )}
      {rest.length > 0 && <span className="text-11 text-text-3">{rest.join(" · ")}</span>}
    </span>
  );
}

/** Whose study goes out, and what it is. */
function StudyOf({ studyInstanceUid }: { studyInstanceUid: string }) {
  const study = useQuery({ ...studyByUid(studyInstanceUid), staleTime: 60_000 }).data?.data[0];
  if (!study) return null;
  return (
    <Link to="/studies/$studyInstanceUid/view" params={{ studyInstanceUid }} className="link">
      {joined(
        study.patient.name,
        study.patient.identifier,
        study.studyDescription,
        dateAndTime(study.studyDate, null),
      )}
    </Link>
  );
}

function ItemSide({ item, onClose }: { item: SendItem; onClose: () => void }) {
  const timeZone = useTimeZone();
  const [cancelling, setCancelling] = useState(false);
  const { busy, problem, run, act } = useRun("send-queue");
  const path = { params: { path: { id: item.id } } };
  const cancel = async () => {
    const done = await run(
      () => answerOf(api.POST("/api/v1/send-queue/{id}/cancel", path)),
      t("No more of it is sent"),
    );
    if (done) setCancelling(false);
  };
  const lines: [string, string | number][] = [
    [t("Asked by"), item.requestedBy],
    [t("Made"), momentIn(timeZone, item.createdAt)],
    [t("Begun"), item.startedAt ? momentIn(timeZone, item.startedAt) : "–"],
    [t("Ended"), item.finishedAt ? momentIn(timeZone, item.finishedAt) : "–"],
    [t("Chosen"), count(item.total)],
    [t("Sent"), count(item.sent)],
    [t("Left out"), item.skipped],
    [t("With warnings"), item.warnings],
    [t("Refused"), item.failed],
    [t("Attempts"), item.attempts],
  ];
  return (
    <Side title={item.aeTitle} about={t(states[item.state].word)} onClose={onClose}>
      <section aria-label={t("Details")}>
        {item.lastError && <p className="note urg mb-3">{item.lastError}</p>}
        <dl className="kv">
          {lines.map(([label, value]) => (
            <div key={label} className="contents">
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
          {item.commitment && (
            <>
              <dt>{t("Storage commitment")}</dt>
              <dd>
                {t(commitments[item.commitment.state])}
                {item.commitment.problem && <span className="block">{item.commitment.problem}</span>}
              </dd>
            </>
          )}
        </dl>
      </section>
      {item.actions.length > 0 && (
        <section className="flex flex-wrap gap-2" aria-label={t("Action")}>
          {item.actions.includes("retry") && (
            <Button
              icon="retry"
              busy={busy}
              onClick={() =>
                void act(
                  () => answerOf(api.POST("/api/v1/send-queue/{id}/retry", path)),
                  t("It is tried again now"),
                )
              }
            >
              {t("Try again")}
            </Button>
          )}
          {item.actions.includes("cancel") && (
            <Button variant="danger" onClick={() => setCancelling(true)}>
              {t("Cancel")}
            </Button>
          )}
        </section>
      )}
      <section aria-label={t("What is sent")}>
        <h3>{t("What is sent")}</h3>
        <ul className="mt-1 grid gap-1 text-12">
          {item.selection.slice(0, 20).map((one) => (
            <li
              key={`${one.studyInstanceUid} ${one.seriesInstanceUid ?? ""} ${one.sopInstanceUid ?? ""}`}
              className="[overflow-wrap:anywhere]"
            >
              <StudyOf studyInstanceUid={one.studyInstanceUid} />
              <span className="mono block text-text-3">
                {one.sopInstanceUid ?? one.seriesInstanceUid ?? one.studyInstanceUid}
              </span>
            </li>
          ))}
          {item.selection.length > 20 && (
            <li>{t("and {count} more", { count: item.selection.length - 20 })}</li>
          )}
        </ul>
      </section>
      {item.failures.length > 0 && (
        <section aria-label={t("Refused images")}>
          <h3>{t("Refused images")}</h3>
          <ul className="mt-1 grid gap-2 text-12">
            {item.failures.map(({ sopInstanceUid, problem: why }) => (
              <li key={sopInstanceUid}>
                <span className="mono block [overflow-wrap:anywhere]">{sopInstanceUid}</span>
                <span className="text-crit">{why}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {cancelling && (
        <ConfirmDialog
          title={t("Send no more to {title}?", { title: item.aeTitle })}
          description={t("What was sent stays there. To send the rest later, send the study again.")}
          submit={t("Send no more")}
          busy={busy}
          problem={problem}
          onConfirm={() => void cancel()}
          onClose={() => setCancelling(false)}
        />
      )}
    </Side>
  );
}
