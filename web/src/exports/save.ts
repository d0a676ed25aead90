import type { Export } from "@isocenter/contract";
import { saveFile } from "../kit/save-file.ts";
import { toast } from "../kit/toast.ts";
import { sizeOf } from "../studies/format.ts";
import { t } from "../words/words.ts";
import { fetchExport } from "./file.ts";

/** Fetches the file of an export and gives it to the person. */
export async function saveExport(
  one: Export,
  onBytes: (bytes: number) => void = () => {},
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const { blob, name } = await fetchExport(one, onBytes, signal);
  saveFile(blob, name);
  toast({ title: t("Exported"), detail: `${name}, ${sizeOf(blob.size)}`, tone: "ok" });
}
