import { type Destination, type SendItem, type SendQueueQuery, sendStates } from "@isocenter/contract";
import {
  keysetPage,
  type ListPage,
  mapPage,
  type Reader,
  Refusal,
  readMember,
  requirePermission,
  type Viewer,
} from "../../../platform/index.ts";
import { type SendItemRow, sendItemOf } from "./item.ts";

/** Who may send sees the queue of their facilities. @throws Refusal `not-found` (`send.not-found`), `forbidden` */
export async function getItem(reader: Reader, viewer: Viewer, id: string): Promise<SendItem> {
  requirePermission(viewer, "images.export");
  const [row] = await reader<SendItemRow[]>`
    select * from send_item where id = ${id} and facility_id = any(${viewer.facilityIds as string[]}::uuid[])`;
  if (!row) throw new Refusal("not-found", "send.not-found", "There is no such item in the queue.");
  return sendItemOf(viewer, row);
}

/** The newest first. @throws Refusal `invalid` (`send.unknown-state`), `forbidden` */
export async function listItems(
  reader: Reader,
  viewer: Viewer,
  query: SendQueueQuery,
): Promise<ListPage<SendItem>> {
  requirePermission(viewer, "images.export");
  const state =
    query.state === undefined
      ? null
      : readMember(sendStates, query.state, "send.unknown-state", "querystring.state");
  const page = await keysetPage<SendItemRow, "createdAt">(reader, query, {
    name: "send-queue",
    sorts: { createdAt: { by: reader`i.created_at`, type: "timestamptz" } },
    fallback: "-createdAt",
    id: reader`i.id`,
    columns: reader`i.*`,
    from: reader`send_item i`,
    where: reader`i.facility_id = any(${viewer.facilityIds as string[]}::uuid[])
      ${state ? reader`and i.state = ${state}` : reader``}
      ${query.modalityId ? reader`and i.modality_id = ${query.modalityId}` : reader``}
      ${query.studyInstanceUid ? reader`and i.study_uids @> array[${query.studyInstanceUid}]` : reader``}`,
  });
  return mapPage(page, (row) => sendItemOf(viewer, row));
}

/** Where images can be sent from the viewer's facilities, by title; never many. */
export async function listDestinations(reader: Reader, viewer: Viewer): Promise<Destination[]> {
  requirePermission(viewer, "images.export");
  return reader<Destination[]>`
    select id, ae_title as "aeTitle", description, facility_id as "facilityId" from modality
    where facility_id = any(${viewer.facilityIds as string[]}::uuid[]) order by ae_title collate "C" limit 1000`;
}
