import { useState } from "react";
import { Button } from "../../kit/Button.tsx";
import { ConfirmDialog } from "../../kit/ConfirmDialog.tsx";
import { useRun } from "../../kit/run.ts";
import { t } from "../../words/words.ts";

/**
 * Removes what is shown at the side, when it was asked for twice.
 * @param after what becomes of it, and what stays
 * @param subject as for `useRun`
 */
export function RemoveButton({
  title,
  after,
  subject,
  remove,
  onRemoved,
}: {
  title: string;
  after: string;
  subject: string;
  remove: () => Promise<unknown>;
  onRemoved: () => void;
}) {
  const [asking, setAsking] = useState(false);
  const { busy, problem, run } = useRun(subject);
  const confirmed = async () => {
    if (await run(remove, t("Removed"))) onRemoved();
  };
  return (
    <>
      <Button variant="danger" onClick={() => setAsking(true)}>
        {t("Remove")}
      </Button>
      {asking && (
        <ConfirmDialog
          title={t("Remove {title}?", { title })}
          description={after}
          submit={t("Remove")}
          busy={busy}
          problem={problem}
          onConfirm={() => void confirmed()}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
