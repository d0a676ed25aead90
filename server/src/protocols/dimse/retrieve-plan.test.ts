import { dataSetOf, SopClasses, Tags } from "@isocenter/dicom";
import { describe, expect, test } from "vitest";
import type { ArchiveQuery, Found } from "../../modules/archive/index.ts";
import type { Viewer } from "../../platform/index.ts";
import { retrieveModels } from "./offers.ts";
import { readRetrieveKeys, retrievePlan } from "./retrieve-plan.ts";

const patientRoot = retrieveModels[SopClasses.PatientRootQueryRetrieveInformationModelMove]!.levels;
const studyRoot = retrieveModels[SopClasses.StudyRootQueryRetrieveInformationModelGet]!.levels;
type Keys = Parameters<typeof dataSetOf>[0];
const keysOf = (keys: Keys, model = patientRoot) => readRetrieveKeys(dataSetOf(keys), model);

describe("the identifier", () => {
  const refusedFor = (keys: Keys, model = patientRoot) => {
    try {
      keysOf(keys, model);
      return null;
    } catch (error) {
      const { status, offendingElements } = error as { status: number; offendingElements: number[] };
      return [status, ...offendingElements];
    }
  };

  test("without its level, or with one that the model has not, is A900H", () => {
    expect(refusedFor({ PatientID: "P1" })).toEqual([0xa900, Tags.QueryRetrieveLevel]);
    expect(refusedFor({ QueryRetrieveLevel: "PATIENT", PatientID: "P1" }, studyRoot)).toEqual([
      0xa900,
      Tags.QueryRetrieveLevel,
    ]);
    expect(refusedFor({ QueryRetrieveLevel: "PATIENT", PatientID: "P1" })).toBeNull();
  });

  test("must have the unique key of its level, without wildcards, and UIDs that are some", () => {
    expect(refusedFor({ QueryRetrieveLevel: "PATIENT", StudyInstanceUID: "1.2" })).toEqual([
      0xa900,
      Tags.PatientID,
    ]);
    expect(refusedFor({ QueryRetrieveLevel: "PATIENT", PatientID: "P*" })).toEqual([0xa900, Tags.PatientID]);
    expect(refusedFor({ QueryRetrieveLevel: "STUDY", PatientID: "P1" })).toEqual([
      0xa900,
      Tags.StudyInstanceUID,
    ]);
    expect(refusedFor({ QueryRetrieveLevel: "STUDY", StudyInstanceUID: "1.2.*" })).toEqual([
      0xa900,
      Tags.StudyInstanceUID,
    ]);
    expect(refusedFor({ QueryRetrieveLevel: "SERIES", StudyInstanceUID: "1.2" })).toEqual([
      0xa900,
      Tags.SeriesInstanceUID,
    ]);
    expect(refusedFor({ QueryRetrieveLevel: "IMAGE", SeriesInstanceUID: "1.2" })).toEqual([
      0xa900,
      Tags.SOPInstanceUID,
    ]);
  });
});

test("instances whose UIDs have leading zeros are named by them", () => {
  const keys = { StudyInstanceUID: "1.02.3", SeriesInstanceUID: "1.02.3.1", SOPInstanceUID: ["1.02.3.01"] };
  expect(keysOf({ QueryRetrieveLevel: "IMAGE", ...keys })).toMatchObject({
    StudyInstanceUID: ["1.02.3"],
    SOPInstanceUID: ["1.02.3.01"],
  });
});

