import type { QuarantineAction } from "@isocenter/contract";
import { createStreamParser, DicomError, type ParsedObject } from "@isocenter/dicom";
import {
  checkVersion,
  newId,
  type Platform,
  Refusal,
  requirePermission,
  type Tx,
  transact,
  type Viewer,
} from "../../../platform/index.ts";
import type { Journal } from "../../journal/index.ts";
import { type DecisionContext, deleteImages } from "../deletion/delete.ts";
import { removeLater } from "../deletion/purge.ts";
import { recount } from "../deletion/recount.ts";
import { elementHeaderBytes, readIncoming } from "../ingest/incoming.ts";
import { instanceRow } from "../ingest/write-instances.ts";
import { createCurrentForms } from "../read/current.ts";
import { createObjectReader } from "../read/objects.ts";
import { fingerprintOf } from "../read/overlay.ts";
import type { StoredInstance } from "../stored-instance.ts";
import type { Archive, IngestDoor } from "../types.ts";
import { actionsOfQuarantine, quarantinedObject } from "./quarantine-queries.ts";

export interface QuarantineDecision {
  action: QuarantineAction;
  reason?: string;
  expectedVersion?: number;
}

export interface QuarantineDeps {
  platform: Platform;
  journal: Journal;
  archive: Pick<Archive, "ingest">;
}

interface Entry {
  id: string;
  facilityId: string;
  reason: string;
  instanceId: string | null;
  sopUid: string | null;
  sopClassUid: string | null;
  objectKey: string;
  size: number;
  sha256: Buffer;
  dataSetSha256: Buffer | null;
  door: string;
  sender: string;
  action: QuarantineAction | null;
  resolved: boolean;
  before: { versionId?: string; imageId?: string } | null;
  version: number;
}

const conflict = (code: string, detail: string): Refusal => new Refusal("conflict", code, detail);

async function lockEntry(tx: Tx, viewer: Viewer, id: string): Promise<Entry> {
  const here = [...viewer.facilityIds];
  // The study first, as ingest does.
  await tx`select 1 from study where id = (select se.study_id from quarantine q join instance i on i.id = q.instance_id
    join series se on se.id = i.series_id where q.id = ${id}) for no key update`;
  const [entry] = await tx<Entry[]>`
    select id, facility_id as "facilityId", reason, instance_id as "instanceId", sop_instance_uid as "sopUid",
      sop_class_uid as "sopClassUid", object_key as "objectKey", size, sha256, data_set_sha256 as "dataSetSha256", door, sender, action,
      resolved_at is not null as resolved, before, version
    from quarantine where id = ${id} and facility_id = any(${here}::uuid[]) for update`;
  if (!entry) throw new Refusal("not-found", "quarantine.not-found", "There is no such entry in quarantine.");
  return entry;
}

/** @throws Refusal `conflict` (`quarantine.resolved`, `quarantine.action-not-allowed`, `version.conflict`), `invalid` */
function checkDecision(entry: Entry, { action, reason, expectedVersion }: QuarantineDecision): void {
  if (entry.resolved)
    throw conflict("quarantine.resolved", `This was decided already: ${entry.action}. Undo it first.`);
  checkVersion(expectedVersion, entry.version);
  const allowed = actionsOfQuarantine(entry.reason);
  if (!allowed.includes(action))
    throw conflict("quarantine.action-not-allowed", `This takes ${allowed.join(", ").toLowerCase()}.`);
  if (action !== "KEEP" && action !== "ADD" && !reason)
    throw new Refusal("invalid", "quarantine.reason-needed", `reason is needed to ${action.toLowerCase()}.`, {
      errors: [{ path: "body.reason", message: "is needed" }],
    });
}

