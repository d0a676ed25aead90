import type { QuarantineItem } from "@isocenter/contract";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { momentIn } from "../../kit/dates.ts";
import { EmptyState } from "../../kit/States.tsx";
import { Tag } from "../../kit/Tag.tsx";
import { sizeOf } from "../../studies/format.ts";
import { useTimeZone } from "../../studies/queries.ts";
import { t } from "../../words/words.ts";
import { useAddress } from "../parts/address.ts";
import { Listing } from "../parts/Listing.tsx";
import { Card, Page } from "../parts/Page.tsx";
import { useOpened, usePages } from "../parts/pages.ts";
import { Table, Two } from "../parts/Table.tsx";
import { DoubtFilter } from "./DoubtsPage.tsx";
import { QuarantineSide } from "./QuarantineSide.tsx";
import { wayOf, whyWord } from "./quarantine-words.ts";

/** What came and could not be archived as it is: the same UID with other data, and what cannot be read. */
export default function QuarantinePage() {
  const { state, change } = useAddress();
  const timeZone = useTimeZone();
  const status = state.status === "RESOLVED" ? "RESOLVED" : "OPEN";
  const list = usePages(["quarantine", status], ["quarantine", "image"], (paging, signal) =>
    answerOf(api.GET("/api/v1/quarantine", { params: { query: { ...paging, status } }, signal })),
  );
  const opened = useOpened(list, state.id);
  return (
    <Page
      title={t("Quarantine")}
      about={t("What came and could not be archived as it is. Nothing of it is lost.")}
      side={
        opened && (
          <QuarantineSide
            key={`${opened.id}.${opened.version}`}
            item={opened}
            onClose={() => change({ id: undefined })}
          />
        )
      }
    >
      <DoubtFilter status={status} onChange={(next) => change({ status: next, id: undefined })} />
      <Card title={t("Files")} count={list.total}>
        <Listing
          list={list}
          empty={
            <EmptyState title={status === "OPEN" ? t("Quarantine is empty") : t("Nothing was decided yet")}>
              {t("Files that cannot be read, and other data under a known UID, would be kept here.")}
            </EmptyState>
          }
        >
          {(rows) => (
            <Table<QuarantineItem>
              label={t("Files")}
              rows={rows}
              keyOf={({ id }) => id}
              opened={state.id}
              onOpen={({ id }) => change({ id })}
              columns={[
                {
                  head: t("Patient in the file"),
                  cell: ({ claimed, sopInstanceUid }) => (
                    <Two a={claimed?.name || t("not readable")} b={claimed?.identifier || sopInstanceUid} />
                  ),
                },
                {
                  head: t("Why"),
                  cell: (one) => <Tag tone="urg">{whyWord(one)}</Tag>,
                },
                {
                  head: t("Came by"),
                  less: true,
                  cell: (one) => {
                    const { way, sender } = wayOf(one);
                    return <Two a={way} b={sender} />;
                  },
                },
                { head: t("Size"), less: true, numeric: true, cell: ({ size }) => sizeOf(size) },
                {
                  head: t("Since"),
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
