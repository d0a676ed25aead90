import type { OrderStep, PerformedStep, ScheduledStep } from "@isocenter/contract";
import type { DicomJson } from "@isocenter/dicom";
import type { Reader } from "../../../platform/index.ts";
import { saidDescription, saidOf, saidSeries } from "./said.ts";

interface Row {
  scheduledStepId: string;
  id: string;
  sopInstanceUid: string;
  studyInstanceUid: string;
  stationAeTitle: string;
  status: string;
  attributes: DicomJson;
  startedAt: Date | null;
  endedAt: Date | null;
}

/** Performed steps of an order that are shown, and series of one. */
const most = 100;

function toPerformed({ scheduledStepId: _, attributes, startedAt, endedAt, ...row }: Row): PerformedStep {
  return {
    ...row,
    modality: saidOf(attributes).modality || null,
    description: saidDescription(attributes),
    status: row.status.replace(" ", "_") as PerformedStep["status"],
    startedAt: startedAt?.toISOString() ?? null,
    endedAt: endedAt?.toISOString() ?? null,
    series: saidSeries(attributes).slice(0, most),
  };
}

/** What was performed of each of the scheduled steps, which were found to be visible before. */
export async function performedOf(
  reader: Reader,
  stepIds: readonly string[],
): Promise<ReadonlyMap<string, PerformedStep[]>> {
  if (stepIds.length === 0) return new Map();
  const rows = await reader<Row[]>`
    select pos.scheduled_step_id as "scheduledStepId", ps.id, ps.sop_instance_uid as "sopInstanceUid",
      ps.study_instance_uid as "studyInstanceUid", ps.station_ae_title as "stationAeTitle", ps.status, ps.attributes,
      ps.started_at as "startedAt", ps.ended_at as "endedAt"
    from unnest(${[...stepIds]}::uuid[]) as here (id) cross join lateral (
      select scheduled_step_id, performed_step_id from performed_of_scheduled where scheduled_step_id = here.id limit ${most}) pos
    join performed_step ps on ps.id = pos.performed_step_id
    order by ps.started_at, ps.id`;
  const byStep = Map.groupBy(rows, ({ scheduledStepId }) => scheduledStepId);
  return new Map([...byStep].map(([id, some]) => [id, some.map(toPerformed)]));
}

/** Each scheduled step with what was performed of it. The order was found to be visible before. */
export async function withPerformed(
  reader: Reader,
  orderId: string,
  steps: readonly ScheduledStep[],
): Promise<OrderStep[]> {
  const rows = await reader<Row[]>`
    select pos.scheduled_step_id as "scheduledStepId", ps.id, ps.sop_instance_uid as "sopInstanceUid",
      ps.study_instance_uid as "studyInstanceUid", ps.station_ae_title as "stationAeTitle", ps.status, ps.attributes,
      ps.started_at as "startedAt", ps.ended_at as "endedAt"
    from scheduled_step st join performed_of_scheduled pos on pos.scheduled_step_id = st.id
    join performed_step ps on ps.id = pos.performed_step_id
    where st.order_id = ${orderId} order by ps.started_at, ps.id limit ${most}`;
  const byStep = Map.groupBy(rows, ({ scheduledStepId }) => scheduledStepId);
  return steps.map((step) => ({ ...step, performed: (byStep.get(step.id) ?? []).map(toPerformed) }));
}
