import { localTime } from "../../platform/index.ts";
import type { Person } from "../department/desk.ts";
import { after, type Case, hour, minute } from "./cases.ts";
import { attempt, type Known, type Living, staff } from "./department.ts";
import { type Happening, withKnown } from "./happening.ts";
import { type ReportWords, wordsOf } from "./words.ts";

/** Whatever the rehearsal's people type where a password is asked for again. */
export const spoken = "the rehearsal knows its people";

/** Findings of the catalogue's studies that nobody has answered yet. */
const unanswered: readonly string[] = ["IC118402", "IC118355"];
const amended: Readonly<Record<string, "AMENDED" | "CORRECTED" | "APPENDED">> = {
  IC118266: "AMENDED",
  IC118224: "APPENDED",
  IC110034: "CORRECTED",
};

function comparisonOf(living: Living, one: Case): string {
  const before = [...living.known.keys()]
    .filter(
      (other) => other.visitor.identifier === one.visitor.identifier && other.performedAt < one.performedAt,
    )
    .sort((a, b) => b.performedAt.getTime() - a.performedAt.getTime())[0];
  if (!before) return "None.";
  return `${before.procedure.name} of ${localTime(before.performedAt, living.department.timeZone).date}.`;
}

/** Reading, signing and what follows of it. */
export function reportEvents(living: Living, one: Case, number: number): Happening[] {
  const { end } = one;
  if (end.is !== "reported" && end.is !== "submitted" && end.is !== "being-read") return [];
  const events: Happening[] = [];
  const event = (at: Date, doing: string, act: (known: Known) => Promise<unknown>) =>
    void events.push({ at, doing, run: withKnown(living, one, act) });
  const key = one.drawing!.key;
  const byResident = end.is === "submitted" || (end.is === "reported" && end.resident === true);
  const radiologist = staff(living, "RADIOLOGIST", number);
  const author = byResident ? staff(living, "RESIDENT", number) : radiologist;
  // Not everybody who comes has something.
  const words = (): ReportWords => {
    const examination =
      key === one.procedure.code && number % 3 > 0
        ? { kind: one.drawing!.examination.kind }
        : one.drawing!.examination;
    return wordsOf(examination, comparisonOf(living, one));
  };

  event(end.readAt, "reports", async (known) => {
    const { finding: _, ...text } = words();
    await attempt(living, author, "POST", `/studies/${known.studyId}/claim`);
    const report = await attempt(living, author, "POST", "/reports", {
      studyId: known.studyId,
      ...(end.is === "being-read" ? { technique: text.technique, findings: text.findings } : text),
    });
    if (report) known.reportId = report.id;
  });
  if (end.is === "being-read") return events;
  if (byResident) event(after(end.readAt, 4 * minute), "reports", (known) => submit(living, author, known));
  if (end.is !== "reported") return events;
  event(end.signedAt, "reports", async (known) => {
    if (byResident) await attempt(living, radiologist, "POST", `/studies/${known.studyId}/claim`);
    await sign(living, radiologist, known);
  });
  const { finding } = words();
  if (finding) events.push(...findingEvents(living, one, number, finding, radiologist, end.signedAt));
  const kind = amended[key];
  if (kind)
    event(after(end.signedAt, 26 * hour), "reports", (known) => amend(living, radiologist, known, kind));
  else if (byResident && number % 5 === 0)
    event(after(end.signedAt, 3 * minute), "reports", (known) => marked(living, radiologist, known));
  return events;
}

const current = (living: Living, who: Person, known: Known) =>
  attempt(living, who, "GET", `/reports/${known.reportId}`);

async function submit(living: Living, who: Person, known: Known): Promise<void> {
  const report = await current(living, who, known);
  if (report)
    await attempt(living, who, "POST", `/reports/${known.reportId}/submit`, {
      expectedVersion: report.version,
    });
}

async function sign(living: Living, who: Person, known: Known): Promise<void> {
  const report = await current(living, who, known);
  if (report)
    await attempt(living, who, "POST", `/reports/${known.reportId}/sign`, {
      expectedVersion: report.version,
      password: spoken,
    });
}

async function marked(living: Living, who: Person, known: Known): Promise<void> {
  const report = await current(living, who, known);
  if (report)
    await attempt(living, who, "POST", `/reports/${known.reportId}/discrepancy`, {
      category: "MINOR",
      note: "The old fracture of a rib was not mentioned",
      expectedVersion: report.version,
    });
}

async function amend(living: Living, who: Person, known: Known, kind: string): Promise<void> {
  const report = await current(living, who, known);
  if (!report) return;
  await attempt(living, who, "POST", `/reports/${known.reportId}/amend`, {
    kind,
    reason:
      kind === "CORRECTED"
        ? "The side was wrong in the text"
        : "Compared with images from elsewhere, which came later",
    impression: `${report.impression} Unchanged against the images from elsewhere.`,
    expectedVersion: report.version,
    password: spoken,
  });
}

/** It is raised, answered in time or late, and followed up; or it still waits. */
function findingEvents(
  living: Living,
  one: Case,
  number: number,
  { severity, description }: NonNullable<ReportWords["finding"]>,
  radiologist: Person,
  signedAt: Date,
): Happening[] {
  const events: Happening[] = [];
  const event = (at: Date, act: (known: Known) => Promise<unknown>) =>
    void events.push({ at, doing: "critical findings", run: withKnown(living, one, act) });
  const raisedAt = after(signedAt, minute);
  event(raisedAt, async (known) => {
    const finding = await attempt(living, radiologist, "POST", "/critical-findings", {
      studyId: known.studyId,
      reportId: known.reportId,
      severity,
      description,
    });
    if (finding) known.findingId = finding.id;
  });
  if (unanswered.includes(one.drawing!.key)) return events;
  const withFinding = (act: (url: string) => Promise<unknown>) => (known: Known) =>
    known.findingId ? act(`/critical-findings/${known.findingId}`) : Promise.resolve();
  // One in four is answered later than it should be.
  const answeredAt = after(raisedAt, number % 4 === 3 ? 5 * hour : (9 + (number % 7) * 6) * minute);
  const readBack = { readBack: `Understood: ${description}. I call the patient in.` };
  event(
    answeredAt,
    withFinding((url) =>
      number % 3 === 2
        ? attempt(living, radiologist, "POST", `${url}/acknowledge`, {
            ...readBack,
            method: "PHONE",
            acknowledgedBy: { name: "The ward's physician" },
          })
        : attempt(living, staff(living, "PHYSICIAN", one.provider), "POST", `${url}/acknowledge`, readBack),
    ),
  );
  const dueAt = after(answeredAt, (number % 2 ? 4 : 90) * 24 * hour).toISOString();
  if (number % 3 !== 0)
    event(
      after(answeredAt, hour),
      withFinding((url) =>
        attempt(living, radiologist, "POST", `${url}/follow-up`, { action: "CT in three months", dueAt }),
      ),
    );
  if (number % 3 === 1)
    event(
      after(answeredAt, 30 * hour),
      withFinding((url) =>
        attempt(living, radiologist, "POST", `${url}/close`, { note: "Discussed at the conference" }),
      ),
    );
  return events;
}
