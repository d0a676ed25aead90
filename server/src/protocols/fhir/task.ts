import type { PerformedStep, StepStatus } from "@isocenter/contract";
import { type FoundStep, performedOf, type StepCondition, searchSteps } from "../../modules/orders/index.ts";
import { displayName, nameParts } from "../../modules/patients/index.ts";
import { mapPage, Refusal } from "../../platform/index.ts";
import { idsOf, patientParameter } from "./compile.ts";
import {
  concept,
  meta,
  modalityCodings,
  numberIdentifier,
  plain,
  readNumberSystem,
  referTo,
  said,
  systems,
} from "./datatypes.ts";
import { requestPriority } from "./order-status.ts";
import type { Task, TaskOutput } from "./r4.ts";
import { type Resource, resource, type SearchParameter } from "./resource.ts";
import { named } from "./token.ts";

/** What FHIR calls the states of a step (R4, task-status). */
const taskStatus = {
  PENDING: "requested",
  SCHEDULED: "accepted",
  ARRIVED: "ready",
  READY: "ready",
  STARTED: "in-progress",
  COMPLETED: "completed",
  CANCELED: "cancelled",
  DISCONTINUED: "failed",
} as const satisfies Record<StepStatus, Task["status"]>;

/** A scheduled procedure step; what modalities say that they did of it is its period and its output. */
function toTask({ step, order }: FoundStep, performed: readonly PerformedStep[]): Task {
  const started = performed
    .map(({ startedAt }) => startedAt)
    .filter((one) => one !== null)
    .sort()[0];
  const isOver = performed.length > 0 && performed.every(({ endedAt }) => endedAt !== null);
  const ended = isOver
    ? performed
        .map(({ endedAt }) => endedAt!)
        .sort()
        .at(-1)
    : undefined;
  const series = performed.flatMap((one) => one.series.map(({ seriesInstanceUid }) => seriesInstanceUid));
  const output = (name: string, uid: string): TaskOutput => ({
    type: { text: name },
    valueIdentifier: { system: systems.dicomUid, value: `urn:oid:${uid}` },
  });
  return said<Task>({
    resourceType: "Task",
    id: step.id,
    meta: meta(step.version, step.updatedAt),
    identifier: [numberIdentifier(order.facilityId, "scheduled-procedure-step-id", step.stepId)],
    basedOn: [referTo("ServiceRequest", step.orderId)],
    status: taskStatus[step.status],
    businessStatus: { text: step.status },
    intent: "order",
    priority: requestPriority[order.priority],
    code: concept(step.description || order.procedureName, ...modalityCodings(step.modality)),
    description: plain(step.description) ?? plain(order.procedureName),
    focus: referTo("ServiceRequest", step.orderId),
    for: referTo("Patient", order.patientId, displayName(nameParts(order.patientName))),
    executionPeriod: started === undefined ? undefined : said({ start: started, end: ended }),
    authoredOn: order.orderedAt,
    lastModified: step.updatedAt,
    owner: referTo("Organization", order.facilityId),
    restriction:
      step.startsAt === null
        ? undefined
        : { period: said({ start: step.startsAt, end: step.endsAt ?? undefined }) },
    input: [
      ...(plain(step.stationAeTitle) === undefined
        ? []
        : [{ type: { text: "Scheduled station AE title" }, valueString: plain(step.stationAeTitle) }]),
      ...(plain(step.performingPhysician) === undefined
        ? []
        : [
            {
              type: { text: "Scheduled performing physician" },
              valueString: plain(step.performingPhysician),
            },
          ]),
    ],
    output: [
      ...performed.map(({ sopInstanceUid }) => output("Performed procedure step", sopInstanceUid)),
      ...series.map((uid) => output("Series", uid)),
    ],
  });
}

const order = (
  documentation: string,
  of: (task: Task) => readonly (Task["focus"] | undefined)[],
): SearchParameter<StepCondition> => ({
  type: "reference",
  targets: ["ServiceRequest"],
  documentation,
  condition: (targets) => ({ by: "orders", values: idsOf(targets) }),
  of,
});
const patient = patientParameter("Who is to be examined", ({ for: whom }: Task) => [whom]);

