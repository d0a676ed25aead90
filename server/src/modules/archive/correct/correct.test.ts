import { gunzipSync } from "node:zlib";
import { type DicomJson, items, personName, readPart10, Tags, text } from "@isocenter/dicom";
import { viewerAt } from "@isocenter/test/support/archive.ts";
import { decisionsArchive } from "@isocenter/test/support/decisions.ts";
import type { MadeInstance } from "@isocenter/test/support/instances.ts";
import { describe, expect, test } from "vitest";
import { transact } from "../../../platform/index.ts";
import { type CorrectionValue, readCorrections } from "./attributes.ts";
import { changeStudy, correctImage } from "./correct.ts";
import { listVersions, versionObject } from "./queries.ts";

const at = decisionsArchive();

const correct = (
  imageId: string,
  given: Record<string, CorrectionValue>,
  more: { expectedVersion?: number } = {},
  who = at.viewer,
) =>
  transact(at.database.db, (tx) =>
    correctImage(tx, who, imageId, readCorrections(given), { reason: "typed wrong", ...more }, at.context),
  );
const change = (studyId: string, given: Record<string, CorrectionValue>, patientId?: string) =>
  transact(at.database.db, (tx) =>
    changeStudy(
      tx,
      at.viewer,
      studyId,
      {
        corrections: Object.keys(given).length > 0 ? readCorrections(given).STUDY : {},
        ...(patientId ? { patientId } : {}),
      },
      { reason: "typed wrong" },
      at.context,
    ),
  );

/** The attribute as the file, the metadata, and the search at its level say it. */
async function everywhere(
  made: MadeInstance,
  imageId: string,
  tag: number,
  level: "STUDY" | "SERIES" | "INSTANCE",
) {
  const key = tag.toString(16).toUpperCase().padStart(8, "0");
  const plain = (value: unknown) =>
    value !== null && typeof value === "object" ? (value as { Alphabetic: string }).Alphabetic : value;
  const stored = await at.archive.locateById(at.viewer, imageId, "none");
  const { dataSet } = readPart10(await at.archive.readObject(stored));
  const { gzipped } = await at.archive.seriesMetadata(at.viewer, made);
  const metadata = (JSON.parse(gunzipSync(gzipped).toString()) as DicomJson[]).find(
    (one) => one["00080018"]?.Value?.[0] === made.SOPInstanceUID,
  );
  const found: DicomJson[] = [];
  for await (const { attributes } of at.archive.find(at.viewer, {
    level,
    matches: [
      { tag: Tags.StudyInstanceUID, match: { kind: "uids", values: [made.StudyInstanceUID] } },
      ...(level === "INSTANCE"
        ? [{ tag: Tags.SOPInstanceUID, match: { kind: "uids" as const, values: [made.SOPInstanceUID] } }]
        : []),
    ],
    include: [tag],
  }))
    found.push(attributes);
  const said = [
    text(dataSet, tag) ?? null,
    plain(metadata?.[key]?.Value?.[0] ?? null),
    plain(found[0]?.[key]?.Value?.[0] ?? null),
  ].map((value) => (value === null ? null : String(value)));
  expect(new Set(said).size, said.join(" | ")).toBe(1);
  return said[0];
}

