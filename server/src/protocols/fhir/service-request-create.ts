import type { CreateImagingOrder } from "@isocenter/contract";
import { searchPatients } from "../../modules/patients/index.ts";
import { isUuid, Refusal } from "../../platform/index.ts";
import { issuerOfSystem, plain, readNumberSystem, schemeOfSystem, systems } from "./datatypes.ts";
import { requestPriority } from "./order-status.ts";
import type { CodeableConcept, Identifier, Reference, ServiceRequest } from "./r4.ts";
import type { Asked, Resource } from "./resource.ts";

const at = (path: string, message: string, code = "fhir.value-invalid"): Refusal =>
  new Refusal("unprocessable", code, `ServiceRequest.${path} ${message}.`, {
    errors: [{ path: `ServiceRequest.${path}`, message }],
  });

/** What is read, each by its path; what a server makes itself is taken and left aside. */
const read = new Set([
  "identifier",
  "status",
  "intent",
  "category",
  "priority",
  "code",
  "orderDetail",
  "subject",
  "occurrenceDateTime",
  "occurrencePeriod",
  "requester",
  "performer",
  "reasonCode",
  "bodySite",
  "note",
]);
const aside = new Set(["resourceType", "id", "meta", "text", "language", "authoredOn", "requisition"]);

/** What could not be kept would be lost without a word, and an order is read by people who rely on it: it is refused and named. */
function refuseOthers(body: object): void {
  const others = Object.keys(body).filter((name) => !read.has(name) && !aside.has(name));
  if (others.length === 0) return;
  const message = "is not kept here";
  throw new Refusal(
    "unprocessable",
    "fhir.element-not-supported",
    `ServiceRequest.${others[0]!.slice(0, 64)} ${message}.`,
    {
      errors: others.slice(0, 20).map((name) => ({ path: `ServiceRequest.${name.slice(0, 64)}`, message })),
    },
  );
}

// biome-ignore lint/suspicious/noExplicitAny: whatever came; each element is looked at before it is used.
type Anything = any;

const object = (value: unknown, path: string): Record<string, unknown> => {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw at(path, "must be an object");
};
const text = (value: unknown, path: string, longest: number): string => {
  if (typeof value !== "string" || plain(value) === undefined) throw at(path, "must be a text");
  if (value.length > longest) throw at(path, `has at most ${longest} characters`);
  return value;
};
const list = (value: unknown, path: string, most = 20): Record<string, unknown>[] => {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw at(path, "must be a list");
  if (value.length > most) throw at(path, `has at most ${most} items`);
  return value.map((one, index) => object(one, `${path}[${index}]`));
};

/** What a concept says: its text, else what its codes are called. */
function wordsOf(value: unknown, path: string, longest: number): string {
  const { text: own, coding } = object(value, path) as Anything;
  if (own !== undefined) return text(own, `${path}.text`, longest);
  const words = list(coding, `${path}.coding`)
    .map((one) => one.display ?? one.code)
    .filter((one) => one !== undefined);
  return text(words[0], `${path}.text`, longest);
}

const codings = (value: unknown, path: string) =>
  value === undefined
    ? []
    : list(object(value, path).coding as CodeableConcept["coding"], `${path}.coding`).flatMap(
        ({ system, code }) =>
          typeof code === "string" && (system === undefined || typeof system === "string")
            ? [{ system: system as string | undefined, code }]
            : [],
      );

/** `Type/id`, also as our URL. */
function idOf(asked: Asked, value: unknown, path: string, type: string): string | undefined {
  if (value === undefined) return undefined;
  const { reference } = object(value, path) as Reference;
  if (reference === undefined) return undefined;
  const whole = text(reference, `${path}.reference`, 500);
  const short = whole.startsWith(`${asked.base}/`) ? whole.slice(asked.base.length + 1) : whole;
  const [named, id = "", ...more] = short.split("/");
  if (named !== type || more.length > 0 || !isUuid(id))
    throw at(`${path}.reference`, `must be ${type}/ID of this server`);
  return id;
}