export const tasks: Resource = resource<Task, StepCondition>({
  type: "Task",
  permission: "orders.read",
  documentation:
    "A scheduled procedure step of an order, with what modalities performed of it. Read alone: the appointment is the order's.",
  async read({ deps: { platform, journal }, viewer }, id) {
    const { data } = await searchSteps(platform.db, viewer, [{ by: "ids", values: [id] }], { limit: 1 });
    const found = data[0];
    if (!found) throw new Refusal("not-found", "step.not-found", "There is no such step.");
    const { patientId, facilityId } = found.order;
    await journal.access(viewer, {
      action: "order.viewed",
      subject: { type: "order", id: found.step.orderId },
      patientId,
      facilityId,
    });
    const performed = await performedOf(platform.db, [id]);
    return toTask(found, performed.get(id) ?? []);
  },
  search: {
    parameters: {
      patient,
      subject: patient,
      "based-on": order("The order that it is a step of", ({ basedOn }) => basedOn ?? []),
      focus: order("The same", ({ focus }) => [focus]),
      identifier: {
        type: "token",
        documentation: "The scheduled procedure step id",
        condition: (values) => ({
          by: "numbers",
          values: values.flatMap(
            ({ system, code }): { facilityId: string | null; value: string | null }[] => {
              if (system === undefined) return code === null ? [] : [{ facilityId: null, value: code }];
              const place = system === null ? null : readNumberSystem(system);
              return place?.kind === "scheduled-procedure-step-id"
                ? [{ facilityId: place.facilityId, value: code }]
                : [];
            },
          ),
        }),
      },
      status: {
        type: "token",
        not: true,
        documentation: "requested, accepted, ready, in-progress, completed, cancelled, failed",
        condition: (values, not) => ({
          by: "statuses",
          values: named(values, "http://hl7.org/fhir/task-status", taskStatus, not),
        }),
      },
      priority: {
        type: "token",
        not: true,
        documentation: "stat, urgent, routine",
        condition: (values, not) => ({
          by: "priorities",
          values: named(values, "http://hl7.org/fhir/request-priority", requestPriority, not),
        }),
      },
      owner: {
        type: "reference",
        targets: ["Organization"],
        documentation: "The facility that it is done at",
        condition: (targets) => ({ by: "facilities", values: idsOf(targets) }),
        of: ({ owner }: Task) => [owner],
      },
      modified: {
        type: "date",
        at: "moment",
        documentation: "When it last changed",
        condition: (spans) => ({ by: "updatedAt", spans }),
      },
      "scheduled-start": {
        type: "date",
        at: "moment",
        documentation: "When the appointment begins (a parameter of ours: R4 has none)",
        condition: (spans) => ({ by: "startsAt", spans }),
      },
      _lastUpdated: {
        type: "date",
        at: "moment",
        documentation: "When it last changed",
        condition: (spans) => ({ by: "updatedAt", spans }),
      },
    },
    sorts: { modified: "updatedAt", _lastUpdated: "updatedAt", "scheduled-start": "startsAt" },
    fallback: "-updatedAt",
    async find({ deps: { platform, journal }, viewer }, conditions, range) {
      const page = await searchSteps(platform.db, viewer, conditions, range);
      await journal.access(viewer, {
        action: "order.searched",
        subject: { type: "search", id: "steps" },
        data: { found: page.total },
      });
      const performed = await performedOf(
        platform.db,
        page.data.map(({ step }) => step.id),
      );
      return mapPage(page, (found) => toTask(found, performed.get(found.step.id) ?? []));
    },
  },
  summary: [
    "identifier",
    "basedOn",
    "status",
    "businessStatus",
    "intent",
    "code",
    "description",
    "focus",
    "for",
    "executionPeriod",
    "lastModified",
    "owner",
  ],
  mandatory: ["status", "intent"],
});
