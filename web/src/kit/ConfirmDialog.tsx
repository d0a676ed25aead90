import type { ReactNode } from "react";
import { FormDialog } from "./forms.tsx";

/** Asks once more before what cannot simply be undone. */
export function ConfirmDialog({
  title,
  description,
  submit,
  busy,
  problem,
  onConfirm,
  onClose,
}: {
  title: string;
  /** What becomes of it, and what stays. */
  description: ReactNode;
  submit: string;
  busy: boolean;
  problem: string | null;
  onConfirm: () => void;
  onClose: () => void;
}) {
  return (
    <FormDialog
      title={title}
      description={description}
      submit={submit}
      danger
      busy={busy}
      problem={problem}
      onSubmit={onConfirm}
      onClose={onClose}
    >
      {null}
    </FormDialog>
  );
}