/** The patient by reference, else by an identifier that one patient has whom the viewer may see. */
async function patientOf(asked: Asked, subject: unknown): Promise<string> {
  const id = idOf(asked, subject, "subject", "Patient");
  if (id !== undefined) return id;
  const { identifier } = object(subject, "subject") as { identifier?: Identifier };
  if (identifier === undefined)
    throw at("subject", "needs a reference or an identifier", "fhir.element-missing");
  const { system, value } = object(identifier, "subject.identifier");
  const wanted = text(value, "subject.identifier.value", 64);
  const issuer = system === undefined ? null : issuerOfSystem(text(system, "subject.identifier.system", 200));
  const { db } = asked.deps.platform;
  const one = [{ by: "identifier" as const, values: [{ value: wanted, issuer }] }];
  const { data } = await searchPatients(db, asked.viewer, one, { limit: 2 });
  if (data.length !== 1)
    throw at(
      "subject.identifier",
      data.length === 0 ? "is of no patient here" : "is of several patients: name its system",
    );
  return data[0]!.id;
}

function scheduledAtOf(body: ServiceRequest): string | undefined {
  const { occurrenceDateTime, occurrencePeriod } = body;
  const path = occurrencePeriod ? "occurrencePeriod.start" : "occurrenceDateTime";
  const given = occurrencePeriod ? object(occurrencePeriod, "occurrencePeriod").start : occurrenceDateTime;
  if (given === undefined) return undefined;
  const moment = text(given, path, 40);
  if (
    !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/.test(moment) ||
    Number.isNaN(Date.parse(moment))
  )
    throw at(path, "must be a date and time with its offset");
  return moment;
}

function durationOf(
  { occurrencePeriod }: ServiceRequest,
  scheduledAt: string | undefined,
): number | undefined {
  if (!occurrencePeriod?.end || scheduledAt === undefined) return undefined;
  const minutes =
    (Date.parse(text(occurrencePeriod.end, "occurrencePeriod.end", 40)) - Date.parse(scheduledAt)) / 60_000;
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > 1440)
    throw at("occurrencePeriod.end", "must follow by 1 to 1440 whole minutes");
  return minutes;
}

function priorityOf(value: unknown): string {
  if (value === undefined) return "ROUTINE";
  // What is to be done as soon as possible is urgent; there are three ranks.
  const wanted = value === "asap" ? "urgent" : value;
  const found = Object.entries(requestPriority).find(([, code]) => code === wanted);
  if (!found) throw at("priority", "must be routine, urgent, asap or stat");
  return found[0];
}

/** What is to be done: the procedure's code in our catalogue, or the modality and the part of the body. */
function examinationOf(body: ServiceRequest) {
  const code = codings(body.code, "code");
  const details = list(body.orderDetail, "orderDetail").flatMap((one, index) =>
    codings(one, `orderDetail[${index}]`),
  );
  const modalities = [
    ...new Set([...code, ...details].filter(({ system }) => system === systems.dicom).map((one) => one.code)),
  ];
  const both = modalities.length === 2 && modalities.includes("PT") && modalities.includes("CT");
  if (modalities.length > 1 && !both) throw at("orderDetail", "names more than one modality");
  const modality = both ? "PET_CT" : modalities[0];
  const procedures = code.filter(
    ({ system }) =>
      system !== systems.dicom && (system === undefined || schemeOfSystem(system) !== undefined),
  );
  const sites = list(body.bodySite, "bodySite", 1);
  return {
    ...(modality === undefined ? {} : { modality: text(modality, "orderDetail", 64) }),
    ...(procedures[0] ? { procedureCode: text(procedures[0].code, "code.coding", 16) } : {}),
    ...(sites[0] ? { bodyPart: wordsOf(sites[0], "bodySite[0]", 64) } : {}),
  };
}

