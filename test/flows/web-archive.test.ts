import fs from "node:fs/promises";
import { dataSetOf, implementationClassUid, readPart10, SopClasses, writeDataSet } from "@isocenter/dicom";
import { answerContexts, createDimseServer } from "@isocenter/dimse";
import { describe, expect, onTestFinished, test } from "vitest";
import { violationsOf } from "../support/accessibility.ts";
import { chromiumMissing, signInByForm } from "../support/browser.ts";
import { ctInstance, ctSeries } from "../support/instances.ts";
import { eventually } from "../support/program.ts";
import { admin, own, ownPassword, webFlow } from "../support/web.ts";

describe.skipIf(chromiumMissing())("what one does with studies, here and elsewhere, in the browser", () => {
  const flow = webFlow({ env: { SETTLE_SECONDS: "1" } });
  const { call } = flow;
  const signedIn = async (username: string) => {
    const { accessToken } = await call("POST", "/users/login", { username, password: ownPassword });
    return { authorization: `Bearer ${accessToken}` };
  };

  test("a technologist searches another archive, sees what is here, and fetches the rest", async () => {
    const [kept, missing, third] = [1, 2, 3].map((n) => {
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
        roles: request.user.roles,
        data: null,
      }),
      handlers: {
        async *find({ presentationContext: { transferSyntax } }) {
          for (const { StudyInstanceUID, SeriesInstanceUID } of [kept!, missing!, third!]) {
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
        // biome-ignore lint/correctness/useYield: it tells only how it ended
        async *get({ association }) {
          const { SOPInstanceUID: sopInstanceUid, transferSyntaxUID: transferSyntax, bytes } = third!;
          const chunks = [bytes.subarray(readPart10(bytes).dataSetOffset)];
          const sopClassUid = SopClasses.CTImageStorage;
          await association.requests.store({ sopClassUid, sopInstanceUid, transferSyntax, chunks });
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

    const page = await flow.open({ as: own("tech") });
    await page.goto("/administration/remote");
    const search = page.getByRole("form", { name: "Search in another system" });
    expect(await search.getByRole("button", { name: "Search" }).isDisabled()).toBe(true);
    await search.getByLabel("Patient’s name").fill("Roe, Ri");
    await page.keyboard.press("Enter");
    const table = page.getByRole("table", { name: "Found in FAR_PACS" });
    await table.getByText("all here").waitFor();
    expect(await table.getByText("not here").count()).toBe(2);
    expect(new URL(page.url()).searchParams.get("q")).toBe("Roe, Ri");
    expect(await violationsOf(page)).toEqual([]);
    await table.getByRole("button", { name: "Fetch Roe, Rita" }).last().click();
    await expect.poll(() => table.getByText("all here").count()).toBe(2);
    expect(asked).toEqual(["ISOCENTER"]);
    // The third by our own connection: nobody has to call us.
    await search.getByLabel("Fetch by").selectOption("get");
    await table.getByRole("button", { name: "Fetch Roe, Rita" }).click();
    await expect.poll(() => table.getByText("all here").count()).toBe(3);
    expect(asked).toEqual(["ISOCENTER"]);
    expect(new URL(page.url()).searchParams.get("by")).toBe("get");
    await table
      .getByRole("button", { name: /^Roe, Rita/ })
      .first()
      .click();
    const side = page.getByRole("complementary", { name: "Roe, Rita" });
    await side.getByRole("list").getByText("all here").first().waitFor();
    expect(await violationsOf(page)).toEqual([]);
  });

  test("a radiologist gives a study to a colleague by keyboard, and takes a finding back with its reason", async () => {
    await flow.person("reader", "Ada Reader", "RADIOLOGIST");
    await flow.person("novak", "Petra Novak", "RESIDENT");
    const providerId = await flow.person("aalto", "Niko Aalto", "PHYSICIAN");
    const identity = { lastName: "Give", firstName: "Gil", birthDate: "1970-01-02", sex: "M" };
    const patient = await call("POST", "/patients", identity);
    const request = { modality: "CT", bodyPart: "CHEST", clinicalIndication: "cough", priority: "STAT" };
    const order = await call("POST", "/imaging-orders", { patientId: patient.id, providerId, ...request });
    const [{ value: PatientID, issuer: IssuerOfPatientID }] = patient.identifiers;
    const person = { PatientName: "Give^Gil", PatientBirthDate: "19700102", PatientSex: "M" };
    const { accessionNumber: AccessionNumber } = order;
    await flow.store(ctInstance({ ...person, PatientID, IssuerOfPatientID, AccessionNumber }).bytes);
    await eventually(async () => (await call("GET", "/worklist?query=Give")).data.length === 1);
    const as = await signedIn("reader");
    const [{ id: studyId }] = (await call("GET", "/studies?query=Give")).data;
    const words = { description: "Nodule in the left lung", severity: "MODERATE" };
    await call("POST", "/critical-findings", { studyId, ...words }, as);

    const page = await flow.open();
    await signInByForm(page, "reader", ownPassword);
    await page.getByRole("row", { name: /Give, Gil/ }).click();
    await page.keyboard.press("a");
    const dialog = page.getByRole("dialog", { name: "Give the study to a colleague" });
    await dialog.getByLabel(/Petra Novak/).check();
    expect(await violationsOf(page, "[role=dialog]")).toEqual([]);
    await dialog.getByRole("button", { name: "Assign" }).click();
    await page.getByRole("row", { name: /Reading: Petra Novak/ }).waitFor();
    const { data: told } = await call("GET", "/notifications", undefined, await signedIn("novak"));
    expect(told.map(({ kind }: { kind: string }) => kind)).toContain("reading.assigned");

    await page.goto("/findings");
    await page.getByRole("button", { name: /Nodule in the left lung/ }).click();
    const panel = page.getByRole("complementary", { name: /Critical finding/ });
    await panel.getByRole("button", { name: "Change" }).click();
    await page.getByLabel("Severity").selectOption("HIGH");
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await panel.getByText("High").waitFor();
    await panel.getByRole("button", { name: "Take it back" }).click();
    const why = page.getByRole("dialog", { name: "Take the finding back" });
    expect(await why.getByRole("button", { name: "Take it back" }).isDisabled()).toBe(true);
    await why.getByLabel("Reason").fill("It is a nipple shadow");
    await why.getByRole("button", { name: "Take it back" }).click();
    await page.getByText("Nobody waits for an answer").waitFor();
    await page.getByRole("link", { name: "Void" }).click();
    await page.getByRole("button", { name: /Nodule in the left lung/ }).click();
    await panel.getByText("It is a nipple shadow").waitFor();
    expect(await violationsOf(page)).toEqual([]);
  });

  test("who reads an image sees how it came to be as it is, without the right to correct it", async () => {
    await flow.person("looker", "Lena Looker", "RADIOLOGIST");
    await flow.store(ctInstance({ PatientID: "H-1", PatientName: "History^Hanna" }).bytes);
    const page = await flow.open();
    await signInByForm(page, "looker", ownPassword);
    await page.goto("/studies?query=History");
    await page
      .getByRole("row", { name: /History/ })
      .first()
      .click();
    await page.keyboard.press(" ");
    await page.getByRole("button", { name: "History" }).click();
    const history = page.getByRole("dialog", { name: "History" });
    await history.getByText("Received").waitFor();
    expect(await history.getByRole("button", { name: /Take back|as it was|Correct/ }).count()).toBe(0);
    expect(await violationsOf(page, "[role=dialog]")).toEqual([]);
  });

  test("studies are marked by keyboard, exported without names as one file, and sent to another system", async () => {
    const two = [1, 2].map((n) => ctInstance({ PatientID: `E-${n}`, PatientName: `Many^${n}` }));
    await flow.store(...two.map(({ bytes }) => bytes));
    const far = { aeTitle: "DISC_MAKER", host: "127.0.0.1", port: 1, permissions: ["store"] };
    await call("POST", "/modalities", far);
    const page = await flow.open({ as: admin });
    await page.goto("/studies?query=Many");
    await page.getByRole("row", { name: /Many/ }).first().click();
    for (const key of ["x", "j", "x"]) await page.keyboard.press(key);
    const bar = page.getByRole("region", { name: "Marked studies" });
    await bar.getByText("2 studies marked").waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press("e");
    const dialog = page.getByRole("dialog", { name: "Export" });
    await dialog.getByLabel("De-identified").check();
    await dialog.getByLabel("Keep age, sex, size and weight").check();
    expect(await violationsOf(page, "[role=dialog]")).toEqual([]);
    const coming = page.waitForEvent("download");
    await dialog.getByRole("button", { name: "Export" }).click();
    const file = await (await coming).path();
    await dialog.waitFor({ state: "detached" });
    const bytes = await fs.readFile(file);
    expect(bytes.subarray(0, 2).toString()).toBe("PK");
    expect(bytes.includes("Many^1")).toBe(false);
    // Kept for who comes back for it, until they forget it.
    await page.getByRole("button", { name: "Exports" }).click();
    const exports = page.getByRole("dialog", { name: "Exports" });
    const again = page.waitForEvent("download");
    await exports.getByRole("button", { name: "Save: 2 studies, de-identified" }).click();
    expect((await fs.readFile(await (await again).path())).equals(bytes)).toBe(true);
    expect(await violationsOf(page, ".exports")).toEqual([]);
    await exports.getByRole("button", { name: "Forget: 2 studies, de-identified" }).click();
    await page.getByRole("button", { name: "Exports" }).waitFor({ state: "detached" });
    expect((await call("GET", "/exports")).data).toEqual([]);

    await page.keyboard.press("s");
    const send = page.getByRole("dialog", { name: "Send to another system" });
    await send.getByLabel("Destination").selectOption("DISC_MAKER");
    await send.getByRole("button", { name: "Send" }).click();
    await send.waitFor({ state: "detached" });
    const [item] = (await call("GET", "/send-queue")).data;
    expect([item.aeTitle, item.selection.length]).toEqual(["DISC_MAKER", 2]);
    await page.keyboard.press("Escape");
    await bar.waitFor({ state: "detached" });
  });

  test("what is written in images is corrected with a reason, and the correction is taken back", async () => {
    const made = ctInstance({ PatientID: "C-1", PatientName: "Wrong^Wanda", StudyDescription: "Thrax" });
    await flow.store(made.bytes);
    const page = await flow.open({ as: admin });
    await page.goto("/studies?query=Wrong");
    await page.getByRole("row", { name: /Wrong, Wanda/ }).click();
    await page.keyboard.press(" ");
    await page.getByRole("button", { name: "Correct", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Correct the study" });
    await dialog.getByLabel("Study description").fill("Thorax");
    await dialog.getByLabel("Contrast agent").fill("Iohexol");
    const save = dialog.getByRole("button", { name: "Correct 2 attributes" });
    expect(await save.isDisabled()).toBe(true);
    await dialog.getByLabel("Reason").fill("A typing error");
    expect(await violationsOf(page, "[role=dialog]")).toEqual([]);
    await save.click();
    await dialog.waitFor({ state: "detached" });
    const sent = async () => {
      const path = `studies/${made.StudyInstanceUID}/metadata`;
      const headers = { ...(await flow.program.login()), accept: "application/dicom+json" };
      const answer = await fetch(`${flow.program.url}/dicomweb/${path}`, { headers });
      const [set] = (await answer.json()) as Record<string, { Value?: unknown[] }>[];
      return [set?.["00081030"]?.Value?.[0], set?.["00180010"]?.Value?.[0]];
    };
    expect(await sent()).toEqual(["Thorax", "Iohexol"]);

    await page.getByRole("button", { name: "Correct", exact: true }).click();
    const history = dialog.getByRole("region", { name: "History" });
    await history.getByText("Study description: Thrax → Thorax").waitFor();
    await history
      .getByRole("listitem")
      .filter({ hasText: "Thrax" })
      .getByRole("button", { name: "Take back" })
      .click();
    const why = page.getByRole("dialog", { name: "Take the correction back" });
    await why.getByLabel("Reason").fill("It was right");
    await why.getByRole("button", { name: "Take back" }).click();
    await expect.poll(sent).toEqual(["Thrax", "Iohexol"]);
  });

  test("one image of a series is deleted with a reason, and brought back at once", async () => {
    const series = ctSeries(3, { PatientID: "D-1", PatientName: "Blurred^Bea" });
    await flow.store(...series.map(({ bytes }) => bytes));
    const page = await flow.open();
    await signInByForm(page, "admin", admin.password);
    await page.goto("/studies?query=Blurred");
    await page.getByRole("row", { name: /Blurred, Bea/ }).click();
    await page.keyboard.press(" ");
    await page.getByRole("button", { name: /, 3 images/ }).click();
    const images = page.getByRole("dialog", { name: "1" });
    await images.getByText("3 images").waitFor();
    expect(await violationsOf(page, "[role=dialog]")).toEqual([]);
    const third = images.getByRole("button", { name: "Delete image 3" });
    await third.click();
    const reason = page.getByRole("dialog", { name: "Delete image 3" });
    expect(await reason.getByRole("button", { name: "Delete" }).isDisabled()).toBe(true);
    await reason.getByLabel("Reason").fill("the patient moved");
    await reason.getByRole("button", { name: "Delete" }).click();
    await images.getByText("2 images").waitFor();
    const [study] = (await call("GET", "/studies?query=Blurred")).data;
    expect(study.numberOfInstances).toBe(2);
    expect((await call("GET", "/deletions")).data[0]).toMatchObject({
      kind: "IMAGE",
      reason: "the patient moved",
    });
    await page.getByRole("button", { name: "Undo" }).click();
    await third.waitFor();
    expect((await call("GET", `/studies/${study.id}`)).numberOfInstances).toBe(3);
  });

  test("one chooses how one is told of what", async () => {
    const page = await flow.open();
    await signInByForm(page, "admin", admin.password);
    await page.getByRole("button", { name: /your account/ }).click();
    await page.getByRole("menuitem", { name: "How I am told" }).click();
    const dialog = page.getByRole("dialog", { name: "How I am told" });
    await dialog.getByLabel("A job of the system gave up").selectOption("in the app alone");
    expect(await violationsOf(page, "[role=dialog]")).toEqual([]);
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
    const { preferences } = await call("GET", "/notifications/preferences");
    expect(preferences).toEqual([{ kind: "job.gave-up", channels: [] }]);
  });

  test("a column that one does without stays away, also at the next sign-in", async () => {
    await flow.store(ctInstance({ PatientID: "K-1", PatientName: "Column^Carl" }).bytes);
    const page = await flow.open({ as: admin });
    await page.goto("/studies?query=Column");
    const head = page.getByRole("columnheader", { name: "Received" });
    await head.waitFor();
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByRole("menuitemcheckbox", { name: "Received" }).click();
    await head.waitFor({ state: "hidden" });
    await expect
      .poll(async () => (await call("GET", "/users/me/preferences")).hiddenColumns)
      .toEqual({ studies: ["received"] });
    const again = await flow.open({ as: admin });
    await again.goto("/studies?query=Column");
    await again.getByRole("columnheader", { name: "Patient" }).waitFor();
    await again.getByRole("columnheader", { name: "Received" }).waitFor({ state: "hidden" });
  });
});
