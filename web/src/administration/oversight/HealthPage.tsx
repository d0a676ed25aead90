import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { errorFrom } from "../../api/problem.ts";
import { Button } from "../../kit/Button.tsx";
import { CopyButton } from "../../kit/CopyButton.tsx";
import { momentIn } from "../../kit/dates.ts";
import { Tag } from "../../kit/Tag.tsx";
import { useSystem, useTimeZone } from "../../studies/queries.ts";
import { message, t } from "../../words/words.ts";
import { Answer } from "../parts/Listing.tsx";
import { Card, Page } from "../parts/Page.tsx";
import { Table } from "../parts/Table.tsx";

type State = "ok" | "degraded" | "down";
interface Health {
  status: State;
  dependencies: Record<string, { status: State; detail?: string }>;
}

/** By the names under which /health says them. */
const dependencyWords: Readonly<Record<string, string>> = {
  database: message("Database"),
  objects: message("Images"),
  disk: message("Disk"),
  jobs: message("Background work"),
  dimse: message("DICOM listener"),
  hl7: message("HL7 listener"),
  "hl7-queue": message("Messages to HL7 systems"),
};

/** What goes on no more without it, and where to look first. */
const hints: Readonly<Record<string, string>> = {
  database: message("Nothing is read or saved. Does PostgreSQL run, and has its disk room?"),
  objects: message(
    "No image can be taken in, and some may not be shown. Is the disk mounted, and may the program write there; does the object store answer?",
  ),
  dimse: message("Scanners can send nothing. Is the DICOM port taken by another program?"),
  hl7: message("Other systems can send no patients and orders. Is the HL7 port taken by another program?"),
};

const doctorCommand = "isocenter doctor";

const againMs = 15_000;

function detailsOf([name, { status, detail }]: [string, Health["dependencies"][string]]): string {
  const hint = status === "ok" ? undefined : hints[name];
  return detail ?? (hint ? t(hint) : "");
}

/** A server that is down says so by 503, with the same account of what it needs. */
async function readHealth(signal: AbortSignal): Promise<Health> {
  const answer = await fetch("/health", { signal, headers: { accept: "application/json" } });
  const text = await answer.text();
  if (answer.ok || answer.status === 503) {
    try {
      const read = JSON.parse(text) as Partial<Health>;
      if (read.status && read.dependencies) return read as Health;
    } catch {
      // Then something before the server answered.
    }
  }
  throw errorFrom(answer.status, text, (name) => answer.headers.get(name));
}

/** How the program and each thing that it needs is. */
export default function HealthPage() {
  const health = useQuery({
    queryKey: ["health"],
    queryFn: ({ signal }) => readHealth(signal),
    refetchInterval: againMs,
  });
  const system = useSystem();
  const failing = useQuery({
    queryKey: ["jobs", "count"],
    meta: { live: ["job"] },
    queryFn: async ({ signal }) => {
      const count = async (state?: string) =>
        (
          await api.GET("/api/v1/jobs", {
            params: { query: { limit: 1, ...(state ? { state } : {}) } },
            signal,
          })
        ).data?.pagination.total ?? 0;
      return { all: await count(), failed: await count("FAILED"), gaveUp: await count("GAVE_UP") };
    },
    refetchInterval: againMs,
  });
  return (
    <Page
      readOnly
      title={t("Health")}
      about={health.data && <StateTag state={health.data.status} />}
      actions={
        <Button size="l" icon="retry" onClick={() => void health.refetch()}>
          {t("Look again")}
        </Button>
      }
    >
      <Card title={t("What the program needs")}>
        <Answer query={health}>
          {({ dependencies }) => (
            <Table<[string, Health["dependencies"][string]]>
              label={t("What the program needs")}
              rows={Object.entries(dependencies)}
              keyOf={([name]) => name}
              columns={[
                {
                  head: t("Name"),
                  cell: ([name]) => <span className="a">{t(dependencyWords[name] ?? name)}</span>,
                },
                { head: t("State"), cell: ([, { status }]) => <StateTag state={status} /> },
                ...(Object.values(dependencies).some(({ status }) => status !== "ok")
                  ? [{ head: t("Details"), cell: detailsOf }]
                  : []),
              ]}
            />
          )}
        </Answer>
        {health.data && health.data.status !== "ok" && (
          <p className="note plain m-3">
            {t("On the server’s machine this command says what is wrong and what to do:")}{" "}
            <code className="mono">{doctorCommand}</code>
          </p>
        )}
      </Card>
      <Card title={t("Background work")}>
        <Answer query={failing}>
          {({ all, failed, gaveUp }) => (
            <dl className="kv px-4 pb-3">
              <dt>{t("Not done yet")}</dt>
              <dd>{all}</dd>
              <dt>{t("Failed, tried again later")}</dt>
              <dd>{failed}</dd>
              <dt>{t("Gave up")}</dt>
              <dd className={gaveUp > 0 ? "text-crit" : ""}>
                {gaveUp}{" "}
                {gaveUp > 0 && (
                  <Link
                    to="/administration/$section"
                    params={{ section: "jobs" }}
                    search={{ status: "GAVE_UP" }}
                    className="link"
                  >
                    {t("Look at them")}
                  </Link>
                )}
              </dd>
            </dl>
          )}
        </Answer>
      </Card>
      <Backup />
      {system.data && (
        <Card title={t("This archive")}>
          <dl className="kv px-4 pb-3">
            <dt>{t("Version")}</dt>
            <dd>{system.data.version}</dd>
            <dt>{t("AE title")}</dt>
            <dd className="mono">{system.data.aeTitle}</dd>
            <dt>{t("Address")}</dt>
            <dd className="mono">
              {system.data.host}:{system.data.dicomPort}
            </dd>
          </dl>
        </Card>
      )}
    </Page>
  );
}

const backupCommand = "isocenter backup TARGET";

/** When the whole of it was last backed up, or how that is done. */
function Backup() {
  const timeZone = useTimeZone();
  const last = useQuery({
    queryKey: ["audit", "last-backup"],
    // Each look at the trail is recorded: once an hour is enough.
    staleTime: 3_600_000,
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/audit", {
          params: { query: { action: "system.backed-up", outcome: "SUCCESS", limit: 1 } },
          signal,
        }),
      ),
  });
  return (
    <Card title={t("Backup")}>
      <Answer query={last}>
        {({ data: [newest] }) => (
          <div className="px-4 pb-3">
            {newest ? (
              <p>{t("The last one is of {moment}.", { moment: momentIn(timeZone, newest.at) })}</p>
            ) : (
              <p className="text-urg">{t("There is none yet.")}</p>
            )}
            <p className="mt-1 text-12 text-text-2">
              {t(
                "Whoever runs this machine makes one with this command, best every night and onto another disk:",
              )}
            </p>
            <p className="mt-1 flex items-center gap-1">
              <code className="mono select-all">{backupCommand}</code>
              <CopyButton text={backupCommand} what={t("the command")} />
            </p>
          </div>
        )}
      </Answer>
    </Card>
  );
}

function StateTag({ state }: { state: State }) {
  if (state === "ok") {
    return (
      <Tag tone="ok" icon="check">
        {t("well")}
      </Tag>
    );
  }
  return (
    <Tag tone={state === "down" ? "crit" : "urg"} icon="alert">
      {state === "down" ? t("down") : t("degraded")}
    </Tag>
  );
}
