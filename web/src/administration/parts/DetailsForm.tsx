import type { ReactNode } from "react";
import { Form } from "../../kit/forms.tsx";
import { useRun } from "../../kit/run.ts";
import { t } from "../../words/words.ts";

/**
 * What is shown at the side, to be changed.
 * @param subject as for `useRun`
 * @param said when it is saved
 */
export function DetailsForm({
  subject,
  ready,
  save,
  said = t("Saved"),
  onSaved,
  children,
}: {
  subject: string;
  ready: boolean;
  save: () => Promise<unknown>;
  said?: string;
  onSaved: () => void;
  children: ReactNode;
}) {
  const { busy, problem, run } = useRun(subject);
  const submit = async () => {
    if (await run(save, said)) onSaved();
  };
  return (
    <section aria-label={t("Details")}>
      <Form
        label={t("Details")}
        submit={t("Save")}
        busy={busy}
        problem={problem}
        disabled={!ready}
        onSubmit={() => void submit()}
      >
        {children}
      </Form>
    </section>
  );
}