test("each attribute is corrected at its level, through every door, beside the original", async () => {
  const first = at.image();
  const { imageId, studyId, PatientID } = await at.ingest(first);
  const { StudyInstanceUID, SeriesInstanceUID } = first;
  const second = at.image({ PatientID, StudyInstanceUID, SeriesInstanceUID, InstanceNumber: 2 });
  const other = await at.ingest(second);
  const before = await at.archive.getStudy(at.viewer, studyId);
  await correct(imageId, {
    StudyDescription: "CT Thorax",
    ReferringPhysicianName: "Wilson^James",
    SeriesDescription: "Koronar 3 mm – Größe",
    BodyPartExamined: "CHEST",
    InstanceNumber: 40,
    ImageComments: null,
  });
  expect(await everywhere(first, imageId, Tags.StudyDescription, "STUDY")).toBe("CT Thorax");
  expect(await everywhere(second, other.imageId, Tags.StudyDescription, "STUDY")).toBe("CT Thorax");
  expect(await everywhere(second, other.imageId, Tags.SeriesDescription, "SERIES")).toBe(
    "Koronar 3 mm – Größe",
  );
  expect(await everywhere(first, imageId, Tags.InstanceNumber, "INSTANCE")).toBe("40");
  expect(await everywhere(second, other.imageId, Tags.InstanceNumber, "INSTANCE")).toBe("2");
  expect(await at.archive.getStudy(at.viewer, studyId)).toMatchObject({
    studyDescription: "CT Thorax",
    referringPhysician: "Wilson, James",
    bodyPart: "CHEST",
  });
  expect((await at.archive.getStudy(at.viewer, studyId)).version).toBeGreaterThan(before.version);
  expect(await at.archive.getImage(at.viewer, imageId)).toMatchObject({ instanceNumber: 40, version: 2 });

  const stored = await at.archive.locateById(at.viewer, imageId, "none");
  const { dataSet } = readPart10(await at.archive.readObject(stored));
  const [original] = items(dataSet, Tags.OriginalAttributesSequence);
  expect(text(original!, Tags.ReasonForTheAttributeModification)).toBe("CORRECT");
  const [replaced] = items(original!, Tags.ModifiedAttributesSequence);
  expect(text(replaced!, Tags.StudyDescription)).toBe("CT Abdomen");
  expect(text(dataSet, Tags.PatientID)).toBe(PatientID);

  const versions = await listVersions(at.database.db, at.viewer, imageId);
  expect(versions.map(({ kind, level }) => `${kind} ${level}`).sort()).toEqual([
    "CORRECTED IMAGE",
    "CORRECTED SERIES",
    "CORRECTED STUDY",
    "RECEIVED IMAGE",
  ]);
  expect(versions.find(({ level }) => level === "STUDY")).toMatchObject({
    reason: "typed wrong",
    by: { id: at.viewer.id },
    before: { StudyDescription: "CT Abdomen", ReferringPhysicianName: "House^Gregory" },
    after: { StudyDescription: "CT Thorax", ReferringPhysicianName: "Wilson^James" },
  });
  const { objectKey } = await versionObject(at.database.db, at.viewer, imageId, imageId);
  expect((await at.platform.objects.read(objectKey)).equals(Buffer.from(first.bytes))).toBe(true);
});

test("what a person corrected later images do not overwrite, also what was emptied", async () => {
  const first = at.image();
  const { imageId, studyId, PatientID } = await at.ingest(first);
  await correct(imageId, { StudyDescription: null, AccessionNumber: "B-2" });
  const { StudyInstanceUID } = first;
  const later = at.image({
    PatientID,
    StudyInstanceUID,
    StudyDescription: "CT Abdomen",
    AccessionNumber: "A1",
  });
  const { imageId: laterId } = await at.ingest(later);
  expect(await at.archive.getStudy(at.viewer, studyId)).toMatchObject({
    studyDescription: null,
    accessionNumber: "B-2",
  });
  expect(await everywhere(later, laterId, Tags.AccessionNumber, "STUDY")).toBe("B-2");
  expect(await everywhere(later, laterId, Tags.StudyDescription, "STUDY")).toBeNull();
});

test("a correction back to what the object says is sent as it was received", async () => {
  const one = at.image();
  const { imageId } = await at.ingest(one);
  await correct(imageId, { InstanceNumber: 5 });
  expect((await at.archive.locateById(at.viewer, imageId, "none")).rewritten).toBeDefined();
  await correct(imageId, { InstanceNumber: 1 });
  const stored = await at.archive.locateById(at.viewer, imageId, "none");
  expect(stored.rewritten).toBeUndefined();
  expect(Buffer.from(await at.archive.readObject(stored)).equals(Buffer.from(one.bytes))).toBe(true);
});

