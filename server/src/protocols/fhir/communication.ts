import type { AcknowledgeMethod, Finding, FindingStatus, Severity } from "@isocenter/contract";
import { type FindingCondition, getFinding, searchFindings } from "../../modules/findings/index.ts";
import { isUuid, mapPage } from "../../platform/index.ts";
import { idsOf, patientParameter } from "./compile.ts";
import { concept, meta, patientReference, plain, referTo, said } from "./datatypes.ts";
import type { Annotation, Communication, Reference } from "./r4.ts";
import { type Resource, resource } from "./resource.ts";
import { named } from "./token.ts";

/** What FHIR calls the states of a critical finding (R4, event-status): it is told until somebody says that they have it. */
const communicationStatus = {
  OPEN: "preparation",
  NOTIFIED: "in-progress",
  ACKNOWLEDGED: "completed",
  FOLLOW_UP: "completed",
  CLOSED: "completed",
  VOID: "entered-in-error",
} as const satisfies Record<FindingStatus, Communication["status"]>;

const priorities = {
  CRITICAL: "stat",
  HIGH: "asap",
  MODERATE: "urgent",
  LOW: "routine",
} as const satisfies Record<Severity, string>;
const alert = {
  system: "http://terminology.hl7.org/CodeSystem/communication-category",
  code: "alert",
  display: "Alert",
};
const media = {
  PHONE: "PHONE",
  IN_PERSON: "FACE",
  IN_APP: "ONLINEWRIT",
  MESSAGE: "WRITTEN",
} as const satisfies Record<AcknowledgeMethod, string>;

/** People with an account are practitioners; of others the name is known. */
const person = ({ id, name }: { id: string | null; name: string }): Reference =>
  id !== null && isUuid(id)
    ? referTo("Practitioner", id, name)
    : said({ display: plain(name) ?? "Isocenter" });

function notesOf({ acknowledgement, voidReason, closeNote }: Finding): Annotation[] {
  const notes: Annotation[] = [];
  const note = (text: string | null | undefined, label: string) => {
    const words = plain(text);
    if (words !== undefined) notes.push({ text: `${label}: ${words}` });
  };
  if (acknowledgement) {
    note(acknowledgement.readBack, "Read back");
    note(acknowledgement.note, "Acknowledged");
  }
  note(closeNote, "Closed");
  note(voidReason, "Void");
  return notes;
}

/** A critical finding and who was told of it. */
function toCommunication(finding: Finding): Communication {
  const { id, version, updatedAt, orderId, reportId, studyId, acknowledgement, recipients } = finding;
  const told = recipients.map(({ toldAt }) => toldAt).sort()[0];
  const people = new Map(recipients.map((one) => [one.personId, one]));
  return said<Communication>({
    resourceType: "Communication",
    id,
    meta: meta(version, updatedAt),
    basedOn: orderId === null ? [] : [referTo("ServiceRequest", orderId)],
    status: communicationStatus[finding.status],
    statusReason: finding.voidReason === null ? undefined : concept(finding.voidReason),
    category: [concept("Critical finding", alert)],
    priority: priorities[finding.severity],
    medium:
      acknowledgement === null
        ? []
        : [
            concept(undefined, {
              system: "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode",
              code: media[acknowledgement.method],
            }),
          ],
    subject: patientReference(finding.patient),
    about: [
      ...(reportId === null ? [] : [referTo("DiagnosticReport", reportId)]),
      referTo("ImagingStudy", studyId),
    ],
    sent: told,
    received: acknowledgement?.at,
    recipient: [...people.values()].map(({ personId, name }) => referTo("Practitioner", personId, name)),
    sender: person(finding.raisedBy),
    payload: plain(finding.description) === undefined ? [] : [{ contentString: plain(finding.description) }],
    note: notesOf(finding),
  });
}

const patient = patientParameter("Whose finding it is", ({ subject }: Communication) => [subject]);

