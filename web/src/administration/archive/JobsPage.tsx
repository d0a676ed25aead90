import type { Job, JobState } from "@isocenter/contract";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { Button } from "../../kit/Button.tsx";
import { momentIn } from "../../kit/dates.ts";
import { Select } from "../../kit/forms.tsx";
import { useRun } from "../../kit/run.ts";
import { EmptyState } from "../../kit/States.tsx";
import { Tag, type Tone } from "../../kit/Tag.tsx";
import { useTimeZone } from "../../studies/queries.ts";
import { message, t } from "../../words/words.ts";
import { useAddress } from "../parts/address.ts";
import { Listing } from "../parts/Listing.tsx";
import { Card, Page } from "../parts/Page.tsx";
import { usePages } from "../parts/pages.ts";
import { Table, Two } from "../parts/Table.tsx";
import { jobWords } from "./job-words.ts";

const states: Readonly<Record<JobState, { word: string; tone: Tone }>> = {
  WAITING: { word: message("Waiting"), tone: "line" },
  RUNNING: { word: message("Running"), tone: "beam" },
  FAILED: { word: message("Failed, tried again later"), tone: "urg" },
  GAVE_UP: { word: message("Gave up"), tone: "crit" },
};

const againMs = 10_000;

/** Background work that is not done yet. What is done leaves no trace here. */
export default function JobsPage() {
  const { state, change } = useAddress();
  const timeZone = useTimeZone();
  const list = usePages(
    ["jobs", state.status],
    ["job"],
    (paging, signal) =>
      answerOf(
        api.GET("/api/v1/jobs", {
          params: { query: { ...paging, ...(state.status ? { state: state.status } : {}) } },
          signal,
        }),
      ),
    againMs,
  );
  return (
    <Page title={t("Jobs")} about={t("Background work that is not done yet; what is done is not listed")}>
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
      </search>
      <Card title={t("Jobs")} count={list.total}>
        <Listing
          list={list}
          empty={
            <EmptyState title={t("Nothing waits")}>
              {t("All background work of this kind is done.")}
            </EmptyState>
          }
        >
          {(rows) => (
            <Table<Job>
              label={t("Jobs")}
              rows={rows}
              keyOf={({ id }) => id}
              columns={[
                {
                  head: t("Job"),
                  cell: (job) => (
                    <span title={job.name}>
                      <Two a={jobWords(job.name)} b={job.lastError} />
                    </span>
                  ),
                },
                {
                  head: t("State"),
                  cell: ({ state: now }) => <Tag tone={states[now].tone}>{t(states[now].word)}</Tag>,
                },
                {
                  head: t("Attempts"),
                  numeric: true,
                  cell: (job) => `${job.attempts} / ${job.maxAttempts}`,
                },
                {
                  head: t("Made"),
                  cell: (job) => <span className="when">{momentIn(timeZone, job.createdAt)}</span>,
                },
                {
                  head: t("Runs at"),
                  cell: (job) => (
                    <span className="when">
                      {job.state === "GAVE_UP" ? "–" : momentIn(timeZone, job.runAt)}
                    </span>
                  ),
                },
                { head: t("Action"), cell: (job) => mayBegin(job) && <Retry job={job} /> },
              ]}
            />
          )}
        </Listing>
      </Card>
    </Page>
  );
}

/** What failed may be tried again; what waits for its hour may be done before it; what waits for its turn has only to wait. */
const mayBegin = ({ actions, state, runAt }: Job): boolean =>
  actions.includes("retry") && (state !== "WAITING" || Date.parse(runAt) > Date.now());

function Retry({ job }: { job: Job }) {
  const { busy, act } = useRun("jobs");
  const waits = job.state === "WAITING";
  return (
    <Button
      size="s"
      icon={waits ? "clock" : "retry"}
      busy={busy}
      aria-label={
        waits
          ? t("Run now: {job}", { job: jobWords(job.name) })
          : t("Try again: {job}", { job: jobWords(job.name) })
      }
      onClick={() =>
        void act(
          () => answerOf(api.POST("/api/v1/jobs/{id}/retry", { params: { path: { id: job.id } } })),
          waits ? t("It is done now") : t("It is tried again now"),
        )
      }
    >
      {waits ? t("Run now") : t("Try again")}
    </Button>
  );
}
