import type { ReactNode } from "react";
import { FormDialog } from "../../kit/forms.tsx";
import { useRun } from "../../kit/run.ts";
import { t } from "../../words/words.ts";

interface NewRecordProps<T> {
  title: string;
  description?: string;
  /** What the button says that makes it. */
  submit: string;
  /** The first part of the keys of the lists that show it. */
  subject: string;
  /** Whether all is there that it needs. */
  ready: boolean;
  make: () => Promise<T>;
  /** What is said when it is there; with null the page itself shows it. */
  said?: string | null;
  onMade?: (made: T) => void;
  onClose: () => void;
  /** Its fields. */
  children: ReactNode;
}

/** The window in which a new record is entered: it closes when the record is there, and says why where it is refused. */
export function NewRecord<T>({
  subject,
  ready,
  make,
  said = t("Saved"),
  onMade,
  onClose,
  children,
  ...words
}: NewRecordProps<T>) {
  const { busy, problem, run } = useRun(subject);
  const submit = async () => {
    const made = await run(make, said ?? undefined);
    if (!made) return;
    onClose();
    onMade?.(made.answer);
  };
  return (
    <FormDialog
      {...words}
      busy={busy}
      problem={problem}
      disabled={!ready}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      {children}
    </FormDialog>
  );
}
