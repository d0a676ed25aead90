import type { RoutingRule } from "@isocenter/contract";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { Button } from "../../kit/Button.tsx";
import { EmptyState } from "../../kit/States.tsx";
import { useShortcuts } from "../../kit/shortcuts.ts";
import { Tag } from "../../kit/Tag.tsx";
import { t } from "../../words/words.ts";
import { useAddress } from "../parts/address.ts";
import { DetailsForm } from "../parts/DetailsForm.tsx";
import { Edited } from "../parts/Edited.tsx";
import { useFacilityName } from "../parts/facilities.ts";
import { Listing } from "../parts/Listing.tsx";
import { NewRecord } from "../parts/NewRecord.tsx";
import { Card, Page, Side } from "../parts/Page.tsx";
import { useOpened, usePages } from "../parts/pages.ts";
import { RemoveButton } from "../parts/RemoveButton.tsx";
import { Table, Two } from "../parts/Table.tsx";
import { doorWords, textConditions, useDestinations, useRuleForm } from "./rule-form.tsx";

/** What a rule asks of a study, in words: "Modalities: CT, MR". */
function conditionWords({ conditions }: RoutingRule): string {
  const words = (Object.keys(textConditions) as (keyof typeof textConditions)[]).flatMap((key) =>
    conditions[key] ? [`${t(textConditions[key].word)}: ${conditions[key].join(", ")}`] : [],
  );
  const doors = (conditions.doors ?? []).map((door) => t(doorWords[door as keyof typeof doorWords] ?? door));
  return [...words, ...(doors.length > 0 ? [doors.join(", ")] : [])].join(" · ");
}

/** Which studies are sent where when they have settled. */
export default function RoutingPage() {
  const { state, change } = useAddress();
  const facilityName = useFacilityName();
  const destinations = useDestinations().data ?? [];
  const [adding, setAdding] = useState(false);
  const list = usePages(["routing-rules"], ["routing-rule", "modality"], (paging, signal) =>
    answerOf(api.GET("/api/v1/routing-rules", { params: { query: paging }, signal })),
  );
  useShortcuts(t("Routing rules"), [
    { caps: ["N"], label: t("new rule"), on: ["n"], inBar: true, run: () => setAdding(true) },
  ]);
  const opened = useOpened(list, state.id);
  const titleOf = (id: string) => destinations.find((one) => one.id === id)?.aeTitle ?? "–";
  return (
    <Page
      title={t("Routing rules")}
      about={t("A study that is complete is sent where it fits; what the destination has is not sent again")}
      actions={
        <Button variant="primary" size="l" icon="plus" hotkey="N" onClick={() => setAdding(true)}>
          {t("New rule")}
        </Button>
      }
      side={opened && <RuleSide key={opened.id} rule={opened} onClose={() => change({ id: undefined })} />}
    >
      <Card title={t("Routing rules")} count={list.total}>
        <Listing
          list={list}
          empty={
            <EmptyState title={t("No rule")} icon="link">
              {t("Studies stay here until somebody sends them. A rule sends them by itself.")}
            </EmptyState>
          }
        >
          {(rows) => (
            <Table<RoutingRule>
              label={t("Routing rules")}
              rows={rows}
              keyOf={({ id }) => id}
              opened={state.id}
              onOpen={({ id }) => change({ id })}
              columns={[
                { head: t("Name"), cell: (one) => <Two a={one.name} b={facilityName(one.facilityId)} /> },
                {
                  head: t("Send to"),
                  cell: (one) => <span className="mono">{titleOf(one.destinationId)}</span>,
                },
                {
                  head: t("Which studies"),
                  cell: (one) => conditionWords(one) || <Tag tone="urg">{t("all studies")}</Tag>,
                },
                {
                  head: t("What is sent"),
                  less: true,
                  cell: (one) => (one.scope === "STUDY" ? t("the whole study") : t("series that fit")),
                },
                {
                  head: t("State"),
                  cell: (one) =>
                    one.enabled ? <Tag tone="ok">{t("On")}</Tag> : <Tag tone="line">{t("Off")}</Tag>,
                },
              ]}
            />
          )}
        </Listing>
      </Card>
      {adding && <NewRule onClose={() => setAdding(false)} onMade={({ id }) => change({ id })} />}
    </Page>
  );
}

function NewRule({ onMade, onClose }: { onMade: (made: RoutingRule) => void; onClose: () => void }) {
  const { body, ready, fields, facilityId } = useRuleForm();
  return (
    <NewRecord
      title={t("New rule")}
      submit={t("Create rule")}
      subject="routing-rules"
      ready={ready}
      make={() =>
        answerOf(
          api.POST("/api/v1/routing-rules", { body: { ...body(), ...(facilityId ? { facilityId } : {}) } }),
        )
      }
      onMade={onMade}
      onClose={onClose}
    >
      {fields}
    </NewRecord>
  );
}

function RuleSide({ rule, onClose }: { rule: RoutingRule; onClose: () => void }) {
  const path = { params: { path: { id: rule.id } } };
  return (
    <Side title={rule.name} onClose={onClose}>
      <Edited key={rule.id} value={rule}>
        {(kept, saved) => <EditRule rule={kept} onSaved={saved} />}
      </Edited>
      {rule.actions.includes("remove") && (
        <section>
          <RemoveButton
            title={rule.name}
            after={t("Nothing is sent by it any more. What it has put into the send queue stays there.")}
            subject="routing-rules"
            remove={() => answerOf(api.DELETE("/api/v1/routing-rules/{id}", path))}
            onRemoved={onClose}
          />
        </section>
      )}
    </Side>
  );
}

function EditRule({ rule, onSaved }: { rule: RoutingRule; onSaved: () => void }) {
  const { body, ready, fields } = useRuleForm(rule);
  const save = () =>
    answerOf(
      api.PATCH("/api/v1/routing-rules/{id}", {
        params: { path: { id: rule.id } },
        body: { ...body(), expectedVersion: rule.version },
      }),
    );
  return (
    <DetailsForm subject="routing-rules" ready={ready} save={save} onSaved={onSaved}>
      {fields}
    </DetailsForm>
  );
}
