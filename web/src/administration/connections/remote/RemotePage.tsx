import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button } from "../../../kit/Button.tsx";
import { dateAndTime, dayOf } from "../../../kit/dates.ts";
import { joined } from "../../../kit/joined.ts";
import { EmptyState, ErrorState, NoMatch } from "../../../kit/States.tsx";
import { useShortcuts } from "../../../kit/shortcuts.ts";
import { ModalityChip } from "../../../kit/Tag.tsx";
import { ToSection } from "../../../kit/ToSection.tsx";
import { t } from "../../../words/words.ts";
import { useAddress } from "../../parts/address.ts";
import { Answer, Loading } from "../../parts/Listing.tsx";
import { Card, Page } from "../../parts/Page.tsx";
import { Table, Two } from "../../parts/Table.tsx";
import { useDestinations } from "../rule-form.tsx";
import { Amount } from "./Amount.tsx";
import { startFetch, stopFetch, useFetches } from "./fetches.ts";
import { type Here, keysOf, type RemoteStudy, type Wanted } from "./matches.ts";
import { useRemoteStudies, useStudiesHere } from "./queries.ts";
import { RemoteForm } from "./RemoteForm.tsx";
import { RemoteSide } from "./RemoteSide.tsx";
import "./remote.css";

const none: readonly RemoteStudy[] = [];

/** Searches in other systems (C-FIND), beside what is here already, and has them send what is missing (C-MOVE), or fetches it (C-GET). */
export default function RemotePage() {
  const { state, change } = useAddress();
  const queries = useQueryClient();
  const systems = useDestinations();
  const byGet = state.by === "get";
  const { q, patient, accession, description, modality, from, to } = state;
  const wanted: Wanted = { q, patient, accession, description, modality, from, to };
  const keys = keysOf(wanted);
  const first = systems.data?.[0]?.id ?? "";
  const system = systems.data?.find(({ id }) => id === state.system)?.id ?? first;
  const found = useRemoteStudies(state.system ? system : "", keys);
  const studies = found.data?.studies ?? none;
  const here = useStudiesHere(studies.map(({ studyInstanceUid }) => studyInstanceUid));
  const opened = studies.find(({ studyInstanceUid }) => studyInstanceUid === state.id);
  const title = systems.data?.find(({ id }) => id === system)?.aeTitle ?? "";
  const search = (at: string, next: Wanted) => {
    // The same question again is asked again, for the other system may know more by now.
    if (at === state.system && JSON.stringify(keysOf(next)) === JSON.stringify(keys)) void found.refetch();
    change({ ...next, system: at, id: undefined });
  };
  useShortcuts(t("Other systems"), [
    {
      caps: ["F"],
      label: t("filter"),
      on: ["f"],
      inBar: true,
      run: () => document.querySelector<HTMLElement>(".remote-form input")?.focus(),
    },
  ]);
  return (
    <Page
      title={t("Other systems")}
      about={t("Search in a modality or another archive, and fetch what is not here")}
      side={
        opened && (
          <RemoteSide
            key={opened.studyInstanceUid}
            system={system}
            title={title}
            study={opened}
            here={here.data?.[opened.studyInstanceUid] ?? 0}
            destinations={systems.data ?? []}
            byGet={byGet}
            onClose={() => change({ id: undefined })}
          />
        )
      }
    >
      <Answer query={systems}>
        {(all) =>
          all.length === 0 ? (
            <EmptyState
              title={t("No other system is known")}
              icon="link"
              action={
                <ToSection section="modalities" permission="modalities.manage">
                  {t("Modalities")}
                </ToSection>
              }
            >
              {t("An administrator enters scanners, workstations and other archives under Modalities.")}
            </EmptyState>
          ) : (
            <>
              <RemoteForm
                key={`${system} ${JSON.stringify(keys)}`}
                systems={all}
                system={system}
                byGet={byGet}
                wanted={wanted}
                searching={found.isFetching}
                onSearch={search}
                onWay={(get) => change({ by: get ? "get" : undefined })}
                onStop={() => void queries.cancelQueries({ queryKey: ["remote", "studies"] })}
              />
              {found.isFetching ? (
                <Card title={t("{title} is asked", { title })}>
                  <Loading />
                </Card>
              ) : found.isError ? (
                <ErrorState
                  error={found.error}
                  onRetry={() => void found.refetch()}
                  safe={t("Nothing was fetched or changed.")}
                />
              ) : found.data && studies.length === 0 ? (
                <NoMatch title={t("No match")}>
                  {t(
                    "{title} has no such study. Many systems match upper and lower case, and whole identifiers alone.",
                    {
                      title,
                    },
                  )}
                </NoMatch>
              ) : found.data ? (
                <Found
                  system={system}
                  title={title}
                  studies={studies}
                  complete={found.data.complete}
                  here={here.data ?? {}}
                  byGet={byGet}
                  opened={state.id}
                  onOpen={(id) => change({ id })}
                />
              ) : (
                <EmptyState title={t("Say what you look for")} icon="search">
                  {t(
                    "One field is enough. A name is matched by its beginning; * stands for any text, ? for one character.",
                  )}
                </EmptyState>
              )}
            </>
          )
        }
      </Answer>
    </Page>
  );
}

