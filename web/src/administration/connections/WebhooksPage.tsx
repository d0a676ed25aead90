import type { Webhook, WebhookDelivery, WebhookWithSecret } from "@isocenter/contract";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { Button } from "../../kit/Button.tsx";
import { clockIn, momentIn } from "../../kit/dates.ts";
import { Field } from "../../kit/Field.tsx";
import { OnceDialog, Tick } from "../../kit/forms.tsx";
import { useRun } from "../../kit/run.ts";
import { EmptyState } from "../../kit/States.tsx";
import { useShortcuts } from "../../kit/shortcuts.ts";
import { Tag } from "../../kit/Tag.tsx";
import { useTimeZone } from "../../studies/queries.ts";
import { t } from "../../words/words.ts";
import { useAddress } from "../parts/address.ts";
import { DetailsForm } from "../parts/DetailsForm.tsx";
import { Edited } from "../parts/Edited.tsx";
import { FacilityField } from "../parts/FacilityFields.tsx";
import { useFacilityOptions } from "../parts/facilities.ts";
import { Listing } from "../parts/Listing.tsx";
import { NewRecord } from "../parts/NewRecord.tsx";
import { Card, Page, Side } from "../parts/Page.tsx";
import { useOpened, usePages } from "../parts/pages.ts";
import { RemoveButton } from "../parts/RemoveButton.tsx";
import { Table, Two } from "../parts/Table.tsx";

/** Other systems that are told of events. */
export default function WebhooksPage() {
  const { state, change } = useAddress();
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<Given | null>(null);
  const list = usePages(["webhooks"], ["webhook"], (paging, signal) =>
    answerOf(api.GET("/api/v1/webhooks", { params: { query: paging }, signal })),
  );
  useShortcuts(t("Webhooks"), [
    { caps: ["N"], label: t("new webhook"), on: ["n"], inBar: true, run: () => setAdding(true) },
  ]);
  const opened = useOpened(list, state.id);
  return (
    <Page
      title={t("Webhooks")}
      about={t("Other systems that are told of events, each message signed")}
      actions={
        <Button variant="primary" size="l" icon="plus" hotkey="N" onClick={() => setAdding(true)}>
          {t("New webhook")}
        </Button>
      }
      side={
        opened && (
          <WebhookSide
            key={opened.id}
            webhook={opened}
            onSecret={(another) => setSecret({ secret: another, isAnother: true })}
            onClose={() => change({ id: undefined })}
          />
        )
      }
    >
      <Card title={t("Webhooks")} count={list.total}>
        <Listing
          list={list}
          empty={
            <EmptyState title={t("No webhook")} icon="link">
              {t(
                "Another system can be told when reports are signed, studies arrive or findings are raised.",
              )}
            </EmptyState>
          }
        >
          {(rows) => (
            <Table<Webhook>
              label={t("Webhooks")}
              rows={rows}
              keyOf={({ id }) => id}
              opened={state.id}
              onOpen={({ id }) => change({ id })}
              columns={[
                { head: t("Address"), cell: ({ url, description }) => <Two a={url} b={description} /> },
                {
                  head: t("Events"),
                  cell: ({ events }) => (
                    <span className="tags">
                      {events.map((event) => (
                        <Tag key={event}>{event}</Tag>
                      ))}
                    </span>
                  ),
                },
                { head: t("Waiting"), numeric: true, cell: ({ waiting }) => waiting },
                {
                  head: t("State"),
                  cell: ({ enabled, failingSince }) =>
                    !enabled ? (
                      <Tag tone="line">{t("Off")}</Tag>
                    ) : failingSince ? (
                      <Tag tone="urg">{t("Not answering")}</Tag>
                    ) : (
                      <Tag tone="ok">{t("On")}</Tag>
                    ),
                },
              ]}
            />
          )}
        </Listing>
      </Card>
      {adding && (
        <NewWebhook
          onClose={() => setAdding(false)}
          onMade={(made) => {
            setAdding(false);
            setSecret({ secret: made.secret, isAnother: false });
            change({ id: made.id });
          }}
        />
      )}
      {secret && (
        <OnceDialog
          title={t("The secret of the webhook")}
          what={t("Secret")}
          secret={secret.secret}
          hint={
            secret.isAnother
              ? t(
                  "Give it to the other system within a day: until then messages are signed with the one before as well.",
                )
              : t("The other system checks with it that messages come from here.")
          }
          onClose={() => setSecret(null)}
        />
      )}
    </Page>
  );
}

