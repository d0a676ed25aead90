import { once } from "node:events";
import { createGzip, gzipSync } from "node:zlib";
import { type DataSet, Element, type ToJsonOptions, toDicomJson, toDicomJsonText } from "@isocenter/dicom";
import {
  type Fragment,
  newId,
  type Platform,
  type Reader,
  Refusal,
  requirePermission,
  type Viewer,
} from "../../../platform/index.ts";
import { inCareOf } from "../../patients/index.ts";
import { atFacilities } from "../find/find.ts";
import type { StoredInstance } from "../stored-instance.ts";
import type { DicomJson, SeriesMetadata } from "../types.ts";
import { type LocateContext, seriesAtRevision } from "./locate.ts";
import type { ObjectReader } from "./objects.ts";

export const metadataPrefix = "metadata";
/** A longer binary value is given by reference. */
const maxInlineBytes = 1024;
/** Headers that are read at once. */
const readAhead = 8;

interface SeriesRow {
  id: string;
  studyId: string;
  patientId: string;
  facilityId: string;
  revision: number;
  metadataKey: string | null;
  metadataRevision: number | null;
  /** Of which patient at which version the kept metadata is, and which it is now. */
  metadataIdentity: string | null;
  identity: string;
  numberOfInstances: number;
}

export interface ReadMetadata {
  metadata: SeriesMetadata;
  series: Pick<SeriesRow, "studyId" | "patientId" | "facilityId">[];
}

/**
 * Metadata of whole series, each kept as one compressed object that is valid for one revision of the series. One of an older revision is never
 * served: it is made anew, from the revision's own instances.
 */
export function createMetadata(platform: Platform, reader: ObjectReader, context: LocateContext) {
  const underWay = new Map<string, Promise<Made>>();

  /** Every attribute of the instance, Pixel Data among them without its value. */
  async function attributesOf(instance: StoredInstance): Promise<DataSet> {
    if (instance.trailerOffset !== null || instance.headerLength === instance.size)
      return reader.readAllAttributes(instance);
    const dataSet = await reader.readAttributes(instance);
    if (!instance.pixels) return dataSet;
    const { tag, vr, offset, length } = instance.pixels;
    const pixels = new Element(tag, vr, offset, length);
    pixels.deferred = true;
    return { ...dataSet, elements: new Map([...dataSet.elements, [tag, pixels]]) };
  }

  async function make(series: SeriesRow): Promise<Made> {
    const { revision, identity, instances } = await seriesAtRevision(context, series.id);
    const gzipped = await compress(
      jsonList(instances, async (instance) =>
        toDicomJsonText(await attributesOf(instance), references(instance)),
      ),
    );
    const key = `${metadataPrefix}/${newId(platform.clock)}`;
    async function* bytes() {
      yield gzipped;
    }
    await platform.objects.put(key, bytes());
    const [previous] = await platform.db<{ key: string | null }[]>`
      with before as (select id, metadata_key from series where id = ${series.id} for update)
      update series s set metadata_key = ${key}, metadata_revision = ${revision}, metadata_identity = ${identity} from before
      where s.id = before.id and s.revision = ${revision} returning before.metadata_key as key`;
    // Something came meanwhile: what was made is right for its revision, and not worth keeping.
    const obsolete = previous ? previous.key : key;
    if (obsolete !== null) await platform.objects.delete(obsolete).catch(() => {});
    return { revision: revisionOf(revision, identity), gzipped, numberOfInstances: instances.length };
  }

  /** What is kept when it is current; else made once, however many ask. */
  async function current(series: SeriesRow): Promise<Made> {
    const { metadataKey, metadataRevision, metadataIdentity, revision, identity, numberOfInstances } = series;
    if (metadataKey !== null && metadataRevision === revision && metadataIdentity === identity) {
      const gzipped = await platform.objects.read(metadataKey).catch(goneIsNull);
      if (gzipped) return { revision: revisionOf(revision, identity), gzipped, numberOfInstances };
    }
    const name = `${series.id} ${revision} ${identity}`;
    let making = underWay.get(name);
    if (!making) {
      making = make(series).finally(() => underWay.delete(name));
      underWay.set(name, making);
    }
    return making;
  }

  async function seriesMetadata(
    viewer: Viewer,
    selection: { StudyInstanceUID: string; SeriesInstanceUID: string },
  ): Promise<ReadMetadata> {
    const sql = platform.db;
    const reached = requirePermission(viewer, "images.read");
    const rows = await sql<SeriesRow[]>`
      select ${columns(sql)} from ${tables(sql)}
      where se.series_instance_uid = ${selection.SeriesInstanceUID} and st.study_instance_uid = ${selection.StudyInstanceUID}
        and ${atFacilities(sql, viewer, "se")} and se.number_of_instances > 0
        ${reached === "in-care" ? sql`and ${inCareOf(sql, viewer, "st.patient_id")}` : sql``}
      order by se.id`;
    if (rows.length === 0) throw new Refusal("not-found", "series.not-found", "There is no such series.");
    const parts: Made[] = [];
    for (const row of rows) parts.push(await current(row));
    return { metadata: together(rows, parts), series: rows };
  }

  return {
    seriesMetadata,
    instanceMetadata: async (instance: StoredInstance): Promise<DicomJson> =>
      toDicomJson(await attributesOf(instance), references(instance)),
    /** Makes what is not current for every series of the study. */
    async prepareStudy(studyId: string): Promise<void> {
      const { db } = platform;
      const rows = await db<SeriesRow[]>`
        select ${columns(db)} from ${tables(db)} where se.study_id = ${studyId} and se.number_of_instances > 0
          and (se.metadata_revision is distinct from se.revision or se.metadata_identity is distinct from p.id || ' ' || p.version)`;
      for (const row of rows) await current(row);
    },
  };
}