export const communications: Resource = resource<Communication, FindingCondition>({
  type: "Communication",
  permission: "findings.read",
  documentation:
    "A critical finding: whom it was told, and who acknowledged it. A recipient who reads it has been reached.",
  async read({ deps: { platform, journal, findings }, viewer }, id) {
    const { db, clock } = platform;
    let finding = await getFinding(db, viewer, clock, id);
    if (await findings.opened(viewer, id)) finding = await getFinding(db, viewer, clock, id);
    const { patientId, facilityId } = finding;
    await journal.access(viewer, {
      action: "finding.viewed",
      subject: { type: "finding", id },
      patientId,
      facilityId,
    });
    return toCommunication(finding);
  },
  search: {
    parameters: {
      patient,
      subject: patient,
      "based-on": {
        type: "reference",
        targets: ["ServiceRequest"],
        documentation: "The order of its study",
        condition: (targets) => ({ by: "orders", values: idsOf(targets) }),
        of: ({ basedOn }: Communication) => basedOn ?? [],
      },
      about: {
        type: "reference",
        targets: ["ImagingStudy", "DiagnosticReport"],
        documentation: "Its study or report, by type (a parameter of ours: R4 has none)",
        condition: (targets) => {
          const reports = idsOf(targets, "DiagnosticReport");
          return reports.length > 0
            ? { by: "reports", values: reports }
            : { by: "studies", values: idsOf(targets, "ImagingStudy") };
        },
        of: ({ about }: Communication) => about ?? [],
      },
      sender: {
        type: "reference",
        targets: ["Practitioner"],
        documentation: "Who raised it",
        condition: (targets) => ({ by: "senders", values: idsOf(targets) }),
        of: ({ sender }: Communication) => [sender],
      },
      recipient: {
        type: "reference",
        targets: ["Practitioner"],
        documentation: "Who was told",
        condition: (targets) => ({ by: "recipients", values: idsOf(targets) }),
        of: ({ recipient }: Communication) => recipient ?? [],
      },
      status: {
        type: "token",
        not: true,
        documentation: "preparation, in-progress, completed, entered-in-error",
        condition: (values, not) => ({
          by: "statuses",
          values: named(values, "http://hl7.org/fhir/event-status", communicationStatus, not),
        }),
      },
      priority: {
        type: "token",
        not: true,
        documentation: "stat, asap, urgent, routine (a parameter of ours: R4 has none)",
        condition: (values, not) => ({
          by: "severities",
          values: named(values, "http://hl7.org/fhir/request-priority", priorities, not),
        }),
      },
      category: {
        type: "token",
        documentation: "alert: there is no other",
        condition: (values) =>
          named(values, alert.system, { alert: alert.code }).length > 0 ? { by: "any" } : { by: "none" },
      },
      sent: {
        type: "date",
        at: "moment",
        documentation: "When it was raised, which is when its first recipient is told",
        condition: (spans) => ({ by: "raisedAt", spans }),
      },
      received: {
        type: "date",
        at: "moment",
        documentation: "When it was acknowledged",
        condition: (spans) => ({ by: "acknowledgedAt", spans }),
      },
      _lastUpdated: {
        type: "date",
        at: "moment",
        documentation: "When it last changed",
        condition: (spans) => ({ by: "updatedAt", spans }),
      },
    },
    sorts: { sent: "raisedAt", _lastUpdated: "updatedAt" },
    fallback: "-raisedAt",
    async find({ deps: { platform, journal }, viewer }, conditions, range) {
      const page = await searchFindings(platform.db, viewer, platform.clock, conditions, range);
      await journal.access(viewer, {
        action: "finding.searched",
        subject: { type: "search", id: "critical-findings" },
        data: { found: page.total },
      });
      return mapPage(page, toCommunication);
    },
  },
  summary: [
    "basedOn",
    "status",
    "statusReason",
    "category",
    "priority",
    "subject",
    "sent",
    "received",
    "recipient",
    "sender",
  ],
  mandatory: ["status"],
});