/** Decisions about what is in quarantine. */
export function createQuarantine({ platform, journal, archive }: QuarantineDeps) {
  const { db, clock, jobs, objects } = platform;
  const context: DecisionContext = { clock, journal };
  const reader = createObjectReader(platform);
  const forms = createCurrentForms(platform);

  async function decide(tx: Tx, viewer: Viewer, entry: Entry, decision: QuarantineDecision, before: object) {
    const removed = decision.action === "DISCARD";
    await tx`
      update quarantine set action = ${decision.action}, resolution_reason = ${decision.reason ?? null}, before = ${tx.json(before as never)},
        resolved_by = ${viewer.id}, resolved_by_name = ${viewer.name}, resolved_at = ${clock.now()}, version = version + 1,
        removed_at = ${removed ? clock.now() : null}
      where id = ${entry.id}`;
    if (removed) await removeLater(tx, jobs, [entry.objectKey]);
    await record(tx, viewer, "quarantine.resolved", entry, decision.action);
  }

  async function record(tx: Tx, viewer: Viewer, type: string, entry: Entry, action: QuarantineAction) {
    const [image] = await tx<{ studyId: string; patientId: string }[]>`
      select st.id as "studyId", st.patient_id as "patientId" from instance i join series se on se.id = i.series_id
      join study st on st.id = se.study_id where i.id = ${entry.instanceId}`;
    await journal.record(tx, viewer, {
      type,
      subject: { type: "quarantine", id: entry.id },
      facilityId: entry.facilityId,
      patientId: image?.patientId ?? null,
      data: {
        action,
        reason: entry.reason,
        imageId: entry.instanceId,
        studyId: image?.studyId ?? null,
        sha256: entry.sha256.toString("hex"),
      },
    });
  }

  async function parse(objectKey: string): Promise<ParsedObject> {
    const parser = createStreamParser();
    for await (const chunk of await objects.get(objectKey)) parser.push(chunk as Buffer);
    return parser.end();
  }

  /** @throws Refusal `conflict` (`quarantine.action-not-allowed`) where it cannot be read */
  const readEntry = ({ objectKey }: { objectKey: string }): Promise<ParsedObject> =>
    parse(objectKey).catch((error: unknown) => {
      if (!(error instanceof DicomError)) throw error;
      throw conflict(
        "quarantine.action-not-allowed",
        "What could not be read cannot take the place of an image.",
      );
    });

  /** What came becomes the image; what was archived is the version before it. */
  async function replace(
    tx: Tx,
    viewer: Viewer,
    entry: Entry,
    parsed: ParsedObject,
    reason: string,
  ): Promise<{ versionId: string }> {
    const [image] = await tx<
      {
        studyId: string;
        studyUid: string;
        seriesUid: string;
        version: number;
        original: boolean;
        deleted: boolean;
        row: object;
      }[]
    >`
      select se.study_id as "studyId", st.study_instance_uid as "studyUid", se.series_instance_uid as "seriesUid", i.version,
        exists (select 1 from instance_original o where o.instance_id = i.id) as original, i.deleted_at is not null as deleted, to_jsonb(i) as row
      from instance i join series se on se.id = i.series_id join study st on st.id = se.study_id where i.id = ${entry.instanceId} for update of i`;
    if (!image || image.deleted)
      throw conflict(
        "quarantine.image-deleted",
        "The archived image was deleted: bring it back first, or add this as another.",
      );
    if (image.original)
      throw conflict(
        "quarantine.picture",
        "The archived image was made from a picture: add this as another.",
      );
    const received = {
      objectKey: entry.objectKey,
      size: entry.size,
      sha256: entry.sha256,
      parsed,
      shift: 0,
    };
    const incoming = readIncoming(
      received,
      { door: entry.door as IngestDoor, chunks: (async function* () {})() },
      { facilityId: entry.facilityId, issuer: "", sender: entry.sender },
    );
    if (incoming.studyUid !== image.studyUid || incoming.seriesUid !== image.seriesUid)
      throw conflict(
        "quarantine.other-series",
        "What came names another study or series: add it as another image.",
      );
    const at = clock.now();
    const versionId = newId(clock);
    await tx`insert into instance_version ${tx({
      id: versionId,
      instance_id: entry.instanceId,
      version: image.version,
      kind: "REPLACED",
      reason,
      changed_by: viewer.id,
      changed_by_name: viewer.name,
      changed_at: at,
      before: tx.json(image.row as never),
      object_key: (image.row as { object_key: string }).object_key,
    })}`;
    await tx`insert into said_identity (id, name, value, issuer, birth_date, sex) values (${instanceRow("", "", incoming, at).said_id},
      ${incoming.said.name}, ${incoming.said.value}, ${incoming.said.issuer}, ${incoming.said.birthDate}, ${incoming.said.sex})
      on conflict (id) do nothing`;
    const row = instanceRow(entry.instanceId!, "", incoming, at);
    await writeObjectColumns(tx, entry.instanceId!, { ...row, series_id: null });
    await changed(tx, entry.instanceId!, image.studyId);
    return { versionId };
  }

  async function changed(tx: Tx, imageId: string, studyId: string): Promise<void> {
    await tx`update series set revision = revision + 1 where id = (select series_id from instance where id = ${imageId})`;
    await recount(tx, studyId, clock.now());
  }

  /** Archives what came beside the archived one, under a UID that is made of the entry's id: doing it again does nothing. */
  async function add(viewer: Viewer, entry: Entry): Promise<string> {
    const parsed = await parse(entry.objectKey);
    const uid = `2.25.${BigInt(`0x${entry.id.replaceAll("-", "")}`)}`;
    const { pixelData, dataSetOffset, transferSyntaxUID } = parsed;
    const whole = pixelData === null || parsed.deflated;
    const instance = {
      id: entry.id,
      objectKey: entry.objectKey,
      size: entry.size,
      sha256: entry.sha256.toString("hex"),
      transferSyntaxUID,
      dataSetOffset,
      headerLength: whole
        ? entry.size
        : pixelData.offset - elementHeaderBytes(parsed.dataSet.explicitVR, pixelData.vr),
      trailerOffset: null,
      pixels: pixelData,
    } as unknown as StoredInstance;
    const corrections = { attributes: { "00080018": { vr: "UI", Value: [uid] } }, at: clock.now() };
    const overlay = {
      identity: null,
      corrections,
      source: entry.door === "c-store" ? entry.sender : "",
      system: platform.config.aeTitle,
      fingerprint: fingerprintOf([uid]),
    };
    const [form] = await forms.currents([{ instance, overlay }]);
    const answer = await archive.ingest(viewer, {
      chunks: await reader.openDataSet(form!),
      bareDataSet: { transferSyntaxUID, sopClassUid: entry.sopClassUid!, sopInstanceUid: uid },
      door: "system",
      facilityId: entry.facilityId,
    });
    return answer.imageId;
  }

  return {
    /** @throws Refusal `not-found`, `conflict` (`quarantine.*`, `version.conflict`), `invalid`, `forbidden` */
    async resolve(viewer: Viewer, id: string, decision: QuarantineDecision): Promise<void> {
      requirePermission(viewer, "images.correct");
      // Objects never change, so it is read before anything is locked.
      const parsed =
        decision.action === "REPLACE" ? await readEntry(await quarantinedObject(db, viewer, id)) : null;
      const entry = await transact(db, async (tx) => {
        const locked = await lockEntry(tx, viewer, id);
        checkDecision(locked, decision);
        const before = parsed ? await replace(tx, viewer, locked, parsed, decision.reason ?? "") : {};
        await decide(tx, viewer, locked, decision, before);
        return locked;
      });
      if (decision.action !== "ADD") return;
      try {
        const imageId = await add(viewer, entry);
        await db`update quarantine set before = ${db.json({ imageId })} where id = ${id}`;
      } catch (error) {
        await db`
          update quarantine set action = null, resolved_at = null, resolved_by = null, resolved_by_name = null, before = null, version = version + 1
          where id = ${id} and before->>'imageId' is null`;
        throw error;
      }
    },

    /** @throws Refusal `not-found`, `conflict` (`quarantine.open`, `quarantine.discarded`, `quarantine.open-again`, `image.changed-since`) */
    async undo(viewer: Viewer, id: string): Promise<void> {
      requirePermission(viewer, "images.correct");
      await transact(db, async (tx) => {
        const entry = await lockEntry(tx, viewer, id);
        if (!entry.resolved || !entry.action) throw conflict("quarantine.open", "Nothing was decided yet.");
        if (entry.action === "DISCARD")
          throw conflict("quarantine.discarded", "What was discarded is not there any more.");
        const [again] = await tx`
          select 1 from quarantine where facility_id = ${entry.facilityId} and sop_instance_uid = ${entry.sopUid}
            and data_set_sha256 = ${entry.dataSetSha256} and resolved_at is null`;
        if (again) throw conflict("quarantine.open-again", "The same came again since: decide that first.");
        if (entry.before?.versionId) await putBack(tx, entry, entry.before.versionId);
        if (entry.before?.imageId) {
          const reason = `added from quarantine ${id}, which was undone`;
          await deleteImages(tx, viewer, { kind: "IMAGE", id: entry.before.imageId }, reason, context);
        }
        await tx`
          update quarantine set action = null, resolution_reason = null, before = null, resolved_by = null, resolved_by_name = null,
            resolved_at = null, version = version + 1
          where id = ${id}`;
        await record(tx, viewer, "quarantine.undone", entry, entry.action);
      });
    },
  };

  /** The replaced object is the image again. */
  async function putBack(tx: Tx, entry: Entry, versionId: string): Promise<void> {
    const [version] = await tx<{ before: Record<string, unknown>; isLast: boolean; studyId: string }[]>`
      select v.before, v.version + 1 = i.version as "isLast", se.study_id as "studyId" from instance_version v
      join instance i on i.id = v.instance_id join series se on se.id = i.series_id where v.id = ${versionId}`;
    if (!version?.isLast)
      throw conflict("image.changed-since", "The image was changed since: what came after is undone first.");
    await tx`delete from instance_version where id = ${versionId}`;
    await writeObjectColumns(tx, entry.instanceId!, version.before);
    await changed(tx, entry.instanceId!, version.studyId);
  }
}

