import type { AuditEntry } from "@isocenter/contract";
import { listAudit } from "../../modules/journal/index.ts";
import { isUuid, mapPage, Refusal, type Span } from "../../platform/index.ts";
import { idsOf } from "./compile.ts";
import { plain, referTo, said, systems } from "./datatypes.ts";
import { notSupported } from "./outcome.ts";
import type { AuditEvent, AuditEventEntity, Coding, Reference } from "./r4.ts";
import { type Asked, type Resource, type ResourceType, resource, type Target } from "./resource.ts";
import { named } from "./token.ts";

const actions = "urn:isocenter:action";
/** Minor: the rules said no. Serious: it was allowed and did not work. */
const outcomes = { SUCCESS: "0", REFUSED: "4", FAILED: "8" } as const satisfies Record<
  AuditEntry["outcome"],
  string
>;

/** What subjects of ours are called in FHIR. */
const subjects: Readonly<Record<string, ResourceType>> = {
  patient: "Patient",
  order: "ServiceRequest",
  study: "ImagingStudy",
  report: "DiagnosticReport",
  finding: "Communication",
  user: "Practitioner",
  facility: "Organization",
};

/** Audit events of DICOM (PS3.15 A.5.3), where one is meant. */
function typeOf({ action, patientId }: AuditEntry): Coding {
  const dicom = (code: string, display: string) => ({ system: systems.dicom, code, display });
  if (/^session\./.test(action)) return dicom("110114", "User Authentication");
  if (/^audit\./.test(action)) return dicom("110101", "Audit Log Used");
  if (/\.exported$/.test(action)) return dicom("110106", "Export");
  if (/\.(searched)$/.test(action)) return dicom("110112", "Query");
  if (patientId !== null) return dicom("110110", "Patient Record");
  return {
    system: "http://terminology.hl7.org/CodeSystem/audit-event-type",
    code: "object",
    display: "Object",
  };
}

const verbs: readonly (readonly [AuditEvent["action"], RegExp])[] = [
  ["C", /\.(created|raised|received|registered|placed|added|uploaded)$/],
  ["R", /viewed$|\.(searched|retrieved|read|printed|exported|verified)$/],
  ["U", /changed$|\.(amended|corrected|merged|linked|unlinked|signed|moved|submitted)$/],
  ["D", /\.(deleted|purged|removed)$/],
];
const actionOf = (word: string): AuditEvent["action"] =>
  verbs.find(([, pattern]) => pattern.test(word))?.[0] ?? "E";

function entitiesOf({ subject, patientId }: AuditEntry): AuditEventEntity[] {
  const role = (code: string, display: string): Coding => ({
    system: "http://terminology.hl7.org/CodeSystem/object-role",
    code,
    display,
  });
  const type = subjects[subject.type];
  const what: Reference =
    type && isUuid(subject.id)
      ? referTo(type, subject.id)
      : {
          identifier: {
            system: `urn:isocenter:subject:${encodeURIComponent(subject.type)}`,
            value: subject.id,
          },
        };
  const isReport = type === "DiagnosticReport";
  return [
    ...(patientId === null ? [] : [{ what: referTo("Patient", patientId), role: role("1", "Patient") }]),
    ...(type === "Patient" && subject.id === patientId
      ? []
      : [{ what, role: isReport ? role("3", "Report") : role("4", "Domain Resource") }]),
  ];
}

/** One entry of the audit trail. */
function toAuditEvent(entry: AuditEntry): AuditEvent {
  const { id, actor, address, facilityId, hash } = entry;
  const isPerson = actor.kind === "user" && isUuid(actor.id);
  return said<AuditEvent>({
    resourceType: "AuditEvent",
    id,
    // An entry is never changed: one version, at the moment of it.
    meta: { versionId: "1", lastUpdated: entry.at },
    type: typeOf(entry),
    subtype: [{ system: actions, code: entry.action }],
    action: actionOf(entry.action),
    recorded: entry.at,
    outcome: outcomes[entry.outcome],
    agent: [
      said({
        who: isPerson
          ? referTo("Practitioner", actor.id, actor.name)
          : said({
              identifier: { system: `urn:isocenter:actor:${actor.kind}`, value: actor.id },
              display: plain(actor.name),
            }),
        name: plain(actor.name),
        requestor: true,
        network: address === null ? undefined : { address, type: "2" as const },
      }),
    ],
    source: {
      observer: facilityId === null ? { display: "Isocenter" } : referTo("Organization", facilityId),
      type: [
        {
          system: "http://terminology.hl7.org/CodeSystem/security-source-type",
          code: "4",
          display: "Application Server",
        },
      ],
    },
    entity: entitiesOf(entry).map((one, index) =>
      index === 0
        ? {
            ...one,
            detail: [
              { type: "request", valueString: entry.requestId },
              ...(hash === null ? [] : [{ type: "sha256", valueString: hash }]),
            ],
          }
        : one,
    ),
  });
}

/** One filter of the trail, which takes one value of each. */
type AuditCondition =
  | { by: "patients" | "agents" | "actions" | "outcomes"; values: readonly string[] }
  | { by: "entities"; targets: readonly Target[] }
  | { by: "recordedAt"; spans: readonly Span[] };

type Filter = NonNullable<Parameters<typeof listAudit>[2]>;

