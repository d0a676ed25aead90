import type { DemoNewcomer } from "@isocenter/contract";
import { Link } from "@tanstack/react-router";
import { ApiError } from "../../api/problem.ts";
import { Tick } from "../../kit/forms.tsx";
import { message, t } from "../../words/words.ts";

type Kind = DemoNewcomer["kind"];

/** By what can be done about them. */
const kinds: readonly { kind: Kind; title: string; advice: string }[] = [
  {
    kind: "study",
    title: message("Studies that came in"),
    advice: message("Delete them if they were a trial; send them to another archive if they are real."),
  },
  {
    kind: "patient",
    title: message("Patients whom others registered"),
    advice: message(
      "If they were a trial, let them go below. If they are real, register them at your own facility first.",
    ),
  },
  {
    kind: "shared",
    title: message("Patients known at another facility"),
    advice: message("They stay there. Only what this facility has of them goes."),
  },
  { kind: "person", title: message("People who work there"), advice: message("Give them another facility.") },
  {
    kind: "machine",
    title: message("Machines that were entered"),
    advice: message("Remove them, or give them another facility."),
  },
  {
    kind: "system",
    title: message("HL7 systems that were entered"),
    advice: message("Remove them, or give them another facility."),
  },
];

/** What a refusal to take the demonstration away names; nothing where it was refused for another reason. */
export function recordsOf(error: unknown): readonly DemoNewcomer[] {
  const records = error instanceof ApiError ? error.members.records : null;
  return Array.isArray(records) ? (records as DemoNewcomer[]) : [];
}

/** What hangs on the demonstration that it did not make, where each is found, and what can be done about it. */
export function InTheWay({
  records,
  withPatients,
  onWithPatients,
  onLeave,
}: {
  records: readonly DemoNewcomer[];
  withPatients: boolean;
  onWithPatients: (go: boolean) => void;
  onLeave: () => void;
}) {
  const hasPatients = records.some(({ kind }) => kind === "patient" || kind === "shared");
  const hasOthers = records.some(({ kind }) => kind !== "patient" && kind !== "shared");
  return (
    <div className="grid gap-3" role="alert">
      <p className="font-medium">{t("Nothing was removed: something hangs on it that it did not make.")}</p>
      {kinds.map(({ kind, title, advice }) => {
        const all = records.filter((one) => one.kind === kind);
        if (all.length === 0) return null;
        return (
          <section key={kind} aria-label={t(title)}>
            <h3 className="font-medium">{t(title)}</h3>
            <p className="text-12 text-text-2">{t(advice)}</p>
            <ul className="mt-1 flex flex-wrap gap-x-3 gap-y-1">
              {all.map((one) => (
                <li key={one.id}>
                  <Way record={one} onLeave={onLeave} />
                </li>
              ))}
            </ul>
          </section>
        );
      })}
      {hasPatients && (
        <Tick
          label={t("What this facility has of these patients may go; nobody sees it any more")}
          checked={withPatients}
          onChange={onWithPatients}
        />
      )}
      {hasOthers && (
        <p className="text-12 text-text-2">{t("Then come back and remove the demonstration.")}</p>
      )}
    </div>
  );
}

const sectionOf = { person: "users", machine: "modalities", system: "hl7-systems" } as const;

function Way({ record: { kind, id, name }, onLeave }: { record: DemoNewcomer; onLeave: () => void }) {
  const words = name || t("without a number");
  if (kind === "patient" || kind === "shared")
    return (
      <Link to="/patients/$patientId" params={{ patientId: id }} className="link" onClick={onLeave}>
        {words}
      </Link>
    );
  if (kind === "study")
    return (
      <Link to="/studies" search={name ? { query: name } : {}} className="link" onClick={onLeave}>
        {words}
      </Link>
    );
  return (
    <Link
      to="/administration/$section"
      params={{ section: sectionOf[kind] }}
      search={{ id }}
      className="link"
      onClick={onLeave}
    >
      {words}
    </Link>
  );
}
