import { newUid, SopClasses } from "@isocenter/dicom";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { type Person, testReadingRoom } from "@isocenter/test/support/reports.ts";
import { beforeAll, expect, test } from "vitest";

const database = testDatabase();
const platform = testPlatform(database);
const room = testReadingRoom(database, platform);
let radiologist: Person;
beforeAll(async () => {
  radiologist = await room.person(["RADIOLOGIST"]);
});

async function studyWithImage() {
  const study = await room.study();
  const [image] = (await room.call(radiologist, "GET", `/studies/${study.id}/images`)).body.data;
  return { ...study, uid: image.sopInstanceUid as string };
}
const line = (sopInstanceUid: string, more: object = {}) => ({
  id: "one",
  kind: "length",
  values: [{ quantity: "length", value: 12.5, unit: "mm" }],
  sopInstanceUid,
  points: [
    [1, 2],
    [3.5, 4],
  ],
  ...more,
});
const put = (who: Person, studyId: string, body: object, query = "") =>
  room.call(who, "PUT", `/studies/${studyId}/measurements${query}`, body);
const putKeys = (who: Person, studyId: string, body: object) =>
  room.call(who, "PUT", `/studies/${studyId}/key-images`, body);
const documentsOf = async (studyId: string) => {
  const rows = await database.db`
    select se.modality from instance i join series se on se.id = i.series_id
    where se.study_id = ${studyId} and i.door = 'system' order by se.modality, i.id`;
  return rows.map(({ modality }) => modality);
};

test("each person keeps measurements of their own, with a version", async () => {
  const { id, uid } = await studyWithImage();
  const before = await room.call(radiologist, "GET", `/studies/${id}/measurements`);
  expect(before.body).toEqual({
    studyId: id,
    version: 0,
    measurements: [],
    updatedAt: null,
    actions: ["change"],
    others: [],
  });
  const kept = await put(radiologist, id, { measurements: [line(uid)], expectedVersion: 0 });
  expect([kept.status, kept.headers.etag, kept.body.measurements]).toEqual([200, '"1"', [line(uid)]]);
  const late = await put(radiologist, id, { measurements: [], expectedVersion: 0 });
  expect([late.status, late.body.code]).toEqual([409, "version.conflict"]);
  const resident = await room.person(["RESIDENT"]);
  const theirs = await put(resident, id, { measurements: [] });
  expect(theirs.body).toMatchObject({
    version: 1,
    measurements: [],
    others: [{ user: { id: radiologist.id }, measurements: [line(uid)] }],
  });
  const physician = await room.person(["PHYSICIAN"]);
  expect((await room.call(physician, "GET", `/studies/${id}/measurements`)).status).toBe(404);
  const technologist = await room.person(["TECHNOLOGIST"]);
  for (const [who, actions] of [
    [resident, ["change"]],
    [technologist, []],
  ] as const)
    for (const what of ["measurements", "key-images"])
      expect((await room.call(who, "GET", `/studies/${id}/${what}`)).body.actions).toEqual(actions);
});

test("only those who write reports measure; only images of the study, and only inside them", async () => {
  const { id, uid } = await studyWithImage();
  const other = await studyWithImage();
  const elsewhere = await room.server.addFacility("Elsewhere");
  for (const [role, status] of [
    ["ADMINISTRATOR", 403],
    ["TECHNOLOGIST", 403],
    ["PHYSICIAN", 403],
    ["FRONT_DESK", 403],
    ["BILLING", 403],
    ["INTEGRATION", 403],
    ["RESIDENT", 200],
  ] as const) {
    const who = await room.person([role]);
    expect((await put(who, id, { measurements: [line(uid)] })).status).toBe(status);
    expect((await putKeys(who, id, { images: [{ sopInstanceUid: uid }] })).status).toBe(status);
  }
  const stranger = await room.person(["RADIOLOGIST"], elsewhere);
  expect((await put(stranger, id, { measurements: [] })).status).toBe(404);
  for (const [wrong, path] of [
    [line(other.uid), "body.measurements.0.sopInstanceUid"],
    [line(uid, { frame: 2 }), "body.measurements.0.frame"],
    [line(uid, { points: [[1, 2]] }), "body.measurements.0.points"],
    [
      line(uid, {
        points: [
          [1, 2],
          [16.5, 4],
        ],
      }),
      "body.measurements.0.points",
    ],
    [line(uid, { label: "a\u0000b" }), "body.measurements.0.label"],
  ] as const) {
    const answer = await put(radiologist, id, { measurements: [wrong] });
    expect([answer.status, answer.body.errors?.[0].path]).toEqual([400, path]);
  }
  const twice = await put(radiologist, id, { measurements: [line(uid), line(uid)] });
  expect(twice.status).toBe(400);
  expect((await put(radiologist, id, { measurements: [line(uid, { colour: "red" })] })).status).toBe(400);
  const foreign = await putKeys(radiologist, id, { images: [{ sopInstanceUid: other.uid }] });
  expect([foreign.status, foreign.body.errors[0].path]).toEqual([400, "body.images.0.sopInstanceUid"]);
  expect((await room.call(radiologist, "GET", `/studies/${id}/measurements`)).body.version).toBe(0);
});