describe("the plan", () => {
  async function planFor(keys: Keys, found: Record<string, string>[] = []) {
    const queries: ArchiveQuery[] = [];
    const plan = await retrievePlan(
      {
        async *find(_viewer, query) {
          queries.push(query);
          for (const uids of found) {
            const { patientId, ...found } = uids;
            const attributes = Object.fromEntries(
              Object.entries(found).map(([tag, uid]) => [tag, { vr: "UI", Value: [uid] }]),
            );
            yield { attributes, key: "", patientId } as Found;
          }
        },
      },
      {} as Viewer,
      keysOf(keys),
    );
    return { plan, queries };
  }

  test("what says its place is not searched for", async () => {
    const study = { StudyInstanceUID: "1.1" };
    expect(await planFor({ QueryRetrieveLevel: "STUDY", StudyInstanceUID: ["1.1", "1.2", "1.1"] })).toEqual({
      plan: [
        { selection: study, only: null },
        { selection: { StudyInstanceUID: "1.2" }, only: null },
      ],
      queries: [],
    });
    const series = { ...study, SeriesInstanceUID: ["1.1.1", "1.1.2"] };
    expect((await planFor({ QueryRetrieveLevel: "SERIES", ...series })).plan).toEqual([
      { selection: { ...study, SeriesInstanceUID: "1.1.1" }, only: null },
      { selection: { ...study, SeriesInstanceUID: "1.1.2" }, only: null },
    ]);
    const image = { ...study, SeriesInstanceUID: "1.1.1" };
    expect((await planFor({ QueryRetrieveLevel: "IMAGE", ...image, SOPInstanceUID: "1.9" })).plan).toEqual([
      { selection: { ...image, SOPInstanceUID: "1.9" }, only: null },
    ]);
    expect(
      (await planFor({ QueryRetrieveLevel: "IMAGE", ...image, SOPInstanceUID: ["1.8", "1.9"] })).plan,
    ).toEqual([{ selection: image, only: new Set(["1.8", "1.9"]) }]);
  });

  test("a patient is its studies; keys of higher levels are matched as well", async () => {
    const { plan, queries } = await planFor({ QueryRetrieveLevel: "PATIENT", PatientID: "P1" }, [
      { "0020000D": "1.1" },
      { "0020000D": "1.2" },
    ]);
    expect(queries).toMatchObject([
      { level: "STUDY", matches: [{ tag: Tags.PatientID, match: { kind: "text", pattern: "P1" } }] },
    ]);
    expect(plan.map(({ selection }) => selection.StudyInstanceUID)).toEqual(["1.1", "1.2"]);
    const more = await planFor({ QueryRetrieveLevel: "STUDY", PatientID: "P1", StudyInstanceUID: "1.7" });
    expect(more.plan).toEqual([]);
    expect(more.queries[0]!.matches.map(({ tag }) => tag)).toEqual([Tags.PatientID, Tags.StudyInstanceUID]);
  });

  test("where a patient is named, another one's study of the same UID is not meant", async () => {
    const found = [{ "0020000D": "1.1", patientId: "p" }];
    const planned = async (more: Keys) =>
      (await planFor({ QueryRetrieveLevel: "STUDY", StudyInstanceUID: "1.1", ...more }, found)).plan;
    expect(await planned({ PatientID: "P1" })).toEqual([
      { selection: { StudyInstanceUID: "1.1", patientId: "p" }, only: null },
    ]);
    expect(await planned({})).toEqual([{ selection: { StudyInstanceUID: "1.1" }, only: null }]);
  });

  test("instances without their series are gathered by it", async () => {
    const found = [
      { "0020000D": "1.1", "0020000E": "1.1.1", "00080018": "1.7" },
      { "0020000D": "1.1", "0020000E": "1.1.1", "00080018": "1.8" },
      { "0020000D": "1.1", "0020000E": "1.1.2", "00080018": "1.9" },
    ];
    const { plan } = await planFor(
      { QueryRetrieveLevel: "IMAGE", SOPInstanceUID: ["1.7", "1.8", "1.9"] },
      found,
    );
    const first = { StudyInstanceUID: "1.1", SeriesInstanceUID: "1.1.1" };
    expect(plan).toEqual([
      { selection: first, only: new Set(["1.7", "1.8"]) },
      { selection: { ...first, SeriesInstanceUID: "1.1.2", SOPInstanceUID: "1.9" }, only: null },
    ]);
  });
});
