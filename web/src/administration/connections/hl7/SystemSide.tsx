import type { Hl7System } from "@isocenter/contract";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { answerOf } from "../../../api/api.ts";
import { api } from "../../../api/client.ts";
import { Button } from "../../../kit/Button.tsx";
import { momentIn } from "../../../kit/dates.ts";
import { problemOf } from "../../../kit/run.ts";
import { useTimeZone } from "../../../studies/queries.ts";
import { t } from "../../../words/words.ts";
import { DetailsForm } from "../../parts/DetailsForm.tsx";
import { Edited } from "../../parts/Edited.tsx";
import { Side } from "../../parts/Page.tsx";
import { RemoveButton } from "../../parts/RemoveButton.tsx";
import { type Echo, EchoResult } from "../echo.tsx";
import { useSystemForm } from "./system-form.tsx";

/** One system: whether it listens, what waits for it, and how it is reached. */
export function SystemSide({ system, onClose }: { system: Hl7System; onClose: () => void }) {
  const path = { params: { path: { id: system.id } } };
  return (
    <Side title={system.name} about={system.application} onClose={onClose}>
      {system.actions.includes("test") && <Test system={system} />}
      <Messages system={system} />
      <Edited key={system.id} value={system}>
        {(kept, saved) => <EditSystem system={kept} onSaved={saved} />}
      </Edited>
      <section>
        <RemoveButton
          title={system.name}
          after={t("It is refused from then on, and what waits for it is not sent. Its messages stay.")}
          subject="hl7"
          remove={() => answerOf(api.DELETE("/api/v1/hl7/systems/{id}", path))}
          onRemoved={onClose}
        />
      </section>
    </Side>
  );
}

function Test({ system }: { system: Hl7System }) {
  const [test, setTest] = useState<Echo>();
  const call = async () => {
    setTest((before) => ({ ...before, running: true }));
    try {
      const path = { params: { path: { id: system.id } } };
      const { reached, milliseconds, problem } = await answerOf(
        api.POST("/api/v1/hl7/systems/{id}/test", path),
      );
      setTest(
        reached ? { running: false, milliseconds } : { running: false, problem: problem ?? t("not reached") },
      );
    } catch (error) {
      setTest({ running: false, problem: problemOf(error) });
    }
  };
  return (
    <section className="flex items-center gap-3" aria-label={t("Test")}>
      <Button busy={test?.running ?? false} onClick={() => void call()}>
        {t("Test the connection")}
      </Button>
      <EchoResult echo={test} />
    </section>
  );
}

/** What waits for it and what went wrong, each leading to the messages. */
function Messages({ system }: { system: Hl7System }) {
  const timeZone = useTimeZone();
  const { id, queued, failed, failingSince, problem } = system;
  const lines = [
    { word: t("Waiting"), number: queued, search: { system: id, status: "QUEUED" } },
    { word: t("Failed"), number: failed, search: { system: id, status: "FAILED" } },
  ];
  return (
    <section aria-label={t("Messages")}>
      {failingSince && (
        <p className="note urg mb-3">
          {t("It has not answered since {time}.", { time: momentIn(timeZone, failingSince) })} {problem}
        </p>
      )}
      <dl className="kv">
        {lines.map(({ word, number, search }) => (
          <div key={word} className="contents">
            <dt>{word}</dt>
            <dd>
              <Link
                className="link inline-flex min-h-6 items-center"
                to="/administration/$section"
                params={{ section: "hl7-messages" }}
                search={search}
              >
                {t("{count, plural, one {# message} other {# messages}}", { count: number })}
              </Link>
            </dd>
          </div>
        ))}
      </dl>
      <Link
        className="link mt-1 inline-flex min-h-6 items-center"
        to="/administration/$section"
        params={{ section: "hl7-messages" }}
        search={{ system: id }}
      >
        {t("All its messages")}
      </Link>
    </section>
  );
}

function EditSystem({ system, onSaved }: { system: Hl7System; onSaved: () => void }) {
  const { body, ready, fields } = useSystemForm(system);
  const save = () =>
    answerOf(
      api.PATCH("/api/v1/hl7/systems/{id}", {
        params: { path: { id: system.id } },
        body: { ...body(), expectedVersion: system.version },
      }),
    );
  return (
    <DetailsForm subject="hl7" ready={ready} save={save} onSaved={onSaved}>
      {fields}
    </DetailsForm>
  );
}
