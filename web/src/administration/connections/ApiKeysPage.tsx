import type { ApiKey, Role } from "@isocenter/contract";
import { roles } from "@isocenter/contract/enumerations";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api, useMe } from "../../api/client.ts";
import { Button } from "../../kit/Button.tsx";
import { ConfirmDialog } from "../../kit/ConfirmDialog.tsx";
import { momentIn } from "../../kit/dates.ts";
import { Field } from "../../kit/Field.tsx";
import { Choices, FormDialog, OnceDialog } from "../../kit/forms.tsx";
import { roleWord } from "../../kit/roles.ts";
import { useRun } from "../../kit/run.ts";
import { EmptyState } from "../../kit/States.tsx";
import { useShortcuts } from "../../kit/shortcuts.ts";
import { Tag } from "../../kit/Tag.tsx";
import { useTimeZone, useToday } from "../../studies/queries.ts";
import { t } from "../../words/words.ts";
import { FacilitiesField } from "../parts/FacilityFields.tsx";
import { useFacilityName } from "../parts/facilities.ts";
import { Listing } from "../parts/Listing.tsx";
import { Card, Page } from "../parts/Page.tsx";
import { usePages } from "../parts/pages.ts";
import { Table, Two } from "../parts/Table.tsx";
import { dateAfter, instantIn } from "../parts/zoned.ts";

/** Keys by which other programs use the API. */
export default function ApiKeysPage() {
  const timeZone = useTimeZone();
  const facilityName = useFacilityName();
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<{ name: string; key: string } | null>(null);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const { busy, problem, run } = useRun("api-keys");
  const list = usePages(["api-keys"], ["api-key"], (paging, signal) =>
    answerOf(api.GET("/api/v1/api-keys", { params: { query: { ...paging, sort: "name" } }, signal })),
  );
  useShortcuts(t("API keys"), [
    { caps: ["N"], label: t("new key"), on: ["n"], inBar: true, run: () => setAdding(true) },
  ]);
  const revoke = async ({ id }: ApiKey) => {
    const done = await run(
      () => answerOf(api.DELETE("/api/v1/api-keys/{id}", { params: { path: { id } } })),
      t("The key is revoked"),
    );
    if (done) setRevoking(null);
  };
  return (
    <Page
      title={t("API keys")}
      about={t("Other programs sign in with a key; a key may what its roles may")}
      actions={
        <Button variant="primary" size="l" icon="plus" hotkey="N" onClick={() => setAdding(true)}>
          {t("New key")}
        </Button>
      }
    >
      <Card title={t("API keys")} count={list.total}>
        <Listing
          list={list}
          empty={
            <EmptyState title={t("No key")} icon="key">
              {t("A portal, a script or another system needs a key to use the API.")}
            </EmptyState>
          }
        >
          {(rows) => (
            <Table<ApiKey>
              label={t("API keys")}
              rows={rows}
              keyOf={({ id }) => id}
              columns={[
                {
                  head: t("Name"),
                  cell: ({ name, hint }) => <Two a={name} b={<span className="mono">{hint}…</span>} />,
                },
                {
                  head: t("Roles"),
                  cell: (key) => (
                    <span className="tags">
                      {key.roles.map((role) => (
                        <Tag key={role}>{roleWord(role as Role)}</Tag>
                      ))}
                    </span>
                  ),
                },
                {
                  head: t("Facilities"),
                  cell: (key) => key.facilityIds.map(facilityName).filter(Boolean).join(", "),
                },
                {
                  head: t("Made"),
                  cell: ({ createdAt, createdBy }) => (
                    <Two
                      a={<span className="when">{momentIn(timeZone, createdAt)}</span>}
                      b={createdBy.name}
                    />
                  ),
                },
                {
                  head: t("Last used"),
                  cell: ({ lastUsedAt }) => (
                    <span className="when">{lastUsedAt ? momentIn(timeZone, lastUsedAt) : t("never")}</span>
                  ),
                },
                {
                  head: t("Ends"),
                  cell: ({ expiresAt }) =>
                    expiresAt === null ? (
                      t("never")
                    ) : Date.parse(expiresAt) <= Date.now() ? (
                      <Tag tone="urg">{t("ended {at}", { at: momentIn(timeZone, expiresAt) })}</Tag>
                    ) : (
                      <span className="when">{momentIn(timeZone, expiresAt)}</span>
                    ),
                },
                {
                  head: t("Action"),
                  cell: (key) =>
                    key.actions.includes("revoke") && (
                      <Button
                        size="s"
                        aria-label={t("Revoke {name}", { name: key.name })}
                        onClick={() => setRevoking(key)}
                      >
                        {t("Revoke")}
                      </Button>
                    ),
                },
              ]}
            />
          )}
        </Listing>
      </Card>
      {adding && (
        <NewKey
          onClose={() => setAdding(false)}
          onMade={(made) => {
            setAdding(false);
            setSecret(made);
          }}
        />
      )}
      {secret && (
        <OnceDialog
          title={t("The key of {name}", { name: secret.name })}
          what={t("Key")}
          secret={secret.key}
          hint={t("The other program sends it as Authorization: Bearer with each request.")}
          onClose={() => setSecret(null)}
        />
      )}
      {revoking && (
        <ConfirmDialog
          title={t("Revoke {name}?", { name: revoking.name })}
          description={t(
            "What uses it is refused at once. It cannot be brought back, a new one can be made.",
          )}
          submit={t("Revoke")}
          busy={busy}
          problem={problem}
          onConfirm={() => void revoke(revoking)}
          onClose={() => setRevoking(null)}
        />
      )}
    </Page>
  );
}

function NewKey({
  onMade,
  onClose,
}: {
  onMade: (made: { name: string; key: string }) => void;
  onClose: () => void;
}) {
  const timeZone = useTimeZone();
  const today = useToday();
  const home = useMe()?.facilityIds[0];
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<string[]>(["INTEGRATION"]);
  const [at, setAt] = useState<string[]>(home ? [home] : []);
  const [lastDay, setLastDay] = useState("");
  const { busy, problem, run } = useRun("api-keys");
  const expiresAt = lastDay ? instantIn(timeZone, `${dateAfter(lastDay, 1)}T00:00`) : undefined;
  const submit = async () => {
    const made = await run(() =>
      answerOf(
        api.POST("/api/v1/api-keys", {
          body: {
            name: name.trim(),
            roles: chosen,
            ...(at.length > 0 ? { facilityIds: at } : {}),
            ...(expiresAt ? { expiresAt } : {}),
          },
        }),
      ),
    );
    if (made) onMade(made.answer);
  };
  return (
    <FormDialog
      title={t("New key")}
      description={t("It is made by the server and shown once.")}
      submit={t("Create key")}
      busy={busy}
      problem={problem}
      disabled={name.trim() === "" || chosen.length === 0 || at.length === 0}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <Field
        label={t("Name")}
        value={name}
        maxLength={128}
        hint={t("Which program has it")}
        onChange={({ target }) => setName(target.value)}
      />
      <Choices
        label={t("Roles")}
        options={roles.map((role) => ({ value: role, word: roleWord(role) }))}
        chosen={chosen}
        onChange={setChosen}
      />
      <FacilitiesField chosen={at} onChange={setAt} />
      <Field
        label={t("Last day (not needed)")}
        type="date"
        min={today}
        value={lastDay}
        hint={t("Without it the key works until it is revoked")}
        onChange={({ target }) => setLastDay(target.value)}
      />
    </FormDialog>
  );
}
