import type { Report } from "@isocenter/contract";
import { joined } from "../kit/joined.ts";
import { Tag } from "../kit/Tag.tsx";
import { t } from "../words/words.ts";
import { reportStateWord } from "./state-words.ts";

/** How far the report is, and whose text it is as long as nobody has signed it. */
export function ReportState({ report }: { report: Report }) {
  const { status, signedAt, author, submittedBy } = report;
  return (
    <span className="flex min-w-0 items-center gap-2">
      <Tag tone={report.namesAnotherPatient ? "crit" : signedAt ? "ok" : "line"}>
        {joined(reportStateWord(status), report.namesAnotherPatient && t("names another patient"))}
      </Tag>
      {signedAt === null && (
        <span className="min-w-0 truncate text-12 text-text-2">
          {submittedBy
            ? t("submitted by {name}", { name: submittedBy.name })
            : t("written by {name}", { name: author.name })}
        </span>
      )}
    </span>
  );
}
