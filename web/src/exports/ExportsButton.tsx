import type { Export } from "@isocenter/contract";
import { useEffect, useState } from "react";
import { useMe } from "../api/client.ts";
import { BarButton } from "../kit/BarButton.tsx";
import { problemOf } from "../kit/run.ts";
import { toast } from "../kit/toast.ts";
import { t } from "../words/words.ts";
import { askedHere, isUnderWay, useExports } from "./queries.ts";

const load = async () => (await import("./Exports.tsx")).Exports;

/** Exports that run or are kept for this person, on every page; whoever has none does not see it. */
export function ExportsButton() {
  const may = useMe()?.permissions.includes("images.export") ?? false;
  const all = useExports(may).data?.data ?? [];
  const [open, setOpen] = useState(false);
  useEffect(() => {
    for (const one of all.filter(({ id, state }) => askedHere.has(id) && !isUnderWay({ state }))) {
      askedHere.delete(one.id);
      void finished(one, () => setOpen(true));
    }
  }, [all]);
  if (all.length === 0) return null;
  const running = all.filter(isUnderWay).length;
  const label =
    running > 0
      ? t("{count, plural, one {# export runs} other {# exports run}}", { count: running })
      : t("Exports");
  return (
    <BarButton
      icon="download"
      label={label}
      count={running || null}
      load={load}
      open={open}
      onOpenChange={setOpen}
    />
  );
}

/** Saves a file that this window waits for, and says where to look where it could not be made. */
async function finished(one: Export, show: () => void): Promise<void> {
  if (one.state === "FAILED")
    return toast({ title: t("An export failed"), tone: "urg", action: { label: t("Why"), run: show } });
  try {
    const { saveExport } = await import("./save.ts");
    await saveExport(one);
  } catch (error) {
    toast({
      title: t("The file could not be fetched"),
      detail: problemOf(error),
      tone: "urg",
      action: { label: t("Exports"), run: show },
    });
  }
}
