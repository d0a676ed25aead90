import { useState } from "react";
import { Button } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { Field } from "../kit/Field.tsx";
import { t } from "../words/words.ts";

/** Asks why, before what cannot be taken back. */
export function ReasonDialog({
  title,
  patient,
  confirm,
  onConfirm,
  onClose,
}: {
  title: string;
  patient: string;
  confirm: string;
  onConfirm: (reason: string) => void;
  onClose: () => void;
}) {
  const [reason, setReason] = useState("");
  return (
    <Dialog open onOpenChange={(open) => open || onClose()} title={title} description={patient}>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim()) onConfirm(reason);
        }}
      >
        <Field
          label={t("Reason")}
          value={reason}
          maxLength={1000}
          onChange={({ target }) => setReason(target.value)}
          hint={t("It is kept with the order.")}
        />
        <div className="flex justify-end gap-2">
          <Button size="l" onClick={onClose}>
            {t("Back")}
          </Button>
          <Button size="l" variant="danger" type="submit" disabled={!reason.trim()}>
            {confirm}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
