import type { Study } from "@isocenter/contract";
import { useState } from "react";
import { askExport, type ExportWish } from "../../exports/queries.ts";
import { Choices, FormDialog } from "../../kit/forms.tsx";
import { useRun } from "../../kit/run.ts";
import { toast } from "../../kit/toast.ts";
import { message, t } from "../../words/words.ts";
import { sizeOf } from "../format.ts";

const formats = [
  ["zip", message("Files in folders (ZIP)"), message("To be unpacked or loaded by another archive")],
  [
    "dicomdir",
    message("A medium with a DICOMDIR (ZIP)"),
    message("To be burned, or opened by a viewer of discs"),
  ],
] as const;

/** What may be kept, or taken away beside the profile (PS3.15 E.3), as people call it. */
const options = [
  ["clean-descriptors", message("Keep descriptions, without names in them")],
  ["retain-uids", message("Keep the UIDs")],
  ["retain-modified-dates", message("Keep the distances between dates")],
  ["retain-full-dates", message("Keep the dates")],
  ["retain-patient-characteristics", message("Keep age, sex, size and weight")],
  ["retain-device-identity", message("Keep the device")],
  ["retain-institution-identity", message("Keep the institution")],
  ["clean-pixel-data", message("Remove text that is burned into images")],
] as const;

/** Several studies as one file, as they are or without identity. */
export default function ExportDialog({
  studies,
  onClose,
}: {
  studies: readonly Study[];
  onClose: () => void;
}) {
  const [format, setFormat] = useState<ExportWish["format"]>("zip");
  const [nameless, setNameless] = useState(false);
  const [kept, setKept] = useState<string[]>([]);
  const { busy, problem, run } = useRun("exports");
  const expected = studies.reduce((sum, { size }) => sum + size, 0);
  const ask = async () => {
    const deidentify = nameless ? ["basic", ...kept].join(",") : undefined;
    const wish = { studyIds: studies.map(({ id }) => id), format, deidentify };
    if (!(await run(() => askExport(wish)))) return;
    toast({
      title: t("The export is being made"),
      detail: t(
        "Go on working: the file is saved as soon as it is there, and stays under Exports for a day.",
      ),
      tone: "ok",
    });
    onClose();
  };
  return (
    <FormDialog
      title={t("Export")}
      description={t("{studies, plural, one {# study} other {# studies}}, about {size}", {
        studies: studies.length,
        size: sizeOf(expected),
      })}
      submit={t("Export")}
      busy={busy}
      problem={problem}
      onSubmit={() => void ask()}
      onClose={onClose}
    >
      <fieldset className="grid gap-2">
        <legend className="mb-1 text-12 font-medium text-text-2">{t("Form")}</legend>
        {formats.map(([value, word, use]) => (
          <label key={value} className="choice">
            <input type="radio" name="format" checked={format === value} onChange={() => setFormat(value)} />
            <span>
              <span className="block text-13 font-medium">{t(word)}</span>
              <span className="block text-12 text-text-3">{t(use)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <fieldset className="grid gap-2">
        <legend className="mb-1 text-12 font-medium text-text-2">{t("Identity")}</legend>
        <label className="choice">
          <input type="radio" name="identity" checked={!nameless} onChange={() => setNameless(false)} />
          <span className="text-13 font-medium">{t("With names, as it is")}</span>
        </label>
        <label className="choice">
          <input type="radio" name="identity" checked={nameless} onChange={() => setNameless(true)} />
          <span>
            <span className="block text-13 font-medium">{t("De-identified")}</span>
            <span className="block text-12 text-text-3">
              {t("Names, identifiers, dates and UIDs become others; the same person stays the same.")}
            </span>
          </span>
        </label>
      </fieldset>
      {nameless && (
        <Choices
          label={t("Exceptions")}
          options={options.map(([value, word]) => ({ value, word: t(word) }))}
          chosen={kept}
          onChange={(next) => setKept(withoutContradiction(next, kept))}
        />
      )}
    </FormDialog>
  );
}

/** Dates stay as they are, or their distances do: the one that was chosen last. */
function withoutContradiction(next: string[], before: readonly string[]): string[] {
  const dates = ["retain-full-dates", "retain-modified-dates"];
  const added = next.find((one) => !before.includes(one) && dates.includes(one));
  return added ? next.filter((one) => one === added || !dates.includes(one)) : next;
}
