import type { Modality } from "@isocenter/contract";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { Button } from "../../kit/Button.tsx";
import { CopyButton } from "../../kit/CopyButton.tsx";
import { Icon } from "../../kit/Icon.tsx";
import { EmptyState } from "../../kit/States.tsx";
import { useShortcuts } from "../../kit/shortcuts.ts";
import { Tag } from "../../kit/Tag.tsx";
import { useSystem } from "../../studies/queries.ts";
import { t } from "../../words/words.ts";
import { useAddress } from "../parts/address.ts";
import { useFacilityName } from "../parts/facilities.ts";
import { Listing } from "../parts/Listing.tsx";
import { Card, Page } from "../parts/Page.tsx";
import { useOpened, usePages } from "../parts/pages.ts";
import { Table, Two } from "../parts/Table.tsx";
import { type Echo, EchoResult, useEchoes } from "./echo.tsx";
import { Knocking } from "./Knocking.tsx";
import { ModalitySide } from "./ModalitySide.tsx";
import { NewModality } from "./NewModality.tsx";

/** The applications that this archive knows, and those that knock. */
export default function ModalitiesPage() {
  const { state, change } = useAddress();
  const facilityName = useFacilityName();
  const [adding, setAdding] = useState(false);
  const { echoes, echo } = useEchoes();
  const system = useSystem();
  const list = usePages(["modalities"], ["modality", "peer"], (paging, signal) =>
    answerOf(api.GET("/api/v1/modalities", { params: { query: paging }, signal })),
  );
  const echoAll = () => {
    for (const { id } of list.data ?? []) void echo(id);
  };
  useShortcuts(t("Modalities"), [
    { caps: ["E"], label: t("echo all"), on: ["e"], inBar: true, run: echoAll },
    { caps: ["N"], label: t("new modality"), on: ["n"], inBar: true, run: () => setAdding(true) },
  ]);
  const opened = useOpened(list, state.id);
  const address = system.data && `${system.data.host}:${system.data.dicomPort}`;
  return (
    <Page
      title={t("Modalities")}
      about={
        system.data && (
          <span className="inline-flex items-center gap-1">
            {t("This archive listens as {title} on {address}", {
              title: system.data.aeTitle,
              address: address ?? "",
            })}
            <CopyButton text={address ?? ""} what={t("Address")} />
          </span>
        )
      }
      actions={
        <>
          <Button size="l" hotkey="E" onClick={echoAll}>
            {t("Echo all")}
          </Button>
          <Button variant="primary" size="l" icon="plus" hotkey="N" onClick={() => setAdding(true)}>
            {t("Add modality")}
          </Button>
        </>
      }
      side={
        opened && (
          <ModalitySide
            key={opened.id}
            modality={opened}
            echo={echoes[opened.id]}
            onEcho={() => void echo(opened.id)}
            onClose={() => change({ id: undefined })}
          />
        )
      }
    >
      <Knocking
        onLetIn={(modality) => {
          change({ id: modality.id });
          void echo(modality.id);
        }}
      />
      <Card title={t("Known")} count={list.total}>
        <Listing
          list={list}
          empty={
            <EmptyState title={t("No modality is known yet")} icon="link">
              {t("Point a scanner at this archive: it appears above and can be let in, or add it here.")}
            </EmptyState>
          }
        >
          {(rows) => (
            <Known
              rows={rows}
              opened={state.id}
              echoes={echoes}
              facilityName={facilityName}
              onOpen={(id) => change({ id })}
              onEcho={(id) => void echo(id)}
            />
          )}
        </Listing>
      </Card>
      {adding && <NewModality onClose={() => setAdding(false)} onMade={({ id }) => change({ id })} />}
    </Page>
  );
}

function Known({
  rows,
  opened,
  echoes,
  facilityName,
  onOpen,
  onEcho,
}: {
  rows: readonly Modality[];
  opened: string | undefined;
  echoes: Readonly<Record<string, Echo>>;
  facilityName: (id: string | null) => string;
  onOpen: (id: string) => void;
  onEcho: (id: string) => void;
}) {
  return (
    <Table<Modality>
      label={t("Known")}
      rows={rows}
      keyOf={({ id }) => id}
      opened={opened}
      onOpen={({ id }) => onOpen(id)}
      columns={[
        { head: t("AE title"), cell: ({ aeTitle }) => <span className="a mono">{aeTitle}</span> },
        {
          head: t("Description"),
          cell: ({ description, facilityId }) => <Two a={description ?? ""} b={facilityName(facilityId)} />,
        },
        {
          head: t("Address"),
          cell: ({ host, port, tls }) => (
            <span className="mono inline-flex items-center gap-1">
              {tls && <Icon name="lock" size="xs" className="text-ok" />}
              {host}:{port}
              {tls && <span className="sr-only">{t("TLS")}</span>}
            </span>
          ),
        },
        {
          head: t("May"),
          less: true,
          cell: ({ permissions }) => (
            <span className="tags">
              {permissions.map((permission) => (
                <Tag key={permission}>{permission}</Tag>
              ))}
            </span>
          ),
        },
        {
          head: t("Echo"),
          cell: ({ id, aeTitle }) => (
            <span className="inline-flex items-center gap-2">
              <Button
                size="s"
                busy={echoes[id]?.running ?? false}
                aria-label={t("Echo {title}", { title: aeTitle })}
                onClick={() => onEcho(id)}
              >
                {t("Echo")}
              </Button>
              <EchoResult echo={echoes[id]} />
            </span>
          ),
        },
      ]}
    />
  );
}
