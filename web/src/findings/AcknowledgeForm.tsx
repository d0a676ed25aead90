import type { Finding } from "@isocenter/contract";
import { useState } from "react";
import { Button } from "../kit/Button.tsx";
import { Labelled } from "../kit/Field.tsx";
import { toast } from "../kit/toast.ts";
import { sending } from "../kit/typed.ts";
import { message, t } from "../words/words.ts";
import { acknowledge } from "./queries.ts";

const methods = [
  ["PHONE", message("Call")],
  ["IN_PERSON", message("In person")],
  ["MESSAGE", message("Message")],
] as const;

/** The answer to a finding: one's own, or a call that one made, with what was read back. */
export function AcknowledgeForm({ finding }: { finding: Finding }) {
  const own = finding.actions.includes("acknowledge");
  const [readBack, setReadBack] = useState("");
  const [spokeWith, setSpokeWith] = useState(finding.recipients[0]?.personId ?? "");
  const [name, setName] = useState("");
  const [method, setMethod] = useState<string>("PHONE");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const ready =
    (!finding.readBackRequired || readBack.trim() !== "") && (own || spokeWith !== "" || name.trim() !== "");
  const answer = async () => {
    if (!ready) return;
    const sent = sending();
    setBusy(true);
    setError(null);
    try {
      await acknowledge(finding.id, {
        ...(readBack.trim() ? { readBack: readBack.trim() } : {}),
        ...(own
          ? {}
          : { method, acknowledgedBy: spokeWith === "" ? { name: name.trim() } : { userId: spokeWith } }),
      });
      sent();
      toast({ title: t("Acknowledged"), detail: t("Nobody else is told of it any more."), tone: "ok" });
    } catch (failure) {
      setError((failure as Error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <footer>
      <form
        className="grid gap-2"
        aria-label={own ? t("Acknowledge") : t("Record a call")}
        onSubmit={(event) => {
          event.preventDefault();
          void answer();
        }}
      >
        {!own && (
          <div className="finding-acknowledge grid grid-cols-2 gap-2">
            <Labelled label={t("Spoke with")} boxed>
              <select value={spokeWith} onChange={(event) => setSpokeWith(event.target.value)}>
                {finding.recipients.map((person) => (
                  <option key={`${person.personId}.${person.step}`} value={person.personId}>
                    {person.name}
                  </option>
                ))}
                <option value="">{t("Somebody else")}</option>
              </select>
            </Labelled>
            <Labelled label={t("How")} boxed>
              <select value={method} onChange={(event) => setMethod(event.target.value)}>
                {methods.map(([value, word]) => (
                  <option key={value} value={value}>
                    {t(word)}
                  </option>
                ))}
              </select>
            </Labelled>
          </div>
        )}
        {!own && spokeWith === "" && (
          <Labelled label={t("Their name")} boxed>
            <input value={name} maxLength={200} onChange={(event) => setName(event.target.value)} />
          </Labelled>
        )}
        <label className="grid gap-1 text-12 font-medium text-text-2">
          {own ? t("Read back: what you understood") : t("What they read back")}
          {!finding.readBackRequired && ` ${t("(not needed)")}`}
          <textarea
            className="finding-text"
            rows={3}
            maxLength={2000}
            value={readBack}
            onChange={(event) => setReadBack(event.target.value)}
          />
        </label>
        {error && (
          <p className="note crit" role="alert">
            {error}
          </p>
        )}
        <Button variant="primary" size="l" type="submit" busy={busy} disabled={!ready}>
          {finding.readBackRequired ? t("Acknowledge with read-back") : t("Acknowledge")}
        </Button>
        <p className="text-11 text-text-3">
          {t("Opening a message is not acknowledging. This entry cannot be edited.")}
        </p>
      </form>
    </footer>
  );
}
