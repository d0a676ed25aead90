import type { Deletion } from "@isocenter/contract";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { Button } from "../../kit/Button.tsx";
import { dayOf, momentIn } from "../../kit/dates.ts";
import { ReasonDialog, Select } from "../../kit/forms.tsx";
import { useRun } from "../../kit/run.ts";
import { EmptyState } from "../../kit/States.tsx";
import { Tag } from "../../kit/Tag.tsx";
import { contentCount, count, sizeOf } from "../../studies/format.ts";
import { useTimeZone } from "../../studies/queries.ts";
import { message, t } from "../../words/words.ts";
import { useAddress } from "../parts/address.ts";
import { Listing } from "../parts/Listing.tsx";
import { Card, Page, Side } from "../parts/Page.tsx";
import { useOpened, usePages } from "../parts/pages.ts";
import { Table, Two } from "../parts/Table.tsx";

const kinds: Readonly<Record<Deletion["kind"], string>> = {
  IMAGE: message("Image"),
  SERIES: message("Series"),
  STUDY: message("Study"),
};

/** What was deleted: it can be brought back until somebody else purges it after its retention. */
export default function DeletionsPage() {
  const { state, change } = useAddress();
  const timeZone = useTimeZone();
  const status = state.status === "RESTORED" || state.status === "PURGED" ? state.status : "DELETED";
  const list = usePages(["deletions", status], ["study", "series", "image"], (paging, signal) =>
    answerOf(api.GET("/api/v1/deletions", { params: { query: { ...paging, status } }, signal })),
  );
  const opened = useOpened(list, state.id);
  return (
    <Page
      title={t("Deleted")}
      about={t("It can be brought back until it is purged, by somebody other than who deleted it")}
      side={
        opened && <DeletionSide key={opened.id} deletion={opened} onClose={() => change({ id: undefined })} />
      }
    >
      <search className="filters">
        <Select
          label={t("State")}
          value={status}
          options={[
            { value: "DELETED", word: t("Deleted") },
            { value: "RESTORED", word: t("Brought back") },
            { value: "PURGED", word: t("Purged") },
          ]}
          onChange={(next) => change({ status: next, id: undefined })}
        />
      </search>
      <Card title={t("Deleted")} count={list.total}>
        <Listing
          list={list}
          empty={<EmptyState title={t("Nothing here")}>{t("What is deleted is listed here.")}</EmptyState>}
        >
          {(rows) => (
            <Table<Deletion>
              label={t("Deleted")}
              rows={rows}
              keyOf={({ id }) => id}
              opened={state.id}
              onOpen={({ id }) => change({ id })}
              columns={[
                {
                  head: t("Patient"),
                  cell: ({ patient }) => <Two a={patient.name} b={patient.identifier} />,
                },
                {
                  head: t("What"),
                  cell: (one) => (
                    <Two
                      a={t(kinds[one.kind])}
                      b={one.studyDescription ?? (one.studyDate && dayOf(one.studyDate))}
                    />
                  ),
                },
                { head: t("Images"), less: true, numeric: true, cell: (one) => count(one.numberOfImages) },
                { head: t("Reason"), cell: ({ reason }) => reason },
                {
                  head: t("Deleted by"),
                  less: true,
                  cell: (one) => <Two a={one.deletedBy.name} b={momentIn(timeZone, one.deletedAt)} />,
                },
                {
                  head: t("Kept until"),
                  cell: (one) => (
                    <span className="tags">
                      {dayOf(one.retainedUntil)}
                      {one.onHold && (
                        <Tag tone="urg" icon="lock">
                          {t("legal hold")}
                        </Tag>
                      )}
                    </span>
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

function DeletionSide({ deletion, onClose }: { deletion: Deletion; onClose: () => void }) {
  const [purging, setPurging] = useState(false);
  const { busy, problem, run, act } = useRun("deletions");
  const one = { params: { path: { id: deletion.id } } };
  const purge = async (reason: string) => {
    const done = await run(
      () => answerOf(api.POST("/api/v1/deletions/{id}/purge", { ...one, body: { reason } })),
      t("Purged"),
    );
    if (done) setPurging(false);
  };
  return (
    <Side
      title={deletion.studyDescription ?? t(kinds[deletion.kind])}
      about={deletion.patient.name}
      onClose={onClose}
    >
      <section aria-label={t("Details")}>
        <dl className="kv">
          <dt>{t("Reason")}</dt>
          <dd>{deletion.reason}</dd>
          <dt>{t("Images")}</dt>
          <dd>
            {contentCount(deletion)}, {sizeOf(deletion.size)}
          </dd>
          <dt>{t("Kept until")}</dt>
          <dd>{dayOf(deletion.retainedUntil)}</dd>
        </dl>
      </section>
      <section className="flex flex-wrap gap-2" aria-label={t("Decision")}>
        {deletion.actions.includes("restore") && (
          <Button
            variant="primary"
            icon="retry"
            busy={busy}
            onClick={() =>
              void act(() => answerOf(api.POST("/api/v1/deletions/{id}/restore", one)), t("Brought back"))
            }
          >
            {t("Bring it back")}
          </Button>
        )}
        {deletion.actions.includes("purge") && (
          <Button variant="danger" onClick={() => setPurging(true)}>
            {t("Purge")}
          </Button>
        )}
      </section>
      {purging && (
        <ReasonDialog
          title={t("Purge for good?")}
          description={t("The images are gone from the archive afterwards and cannot be brought back.")}
          submit={t("Purge")}
          danger
          busy={busy}
          problem={problem}
          onSubmit={(reason) => void purge(reason)}
          onClose={() => setPurging(false)}
        />
      )}
    </Side>
  );
}