/** A study with a volume of slices, and one place in a coronal plane of it. */
async function studyWithVolume() {
  const frameOfReferenceUid = newUid();
  const place = (z: number) => ({
    FrameOfReferenceUID: frameOfReferenceUid,
    ImagePositionPatient: ["-10", "-20", String(z)],
  });
  const study = await room.study();
  const SeriesInstanceUID = newUid();
  const series = { ...study.attributes, SeriesInstanceUID };
  for (const z of [0, 5, 10]) await room.image({ ...series, ...place(z) });
  const plane = { frameOfReferenceUid, seriesInstanceUid: SeriesInstanceUID, normal: [0, 1, 0] };
  const inPlane = (more: object = {}) => {
    const { sopInstanceUid: _image, ...common } = line("");
    return {
      ...common,
      id: "plane",
      plane,
      points: [
        [-5, 3.25, 0],
        [-5, 3.25, 9.5],
      ],
      ...more,
    };
  };
  return { ...study, plane, inPlane };
}

test("what was measured in a plane is kept with the place of the plane, and goes into the study with its volume", async () => {
  const { id, inPlane, plane } = await studyWithVolume();
  const thick = inPlane({ id: "thick", plane: { ...plane, slab: { mode: "MIP", thickness: 10 } } });
  const kept = await put(radiologist, id, { measurements: [inPlane(), thick] }, "?store=dicom");
  expect([kept.status, kept.body.measurements]).toEqual([200, [inPlane(), thick]]);
  const classes = await database.db`
    select i.sop_class_uid as class from instance i join series se on se.id = i.series_id
    where se.study_id = ${id} and i.door = 'system'`;
  expect(classes).toEqual([{ class: SopClasses.Comprehensive3DSRStorage }]);
  const read = await room.call(radiologist, "GET", `/studies/${id}/measurements`);
  expect(read.body.measurements).toEqual([inPlane(), thick]);
});

test("planes are of a volume in the study, and hold all that is drawn in them", async () => {
  const { id, plane, inPlane } = await studyWithVolume();
  const other = await studyWithVolume();
  const flat = await studyWithImage();
  const flatSeries = { ...plane, seriesInstanceUid: flat.attributes.SeriesInstanceUID };
  for (const [study, wrong, path] of [
    [id, inPlane({ plane: other.plane }), "plane.seriesInstanceUid"],
    [flat.id, inPlane({ plane: flatSeries }), "plane.seriesInstanceUid"],
    [id, inPlane({ plane: { ...plane, frameOfReferenceUid: newUid() } }), "plane.frameOfReferenceUid"],
    [id, inPlane({ plane: { ...plane, normal: [0, 0.9, 0] } }), "plane.normal"],
    [
      id,
      inPlane({
        points: [
          [0, 3, 0],
          [0, 3.2, 9],
        ],
      }),
      "points",
    ],
    [
      id,
      inPlane({
        points: [
          [0, 3, 0],
          [0, 3, 3100],
        ],
      }),
      "points",
    ],
    [id, inPlane({ points: [[0, 3, 0]] }), "points"],
  ] as const) {
    const answer = await put(radiologist, study, { measurements: [wrong] });
    expect([answer.status, answer.body.errors?.[0].path]).toEqual([400, `body.measurements.0.${path}`]);
  }
  for (const shape of [
    { sopInstanceUid: flat.uid },
    { plane: { ...plane, colour: "red" } },
    { plane: { ...plane, slab: { mode: "MEDIAN", thickness: 3 } } },
    { plane: { ...plane, slab: { mode: "MIP", thickness: 0 } } },
    { plane: { ...plane, normal: [0, 1] } },
    {
      points: [
        [0, 3],
        [0, 4],
      ],
    },
  ])
    expect((await put(radiologist, id, { measurements: [inPlane(shape)] })).status).toBe(400);
  expect((await room.call(radiologist, "GET", `/studies/${id}/measurements`)).body.version).toBe(0);
});

