import type { Finding } from "@isocenter/contract";
import { useState } from "react";
import { Button } from "../kit/Button.tsx";
import { dayIn, momentIn } from "../kit/dates.ts";
import { Field, Labelled } from "../kit/Field.tsx";
import { ReasonDialog } from "../kit/forms.tsx";
import { joined } from "../kit/joined.ts";
import { useRun } from "../kit/run.ts";
import { Tag } from "../kit/Tag.tsx";
import { useTimeZone } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import { close, followUp } from "./queries.ts";

/** What was agreed to be done, and what of it was. */
export function FollowUpList({ finding }: { finding: Finding }) {
  const timeZone = useTimeZone();
  const { busy, act } = useRun("findings");
  if (finding.followUps.length === 0) return null;
  const may = finding.actions.includes("follow-up");
  const late = (dueAt: string | null) => dueAt !== null && Date.parse(dueAt) < Date.now();
  return (
    <section aria-label={t("To be done")}>
      <h3 className="text-12 text-text-3">{t("To be done")}</h3>
      <ul className="mt-1 grid gap-2">
        {finding.followUps.map(({ id, action, dueAt, doneAt, createdBy }) => (
          <li key={id} className="flex items-start gap-2">
            <span className="min-w-0 flex-1">
              <span className="block [overflow-wrap:anywhere]">{action}</span>
              <span className="block text-11 text-text-3">
                {joined(
                  createdBy.name,
                  dueAt && !doneAt && t("due {time}", { time: dayIn(timeZone, dueAt) }),
                  doneAt && t("done {time}", { time: momentIn(timeZone, doneAt) }),
                )}
              </span>
            </span>
            {doneAt ? (
              <Tag tone="ok">{t("done")}</Tag>
            ) : (
              <>
                {late(dueAt) && <Tag tone="crit">{t("late")}</Tag>}
                {may && (
                  <Button
                    size="s"
                    busy={busy}
                    aria-label={t("Done: {action}", { action })}
                    onClick={() => void act(() => followUp(finding.id, { done: id }), t("Follow-up done"))}
                  >
                    {t("Done")}
                  </Button>
                )}
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Notes what is to be done and until when, or closes the finding with what came of it. */
export function FollowUpForm({ finding }: { finding: Finding }) {
  const [action, setAction] = useState("");
  const [due, setDue] = useState("");
  const [closing, setClosing] = useState(false);
  const { busy, problem, run, act } = useRun("findings");
  const add = async () => {
    // The end of the day, as the person's own clock has it.
    const dueAt = due ? { dueAt: new Date(`${due}T23:59:00`).toISOString() } : {};
    const work = () => followUp(finding.id, { action: action.trim(), ...dueAt });
    if (!(await act(work, t("Noted as a follow-up")))) return;
    setAction("");
    setDue("");
  };
  const end = async (note: string) => {
    if (await run(() => close(finding.id, note), t("Closed"))) setClosing(false);
  };
  return (
    <footer>
      <form
        className="grid gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (action.trim() && !busy) void add();
        }}
      >
        <div className="grid grid-cols-[minmax(0,1fr)_140px] items-end gap-2">
          <Labelled label={t("What is to be done")} boxed>
            <input value={action} maxLength={1000} onChange={({ target }) => setAction(target.value)} />
          </Labelled>
          <Field label={t("Until")} type="date" value={due} onChange={({ target }) => setDue(target.value)} />
        </div>
        <div className="flex gap-2">
          <Button type="submit" busy={busy} disabled={!action.trim()}>
            {t("Follow up")}
          </Button>
          {finding.actions.includes("close") && (
            <Button variant="ghost" onClick={() => setClosing(true)}>
              {t("Close the finding")}
            </Button>
          )}
        </div>
      </form>
      {closing && (
        <ReasonDialog
          title={t("Close the finding")}
          description={finding.description}
          label={t("What came of it (not needed)")}
          submit={t("Close the finding")}
          optional
          busy={busy}
          problem={problem}
          onSubmit={(note) => void end(note)}
          onClose={() => setClosing(false)}
        />
      )}
    </footer>
  );
}
