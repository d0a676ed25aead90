import type { KnockingCaller, Modality } from "@isocenter/contract";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { Button } from "../../kit/Button.tsx";
import { momentIn } from "../../kit/dates.ts";
import { Field } from "../../kit/Field.tsx";
import { Choices } from "../../kit/forms.tsx";
import { useRun } from "../../kit/run.ts";
import { Tag } from "../../kit/Tag.tsx";
import { useTimeZone } from "../../studies/queries.ts";
import { t } from "../../words/words.ts";
import { Card } from "../parts/Page.tsx";
import { usePages } from "../parts/pages.ts";
import { type Kind, kindOf, kinds, peerPermissionOptions } from "./peer-permissions.ts";

const againMs = 5_000;

/** Callers that were refused because nobody knows them, each let in by one click. */
export function Knocking({ onLetIn }: { onLetIn: (modality: Modality) => void }) {
  const list = usePages(
    ["modalities", "knocking"],
    ["peer", "modality"],
    (paging, signal) =>
      answerOf(api.GET("/api/v1/modalities/knocking", { params: { query: paging }, signal })),
    againMs,
  );
  const callers = list.data ?? [];
  if (callers.length === 0) return null;
  return (
    <Card
      title={t("Knocking")}
      tone="knocking"
      count={t(
        "{count, plural, one {# caller was} other {# callers were}} refused, and your decision is awaited",
        {
          count: callers.length,
        },
      )}
    >
      {callers.map((caller) => (
        <Caller key={caller.id} caller={caller} onLetIn={onLetIn} />
      ))}
    </Card>
  );
}

function Caller({ caller, onLetIn }: { caller: KnockingCaller; onLetIn: (modality: Modality) => void }) {
  const timeZone = useTimeZone();
  const [description, setDescription] = useState("");
  const [permissions, setPermissions] = useState<string[]>([...kinds.scanner.permissions]);
  const { busy, act } = useRun("modalities");
  const mayLetIn = caller.actions.includes("let-in");
  const known = caller.reason === "OTHER_ADDRESS" || caller.reason === "OTHER_CERTIFICATE";
  const letIn = async () => {
    const done = await act(
      () =>
        answerOf(
          api.POST("/api/v1/modalities/knocking/{id}/let-in", {
            params: { path: { id: caller.id } },
            // Who is known keeps what it may, and moves to where it calls from now.
            body: known
              ? {}
              : { permissions, ...(description.trim() ? { description: description.trim() } : {}) },
          }),
        ),
      t("{title} is let in", { title: caller.aeTitle }),
    );
    if (done) onLetIn(done.answer);
  };
  const dismiss = () =>
    void act(
      () => answerOf(api.DELETE("/api/v1/modalities/knocking/{id}", { params: { path: { id: caller.id } } })),
      t("{title} is turned away; it may knock again", { title: caller.aeTitle }),
    );
  return (
    <article aria-label={caller.aeTitle}>
      <form
        className="knock"
        onSubmit={(event) => {
          event.preventDefault();
          if (mayLetIn) void letIn();
        }}
      >
        <div>
          <div className="flex flex-wrap items-center gap-2">
            <b className="mono text-14 font-semibold">{caller.aeTitle}</b>
            <Tag tone="line">{t("called {title}", { title: caller.calledAeTitle })}</Tag>
            {caller.tls && <Tag icon="lock">{t("TLS")}</Tag>}
          </div>
          <div className="text-12 text-text-2">
            <span className="mono">{caller.address}</span> · {momentIn(timeZone, caller.lastSeenAt)} ·{" "}
            {t("{count, plural, one {# try} other {# tries}}", { count: caller.attempts })}
          </div>
        </div>
        <div className="text-12">
          <div>{caller.explanation}</div>
          <div className="text-text-3">
            {t("Implementation")} <span className="mono">{caller.implementation}</span>
          </div>
          {caller.certificateSha256 && (
            <div className="mono break-all text-text-3">{caller.certificateSha256}</div>
          )}
        </div>
        <div className="grid gap-2">
          {!known && (
            <>
              <KindChoice permissions={permissions} onChange={setPermissions} />
              <Field
                label={t("Description")}
                value={description}
                maxLength={256}
                onChange={({ target }) => setDescription(target.value)}
              />
              <Choices
                label={t("May")}
                options={peerPermissionOptions()}
                chosen={permissions}
                onChange={setPermissions}
              />
            </>
          )}
        </div>
        <div className="flex flex-col gap-2">
          {mayLetIn && (
            <Button variant="primary" type="submit" busy={busy}>
              {t("Allow and echo")}
            </Button>
          )}
          {caller.actions.includes("dismiss") && (
            <Button variant="ghost" busy={busy} onClick={dismiss}>
              {t("Turn away")}
            </Button>
          )}
        </div>
      </form>
    </article>
  );
}

/** A kind of application sets what it mostly asks for. */
export function KindChoice({
  permissions,
  onChange,
}: {
  permissions: readonly string[];
  onChange: (permissions: string[]) => void;
}) {
  const kind = kindOf(permissions);
  return (
    <div className="seg justify-self-start" role="radiogroup" aria-label={t("Kind")}>
      {(Object.keys(kinds) as Kind[]).map((one) => (
        // biome-ignore lint/a11y/useSemanticElements: it looks like a switch and acts like a button
        <button
          key={one}
          type="button"
          role="radio"
          aria-checked={kind === one}
          onClick={() => onChange([...kinds[one].permissions])}
        >
          {t(kinds[one].word)}
        </button>
      ))}
    </div>
  );
}