interface Given {
  secret: string;
  /** Or the first one. */
  isAnother: boolean;
}

const eventsOf = (text: string) => text.split(/[\s,]+/).filter(Boolean);

function NewWebhook({ onMade, onClose }: { onMade: (made: WebhookWithSecret) => void; onClose: () => void }) {
  const facilities = useFacilityOptions();
  const [facilityId, setFacilityId] = useState(facilities[0]?.value ?? "");
  const [url, setUrl] = useState("https://");
  const [events, setEvents] = useState("report.*");
  const [description, setDescription] = useState("");
  const make = () =>
    answerOf(
      api.POST("/api/v1/webhooks", {
        body: {
          url: url.trim(),
          events: eventsOf(events),
          ...(description.trim() ? { description: description.trim() } : {}),
          ...(facilityId ? { facilityId } : {}),
        },
      }),
    );
  return (
    <NewRecord
      title={t("New webhook")}
      submit={t("Create webhook")}
      subject="webhooks"
      ready={url.trim().length >= 8 && eventsOf(events).length > 0}
      make={make}
      said={null}
      onMade={onMade}
      onClose={onClose}
    >
      <Field label={t("Address")} type="url" value={url} onChange={({ target }) => setUrl(target.value)} />
      <EventsField value={events} onChange={setEvents} />
      <DescriptionField value={description} onChange={setDescription} />
      <FacilityField value={facilityId} onChange={setFacilityId} />
    </NewRecord>
  );
}

function EventsField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <Field
      label={t("Events")}
      value={value}
      spellCheck={false}
      hint={t("Such as report.signed, or study.* for all of studies")}
      onChange={({ target }) => onChange(target.value)}
    />
  );
}

function DescriptionField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <Field
      label={t("Description")}
      value={value}
      maxLength={256}
      onChange={({ target }) => onChange(target.value)}
    />
  );
}

function WebhookSide({
  webhook,
  onSecret,
  onClose,
}: {
  webhook: Webhook;
  onSecret: (secret: string) => void;
  onClose: () => void;
}) {
  const { busy, act } = useRun("webhooks");
  const one = { params: { path: { id: webhook.id } } };
  const test = async () => {
    const done = await act(() => answerOf(api.POST("/api/v1/webhooks/{id}/test", one)));
    if (done) setTested(done.answer);
  };
  const [tested, setTested] = useState<WebhookDelivery>();
  const rotate = async () => {
    const done = await act(() => answerOf(api.POST("/api/v1/webhooks/{id}/rotate-secret", one)));
    if (done) onSecret(done.answer.secret);
  };
  return (
    <Side title={webhook.url} about={webhook.disabledReason ?? webhook.description} onClose={onClose}>
      <Edited key={webhook.id} value={webhook}>
        {(kept, saved) => <EditWebhook webhook={kept} onSaved={saved} />}
      </Edited>
      <section className="flex flex-wrap items-center gap-2" aria-label={t("Test")}>
        <Button busy={busy} onClick={() => void test()}>
          {t("Send a test")}
        </Button>
        <Button busy={busy} icon="key" onClick={() => void rotate()}>
          {t("New secret")}
        </Button>
        <RemoveButton
          title={webhook.url}
          after={t("What waits for it is removed as well.")}
          subject="webhooks"
          remove={() => answerOf(api.DELETE("/api/v1/webhooks/{id}", one))}
          onRemoved={onClose}
        />
        <span
          role="status"
          className={`text-12 font-medium ${tested?.state === "FAILED" ? "text-crit" : "text-ok"}`}
        >
          {tested && deliveryText(tested)}
        </span>
      </section>
      <Deliveries webhookId={webhook.id} />
    </Side>
  );
}

