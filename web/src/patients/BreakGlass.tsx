import { useState } from "react";
import { ApiError } from "../api/problem.ts";
import { Button } from "../kit/Button.tsx";
import { Labelled } from "../kit/Field.tsx";
import { Icon } from "../kit/Icon.tsx";
import { sending } from "../kit/typed.ts";
import { t } from "../words/words.ts";
import { breakGlass } from "./queries.ts";

/** A patient who is not in one's care: with a reason the records open for an hour, and those who watch over access are told. */
export function BreakGlass({ patientId }: { patientId: string }) {
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const open = async () => {
    if (!reason.trim() || busy) return;
    const sent = sending();
    setBusy(true);
    setError(null);
    try {
      await breakGlass(patientId, reason.trim());
      sent();
    } catch (failure) {
      setError(failure instanceof ApiError ? failure.detail : t("That did not work. Nothing was opened."));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="grid max-w-[56ch] content-center gap-3 p-8"
      aria-label={t("Open the record all the same")}
      onSubmit={(event) => {
        event.preventDefault();
        void open();
      }}
    >
      <Icon name="lock" size="l" className="text-urg" />
      <h2 className="text-16 font-semibold">{t("This patient is not in your care, or not known here")}</h2>
      <p className="text-text-2">
        {t(
          "If it cannot wait, say why: the record opens for an hour, every look is kept, and those who watch over access are told at once.",
        )}
      </p>
      <Labelled label={t("Why it cannot wait")}>
        <textarea
          className="text-area"
          rows={3}
          maxLength={1000}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </Labelled>
      {error && (
        <p className="note crit" role="alert">
          {error}
        </p>
      )}
      <div>
        <Button type="submit" variant="danger" size="l" busy={busy} disabled={!reason.trim()}>
          {t("Open the record for an hour")}
        </Button>
      </div>
    </form>
  );
}