const columns = (sql: Reader): Fragment => sql`
  se.id, se.study_id as "studyId", st.patient_id as "patientId", se.facility_id as "facilityId", se.revision,
  se.metadata_key as "metadataKey", se.metadata_revision as "metadataRevision", se.number_of_instances as "numberOfInstances",
  se.metadata_identity as "metadataIdentity", p.id || ' ' || p.version as identity`;

const tables = (sql: Reader): Fragment =>
  sql`series se join study st on st.id = se.study_id join patient p on p.id = st.patient_id`;

/** Of the series, and of the patient that its metadata names, whom another room changes. */
const revisionOf = (revision: number, identity: string): string =>
  `${revision}.${identity.replace(/^.* /, "")}`;

interface Made {
  revision: string;
  gzipped: Uint8Array;
  numberOfInstances: number;
}

const goneIsNull = (error: unknown): null => {
  if (error instanceof Refusal && error.kind === "not-found") return null;
  throw error;
};

const gzipMember = (text: string): Buffer => gzipSync(text);
const comma = gzipMember(",");
const open = gzipMember("[");
const close = gzipMember("]");

/**
 * Stored parts are lists without brackets; gzip members that follow each other are one text (RFC 1952 2.2), so that brackets and other series
 * of the same UID are put around and between them without decompressing.
 */
function together(rows: readonly SeriesRow[], parts: readonly Made[]): SeriesMetadata {
  const members = parts.flatMap((part, index) => (index === 0 ? [part.gzipped] : [comma, part.gzipped]));
  return {
    revision: rows.map((row, index) => `${row.id}.${parts[index]!.revision}`).join("+"),
    gzipped: Buffer.concat([open, ...members, close]),
    numberOfInstances: parts.reduce((total, part) => total + part.numberOfInstances, 0),
  };
}

/** The texts in order, with commas between; a few are read ahead. */
async function* jsonList(
  instances: readonly StoredInstance[],
  textOf: (instance: StoredInstance) => Promise<string>,
): AsyncGenerator<string> {
  const ahead: Promise<string>[] = [];
  let next = 0;
  for (let index = 0; index < instances.length; index++) {
    for (; next < instances.length && next < index + readAhead; next++) {
      const reading = textOf(instances[next]!);
      // Awaited below in its turn; an earlier failure must not leave this one unheard.
      reading.catch(() => {});
      ahead.push(reading);
    }
    yield (index === 0 ? "" : ",") + (await ahead.shift()!);
  }
}

async function compress(texts: AsyncIterable<string>): Promise<Buffer> {
  const gzip = createGzip({ level: 6 });
  const chunks: Buffer[] = [];
  gzip.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = once(gzip, "end");
  for await (const text of texts) if (!gzip.write(text)) await once(gzip, "drain");
  gzip.end();
  await ended;
  return Buffer.concat(chunks);
}

const binary = /^(OB|OD|OF|OL|OV|OW|UN)$/;

/** What is too long to stand in line is given by reference, relative to the series; Pixel Data always. */
const references = (instance: StoredInstance): ToJsonOptions => ({
  bulkDataUri: (tagPath, element) =>
    element.deferred ||
    element.fragments !== null ||
    element.tag === instance.pixels?.tag ||
    (binary.test(element.vr) && element.length > maxInlineBytes)
      ? `instances/${instance.SOPInstanceUID}/bulkdata/${tagPath}`
      : null,
});
