import { type ImagingOrder, orderStatuses } from "@isocenter/contract";
import {
  type FoundOrderRow,
  type OrderCondition,
  type OrderNumber,
  searchOrders,
} from "../../modules/orders/index.ts";
import { mapPage, Refusal } from "../../platform/index.ts";
import { idsOf, patientParameter } from "./compile.ts";
import {
  concept,
  meta,
  modalityCodings,
  numberIdentifier,
  patientReference,
  plain,
  readNumberSystem,
  referTo,
  said,
  schemeOfSystem,
  systemOfScheme,
  systems,
  uidIdentifier,
  uidOf,
} from "./datatypes.ts";
import { requestPriority, serviceRequestStatus } from "./order-status.ts";
import type { ServiceRequest } from "./r4.ts";
import { type Resource, resource } from "./resource.ts";
import { createServiceRequest } from "./service-request-create.ts";
import { named, type Token } from "./token.ts";

const imaging = { system: systems.snomed, code: "363679005", display: "Imaging" };

/** What was asked for, by its code in the catalogue and in words. */
export const procedureOf = (
  { procedureCode, procedureName }: Pick<ImagingOrder, "procedureCode" | "procedureName">,
  scheme: string | null,
) =>
  concept(
    procedureName,
    ...(procedureCode === null
      ? []
      : [{ system: systemOfScheme(scheme), code: procedureCode, display: plain(procedureName) ?? "" }]),
  );

/** An order (DICOM's requested procedure). */
export function toServiceRequest({ order, codingScheme }: FoundOrderRow): ServiceRequest {
  const { id, facilityId, placerOrderNumber, statusReason, scheduledAt, durationMinutes } = order;
  const ends = scheduledAt && new Date(Date.parse(scheduledAt) + durationMinutes * 60_000).toISOString();
  const over = order.status === "CANCELLED" || order.status === "DISCONTINUED";
  return said<ServiceRequest>({
    resourceType: "ServiceRequest",
    id,
    meta: meta(order.version, order.updatedAt),
    identifier: [
      ...(placerOrderNumber === null
        ? []
        : [numberIdentifier(facilityId, "placer-order-number", placerOrderNumber)]),
      numberIdentifier(facilityId, "requested-procedure-id", order.requestedProcedureId),
      numberIdentifier(facilityId, "accession-number", order.accessionNumber),
      uidIdentifier(order.studyInstanceUid),
    ],
    requisition: numberIdentifier(facilityId, "accession-number", order.accessionNumber),
    status: serviceRequestStatus[order.status],
    intent: "order",
    category: [concept("Imaging", imaging)],
    priority: requestPriority[order.priority],
    code: procedureOf(order, codingScheme),
    orderDetail: [concept(order.modality, ...modalityCodings(order.modality))],
    subject: patientReference(order.patient),
    ...(scheduledAt && ends ? { occurrencePeriod: { start: scheduledAt, end: ends } } : {}),
    authoredOn: order.orderedAt,
    requester: referTo("Practitioner", order.providerId, order.provider.name),
    performer: [referTo("Organization", facilityId)],
    reasonCode: plain(order.clinicalIndication) === undefined ? [] : [concept(order.clinicalIndication)],
    bodySite: plain(order.bodyPart) === undefined ? [] : [concept(order.bodyPart)],
    note: [
      ...(plain(order.notes) === undefined ? [] : [{ text: plain(order.notes)! }]),
      ...(over && plain(statusReason) !== undefined ? [{ text: plain(statusReason)! }] : []),
    ],
  });
}

const kinds: Readonly<Record<string, OrderNumber>> = {
  "accession-number": "accession",
  "placer-order-number": "placer",
  "requested-procedure-id": "requested",
};

/** The numbers that a token names: of any kind, of one kind at a facility, or the UID of the study. */
function numbersOf({ system, code }: Token): Extract<OrderCondition, { by: "numbers" }>["values"] {
  if (system === undefined)
    return code === null ? [] : [{ kind: null, facilityId: null, value: uidOf(code) }];
  if (system === systems.dicomUid)
    return [{ kind: "study", facilityId: null, value: code === null ? null : uidOf(code) }];
  const place = system === null ? null : readNumberSystem(system);
  const kind = place === null ? undefined : kinds[place.kind];
  return place && kind ? [{ kind, facilityId: place.facilityId, value: code }] : [];
}

const patient = patientParameter("Who is to be examined", ({ subject }: ServiceRequest) => [subject]);

