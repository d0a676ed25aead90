import type { Study } from "@isocenter/contract";
import { Suspense, useState } from "react";
import { useMe } from "../../api/client.ts";
import { lazily } from "../../api/loaded.ts";
import { Button } from "../../kit/Button.tsx";
import { useShortcuts } from "../../kit/shortcuts.ts";
import { t } from "../../words/words.ts";
import { sizeOf } from "../format.ts";

const ExportDialog = lazily(() => import("./ExportDialog.tsx"));
const SendDialog = lazily(() => import("./SendDialog.tsx"));

/** What may be done with the marked studies together. */
export function ChosenBar({ studies, onClear }: { studies: readonly Study[]; onClear: () => void }) {
  const [dialog, setDialog] = useState<"export" | "send" | null>(null);
  const may = useMe()?.permissions.includes("images.export") ?? false;
  const bytes = studies.reduce((sum, { size }) => sum + size, 0);
  useShortcuts(t("Marked studies"), [
    { caps: ["E"], label: t("export"), on: ["e"], inBar: true, run: () => may && setDialog("export") },
    { caps: ["S"], label: t("send"), on: ["s"], inBar: true, run: () => may && setDialog("send") },
  ]);
  return (
    <section className="chosen-bar" aria-label={t("Marked studies")}>
      <strong role="status">
        {t("{count, plural, one {# study marked} other {# studies marked}}", { count: studies.length })}
      </strong>
      <span className="text-12 text-text-3">{sizeOf(bytes)}</span>
      <span className="flex-1" />
      <Button icon="download" hotkey="E" onClick={() => setDialog("export")}>
        {t("Export")}
      </Button>
      <Button icon="upload" hotkey="S" onClick={() => setDialog("send")}>
        {t("Send")}
      </Button>
      <Button variant="ghost" onClick={onClear}>
        {t("Clear the marks")}
      </Button>
      <Suspense fallback={null}>
        {dialog === "export" && <ExportDialog studies={studies} onClose={() => setDialog(null)} />}
        {dialog === "send" && <SendDialog studies={studies} onClose={() => setDialog(null)} />}
      </Suspense>
    </section>
  );
}
