import { expect, test } from "vitest";
import { type JobTask, Refusal, type Tx } from "../../platform/index.ts";
import type { FactReader, SealedFact } from "../journal/index.ts";
import { registerRenderingJobs } from "./jobs.ts";
import { greyImage, held, memoryArchive, studyId } from "./test-archive.ts";

test("a settled study gets one job, which makes the thumbnails of the study and of each series", async () => {
  const { archive } = memoryArchive([
    held(1, greyImage()),
    held(2, greyImage(), { SeriesInstanceUID: "1.2.3.5" }),
  ]);
  const tasks = new Map<string, JobTask>();
  const added: { name: string; payload: object; key: string | undefined }[] = [];
  const made: string[] = [];
  let reader: FactReader | undefined;
  registerRenderingJobs({
    archive,
    platform: {
      jobs: {
        define: (task: JobTask<never>) => void tasks.set(task.name, task as unknown as JobTask),
        add: async (_reader: unknown, name: string, payload: object, options?: { key?: string }) =>
          void added.push({ name, payload, key: options?.key }),
      } as never,
    },
    journal: {
      registerReader: (given) => {
        reader = given;
      },
    },
    rendering: {
      studyThumbnail: async (_viewer, { StudyInstanceUID }) => void made.push(StudyInstanceUID) as never,
      seriesThumbnail: async (_viewer, { SeriesInstanceUID }) => {
        made.push(SeriesInstanceUID);
        throw new Refusal("not-found", "series.not-found", "It is gone.");
      },
    },
  });
  const fact = { subject: { type: "study", id: studyId }, facilityId: "facility" } as SealedFact;
  await reader?.handle({} as Tx, [fact]);
  expect(reader?.types).toEqual(["study.settled"]);
  expect(added).toHaveLength(1);
  expect(added[0]?.key).toContain(studyId);
  await tasks.get(added[0]!.name)?.run(added[0]!.payload, new AbortController().signal);
  expect(made).toEqual(["1.2.3", "1.2.3.4", "1.2.3.5"]);
});