export const serviceRequests: Resource = resource<ServiceRequest, OrderCondition>({
  type: "ServiceRequest",
  permission: "orders.read",
  documentation: "An order for an examination: what is asked for, of whom, by whom and why.",
  async read({ deps: { platform, journal }, viewer }, id) {
    const { data } = await searchOrders(platform.db, viewer, [{ by: "ids", values: [id] }], { limit: 1 });
    const found = data[0];
    if (!found) throw new Refusal("not-found", "order.not-found", "There is no such order.");
    const { patientId, facilityId } = found.order;
    await journal.access(viewer, {
      action: "order.viewed",
      subject: { type: "order", id },
      patientId,
      facilityId,
    });
    return toServiceRequest(found);
  },
  create: createServiceRequest,
  search: {
    parameters: {
      patient,
      subject: patient,
      identifier: {
        type: "token",
        documentation: "Accession number, placer order number, requested procedure id or study instance UID",
        condition: (values) => ({ by: "numbers", values: values.flatMap(numbersOf) }),
      },
      requisition: {
        type: "token",
        documentation: "The accession number",
        condition: (values) => ({
          by: "numbers",
          values: values.flatMap((token) =>
            numbersOf(token).flatMap((one) =>
              one.kind === null || one.kind === "accession" ? [{ ...one, kind: "accession" as const }] : [],
            ),
          ),
        }),
      },
      status: {
        type: "token",
        not: true,
        documentation: "active, completed, on-hold, revoked",
        condition: (values, not) => ({
          by: "statuses",
          values: named(values, "http://hl7.org/fhir/request-status", serviceRequestStatus, not),
        }),
      },
      intent: {
        type: "token",
        documentation: "order: there is no other",
        condition: (values) =>
          named(values, "http://hl7.org/fhir/request-intent", { order: "order" }).length > 0
            ? { by: "statuses", values: orderStatuses }
            : { by: "none" },
      },
      category: {
        type: "token",
        documentation: "363679005 of SNOMED CT, imaging: there is no other",
        condition: (values) =>
          named(values, systems.snomed, { imaging: imaging.code }).length > 0
            ? { by: "statuses", values: orderStatuses }
            : { by: "none" },
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
      code: {
        type: "token",
        documentation: "The procedure's code in the catalogue of the facility",
        condition: (values) => ({ by: "codes", values: codesOf(values) }),
      },
      authored: {
        type: "date",
        at: "moment",
        documentation: "When it was ordered",
        condition: (spans) => ({ by: "orderedAt", spans }),
      },
      occurrence: {
        type: "date",
        at: "moment",
        documentation: "When the appointment begins",
        condition: (spans) => ({ by: "scheduledAt", spans }),
      },
      requester: {
        type: "reference",
        targets: ["Practitioner"],
        documentation: "Who asks for it",
        condition: (targets) => ({ by: "requesters", values: idsOf(targets) }),
        of: ({ requester }: ServiceRequest) => [requester],
      },
      performer: {
        type: "reference",
        targets: ["Organization"],
        documentation: "The facility that it is done at",
        condition: (targets) => ({ by: "facilities", values: idsOf(targets) }),
        of: ({ performer }: ServiceRequest) => performer ?? [],
      },
      _lastUpdated: {
        type: "date",
        at: "moment",
        documentation: "When it last changed",
        condition: (spans) => ({ by: "updatedAt", spans }),
      },
    },
    sorts: { authored: "orderedAt", _lastUpdated: "updatedAt" },
    fallback: "-orderedAt",
    async find({ deps: { platform, journal }, viewer }, conditions, range) {
      const page = await searchOrders(platform.db, viewer, conditions, range);
      await journal.access(viewer, {
        action: "order.searched",
        subject: { type: "search", id: "imaging-orders" },
        data: { found: page.total },
      });
      return mapPage(page, toServiceRequest);
    },
  },
  summary: [
    "identifier",
    "requisition",
    "status",
    "intent",
    "category",
    "priority",
    "code",
    "orderDetail",
    "subject",
    "occurrencePeriod",
    "authoredOn",
    "requester",
    "performer",
    "reasonCode",
    "bodySite",
  ],
  mandatory: ["status", "intent", "subject"],
});

/** Codes of procedures, of any scheme or of one of ours. */
export const codesOf = (values: readonly Token[]): { code: string; scheme: string | null }[] =>
  values.flatMap(({ system, code }): { code: string; scheme: string | null }[] => {
    if (code === null || system === null) return [];
    if (system === undefined) return [{ code, scheme: null }];
    const scheme = schemeOfSystem(system);
    return scheme === undefined ? [] : [{ code, scheme }];
  });
