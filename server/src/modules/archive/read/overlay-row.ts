import type { Fragment, Reader } from "../../../platform/index.ts";
import { firstIdentifier } from "../../patients/index.ts";
import type { StoredInstance } from "../stored-instance.ts";
import type { DicomJson } from "../types.ts";
import {
  type CurrentIdentity,
  correctedOf,
  fingerprintOf,
  isOther,
  type Overlay,
  type SaidIdentity,
} from "./overlay.ts";

/** What the rows say of an instance's patient and corrections; times in ISO 8601. */
export interface OverlayRow {
  said: SaidIdentity | null;
  is: CurrentIdentity;
  identityAt: string | null;
  study: { attributes: DicomJson; corrected: string[] } | null;
  series: { attributes: DicomJson; corrected: string[] } | null;
  instance: DicomJson | null;
  correctedAt: string | null;
  source: string;
}

/** One JSON value `over` for each row; with `overlayTables`. */
export const overlayColumns = (sql: Reader): Fragment => sql`
  json_build_object(
    'said', case when said.id is null then null else json_build_object('name', said.name, 'value', said.value, 'issuer', said.issuer,
      'birthDate', said.birth_date, 'sex', said.sex) end,
    'is', json_build_object('name', p.name, 'value', coalesce(identifier.value, ''), 'issuer', coalesce(identifier.issuer, ''),
      'birthDate', p.birth_date, 'sex', p.sex, 'corrected', p.corrected, 'moved', st.patient_id <> st.claimed_patient_id),
    'identityAt', greatest(p.identity_at, st.assigned_at),
    'study', case when st.corrected <> '{}' then json_build_object('attributes', st.attributes, 'corrected', st.corrected) end,
    'series', case when se.corrected <> '{}' then json_build_object('attributes', se.attributes, 'corrected', se.corrected) end,
    'instance', i.corrections,
    'correctedAt', greatest(st.corrected_at, se.corrected_at, i.corrected_at),
    'source', case when i.door = 'c-store' then i.sender else '' end) as over`;

/** Tables beside `i`, `se` and `st`: the patient as `p`, the identifier that stands for them, and what the object says of them. */
export const overlayTables = (sql: Reader): Fragment => sql`
  join patient p on p.id = st.patient_id ${firstIdentifier(sql)} left join said_identity said on said.id = i.said_id`;

/** What is to be written over the instance; null where it is sent as it was received. */
export function overlayOf(row: OverlayRow, instance: StoredInstance, system: string): Overlay | null {
  const identity = isOther(row.said, row.is)
    ? { is: row.is, at: new Date(row.identityAt ?? instance.createdAt) }
    : null;
  const attributes = {
    ...(row.study && correctedOf(row.study.attributes, row.study.corrected)),
    ...(row.series && correctedOf(row.series.attributes, row.series.corrected)),
    ...row.instance,
  };
  const corrections =
    Object.keys(attributes).length > 0
      ? { attributes, at: new Date(row.correctedAt ?? instance.createdAt) }
      : null;
  if (!identity && !corrections) return null;
  const { source } = row;
  return {
    identity,
    corrections,
    source,
    system,
    fingerprint: fingerprintOf([identity, corrections, source, system]),
  };
}
