import type { AuditEntry } from "@isocenter/contract";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useMe } from "../api/client.ts";
import { dayOf } from "../kit/dates.ts";
import { message, t } from "../words/words.ts";

type About = Pick<AuditEntry, "subject" | "patientId" | "names">;

/** What an entry can be about, as far as it says more than what was done. */
const nouns: Readonly<Record<string, string>> = {
  bill: message("Bill|trail"),
  facility: message("Facility|trail"),
  finding: message("Critical finding|trail"),
  image: message("Image|trail"),
  modality: message("Modality|trail"),
  order: message("Order|trail"),
  patient: message("Patient|trail"),
  procedure: message("Procedure|trail"),
  reconciliation: message("Case in doubt|trail"),
  report: message("Report|trail"),
  send: message("Sending|trail"),
  series: message("Series|trail"),
  share: message("Shared link|trail"),
  staff: message("Member of staff|trail"),
  station: message("Station|trail"),
  study: message("Study|trail"),
  user: message("User|trail"),
  webhook: message("Webhook|trail"),
};

/** The thing by its name, with the way to it for who may go there. */
export function SubjectName({ entry: { subject, names } }: { entry: About }) {
  const granted = useMe()?.permissions ?? [];
  const noun = nouns[subject.type];
  if (subject.type === "schedule" && /^\d{4}-\d\d-\d\d$/.test(subject.id)) return dayOf(subject.id);
  if (names.subject === null && names.studyId === null) return noun ? t(noun) : "–";
  const words = [noun && subject.type !== "user" ? t(noun) : null, names.subject].filter(Boolean).join(" ");
  const link = (children: ReactNode) => {
    const { type, id } = subject;
    if (type === "patient" && granted.includes("patients.read"))
      return (
        <Link to="/patients/$patientId" params={{ patientId: id }} className="link">
          {children}
        </Link>
      );
    if (type === "order" && granted.includes("orders.read"))
      return (
        <Link to="/orders/$orderId" params={{ orderId: id }} className="link">
          {children}
        </Link>
      );
    if (type === "bill" && granted.includes("bills.read"))
      return (
        <Link to="/billing/$billId" params={{ billId: id }} className="link">
          {children}
        </Link>
      );
    if (names.studyId && granted.includes("reports.read"))
      return (
        <Link to="/report/$studyId" params={{ studyId: names.studyId }} className="link">
          {children}
        </Link>
      );
    const section = sections[type];
    if (section && granted.includes(section.permission))
      return (
        <Link to="/administration/$section" params={{ section: section.id }} search={{ id }} className="link">
          {children}
        </Link>
      );
    return children;
  };
  return link(words);
}

/** Where administration opens a thing by its id. */
const sections: Readonly<
  Record<
    string,
    {
      id: string;
      permission:
        | "users.manage"
        | "modalities.manage"
        | "catalogue.manage"
        | "webhooks.manage"
        | "facilities.manage";
    }
  >
> = {
  user: { id: "users", permission: "users.manage" },
  facility: { id: "facilities", permission: "facilities.manage" },
  modality: { id: "modalities", permission: "modalities.manage" },
  station: { id: "stations", permission: "catalogue.manage" },
  procedure: { id: "procedures", permission: "catalogue.manage" },
  webhook: { id: "webhooks", permission: "webhooks.manage" },
};

/** Whose records they are, by number; nothing where the entry is about the patient alone or about nobody. */
export function PatientNumber({ entry: { subject, patientId, names } }: { entry: About }) {
  const granted = useMe()?.permissions ?? [];
  if (!patientId || !names.patient || subject.type === "patient") return null;
  const words = t("Patient {number}", { number: names.patient });
  return granted.includes("patients.read") ? (
    <Link to="/patients/$patientId" params={{ patientId }} className="link">
      {words}
    </Link>
  ) : (
    words
  );
}

const actorKinds: Readonly<Record<string, string>> = {
  user: message("Person|trail"),
  "api-key": message("Program with a key|trail"),
  peer: message("Device|trail"),
  link: message("Whoever has the link|trail"),
  system: message("This program|trail"),
};

/** What kind of actor somebody is; "This program" for what was done by nobody. */
export const actorKindWord = (kind: string): string => (actorKinds[kind] ? t(actorKinds[kind]) : kind);

/** By their name; the program's own parts have none that says anything. */
export const actorName = ({ kind, name }: AuditEntry["actor"]): string =>
  kind === "system" ? actorKindWord(kind) : name;
