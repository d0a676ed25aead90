import { newUid } from "@isocenter/dicom";
import type { Person } from "@isocenter/server/demo/department/desk.ts";
import type { Department } from "@isocenter/server/demo/department/establish.ts";
import { sentences } from "@isocenter/server/demo/department/invented.ts";
import { send } from "./scanners.ts";
import { pick, type World } from "./world.ts";

export const ownPassword = (_who: Person) => "a long test passphrase of its own";

// biome-ignore lint/suspicious/noExplicitAny: a report as the API answers it
type Report = any;

const sign = (world: World, who: Person, report: Report) =>
  world.attempt(who, "POST", `/reports/${report.id}/sign`, {
    expectedVersion: report.version,
    password: ownPassword(who),
  });

/** One more image of a study that is read or reported. */
async function straggler(world: World, department: Department, report: Report): Promise<void> {
  const patient = world.patients.find((one) => one.id === report.patientId);
  if (!patient) return;
  await send(
    world,
    {
      facilityId: department.facilityId,
      modality: "CT",
      StudyInstanceUID: report.studyInstanceUid,
      SeriesInstanceUID: newUid(),
      AccessionNumber: report.accessionNumber ?? "",
      PatientID: patient.identifier,
      PatientName: `${patient.lastName}^${patient.firstName}`,
    },
    99,
  );
}

async function read(
  world: World,
  department: Department,
  who: Person,
  studyId: string,
  resident: boolean,
): Promise<void> {
  const { random } = world;
  const text = pick(random, [sentences.normal, sentences.normal, sentences.abnormal, sentences.critical]);
  const report = await world.attempt(who, "POST", "/reports", { studyId, ...text });
  if (!report) return;
  const written = await world.attempt(who, "PATCH", `/reports/${report.id}`, {
    impression: `${text.impression} Compared with what there is.`,
    expectedVersion: report.version,
  });
  if (!written) return;
  if (resident) {
    await world.attempt(who, "POST", `/reports/${report.id}/submit`, { expectedVersion: written.version });
    return;
  }
  // Images that come while it is being read make the signature ask once.
  const late = random() < 0.05;
  if (late) await straggler(world, department, report);
  const signed = (await sign(world, who, written)) ?? (late ? await again(world, who, report.id) : null);
  if (signed && text === sentences.critical) await raise(world, who, signed);
}

async function again(world: World, who: Person, reportId: string): Promise<Report> {
  const report = await world.attempt(who, "GET", `/reports/${reportId}`);
  return report ? await sign(world, who, report) : null;
}

async function raise(world: World, who: Person, report: Report): Promise<void> {
  await world.attempt(who, "POST", "/critical-findings", {
    studyId: report.studyId,
    reportId: report.id,
    description: "Acute subdural haematoma",
    severity: pick(world.random, ["CRITICAL", "HIGH", "SIGNIFICANT", "LOW"]),
  });
}

/** Everybody takes the top of the same list at once: who comes second is told that it is taken. */
export async function readStudies(world: World, department: Department): Promise<number> {
  const readers = [
    ...department.people.RADIOLOGIST!.map((who) => ({ who, resident: false })),
    ...department.people.RESIDENT!.map((who) => ({ who, resident: true })),
  ];
  let taken = 0;
  await Promise.all(
    readers.map(async ({ who, resident }, at) => {
      const list = await world.attempt(who, "GET", `/worklist?status=COMPLETED&claim=NONE&limit=50`);
      // Neighbours at the desk, and a little spread, so that they meet often and still get on.
      const mine = list.data.filter(
        (_: unknown, row: number) => row % readers.length === at || row % 7 === 0,
      );
      for (const item of mine) {
        const claimed = await world.attempt(who, "POST", `/studies/${item.id}/claim`);
        if (!claimed) continue;
        taken += 1;
        await read(world, department, who, item.id, resident);
      }
    }),
  );
  return taken;
}

/** Radiologists sign what residents submitted, two of them the same one; some is amended, some marked as a discrepancy. */
export async function signSubmitted(world: World, department: Department): Promise<number> {
  const { random } = world;
  const radiologists = department.people.RADIOLOGIST!;
  const list = await world.attempt(radiologists[0]!, "GET", "/worklist?status=PRELIMINARY&limit=100");
  await Promise.all(
    // biome-ignore lint/suspicious/noExplicitAny: an item as the API answers it
    list.data.map(async (item: any) => {
      if (!item.report) return;
      const two = random() < 0.3 ? radiologists.slice(0, 2) : [pick(random, radiologists)];
      const report = await world.attempt(two[0]!, "GET", `/reports/${item.report.id}`);
      await Promise.all(
        two.map(async (who) => {
          if (!(await world.attempt(who, "POST", `/studies/${item.id}/claim`))) return;
          const signed = await sign(world, who, report);
          if (!signed) {
            await world.attempt(who, "POST", `/studies/${item.id}/release`);
            return;
          }
          if (random() < 0.2)
            await world.attempt(who, "POST", `/reports/${signed.id}/discrepancy`, {
              category: pick(random, ["MINOR", "MAJOR"]),
              note: "seen otherwise",
              expectedVersion: signed.version,
            });
        }),
      );
    }),
  );
  return list.data.length;
}

/** Some of what is signed is amended, by two at once. */
export async function amendSome(world: World, department: Department): Promise<void> {
  const { random } = world;
  const [one, two] = department.people.RADIOLOGIST!;
  const list = await world.attempt(one!, "GET", `/reports/radiologist/${one!.id}?status=FINAL&limit=12`);
  await Promise.all(
    list.data
      .filter(() => random() < 0.15)
      .map(async (report: Report) =>
        Promise.all(
          [one!, two!].map((who, at) =>
            world.attempt(who, "POST", `/reports/${report.id}/amend`, {
              kind: pick(random, ["AMENDED", "corrected", "APPENDED"]),
              reason: "a second look",
              impression: `Seen again by ${at}.`,
              expectedVersion: report.version,
              password: ownPassword(who),
            }),
          ),
        ),
      ),
  );
}