test("what was kept stays in the list when its image or its volume is deleted, and no more can be measured there", async () => {
  const { id, uid } = await studyWithImage();
  const { id: other, inPlane, plane } = await studyWithVolume();
  for (const [study, one, more] of [
    [id, line(uid), line(uid, { id: "more" })],
    [other, inPlane(), inPlane({ id: "more", plane: { ...plane, normal: [0, -1, 0] } })],
  ] as const) {
    await put(radiologist, study, { measurements: [one] });
    await database.db`
      update instance set deleted_at = now() where series_id in (select id from series where study_id = ${study})`;
    const named = { ...one, label: "Named" };
    expect((await put(radiologist, study, { measurements: [named] })).status).toBe(400);
    expect((await put(radiologist, study, { measurements: [one, more] })).status).toBe(400);
    const { status, body } = await put(radiologist, study, { measurements: [one] });
    expect([status, body.measurements]).toEqual([200, [one]]);
  }
});

test("measurements go into the study at once where that is asked for, and do not stir it", async () => {
  const { id, uid } = await studyWithImage();
  await database.db`update study set status = 'COMPLETED' where id = ${id}`;
  expect((await put(radiologist, id, { measurements: [line(uid)] })).status).toBe(200);
  expect(await documentsOf(id)).toEqual([]);
  expect((await put(radiologist, id, { measurements: [line(uid)] }, "?store=dicom")).status).toBe(200);
  expect(await documentsOf(id)).toEqual(["SR"]);
  expect((await put(radiologist, id, { measurements: [line(uid)] }, "?store=paper")).status).toBe(400);
  const [study] =
    await database.db`select status, images_after_report_at as late from study where id = ${id}`;
  expect(study).toEqual({ status: "COMPLETED", late: null });
});

test("the signature puts the signer's measurements and the key images into the study, once", async () => {
  const { id, uid } = await studyWithImage();
  const resident = await room.person(["RESIDENT"]);
  await put(resident, id, { measurements: [line(uid)] });
  await put(radiologist, id, { measurements: [line(uid)] });
  const keys = [{ sopInstanceUid: uid, note: "Look", window: { center: 40, width: 400 } }];
  const kept = await putKeys(radiologist, id, { images: keys });
  expect(kept.body).toMatchObject({ version: 1, images: keys, updatedBy: { id: radiologist.id } });
  expect((await putKeys(radiologist, id, { images: [], expectedVersion: 5 })).status).toBe(409);
  const report = await room.begin(radiologist, id);
  expect((await room.sign(radiologist, report)).status).toBe(200);
  for (let again = 0; again < 2; again++) {
    await room.server.journal.drain();
    await platform.jobs.drain();
    await database.db`update reader_cursor set position = 0 where name = 'reports.papers'`;
  }
  expect(await documentsOf(id)).toEqual(["DOC", "KO", "SR", "SR"]);
  expect(await database.db`select 1 from quarantine`).toEqual([]);
});

test("key images of several titles are a document each, with what is to be seen in those that are chosen for it", async () => {
  const { id, uid } = await studyWithImage();
  const images = [
    { sopInstanceUid: uid, title: "FOR_SURGERY", note: "Branches of the left portal vein" },
    { sopInstanceUid: uid, title: "OF_INTEREST" },
    { sopInstanceUid: uid, note: "Cyst" },
  ];
  const kept = await putKeys(radiologist, id, { images });
  expect(kept.body).toMatchObject({ images });
  expect((await putKeys(radiologist, id, { images: [{ sopInstanceUid: uid, title: "NICE" }] })).status).toBe(
    400,
  );
  expect((await room.sign(radiologist, await room.begin(radiologist, id))).status).toBe(200);
  await room.server.journal.drain();
  await platform.jobs.drain();
  expect(await documentsOf(id)).toEqual(["DOC", "KO", "KO", "SR"]);
});