const filters = {
  patients: "patientId",
  agents: "actorId",
  actions: "action",
  outcomes: "outcome",
} as const;

/** @returns null where nothing can fit @throws Refusal `invalid` for several values, which the trail is not asked for */
function filterOf(
  conditions: readonly (AuditCondition | { by: "ids"; values: readonly string[] } | { by: "none" })[],
) {
  const filter: Filter = {};
  let ids: readonly string[] | undefined;
  for (const one of conditions) {
    if (one.by === "none") return null;
    if (one.by === "ids") {
      ids = ids === undefined ? one.values : ids.filter((id) => one.values.includes(id));
      continue;
    }
    const several = one.by === "recordedAt" ? one.spans : one.by === "entities" ? one.targets : one.values;
    if (several.length === 0) return null;
    if (several.length > 1)
      throw notSupported("AuditEvent is searched by one value of each parameter, and not by ne.");
    if (one.by === "recordedAt") {
      const { from, to } = one.spans[0]!;
      const later = (a: string | undefined, b: string) => (a !== undefined && a > b ? a : b);
      const earlier = (a: string | undefined, b: string) => (a !== undefined && a < b ? a : b);
      if (from !== null) filter.from = later(filter.from, from.toISOString());
      if (to !== null) filter.to = earlier(filter.to, to.toISOString());
      continue;
    }
    const taken: Partial<Filter> =
      one.by === "entities" ? subjectOf(one.targets[0]!) : { [filters[one.by]]: one.values[0]! };
    for (const [name, value] of Object.entries(taken)) {
      const before = (filter as Record<string, unknown>)[name];
      if (before !== undefined && before !== value) return null;
      (filter as Record<string, unknown>)[name] = value;
    }
  }
  return { filter, ids };
}

const subjectOf = ({ type, id }: Target): Partial<Filter> => ({
  subjectType: Object.entries(subjects).find(([, one]) => one === type)?.[0] ?? type,
  subjectId: id,
});

async function viewed({ deps, viewer }: Asked, patientId: string | null, filter: object): Promise<void> {
  await deps.journal.access(viewer, {
    action: "audit.viewed",
    subject: { type: "audit", id: "trail" },
    patientId,
    data: { filter },
  });
}

export const auditEvents: Resource = resource<AuditEvent, AuditCondition>({
  type: "AuditEvent",
  permission: "audit.read",
  documentation:
    "What happened and who looked at what; for most roles what they did themselves. Every look at it is an entry as well.",
  async read(asked, id) {
    const { data } = await listAudit(asked.deps.platform.db, asked.viewer, { limit: 1 }, { ids: [id] });
    if (!data[0]) throw new Refusal("not-found", "audit.not-found", "There is no such entry.");
    await viewed(asked, data[0].patientId, { id });
    return toAuditEvent(data[0]);
  },
  search: {
    parameters: {
      date: {
        type: "date",
        at: "moment",
        documentation: "When it was recorded",
        condition: (spans) => ({ by: "recordedAt", spans }),
      },
      patient: {
        type: "reference",
        single: true,
        targets: ["Patient"],
        documentation: "Whose records it is about",
        condition: (targets) => ({ by: "patients", values: idsOf(targets) }),
        of: ({ entity = [] }: AuditEvent) =>
          entity.map(({ what }) => what).filter((what) => what?.type === "Patient"),
      },
      agent: {
        type: "reference",
        single: true,
        targets: ["Practitioner"],
        documentation: "Who did it",
        condition: (targets) => ({ by: "agents", values: idsOf(targets) }),
        of: ({ agent }: AuditEvent) => agent.map(({ who }) => who),
      },
      entity: {
        type: "reference",
        single: true,
        targets: [
          "Patient",
          "ServiceRequest",
          "ImagingStudy",
          "DiagnosticReport",
          "Communication",
          "Practitioner",
          "Organization",
        ],
        documentation: "What was looked at or changed, by type",
        condition: (targets) => ({ by: "entities", targets }),
        of: ({ entity = [] }: AuditEvent) => entity.map(({ what }) => what),
      },
      subtype: {
        type: "token",
        documentation: "The name of what happened, such as report.signed",
        condition: (values) => ({
          by: "actions",
          values: values.flatMap(({ system, code }) =>
            code !== null && (system === undefined || system === actions) ? [code] : [],
          ),
        }),
      },
      outcome: {
        type: "token",
        documentation: "0 success, 4 refused, 8 failed",
        condition: (values) => ({
          by: "outcomes",
          values: named(values, "http://terminology.hl7.org/CodeSystem/audit-event-outcome", outcomes),
        }),
      },
    },
    sorts: { date: "at" },
    fallback: "-at",
    async find(asked, conditions, range) {
      const asking = filterOf(conditions);
      if (asking === null) return { data: [], total: 0, totalIsExact: true, next: null };
      const { filter, ids } = asking;
      const query = { ...filter, ...range };
      const page = await listAudit(
        asked.deps.platform.db,
        asked.viewer,
        query,
        ids === undefined ? {} : { ids },
      );
      await viewed(asked, filter.patientId ?? null, filter);
      return mapPage(page, toAuditEvent);
    },
  },
  summary: ["type", "subtype", "action", "recorded", "outcome"],
  mandatory: ["type", "recorded", "agent", "source"],
});
