import type { Report } from "@isocenter/contract";
import { useState } from "react";
import { Button } from "../kit/Button.tsx";
import { momentIn } from "../kit/dates.ts";
import { useTimeZone } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import { VersionsDialog } from "./VersionsDialog.tsx";

/** Reports of the study that were signed and should never have been, with the way to what they said. */
export function Withdrawn({ reports }: { reports: readonly Report[] }) {
  const timeZone = useTimeZone();
  const [open, setOpen] = useState<string | null>(null);
  return (
    <>
      {reports.map((report) => (
        <div key={report.id} className="note urg items-center" role="note">
          <p className="flex-1">
            <strong>{t("Entered in error|report")}</strong>
            {report.signedAt &&
              ` · ${t("withdrawn by {name}, {time}", {
                name: report.signer?.name ?? "",
                time: momentIn(timeZone, report.signedAt),
              })}`}
            {report.reason && <span className="block">{report.reason}</span>}
          </p>
          <Button size="s" onClick={() => setOpen(report.id)}>
            {t("What it said")}
          </Button>
        </div>
      ))}
      {open && <VersionsDialog reportId={open} onClose={() => setOpen(null)} />}
    </>
  );
}
