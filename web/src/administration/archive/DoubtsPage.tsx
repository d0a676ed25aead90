import type { ReconciliationItem } from "@isocenter/contract";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { dayOf, momentIn } from "../../kit/dates.ts";
import { Select } from "../../kit/forms.tsx";
import { joined } from "../../kit/joined.ts";
import { EmptyState } from "../../kit/States.tsx";
import { Tag } from "../../kit/Tag.tsx";
import { imagingModalities } from "../../studies/format.ts";
import { useTimeZone } from "../../studies/queries.ts";
import { t } from "../../words/words.ts";
import { useAddress } from "../parts/address.ts";
import { Listing } from "../parts/Listing.tsx";
import { Card, Page } from "../parts/Page.tsx";
import { useOpened, usePages } from "../parts/pages.ts";
import { Table, Two } from "../parts/Table.tsx";
import { DoubtSide } from "./DoubtSide.tsx";
import { doubtWord } from "./doubt-words.ts";

/** Studies whose patient or order is in doubt, and images that came again after they were deleted. */
export default function DoubtsPage() {
  const { state, change } = useAddress();
  const timeZone = useTimeZone();
  const status = state.status === "RESOLVED" ? "RESOLVED" : "OPEN";
  const list = usePages(
    ["reconciliation", status],
    ["reconciliation", "study", "patient"],
    (paging, signal) =>
      answerOf(api.GET("/api/v1/reconciliation", { params: { query: { ...paging, status } }, signal })),
  );
  const opened = useOpened(list, state.id);
  return (
    <Page
      title={t("Reconciliation")}
      about={t("Studies whose patient or order is in doubt")}
      side={
        opened && (
          <DoubtSide
            key={`${opened.id}.${opened.version}`}
            item={opened}
            onClose={() => change({ id: undefined })}
          />
        )
      }
    >
      <DoubtFilter status={status} onChange={(next) => change({ status: next, id: undefined })} />
      <Card title={t("Cases")} count={list.total}>
        <Listing
          list={list}
          empty={
            <EmptyState title={status === "OPEN" ? t("Nothing is in doubt") : t("Nothing was decided yet")}>
              {t("Cases appear here by themselves when images and the department’s records disagree.")}
            </EmptyState>
          }
        >
          {(rows) => (
            <Table<ReconciliationItem>
              label={t("Cases")}
              rows={rows}
              keyOf={({ id }) => id}
              opened={state.id}
              onOpen={({ id }) => change({ id })}
              columns={[
                {
                  head: t("Patient in the images"),
                  cell: ({ claimed }) => <Two a={claimed.name || t("no name")} b={claimed.identifier} />,
                },
                { head: t("Why"), cell: ({ kind }) => <Tag tone="urg">{doubtWord(kind)}</Tag> },
                {
                  head: t("Study"),
                  cell: ({ study }) => (
                    <Two
                      a={study.studyDescription ?? imagingModalities(study.modalities).join(", ")}
                      b={joined(study.studyDate && dayOf(study.studyDate), study.accessionNumber)}
                    />
                  ),
                },
                {
                  head: t("Now at"),
                  cell: ({ patient }) => (
                    <Two a={patient.name} b={patient.provisional ? t("provisional") : patient.identifier} />
                  ),
                },
                {
                  head: t("Since"),
                  less: true,
                  cell: ({ createdAt }) => <span className="when">{momentIn(timeZone, createdAt)}</span>,
                },
              ]}
            />
          )}
        </Listing>
      </Card>
    </Page>
  );
}

export function DoubtFilter({ status, onChange }: { status: string; onChange: (status: string) => void }) {
  return (
    <search className="filters">
      <Select
        label={t("State")}
        value={status}
        options={[
          { value: "OPEN", word: t("To be decided") },
          { value: "RESOLVED", word: t("Decided") },
        ]}
        onChange={onChange}
      />
    </search>
  );
}
