import type { ReportVersion } from "@isocenter/contract";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { ChangedWords } from "../kit/ChangedWords.tsx";
import { changesOf } from "../kit/changes.ts";
import { Dialog } from "../kit/Dialog.tsx";
import { momentIn } from "../kit/dates.ts";
import { Labelled } from "../kit/Field.tsx";
import { joined } from "../kit/joined.ts";
import { Skeleton } from "../kit/Skeleton.tsx";
import { ErrorState } from "../kit/States.tsx";
import { useTimeZone } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import { sections } from "./autosave.ts";
import { reportStateWord } from "./state-words.ts";

/** Any two versions of a report, what was added and removed marked by word, line and colour. */
export function VersionsDialog({ reportId, onClose }: { reportId: string; onClose: () => void }) {
  const versions = useQuery({
    queryKey: ["reports", "versions", reportId],
    meta: { live: ["report"] },
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/reports/{id}/versions", {
          params: { path: { id: reportId }, query: { limit: 200 } },
          signal,
        }),
      ),
  });
  return (
    <Dialog open wide onOpenChange={(open) => !open && onClose()} title={t("Versions of the report")}>
      {versions.isError ? (
        <ErrorState error={versions.error} onRetry={() => void versions.refetch()} />
      ) : versions.data ? (
        // What was known before a signature does not stay chosen after it.
        <Comparison key={versions.data.data.length} versions={versions.data.data} />
      ) : (
        <Skeleton width="60%" />
      )}
    </Dialog>
  );
}

function Comparison({ versions }: { versions: readonly ReportVersion[] }) {
  const timeZone = useTimeZone();
  const last = versions.at(-1)?.number ?? 0;
  const [older, setOlder] = useState(versions.at(-2)?.number ?? last);
  const [newer, setNewer] = useState(last);
  const [beside, setBeside] = useState(true);
  const one = versions.find(({ number }) => number === older);
  const other = versions.find(({ number }) => number === newer);
  if (!one || !other) return <p className="text-text-2">{t("Nothing is signed yet.")}</p>;
  const titleOf = (version: ReportVersion) =>
    joined(
      String(version.number),
      reportStateWord(version.status),
      version.namesAnotherPatient && t("names another patient"),
      version.signer.name,
      momentIn(timeZone, version.signedAt),
    );
  const choose = (label: string, value: number, set: (number: number) => void) => (
    <Labelled label={label} boxed>
      <select value={value} onChange={(event) => set(Number(event.target.value))}>
        {versions.map((version) => (
          <option key={version.id} value={version.number}>
            {titleOf(version)}
          </option>
        ))}
      </select>
    </Labelled>
  );
  const parts = [
    ...sections.map(({ key, title }) => ({ name: t(title), before: one[key], after: other[key] })),
    ...fieldsOf(one, other),
  ].filter(({ before, after }) => before || after);
  const same = parts.every(({ before, after }) => before === after);
  return (
    <div className="grid gap-3">
      <div className="grid gap-3 sm:grid-cols-2">
        {choose(t("Version"), older, setOlder)}
        {choose(t("compared with"), newer, setNewer)}
      </div>
      <div className="flex flex-wrap items-center gap-4 text-12">
        <label className="flex items-center gap-2">
          <input type="checkbox" checked={beside} onChange={(event) => setBeside(event.target.checked)} />
          {t("Side by side")}
        </label>
        <span className="changed-words text-12!">
          <del>{t("removed")}</del> <ins>{t("added")}</ins>
        </span>
        <span role="status">{same ? t("The two say the same.") : ""}</span>
      </div>
      {other.reason && <p className="note plain">{t("Reason: {reason}", { reason: other.reason })}</p>}
      <div className="versions">
        {parts.map(({ name, before, after }) => {
          const changes = changesOf(before, after);
          return (
            <section key={name} aria-label={name}>
              <h3 className="text-12 font-semibold text-text-2">{name}</h3>
              <div className={beside ? "version-pair" : ""}>
                {beside && (
                  <p className="changed-words">
                    <ChangedWords parts={changes.filter(({ kind }) => kind !== "added")} />
                  </p>
                )}
                <p className="changed-words">
                  <ChangedWords parts={beside ? changes.filter(({ kind }) => kind !== "removed") : changes} />
                </p>
              </div>
            </section>
          );
        })}
      </div>
    </div>
  );
}

/** The fields of either version's template by their labels. */
function fieldsOf(one: ReportVersion, other: ReportVersion) {
  const labels = new Map(
    [one, other].flatMap(({ template }) => template?.fields ?? []).map(({ key, label }) => [key, label]),
  );
  return [...labels].map(([key, name]) => ({
    name,
    before: String(one.fields[key] ?? ""),
    after: String(other.fields[key] ?? ""),
  }));
}
