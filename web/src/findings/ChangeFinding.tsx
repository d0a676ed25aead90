import type { Finding } from "@isocenter/contract";
import { severities } from "@isocenter/contract/workflow";
import { useState } from "react";
import { Button } from "../kit/Button.tsx";
import { Labelled } from "../kit/Field.tsx";
import { FormDialog, ReasonDialog, Select } from "../kit/forms.tsx";
import { useRun } from "../kit/run.ts";
import { t } from "../words/words.ts";
import { changeFinding, voidFinding } from "./queries.ts";
import { severityWords } from "./severities.ts";

/** What whoever raised a finding may still do with it: say it better, make it graver, or take it back. */
export function ChangeFinding({ finding }: { finding: Finding }) {
  const [dialog, setDialog] = useState<"change" | "void" | null>(null);
  const { busy, problem, run } = useRun("findings");
  const takeBack = async (reason: string) => {
    if (await run(() => voidFinding(finding.id, reason), t("The finding is void"))) setDialog(null);
  };
  const { actions } = finding;
  if (!actions.includes("change") && !actions.includes("void")) return null;
  return (
    <section className="flex gap-2" aria-label={t("The finding itself")}>
      {actions.includes("change") && <Button onClick={() => setDialog("change")}>{t("Change")}</Button>}
      {actions.includes("void") && (
        <Button variant="danger" onClick={() => setDialog("void")}>
          {t("Take it back|finding")}
        </Button>
      )}
      {dialog === "change" && <ChangeDialog finding={finding} onClose={() => setDialog(null)} />}
      {dialog === "void" && (
        <ReasonDialog
          title={t("Take the finding back")}
          description={t(
            "It becomes void: nobody has to answer it any more, and whoever was told is told that. It stays in the record with the reason.",
          )}
          submit={t("Take it back|finding")}
          danger
          busy={busy}
          problem={problem}
          onSubmit={(reason) => void takeBack(reason)}
          onClose={() => setDialog(null)}
        />
      )}
    </section>
  );
}

function ChangeDialog({ finding, onClose }: { finding: Finding; onClose: () => void }) {
  const [description, setDescription] = useState(finding.description);
  const [severity, setSeverity] = useState<Finding["severity"]>(finding.severity);
  const { busy, problem, run } = useRun("findings");
  // The gravest stand first; it may only become graver.
  const graver = severities.slice(0, severities.indexOf(finding.severity) + 1);
  const body = {
    ...(description.trim() === finding.description ? {} : { description: description.trim() }),
    ...(severity === finding.severity ? {} : { severity }),
  };
  const change = async () => {
    const work = () => changeFinding(finding.id, { ...body, expectedVersion: finding.version });
    if (await run(work, t("Changed"))) onClose();
  };
  return (
    <FormDialog
      title={t("Change the finding")}
      description={t("What it said before stays in its history.")}
      submit={t("Save")}
      busy={busy}
      problem={problem}
      disabled={description.trim() === "" || Object.keys(body).length === 0}
      onSubmit={() => void change()}
      onClose={onClose}
    >
      <Labelled label={t("What was found")}>
        <textarea
          className="text-area"
          rows={4}
          maxLength={4000}
          value={description}
          onChange={({ target }) => setDescription(target.value)}
        />
      </Labelled>
      <Select
        label={t("Severity")}
        value={severity}
        options={graver.map((value) => ({ value, word: t(severityWords[value]) }))}
        onChange={(value) => setSeverity(value as Finding["severity"])}
      />
      <p className="text-12 text-text-3">
        {t("A severity may only become higher; its limits count from when the finding was raised.")}
      </p>
    </FormDialog>
  );
}
