import type { Permission } from "@isocenter/contract";
import type { Viewer } from "../../platform/index.ts";
import { grantsOf, type ModalityRow } from "./modality.ts";

/** Another system as who acts here: within its facility, and by nothing but these grants. */
export const peerViewer = ({
  aeTitle,
  name,
  facilityId,
  requestId,
  address,
  grants,
}: {
  aeTitle: string;
  name: string;
  facilityId: string;
  requestId: string;
  address: string | null;
  grants: readonly Permission[];
}): Viewer => ({
  kind: "peer",
  id: aeTitle,
  name,
  roles: [],
  facilityIds: [facilityId],
  homeFacilityId: facilityId,
  requestId,
  address,
  grants,
});

/** The modality as the sender of what somebody fetches from it: whatever else it may do, it was asked for this. */
export const fetchedFrom = (row: ModalityRow, asking: Viewer): Viewer =>
  peerViewer({
    aeTitle: row.ae_title,
    name: row.description ?? row.ae_title,
    facilityId: row.facility_id,
    requestId: asking.requestId,
    address: asking.address,
    grants: grantsOf.store,
  });
