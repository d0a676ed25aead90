import { Refusal, type RefusalKind } from "../../../platform/index.ts";

/** Where in a message something stands: the segment, which of its name (from 1), field and component. */
export interface Place {
  segment: string;
  sequence: number;
  field: number;
  component?: number | undefined;
}

/** `OBR[2]-4.1` */
const written = ({ segment, sequence, field, component }: Place): string =>
  `${segment}[${sequence}]-${field}${component === undefined ? "" : `.${component}`}`;

export const at = (segment: string, field: number, sequence = 1, component?: number): Place => ({
  segment,
  sequence,
  field,
  component,
});

/** Something that a message says and that cannot be, named by its place. */
export const refusedAt = (
  place: Place,
  code: string,
  detail: string,
  kind: RefusalKind = "invalid",
): Refusal => new Refusal(kind, code, detail, { errors: [{ path: written(place), message: detail }] });

/** The place of a path: one of ours, or of the body that a room below was given. */
export function placeOfPath(path: string, sequence = 1): Place | null {
  const own = /^([A-Z][A-Z0-9]{2})\[(\d+)\]-(\d+)(?:\.(\d+))?$/.exec(path);
  if (own)
    return {
      segment: own[1]!,
      sequence: Number(own[2]),
      field: Number(own[3]),
      component: own[4] === undefined ? undefined : Number(own[4]),
    };
  const [segment, field] = fieldsOfBody[path.replace(/^body\./, "").split(".")[0] ?? ""] ?? [];
  return segment === undefined || field === undefined ? null : { segment, sequence, field };
}

/** Where a message says what the rooms below are told. */
const fieldsOfBody: Readonly<Record<string, readonly [string, number]>> = {
  identifiers: ["PID", 3],
  lastName: ["PID", 5],
  firstName: ["PID", 5],
  birthDate: ["PID", 7],
  sex: ["PID", 8],
  status: ["ORC", 1],
  providerId: ["ORC", 12],
  procedureCode: ["OBR", 4],
  modality: ["OBR", 24],
  bodyPart: ["OBR", 4],
  priority: ["OBR", 27],
  scheduledAt: ["OBR", 27],
  clinicalIndication: ["OBR", 31],
  stationAeTitle: ["IPC", 9],
};