test("a study goes to another patient, and back", async () => {
  const one = at.image();
  const { studyId, patientId, PatientID } = await at.ingest(one);
  const other = await at.ingest(at.image());
  await change(studyId, {}, other.patientId);
  expect(await at.everywhere(one)).toEqual({ PatientID: other.PatientID, owner: other.patientId });
  await change(studyId, {}, patientId);
  expect(await at.everywhere(one)).toEqual({ PatientID, owner: patientId });
  await expect(change(studyId, {}, studyId)).rejects.toMatchObject({ code: "patient.not-found" });
  const doubtful = await at.ingest(at.image({ PatientID: "" }));
  await expect(change(doubtful.studyId, {}, patientId)).rejects.toMatchObject({
    code: "reconciliation.open",
  });
});

test("a name in other letters makes the text UTF-8, with the others intact", async () => {
  const one = at.image({ StudyDescription: "Schädel" });
  const { studyId, imageId } = await at.ingest(one);
  await change(studyId, { ReferringPhysicianName: "Иванов^Пётр" });
  const stored = await at.archive.locateById(at.viewer, imageId, "none");
  const { dataSet } = readPart10(await at.archive.readObject(stored));
  expect(personName(dataSet, Tags.ReferringPhysicianName)).toMatchObject({ alphabetic: "Иванов^Пётр" });
  expect(text(dataSet, Tags.StudyDescription)).toBe("Schädel");
});

test("version, right and facility are checked, and two corrections at once do not overwrite each other", async () => {
  const { imageId } = await at.ingest(at.image());
  await expect(correct(imageId, { InstanceNumber: 2 }, { expectedVersion: 9 })).rejects.toMatchObject({
    code: "version.conflict",
  });
  const radiologist = { ...at.viewer, roles: ["RADIOLOGIST" as const] };
  await expect(correct(imageId, { InstanceNumber: 2 }, {}, radiologist)).rejects.toMatchObject({
    kind: "forbidden",
  });
  await expect(correct(imageId, { InstanceNumber: 2 }, {}, viewerAt([]))).rejects.toMatchObject({
    kind: "not-found",
  });
  const results = await Promise.allSettled([
    correct(imageId, { InstanceNumber: 2 }, { expectedVersion: 1 }),
    correct(imageId, { InstanceNumber: 3 }, { expectedVersion: 1 }),
  ]);
  expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  await Promise.all([correct(imageId, { SeriesDescription: "A" }), correct(imageId, { ProtocolName: "B" })]);
  const [series] = await at.database.db<{ corrected: string[] }[]>`
    select corrected from series where id = (select series_id from instance where id = ${imageId})`;
  expect(series!.corrected.sort()).toEqual(["0008103E", "00181030"]);
});

describe("what cannot be corrected is refused by name", () => {
  test.each([
    [{ PatientName: "Doe^John" }, "correction.of-patient"],
    [{ StudyInstanceUID: "1.2.3" }, "correction.not-allowed"],
    [{ Rows: 5 }, "correction.not-allowed"],
    [{ NoSuchAttribute: "x" }, "correction.not-allowed"],
    [{ StudyDate: "20260230" }, "correction.invalid-value"],
    [{ AccessionNumber: "12345678901234567" }, "correction.invalid-value"],
    [{ StudyDescription: "a\\b" }, "correction.invalid-value"],
    [{ StudyDescription: "a\u0000b" }, "correction.invalid-value"],
    [{ StudyDescription: 5 }, "correction.invalid-value"],
    [{ InstanceNumber: 1.5 }, "correction.invalid-value"],
    [{ InstanceNumber: ["1", "2", "x"] }, "correction.invalid-value"],
    [{ BodyPartExamined: "chest" }, "correction.invalid-value"],
    [{}, "correction.empty"],
  ] as const)("%j: %s", (given, code) => {
    expect(() => readCorrections(given as Record<string, CorrectionValue>)).toThrow(
      expect.objectContaining({ kind: "invalid", code }),
    );
  });

  test("dates and times are taken as the rest of the API writes them", () => {
    expect(readCorrections({ StudyDate: "2026-01-05", StudyTime: "08:15" }).STUDY).toEqual({
      "00080020": { vr: "DA", Value: ["20260105"] },
      "00080030": { vr: "TM", Value: ["0815"] },
    });
  });
});
