import type { BreakGlass } from "@isocenter/contract";
import { Link } from "@tanstack/react-router";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { Button } from "../../kit/Button.tsx";
import { momentIn } from "../../kit/dates.ts";
import { Select } from "../../kit/forms.tsx";
import { EmptyState } from "../../kit/States.tsx";
import { Tag } from "../../kit/Tag.tsx";
import { useTimeZone } from "../../studies/queries.ts";
import { actionWord } from "../../trail/action-words.ts";
import { SubjectName } from "../../trail/Subject.tsx";
import { t } from "../../words/words.ts";
import { useAddress } from "../parts/address.ts";
import { Answer, Listing } from "../parts/Listing.tsx";
import { Card, Page, Side } from "../parts/Page.tsx";
import { useOpened, usePages } from "../parts/pages.ts";
import { Table } from "../parts/Table.tsx";

/** Whose records somebody opened without caring for them, and why: for review. */
export default function GlassPage() {
  const { state, change } = useAddress();
  const timeZone = useTimeZone();
  const list = usePages(["break-glass", state.status], ["access"], (paging, signal) =>
    answerOf(
      api.GET("/api/v1/break-glass", {
        params: { query: { ...paging, ...(state.status ? { state: state.status } : {}) } },
        signal,
      }),
    ),
  );
  const opened = useOpened(list, state.id);
  return (
    <Page
      title={t("Break-glass")}
      about={t("Who opened records of patients not in their care, and why")}
      side={opened && <GlassSide key={opened.id} glass={opened} onClose={() => change({ id: undefined })} />}
    >
      <search className="filters">
        <Select
          label={t("State")}
          value={state.status ?? ""}
          options={[
            { value: "", word: t("All") },
            { value: "OPEN", word: t("Open now") },
            { value: "ENDED", word: t("Ended") },
          ]}
          onChange={(status) => change({ status, id: undefined })}
        />
      </search>
      <Card title={t("Break-glass")} count={list.total}>
        <Listing
          list={list}
          empty={
            <EmptyState title={t("Nobody broke the glass")}>
              {t("Whoever opens a record in an emergency is listed here with their reason.")}
            </EmptyState>
          }
        >
          {(rows) => (
            <Table<BreakGlass>
              label={t("Break-glass")}
              rows={rows}
              keyOf={({ id }) => id}
              opened={state.id}
              onOpen={({ id }) => change({ id })}
              columns={[
                { head: t("Who"), cell: ({ user }) => <span className="a">{user.name}</span> },
                {
                  head: t("Patient"),
                  cell: (one) => (
                    <Link
                      to="/patients/$patientId"
                      params={{ patientId: one.patientId }}
                      className="link mono whitespace-nowrap"
                    >
                      {one.patientNumber ?? t("Open the patient")}
                    </Link>
                  ),
                },
                { head: t("Reason"), cell: ({ reason }) => reason },
                {
                  head: t("When"),
                  cell: (one) => <span className="when">{momentIn(timeZone, one.startsAt)}</span>,
                },
                {
                  head: t("State"),
                  cell: (one) =>
                    one.state === "OPEN" ? (
                      <Tag tone="urg">{t("Open now")}</Tag>
                    ) : (
                      <Tag tone="line">{t("Ended")}</Tag>
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

/** What the person looked at in that hour. */
function GlassSide({ glass, onClose }: { glass: BreakGlass; onClose: () => void }) {
  const timeZone = useTimeZone();
  const seen = usePages(["audit", "glass", glass.id], [], (paging, signal) =>
    answerOf(
      api.GET("/api/v1/audit", {
        params: {
          query: {
            ...paging,
            kind: "ACCESS",
            actorId: glass.user.id,
            patientId: glass.patientId,
            from: glass.startsAt,
            to: glass.endsAt,
          },
        },
        signal,
      }),
    ),
  );
  return (
    <Side title={glass.user.name} about={glass.reason} onClose={onClose}>
      <section aria-label={t("What they looked at")}>
        <h3>{t("What they looked at")}</h3>
        <Answer query={seen}>
          {(rows) =>
            rows.length === 0 ? (
              <p className="mt-1 text-12 text-text-2">{t("Nothing.")}</p>
            ) : (
              <ul className="mt-2 grid gap-2 text-12">
                {rows.map((one) => (
                  <li key={one.id}>
                    <span className="block font-medium">{actionWord(one.action)}</span>
                    <span className="block text-text-3">
                      {momentIn(timeZone, one.at)} · <SubjectName entry={one} />
                    </span>
                  </li>
                ))}
              </ul>
            )
          }
        </Answer>
        {seen.hasMore && (
          <Button size="s" busy={seen.loadingMore} onClick={seen.more}>
            {t("Show more")}
          </Button>
        )}
      </section>
    </Side>
  );
}