/** What the other side answered, or why it did not. */
const deliveryText = ({ status, durationMs, error }: WebhookDelivery): string =>
  error ??
  t("answered {status} after {milliseconds} ms", { status: status ?? "", milliseconds: durationMs ?? 0 });

function EditWebhook({ webhook, onSaved }: { webhook: Webhook; onSaved: () => void }) {
  const [url, setUrl] = useState(webhook.url);
  const [events, setEvents] = useState(webhook.events.join(", "));
  const [description, setDescription] = useState(webhook.description ?? "");
  const [enabled, setEnabled] = useState(webhook.enabled);
  const save = () =>
    answerOf(
      api.PATCH("/api/v1/webhooks/{id}", {
        params: { path: { id: webhook.id } },
        body: {
          url: url.trim(),
          events: eventsOf(events),
          description: description.trim() || null,
          enabled,
          expectedVersion: webhook.version,
        },
      }),
    );
  return (
    <DetailsForm
      subject="webhooks"
      ready={url.trim().length >= 8 && eventsOf(events).length > 0}
      save={save}
      onSaved={onSaved}
    >
      <Field label={t("Address")} type="url" value={url} onChange={({ target }) => setUrl(target.value)} />
      <EventsField value={events} onChange={setEvents} />
      <DescriptionField value={description} onChange={setDescription} />
      <Tick label={t("On")} checked={enabled} onChange={setEnabled} />
    </DetailsForm>
  );
}

function Deliveries({ webhookId }: { webhookId: string }) {
  const timeZone = useTimeZone();
  const { busy, act } = useRun("webhooks");
  const list = usePages(
    ["webhooks", "deliveries", webhookId],
    ["webhook"],
    (paging, signal) =>
      answerOf(
        api.GET("/api/v1/webhooks/{id}/deliveries", {
          params: { path: { id: webhookId }, query: paging },
          signal,
        }),
      ),
    10_000,
  );
  const again = (deliveryId: string) =>
    void act(
      () =>
        answerOf(
          api.POST("/api/v1/webhooks/{id}/deliveries/{deliveryId}/redeliver", {
            params: { path: { id: webhookId, deliveryId } },
          }),
        ),
      t("It is sent again"),
    );
  return (
    <section aria-label={t("Deliveries")}>
      <h3>{t("Deliveries")}</h3>
      <Listing list={list} empty={<p className="text-12 text-text-2">{t("Nothing was sent yet.")}</p>}>
        {(rows) => (
          <ul className="mt-2 grid gap-2 text-12">
            {rows.map((one) => (
              <li key={one.id} className="flex items-center gap-2">
                <span className="min-w-0 flex-1">
                  <span className="mono block">{one.event}</span>
                  <span className={one.state === "FAILED" ? "text-crit" : "text-text-3"}>
                    {momentIn(timeZone, one.createdAt)} ·{" "}
                    {one.state !== "QUEUED"
                      ? deliveryText(one)
                      : one.attempts === 0
                        ? t("waits")
                        : t("waits until {time}: {answer}", {
                            time: clockIn(timeZone, one.nextAttemptAt ?? one.createdAt),
                            answer: deliveryText(one),
                          })}
                  </span>
                  {one.error !== null && one.answer && (
                    <span className="mono block truncate text-text-3" title={one.answer}>
                      {one.answer}
                    </span>
                  )}
                </span>
                {one.actions.includes("redeliver") && (
                  <Button size="s" busy={busy} onClick={() => again(one.id)}>
                    {t("Send again")}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Listing>
    </section>
  );
}
