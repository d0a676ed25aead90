import fs from "node:fs/promises";
import path from "node:path";
import { readPart10, toDicomJson } from "@isocenter/dicom";
import { createJournal, type Journal } from "@isocenter/server/modules/journal/index.ts";
import { createModalityWorklist } from "@isocenter/server/modules/orders/index.ts";
import { type DimseListener, startDimse } from "@isocenter/server/protocols/dimse/index.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeFacility, viewerAt } from "../support/archive.ts";
import { testDatabase } from "../support/database.ts";
import { dcmtkMissing, run, serve } from "../support/dcmtk.ts";
import { makeOrder, makePatient, makeProvider } from "../support/orders.ts";
import { testPlatform } from "../support/platform.ts";
import { freePorts } from "../support/ports.ts";
import { eventually, temporaryFolder } from "../support/program.ts";

const missing = dcmtkMissing("findscu", "wlmscpfs", "dump2dcm", "echoscu");
const database = testDatabase();
const platform = testPlatform(database, { host: "127.0.0.1", dicomPort: 0 });
let journal: Journal;
let listener: DimseListener;
let folder: string;
let theirs: { ready: Promise<void>; stop(): Promise<void> };
let theirPort: number;

/** What is to be done, as both are told it; times are those of Paris, in winter. */
const entries = [
  {
    patient: { name: "Doe^Jane", identifier: "P-1", sex: "F", birthDate: "1980-02-29" },
    accession: "ACC-A",
    modality: "CT",
    station: "CT1",
    date: "20260302",
    time: "093000",
    physician: "Weiss^Karl",
    priority: "ROUTINE",
  },
  {
    patient: { name: "Miller^Paul", identifier: "P-2", sex: "M", birthDate: "1950-05-05" },
    accession: "ACC-B",
    modality: "CT",
    station: "CT2",
    date: "20260302",
    time: "140000",
    physician: "Berg^Anna",
    priority: "STAT",
  },
  {
    patient: { name: "Doering^Max", identifier: "Q-3", sex: "M", birthDate: "2001-12-01" },
    accession: "ACC-C",
    modality: "MR",
    station: "MR1",
    date: "20260303",
    time: "080000",
    physician: "Weiss^Karl",
    priority: "ROUTINE",
  },
  {
    patient: { name: "Roe^Richard", identifier: "Q-4", sex: "O", birthDate: "1999-09-09" },
    accession: "OTHER-D",
    modality: "US",
    station: "US1",
    date: "20260401",
    time: "235900",
    physician: "Berg^Anna",
    priority: "ROUTINE",
  },
] as const;

type Made = Awaited<ReturnType<typeof makeOrder>>;

/** The entry for DCMTK's server, in the language of `dump2dcm`. */
const dumpOf = (entry: (typeof entries)[number], order: Made): string => `
(0008,0050) SH [${entry.accession}]
(0010,0010) PN [${entry.patient.name}]
(0010,0020) LO [${entry.patient.identifier}]
(0010,0030) DA [${entry.patient.birthDate.replaceAll("-", "")}]
(0010,0040) CS [${entry.patient.sex}]
(0020,000d) UI [${order.studyInstanceUid}]
(0040,1001) SH [${order.requestedProcedureId}]
(0032,1060) LO [Scan]
(0040,1003) SH [${entry.priority}]
(0040,0100) SQ
(fffe,e000) -
(0008,0060) CS [${entry.modality}]
(0040,0001) AE [${entry.station}]
(0040,0002) DA [${entry.date}]
(0040,0003) TM [${entry.time}]
(0040,0006) PN [${entry.physician}]
(0040,0007) LO [Scan]
(0040,0009) SH [${order.stepId}]
(fffe,e00d) -
(fffe,e0dd) -
`;

const momentOf = (date: string, time: string, offset: string) =>
  new Date(
    `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}${offset}`,
  );

beforeAll(async () => {
  if (missing) return;
  const { db } = database;
  journal = createJournal(platform);
  const facility = await makeFacility(db);
  const provider = await makeProvider(db);
  folder = await temporaryFolder();
  await fs.mkdir(path.join(folder, "ISOCENTER"));
  await fs.writeFile(path.join(folder, "ISOCENTER", "lockfile"), "");
  for (const entry of entries) {
    const order = await makeOrder(db, {
      facilityId: facility,
      patientId: await makePatient(db, facility, entry.patient),
      providerId: provider,
      accessionNumber: entry.accession,
      modality: entry.modality,
      procedureName: "Scan",
      priority: entry.priority,
      stationAeTitle: entry.station,
      performingPhysician: entry.physician,
      startsAt: momentOf(entry.date, entry.time, entry.date === "20260401" ? "+02:00" : "+01:00"),
    });
    const dump = path.join(folder, `${entry.accession}.dump`);
    await fs.writeFile(dump, dumpOf(entry, order));
    const made = await run("dump2dcm", dump, path.join(folder, "ISOCENTER", `${entry.accession}.wl`));
    if (made.code !== 0) throw new Error(made.output);
  }
  [theirPort = 0] = await freePorts(1);
  theirs = serve("wlmscpfs", ["-v", "-dfp", folder, String(theirPort)], /notice|\$dcmtk/);
  await theirs.ready;
  // It says so before it listens.
  await eventually(
    async () => (await run("echoscu", "-aec", "ISOCENTER", "127.0.0.1", String(theirPort))).code === 0,
  );
  listener = await startDimse({
    platform,
    archive: {} as never,
    rendering: null as never,
    peers: {
      recognize: async () => ({
        known: true,
        permissions: ["worklist"],
        facilityId: facility,
        patientIdIssuer: null,
        viewer: viewerAt([facility], { kind: "peer", id: "CT1", roles: [], grants: ["orders.read"] }),
      }),
      knock: async () => {},
      destination: async () => null,
    },
    modalityWorklist: createModalityWorklist(platform, journal),
  });
});
afterAll(async () => {
  await theirs?.stop();
  await listener?.close(0);
  await journal?.stop();
  if (folder) await fs.rm(folder, { recursive: true, force: true });
});

