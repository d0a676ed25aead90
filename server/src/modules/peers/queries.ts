import type {
  KnockingCaller,
  KnockingListQuery,
  KnockReason,
  Modality,
  ModalityListQuery,
} from "@isocenter/contract";
import {
  keysetPage,
  type ListPage,
  mapPage,
  type Reader,
  Refusal,
  requirePermission,
  type Viewer,
} from "../../platform/index.ts";
import { type ModalityRow, modalityOf } from "./modality.ts";

/** @throws Refusal `not-found` (`modality.not-found`), also where it belongs to a facility that is not the viewer's */
export async function modalityRow(
  reader: Reader,
  viewer: Viewer,
  id: string,
  forUpdate = false,
): Promise<ModalityRow> {
  const [row] = await reader<ModalityRow[]>`
    select * from modality where id = ${id} and facility_id = any(${viewer.facilityIds as string[]}::uuid[])
    ${forUpdate ? reader`for update` : reader``}`;
  if (!row) throw new Refusal("not-found", "modality.not-found", "There is no such modality.");
  return row;
}

export async function getModality(reader: Reader, viewer: Viewer, id: string): Promise<Modality> {
  requirePermission(viewer, "modalities.manage");
  return modalityOf(await modalityRow(reader, viewer, id));
}

/** By AE title when `sort` is left out. @throws Refusal `invalid` (`query.invalid-sort`, ...), `forbidden` */
export async function listModalities(
  reader: Reader,
  viewer: Viewer,
  query: ModalityListQuery,
): Promise<ListPage<Modality>> {
  requirePermission(viewer, "modalities.manage");
  const page = await keysetPage<ModalityRow, "aeTitle" | "createdAt">(reader, query, {
    name: "modalities",
    sorts: {
      aeTitle: { by: reader`m.ae_title collate "C"`, type: "text" },
      createdAt: { by: reader`m.created_at`, type: "timestamptz" },
    },
    fallback: "aeTitle",
    id: reader`m.id`,
    columns: reader`m.*`,
    from: reader`modality m`,
    where: reader`m.facility_id = any(${viewer.facilityIds as string[]}::uuid[])`,
  });
  return mapPage(page, modalityOf);
}

export interface KnockRow {
  id: string;
  ae_title: string;
  called_ae_title: string;
  address: string;
  tls: boolean;
  certificate_sha256: string | null;
  implementation: string;
  reason: KnockReason;
  attempts: number;
  first_seen_at: Date;
  last_seen_at: Date;
}

/** Why it was refused, and what mends it. */
const explanations: Readonly<Record<KnockReason, (row: KnockRow) => string>> = {
  UNKNOWN_TITLE: (row) => `No modality has the AE title ${row.ae_title}. Let it in, if you know it.`,
  OTHER_ADDRESS: (row) =>
    `The modality ${row.ae_title} is put down with another address than ${row.address}. Let it in, if it has moved.`,
  OTHER_CERTIFICATE: (row) =>
    row.certificate_sha256 === null
      ? `${row.ae_title} must show its certificate, and came ${row.tls ? "without one" : "without TLS"}. Give it its certificate, or take the fingerprint from the modality.`
      : `${row.ae_title} came with another certificate than the one put down for it. Let it in, if it was given a new one.`,
  OTHER_CALLED_TITLE: (row) =>
    `${row.ae_title} is known, but calls us ${row.called_ae_title}. Correct the called AE title at the modality.`,
};

/** Whether letting it in from here helps; the rest is mended at the modality. */
export const mayBeLetIn = (row: KnockRow): boolean =>
  row.reason !== "OTHER_CALLED_TITLE" &&
  (row.reason !== "OTHER_CERTIFICATE" || row.certificate_sha256 !== null);

/** The latest first when `sort` is left out. They belong to no facility yet: whoever manages modalities sees them. */
export async function listKnocking(
  reader: Reader,
  viewer: Viewer,
  query: KnockingListQuery,
): Promise<ListPage<KnockingCaller>> {
  requirePermission(viewer, "modalities.manage");
  const page = await keysetPage<KnockRow, "lastSeenAt" | "firstSeenAt">(reader, query, {
    name: "knocking-callers",
    sorts: {
      lastSeenAt: { by: reader`k.last_seen_at`, type: "timestamptz" },
      firstSeenAt: { by: reader`k.first_seen_at`, type: "timestamptz" },
    },
    fallback: "-lastSeenAt",
    id: reader`k.id`,
    columns: reader`k.*`,
    from: reader`knocking_caller k`,
    where: reader`true`,
  });
  return mapPage(page, (row) => ({
    id: row.id,
    aeTitle: row.ae_title,
    calledAeTitle: row.called_ae_title,
    address: row.address,
    tls: row.tls,
    certificateSha256: row.certificate_sha256,
    implementation: row.implementation,
    reason: row.reason,
    explanation: explanations[row.reason](row),
    attempts: row.attempts,
    firstSeenAt: row.first_seen_at.toISOString(),
    lastSeenAt: row.last_seen_at.toISOString(),
    actions: mayBeLetIn(row) ? ["let-in", "dismiss"] : ["dismiss"],
  }));
}
