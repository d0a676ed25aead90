import { modalitiesOfOrder, readOrderModality } from "@isocenter/contract";
import { type Clock, invalidAt, newId, type Reader, type Tx } from "../../platform/index.ts";

/** What is to be done: of the catalogue, or in words. */
export interface Examination {
  procedureId: string | null;
  procedureCode: string | null;
  codingScheme: string | null;
  name: string;
  modality: string;
  bodyPart: string | null;
  durationMinutes: number;
}

export interface Asked {
  procedureCode?: string | null | undefined;
  modality?: string | undefined;
  bodyPart?: string | undefined;
  durationMinutes?: number | undefined;
}

interface CatalogueRow {
  id: string;
  code: string;
  codingScheme: string;
  name: string;
  modality: string;
  bodyPart: string | null;
  durationMinutes: number;
}

const usualMinutes = 30;

export function readModalityOf(text: string, path: string): string {
  const modality = readOrderModality(text);
  if (modality === null)
    throw invalidAt("order.invalid-modality", path, "must be a modality, such as CT, MR, US or PET_CT");
  return modality;
}

/** What can be ordered by the code now. @throws Refusal `invalid` (`procedure.unknown`) */
export async function procedureByCode(
  reader: Reader,
  facilityId: string,
  code: string,
  path: string,
): Promise<CatalogueRow> {
  const [row] = await reader<CatalogueRow[]>`
    select id, code, coding_scheme as "codingScheme", name, modality, body_part as "bodyPart", duration_minutes as "durationMinutes"
    from procedure where facility_id = ${facilityId} and code = ${code.trim()} and active`;
  if (!row) throw invalidAt("procedure.unknown", path, "is not in the facility's catalogue");
  return row;
}

/** The procedure that can be ordered by the first of the codes that the catalogue has; null where it has none. */
export async function orderableProcedure(
  reader: Reader,
  facilityId: string,
  codes: readonly string[],
): Promise<{ code: string; modality: string } | null> {
  const [row] = await reader<{ code: string; modality: string }[]>`
    select code, modality from procedure where facility_id = ${facilityId} and code = any(${[...codes]}::text[]) and active
    order by array_position(${[...codes]}::text[], code) limit 1`;
  return row ?? null;
}

/**
 * What is asked for, completed from the catalogue.
 * @throws Refusal `invalid` (`procedure.unknown`, `order.invalid-modality`, `order.other-modality`, `order.needs-modality`, `order.needs-body-part`)
 */
export async function examinationOf(tx: Tx, facilityId: string, asked: Asked): Promise<Examination> {
  const modality = asked.modality === undefined ? null : readModalityOf(asked.modality, "body.modality");
  const bodyPart = asked.bodyPart?.trim() ?? null;
  if (asked.procedureCode === undefined || asked.procedureCode === null) {
    if (modality === null)
      throw invalidAt("order.needs-modality", "body.modality", "is needed where no procedureCode is given");
    if (bodyPart === null)
      throw invalidAt("order.needs-body-part", "body.bodyPart", "is needed where no procedureCode is given");
    return {
      procedureId: null,
      procedureCode: null,
      codingScheme: null,
      name: `${modality.replace("_", "/")} ${bodyPart}`,
      modality,
      bodyPart,
      durationMinutes: asked.durationMinutes ?? usualMinutes,
    };
  }
  const found = await procedureByCode(tx, facilityId, asked.procedureCode, "body.procedureCode");
  if (modality !== null && modality !== found.modality)
    throw invalidAt(
      "order.other-modality",
      "body.modality",
      `is not that of the procedure ${found.code}, ${found.modality}`,
    );
  return {
    procedureId: found.id,
    procedureCode: found.code,
    codingScheme: found.codingScheme,
    name: found.name,
    modality: found.modality,
    bodyPart: bodyPart ?? found.bodyPart,
    durationMinutes: asked.durationMinutes ?? found.durationMinutes,
  };
}

/** The columns of an order that say so. */
export const examinationColumns = (examination: Examination) => ({
  procedure_id: examination.procedureId,
  procedure_code: examination.procedureCode,
  procedure_coding_scheme: examination.codingScheme,
  procedure_name: examination.name,
  modality: examination.modality,
  body_part: examination.bodyPart,
  duration_minutes: examination.durationMinutes,
});

export interface StepsOf {
  orderId: string;
  facilityId: string;
  /** Steps are numbered from it: `S00000012-1`. */
  requestedProcedureId: string;
  examination: Examination;
  /** Of the only step, where somebody else has numbered it. */
  stepId?: string | undefined;
}

const longestDescription = 64;

/** One step for each modality: those that are there are told, what is missing is made, what is too many goes. Before anything is performed. */
export async function writeSteps(tx: Tx, clock: Clock, of: StepsOf): Promise<void> {
  const { orderId, facilityId, examination } = of;
  const there = await tx<{ id: string; stepId: string; modality: string }[]>`
    select id, step_id as "stepId", modality from scheduled_step where order_id = ${orderId} order by step_id for no key update`;
  const modalities = modalitiesOfOrder(examination.modality);
  const surplus = there.filter((_, index) => index >= modalities.length);
  if (surplus.length > 0)
    await tx`delete from scheduled_step where id = any(${surplus.map(({ id }) => id)}::uuid[])`;
  for (const [index, modality] of modalities.entries()) {
    const said = {
      modality,
      // LO of PS3.5 6.2.
      description: examination.name.slice(0, longestDescription),
      protocol_code: examination.procedureCode,
      protocol_coding_scheme: examination.codingScheme,
      updated_at: clock.now(),
    };
    const known = there[index];
    if (known) await tx`update scheduled_step set ${tx(said)}, version = version + 1 where id = ${known.id}`;
    else {
      const number = `${of.requestedProcedureId.replace(/^R/, "S").slice(0, 13)}-${index + 1}`;
      const stepId = index === 0 && of.stepId !== undefined ? of.stepId : number;
      await tx`insert into scheduled_step ${tx({
        id: newId(clock),
        order_id: orderId,
        facility_id: facilityId,
        step_id: stepId,
        status: "PENDING",
        ...said,
      })}`;
    }
  }
}