const step = (attribute: string) => `ScheduledProcedureStepSequence[0].${attribute}`;
const returned = [
  "PatientName",
  "PatientID",
  "PatientBirthDate",
  "PatientSex",
  "AccessionNumber",
  "StudyInstanceUID",
  "RequestedProcedureID",
  "RequestedProcedureDescription",
  "RequestedProcedurePriority",
  ...[
    "Modality",
    "ScheduledStationAETitle",
    "ScheduledProcedureStepStartDate",
    "ScheduledProcedureStepStartTime",
    "ScheduledPerformingPhysicianName",
    "ScheduledProcedureStepDescription",
    "ScheduledProcedureStepID",
  ].map(step),
];

let queries = 0;
/** All answers to the query, as DICOM JSON without what says how they are written, by accession number. */
async function ask(port: number, keys: Readonly<Record<string, string>>): Promise<object[]> {
  const into = path.join(folder, `answers${++queries}`);
  await fs.mkdir(into);
  const asked = [
    ...returned.filter((name) => !Object.hasOwn(keys, name)),
    ...Object.entries(keys).map(([name, value]) => `${name}=${value}`),
  ];
  const { code, output } = await run(
    "findscu",
    "-W",
    "-X",
    "-od",
    into,
    "-aet",
    "CT1",
    "-aec",
    "ISOCENTER",
    "127.0.0.1",
    String(port),
    ...asked.flatMap((key) => ["-k", key]),
  );
  if (code !== 0) throw new Error(output);
  const answers: { accession: string; json: object }[] = [];
  for (const name of (await fs.readdir(into)).sort()) {
    const json = toDicomJson(readPart10(await fs.readFile(path.join(into, name))).dataSet);
    const { "00080005": _, ...said } = json;
    answers.push({ accession: String(json["00080050"]?.Value?.[0]), json: said });
  }
  return answers.sort((a, b) => (a.accession < b.accession ? -1 : 1)).map(({ json }) => json);
}

describe.skipIf(missing)("the same worklist answers alike at DCMTK's server and at ours", () => {
  test.each<[string, Readonly<Record<string, string>>, number]>([
    ["everything", {}, 4],
    ["a modality", { [step("Modality")]: "CT" }, 2],
    ["a modality that nothing is for", { [step("Modality")]: "PT" }, 0],
    ["a station", { [step("ScheduledStationAETitle")]: "MR1" }, 1],
    ["a day", { [step("ScheduledProcedureStepStartDate")]: "20260302" }, 2],
    ["a range of days", { [step("ScheduledProcedureStepStartDate")]: "20260302-20260303" }, 3],
    ["days until", { [step("ScheduledProcedureStepStartDate")]: "-20260302" }, 2],
    ["days from", { [step("ScheduledProcedureStepStartDate")]: "20260303-" }, 2],
    [
      "a day and a range of times",
      {
        [step("ScheduledProcedureStepStartDate")]: "20260302",
        [step("ScheduledProcedureStepStartTime")]: "090000-120000",
      },
      1,
    ],
    ["a physician", { [step("ScheduledPerformingPhysicianName")]: "Weiss^Karl" }, 2],
    ["a physician with a wildcard", { [step("ScheduledPerformingPhysicianName")]: "Berg*" }, 2],
    ["a name", { PatientName: "Miller^Paul" }, 1],
    ["a name with a wildcard", { PatientName: "Doe*" }, 2],
    ["a name with a placeholder", { PatientName: "?oe^*" }, 2],
    ["an identifier", { PatientID: "Q-3" }, 1],
    ["an accession number", { AccessionNumber: "ACC-B" }, 1],
    ["accession numbers with a wildcard", { AccessionNumber: "ACC-*" }, 3],
    ["a requested procedure", { RequestedProcedureID: "*" }, 4],
    ["a sex", { PatientSex: "M" }, 2],
    ["a priority", { RequestedProcedurePriority: "STAT" }, 1],
    [
      "all at once",
      {
        PatientName: "D*",
        PatientID: "P-1",
        [step("Modality")]: "CT",
        [step("ScheduledStationAETitle")]: "CT1",
        [step("ScheduledProcedureStepStartDate")]: "20260301-20260331",
      },
      1,
    ],
  ])("%s", async (_, keys, count) => {
    const [ours, wanted] = await Promise.all([ask(listener.port, keys), ask(theirPort, keys)]);
    expect(ours.length).toBe(count);
    expect(ours).toEqual(wanted);
  });

  test("the example of the documentation finds the day's CT examinations, as it is written", async () => {
    const text = await fs.readFile(path.join(import.meta.dirname, "../../docs/worklist.md"), "utf8");
    const example = /```\n(findscu -W[\s\S]*?)```/.exec(text)![1]!;
    const command = example.replace("localhost 11112", `127.0.0.1 ${listener.port}`);
    expect(command).not.toBe(example);
    const { code, output } = await run("bash", "-c", command.trim());
    expect([code, output]).toEqual([0, expect.stringContaining("ACC-A")]);
    for (const { accession, modality, date } of entries)
      expect([accession, output.includes(accession)]).toEqual([
        accession,
        modality === "CT" && date === "20260302",
      ]);
  });
});