export type Quarantine = ReturnType<typeof createQuarantine>;

/** What of an instance's row is of its object, taken from another row as JSON. */
async function writeObjectColumns(tx: Tx, imageId: string, row: object): Promise<void> {
  await tx`
    update instance i set sop_class_uid = n.sop_class_uid, transfer_syntax_uid = n.transfer_syntax_uid, instance_number =
        case when i.corrections ? '00200013' then i.instance_number else n.instance_number end,
      "rows" = n."rows", "columns" = n."columns", bits_allocated = n.bits_allocated, samples_per_pixel = n.samples_per_pixel,
      number_of_frames = n.number_of_frames, content_date = n.content_date, content_time = n.content_time,
      acquisition_date = n.acquisition_date, acquisition_time = n.acquisition_time, attributes = n.attributes || coalesce(i.corrections, '{}'), object_key = n.object_key,
      size = n.size, sha256 = n.sha256, data_set_sha256 = n.data_set_sha256, data_set_offset = n.data_set_offset,
      header_length = n.header_length, trailer_offset = n.trailer_offset, pixel_tag = n.pixel_tag, pixel_vr = n.pixel_vr,
      pixel_offset = n.pixel_offset, pixel_length = n.pixel_length, pixel_encapsulated = n.pixel_encapsulated, frame_index = n.frame_index,
      door = n.door, sender = n.sender, said_id = n.said_id, version = i.version + 1
    from json_populate_record(null::instance, ${JSON.stringify(row)}::text::json) n where i.id = ${imageId}`;
}
