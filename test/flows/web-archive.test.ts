import { dataSetOf, implementationClassUid, writeDataSet } from "@isocenter/dicom";
import { answerContexts, createDimseServer } from "@isocenter/dimse";
import { describe, expect, onTestFinished, test } from "vitest";
import { violationsOf } from "../support/accessibility.ts";
import { chromiumMissing, signInByForm } from "../support/browser.ts";
import { ctInstance } from "../support/instances.ts";
import { ownPassword, webFlow } from "../support/web.ts";

describe.skipIf(chromiumMissing())("what one does with studies, here and elsewhere, in the browser", () => {
  const flow = webFlow({ env: { SETTLE_SECONDS: "900" } });
  const { call } = flow;

  test("a technologist searches another archive, sees what is here, and fetches the rest", async () => {
    const [kept, missing] = [1, 2].map((n) => {
      const more = { PatientID: "R-1", PatientName: "Roe^Rita", StudyDate: `2026010${n}` };
      return ctInstance({ ...more, StudyDescription: `Thorax ${n}` });
    });
    await flow.store(kept!.bytes);
    const asked: string[] = [];
    const other = createDimseServer({
      acceptsCalled: () => true,
      decide: (request) => ({
        accept: true,
        contexts: answerContexts(request, ({ transferSyntaxes }) => transferSyntaxes[0]!),
        data: null,
      }),
      handlers: {
        async *find({ presentationContext: { transferSyntax } }) {
          for (const { StudyInstanceUID, SeriesInstanceUID } of [kept!, missing!]) {
            const more = { SeriesInstanceUID, Modality: "CT", NumberOfSeriesRelatedInstances: "1" };
            const set = { StudyInstanceUID, PatientName: "Roe^Rita", PatientID: "R-1", ...more };
            const identifier = { ...set, NumberOfStudyRelatedInstances: "1", ModalitiesInStudy: "CT" };
            yield { status: 0xff00, identifier: writeDataSet(dataSetOf(identifier), transferSyntax) };
          }
        },
        // biome-ignore lint/correctness/useYield: it tells only how it ended
        async *move({ command }) {
          asked.push(command.moveDestination);
          await flow.store(missing!.bytes);
          return { status: 0, subOperations: { completed: 1, failed: 0, warning: 0 } };
        },
      },
      implementation: { classUid: implementationClassUid, versionName: "TEST" },
      maxAssociations: 5,
    });
    const port = await other.listen({ host: "127.0.0.1", port: 0 });
    onTestFinished(() => other.close({ graceMs: 0 }));
    const body = { aeTitle: "FAR_PACS", host: "127.0.0.1", port, permissions: ["find"] };
    await call("POST", "/modalities", { ...body, description: "University hospital" });
    await flow.person("tech", "Tamara Tech", "TECHNOLOGIST");

    const page = await flow.open();
    await signInByForm(page, "tech", ownPassword);
    await page.goto("/administration/remote");
    const search = page.getByRole("form", { name: "Search in another system" });
    expect(await search.getByRole("button", { name: "Search" }).isDisabled()).toBe(true);
    await search.getByLabel("Patient’s name").fill("Roe, Ri");
    await page.keyboard.press("Enter");
    const table = page.getByRole("table", { name: "Found in FAR_PACS" });
    await table.getByText("all here").waitFor();
    expect(await table.getByText("not here").count()).toBe(1);
    expect(new URL(page.url()).searchParams.get("q")).toBe("Roe, Ri");
    expect(await violationsOf(page)).toEqual([]);
    await table.getByRole("button", { name: "Fetch Roe, Rita" }).click();
    await expect.poll(() => table.getByText("all here").count()).toBe(2);
    expect(asked).toEqual(["ISOCENTER"]);
    await table
      .getByRole("button", { name: /^Roe, Rita/ })
      .first()
      .click();
    const side = page.getByRole("complementary", { name: "Roe, Rita" });
    await side.getByRole("list").getByText("all here").first().waitFor();
    expect(await violationsOf(page)).toEqual([]);
  });
});