/** The number of whoever sends it: the one identifier that says so, or the only one there is. */
function placerNumberOf(body: ServiceRequest): string | undefined {
  const all = list(body.identifier, "identifier");
  const typed = all.filter((one) => codings(one.type, "identifier.type").some(({ code }) => code === "PLAC"));
  const ours = all.filter(
    ({ system }) => typeof system === "string" && readNumberSystem(system)?.kind === "placer-order-number",
  );
  const chosen = typed.length > 0 ? typed : ours.length > 0 ? ours : all;
  if (chosen.length > 1) throw at("identifier", "has several: mark the placer order number as PLAC");
  return chosen[0] && text(chosen[0].value, "identifier.value", 64);
}

async function orderOf(
  asked: Asked,
  given: unknown,
): Promise<{ input: CreateImagingOrder; placer: string | undefined }> {
  const body = given as ServiceRequest;
  refuseOthers(body);
  if (body.status !== "active")
    throw at("status", "must be active: drafts and orders that are over are not kept here");
  if (body.intent !== "order") throw at("intent", "must be order");
  const reasons = list(body.reasonCode, "reasonCode").map((one, index) =>
    wordsOf(one, `reasonCode[${index}]`, 4000),
  );
  if (reasons.length === 0) throw at("reasonCode", "is needed: why it is asked for", "fhir.element-missing");
  const notes = list(body.note, "note").map((one, index) => text(one.text, `note[${index}].text`, 4000));
  const performers = list(body.performer, "performer", 1);
  const scheduledAt = scheduledAtOf(body);
  const durationMinutes = durationOf(body, scheduledAt);
  const providerId = idOf(asked, body.requester, "requester", "Practitioner");
  const facilityId = idOf(asked, performers[0], "performer[0]", "Organization");
  const input = {
    patientId: await patientOf(asked, body.subject),
    ...examinationOf(body),
    clinicalIndication: text(reasons.join("; "), "reasonCode", 4000),
    priority: priorityOf(body.priority),
    ...(scheduledAt === undefined ? {} : { scheduledAt }),
    ...(durationMinutes === undefined ? {} : { durationMinutes }),
    ...(providerId === undefined ? {} : { providerId }),
    ...(facilityId === undefined ? {} : { facilityId }),
    ...(notes.length === 0 ? {} : { notes: text(notes.join("\n"), "note", 4000) }),
  };
  return { input, placer: placerNumberOf(body) };
}

/** Where the elements of an order stand in a ServiceRequest. */
const places: Readonly<Record<string, string>> = {
  "body.procedureCode": "code.coding",
  "body.modality": "orderDetail",
  "body.bodyPart": "bodySite",
  "body.providerId": "requester",
  "body.patientId": "subject",
  "body.scheduledAt": "occurrence[x]",
  "body.priority": "priority",
};

/** What the order's own rules say is wrong is said of the element that it came from. */
function inWords(error: unknown): unknown {
  if (!(error instanceof Refusal) || error.errors.length === 0) return error;
  const errors = error.errors.map(({ path, message }) => ({
    path: places[path] ? `ServiceRequest.${places[path]}` : path,
    message,
  }));
  const kind = error.kind === "invalid" ? "unprocessable" : error.kind;
  return new Refusal(kind, error.code, `${errors[0]!.path} ${errors[0]!.message}.`, { errors, cause: error });
}

export const createServiceRequest: NonNullable<Resource["create"]> = {
  permission: "orders.write",
  documentation:
    "Create places an order by the rules of POST /api/v1/imaging-orders (permission orders.write); elements that are not kept are refused.",
  async run(asked, body) {
    const { input, placer } = await orderOf(asked, body);
    try {
      return await asked.deps.placing(
        asked.viewer,
        input,
        placer === undefined ? {} : { placerOrderNumber: placer },
      );
    } catch (error) {
      throw inWords(error);
    }
  },
};
