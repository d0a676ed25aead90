import { testDatabase } from "@isocenter/test/support/database.ts";
import { pdfText } from "@isocenter/test/support/pdf-text.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { testReadingRoom } from "@isocenter/test/support/reports.ts";
import { expect, test } from "vitest";
import { newId, systemViewer } from "../../platform/index.ts";
import { createPaperReader, reportPdf } from "../reports/index.ts";
import { findingsOnPaper } from "./on-paper.ts";

const database = testDatabase();
const platform = testPlatform(database);
const room = testReadingRoom(database, platform);

test("the letter names what had to be told, and who has it; what was void or for awareness alone is not on it", async () => {
  const radiologist = await room.person(["RADIOLOGIST"]);
  const study = await room.study();
  const now = platform.clock.now();
  const raise = (more: object) => {
    const row = {
      id: newId(platform.clock),
      facility_id: room.facilityId,
      study_id: study.id,
      raised_by: radiologist.id,
      raised_by_name: radiologist.name,
      raised_at: now,
      policy: database.db.json({}),
      updated_at: now,
      ...more,
    };
    return database.db`insert into finding ${database.db(row)}`;
  };
  const told = {
    acknowledged_at: now,
    acknowledge_recorded_at: now,
    acknowledged_by_name: "Gregory House",
    read_back: "perforated",
  };
  await raise({ severity: "CRITICAL", status: "ACKNOWLEDGED", description: "Perforated appendix", ...told });
  await raise({ severity: "HIGH", status: "OPEN", description: "Aneurysm" });
  await raise({ severity: "LOW", status: "OPEN", description: "Gallstone" });
  await raise({ severity: "CRITICAL", status: "VOID", description: "Other patient", voided_at: now });
  expect(await findingsOnPaper(database.db, study.id, "en")).toEqual([
    {
      severity: "CRITICAL",
      description: "Perforated appendix",
      communicated: "Acknowledged by Gregory House, 2026-01-05 09:00 (UTC+01:00), read back",
    },
    { severity: "HIGH", description: "Aneurysm", communicated: null },
  ]);
  const report = await room.begin(radiologist, study.id);
  expect((await room.sign(radiologist, report)).status).toBe(200);
  const papers = createPaperReader(database.db, findingsOnPaper);
  const paper = await papers.forViewer(systemViewer([room.facilityId]), report.id, undefined, now);
  const letter = pdfText(await reportPdf(paper))
    .join(" ")
    .replace(/\s+/g, " ");
  expect(letter).toContain("CRITICAL: Perforated appendix Acknowledged by Gregory House");
  expect(letter).not.toMatch(/Gallstone|Other patient/);
});
