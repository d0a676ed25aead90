import type { Study } from "@isocenter/contract";
import { useEffect, useRef, useState } from "react";
import { Button } from "../../kit/Button.tsx";
import { Choices, FormDialog } from "../../kit/forms.tsx";
import { problemOf } from "../../kit/run.ts";
import { saveFile } from "../../kit/save-file.ts";
import { toast } from "../../kit/toast.ts";
import { message, t } from "../../words/words.ts";
import { sizeOf } from "../format.ts";
import { type ExportWish, exportStudies } from "./export.ts";

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
  const [bytes, setBytes] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const expected = studies.reduce((sum, { size }) => sum + size, 0);
  const working = bytes !== null;
  const run = async () => {
    const controller = new AbortController();
    stop.current = controller;
    setProblem(null);
    setBytes(0);
    try {
      const deidentify = nameless ? ["basic", ...kept].join(",") : undefined;
      const wish = { studyIds: studies.map(({ id }) => id), format, deidentify };
      const { blob, name } = await exportStudies(wish, setBytes, controller.signal);
      saveFile(blob, name);
      toast({ title: t("Exported"), detail: `${name}, ${sizeOf(blob.size)}`, tone: "ok" });
      onClose();
    } catch (error) {
      setBytes(null);
      if (!controller.signal.aborted) setProblem(problemOf(error));
    }
  };
  return (
    <FormDialog
      title={t("Export")}
      description={t("{studies, plural, one {# study} other {# studies}}, about {size}", {
        studies: studies.length,
        size: sizeOf(expected),
      })}
      submit={t("Export")}
      busy={working}
      problem={problem}
      onSubmit={() => void run()}
      onClose={onClose}
    >
      {working ? (
        <div className="grid gap-2">
          <progress
            className="h-1.5 w-full"
            aria-label={t("What has come of the file")}
            max={Math.max(expected, bytes)}
            value={bytes}
          />
          <div className="flex items-center gap-3">
            <span className="flex-1 text-12 text-text-2">
              {bytes === 0
                ? t("The archive begins")
                : t("{done} of about {total}", { done: sizeOf(bytes), total: sizeOf(expected) })}
            </span>
            <Button onClick={() => stop.current?.abort()}>{t("Stop")}</Button>
          </div>
        </div>
      ) : (
        <>
          <fieldset className="grid gap-2">
            <legend className="mb-1 text-12 font-medium text-text-2">{t("Form")}</legend>
            {formats.map(([value, word, use]) => (
              <label key={value} className="choice">
                <input
                  type="radio"
                  name="format"
                  checked={format === value}
                  onChange={() => setFormat(value)}
                />
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
        </>
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
