import type { Patient } from "@isocenter/contract";
import { useRef } from "react";
import { Button } from "../kit/Button.tsx";
import { momentIn } from "../kit/dates.ts";
import { joined } from "../kit/joined.ts";
import { toast } from "../kit/toast.ts";
import { useTimeZone } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import { undoMerge, useMerges } from "./queries.ts";

/** Who was made one with this patient, and the way back. */
export function Merges({ patient }: { patient: Patient }) {
  const merges = useMerges(patient.id, true);
  const timeZone = useTimeZone();
  const heading = useRef<HTMLHeadingElement>(null);
  if (!merges.data || merges.data.data.length === 0) return null;
  const undo = async (id: string) => {
    try {
      await undoMerge(id);
      // The button goes with what it undid.
      heading.current?.focus();
      toast({ title: t("The merge is undone"), tone: "ok" });
    } catch (error) {
      toast({ title: t("That did not work"), detail: (error as Error).message, tone: "urg" });
    }
  };
  return (
    <section className="card-box">
      <h3 ref={heading} tabIndex={-1}>
        {t("Merged")}
      </h3>
      <ul className="grid gap-2 text-12">
        {merges.data.data.map((merge) => (
          <li key={merge.id} className="flex items-start gap-2">
            <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">
              {merge.reason}
              <span className="block text-text-3">
                {joined(
                  merge.mergedBy.name,
                  momentIn(timeZone, merge.mergedAt),
                  merge.undoneAt && t("undone"),
                )}
              </span>
            </span>
            {merge.actions.includes("undo") && (
              <Button size="s" onClick={() => void undo(merge.id)}>
                {t("Undo|merge")}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