interface FoundProps {
  system: string;
  title: string;
  studies: readonly RemoteStudy[];
  complete: boolean;
  here: Here;
  byGet: boolean;
  opened: string | undefined;
  onOpen: (studyInstanceUid: string) => void;
}

function Found({ system, title, studies, complete, here, byGet, opened, onOpen }: FoundProps) {
  const fetchOf = useFetches();
  return (
    <Card title={t("Found in {title}", { title })} count={studies.length}>
      {!complete && (
        <p className="note urg mx-4 mb-3" role="status">
          {t("There are more: narrow the search to see the others.")}
        </p>
      )}
      <Table<RemoteStudy>
        label={t("Found in {title}", { title })}
        rows={studies}
        keyOf={({ studyInstanceUid }) => studyInstanceUid}
        opened={opened}
        onOpen={({ studyInstanceUid }) => onOpen(studyInstanceUid)}
        columns={[
          {
            head: t("Patient"),
            cell: ({ patientName, patientId, birthDate, sex }) => (
              <Two
                a={patientName || t("No name")}
                b={joined(patientId, sex, birthDate && t("born {date}", { date: dayOf(birthDate) }))}
              />
            ),
          },
          {
            head: t("Examination"),
            cell: ({ modalities, description, accessionNumber }) => (
              <Two
                a={
                  <>
                    {modalities.map((one) => (
                      <span key={one} className="mr-1.5">
                        <ModalityChip modality={one} />
                      </span>
                    ))}
                    {description ?? t("No description")}
                  </>
                }
                b={accessionNumber}
              />
            ),
          },
          {
            head: t("Study date"),
            cell: ({ date, time }) => <span className="when">{dateAndTime(date ?? null, time ?? null)}</span>,
          },
          { head: t("Images"), numeric: true, cell: ({ images }) => images ?? "" },
          {
            head: t("In this archive"),
            cell: ({ studyInstanceUid, images }) => (
              <Amount
                here={here[studyInstanceUid] ?? 0}
                there={images}
                fetch={fetchOf({ modalityId: system, studyInstanceUid })}
              />
            ),
          },
          {
            head: t("Do"),
            cell: (study) => {
              const asked = { modalityId: system, studyInstanceUid: study.studyInstanceUid };
              const had = here[study.studyInstanceUid] ?? 0;
              const whole = had > 0 && study.images !== undefined && had >= study.images;
              const name = study.patientName || study.patientId;
              return (
                <span className="inline-flex gap-2">
                  {fetchOf(asked)?.running ? (
                    <Button
                      size="s"
                      aria-label={t("Stop fetching {name}", { name })}
                      onClick={() => stopFetch(asked)}
                    >
                      {t("Stop")}
                    </Button>
                  ) : (
                    !whole && (
                      <Button
                        size="s"
                        icon="download"
                        aria-label={t("Fetch {name}", { name })}
                        onClick={() => void startFetch({ ...asked, byGet, name })}
                      >
                        {t("Fetch")}
                      </Button>
                    )
                  )}
                  {had > 0 && (
                    <Link
                      to="/studies/$studyInstanceUid/view"
                      params={{ studyInstanceUid: study.studyInstanceUid }}
                      className="btn s"
                    >
                      {t("Open")}
                    </Link>
                  )}
                </span>
              );
            },
          },
        ]}
      />
    </Card>
  );
}
