import { beforeAll, describe, expect, test } from "vitest";
import { violationsOf } from "../support/accessibility.ts";
import { chromiumMissing, signInByForm } from "../support/browser.ts";
import { ctInstance } from "../support/instances.ts";
import { eventually } from "../support/program.ts";
import { type Authorization, ownPassword, webFlow } from "../support/web.ts";

const phone = { width: 390, height: 844 };

describe.skipIf(chromiumMissing())("from the ward to the scanner and back in the browser", () => {
  const flow = webFlow({ env: { SETTLE_SECONDS: "1" } });
  const { call, person } = flow;
  let reader: Authorization;
  let physicianId: string;

  const signedIn = async (username: string): Promise<Authorization> => {
    const { accessToken } = await call("POST", "/users/login", { username, password: ownPassword });
    return { authorization: `Bearer ${accessToken}` };
  };

  async function order(family: string, more: object = {}) {
    const patient = await call("POST", "/patients", {
      lastName: family,
      firstName: "Eve",
      birthDate: "1970-01-02",
      sex: "F",
    });
    const placed = await call("POST", "/imaging-orders", {
      patientId: patient.id,
      providerId: physicianId,
      modality: "CT",
      bodyPart: "HEAD",
      clinicalIndication: `fall, ${family.toLowerCase()}`,
      ...more,
    });
    return { patient, placed };
  }

  /** An image as a scanner makes it that took the line of the order from the worklist. */
  const imageOf = ({ patient, placed }: Awaited<ReturnType<typeof order>>, more: object = {}) =>
    ctInstance({
      PatientName: `${patient.lastName}^Eve`,
      PatientID: patient.identifiers[0].value,
      IssuerOfPatientID: patient.identifiers[0].issuer,
      PatientBirthDate: "19700102",
      PatientSex: "F",
      AccessionNumber: placed.accessionNumber,
      StudyInstanceUID: placed.studyInstanceUid,
      StudyDescription: "CT head",
      ...more,
    });

  /** A study whose report is signed. */
  async function reported(family: string, impression: string) {
    const asked = await order(family);
    await flow.store(imageOf(asked).bytes);
    const study = await eventually(
      async () => (await call("GET", `/studies?accessionNumber=${asked.placed.accessionNumber}`)).data[0],
    );
    const draft = await call(
      "POST",
      "/reports",
      { studyId: study.id, findings: "As seen.", impression },
      reader,
    );
    const password = { password: ownPassword };
    const signed = await call(
      "POST",
      `/reports/${draft.id}/sign`,
      { expectedVersion: draft.version, ...password },
      reader,
    );
    return { study, report: signed, password };
  }

  beforeAll(async () => {
    physicianId = await person("aalto", "Niko Aalto", "PHYSICIAN");
    await person("reader", "Ada Reader", "RADIOLOGIST");
    reader = await signedIn("reader");
  });

  test("a physician on the ward reads what is new, what changed, and answers a critical finding by phone", async () => {
    const { study, report, password } = await reported("Bellweather", "Normal. No haemorrhage.");
    await reported("Carrow", "Old infarct.");
    await order("Rask");
    const page = await flow.open(phone);
    await signInByForm(page, "aalto", ownPassword);
    await page.waitForURL(/\/results$/);
    const fresh = page.getByRole("link", { name: /Bellweather, Eve/ });
    await fresh.getByText(", unread").waitFor();
    await page.getByRole("link", { name: /^New 2$/ }).waitFor();
    expect(await violationsOf(page)).toEqual([]);

    await call(
      "POST",
      `/reports/${report.id}/amend`,
      {
        kind: "AMENDED",
        reason: "a second look",
        expectedVersion: report.version,
        impression: "Acute haemorrhage.",
        ...password,
      },
      reader,
    );
    await call(
      "POST",
      "/critical-findings",
      { studyId: study.id, reportId: report.id, description: "Acute haemorrhage", severity: "CRITICAL" },
      reader,
    );
    const card = page.getByRole("article", { name: "Critical finding: Acute haemorrhage" });
    await fresh.getByText("amended").waitFor();
    await card.getByRole("link", { name: "Read and acknowledge" }).click();

    await page.getByRole("heading", { name: "Bellweather, Eve" }).waitFor();
    await page.getByText("Changed because: a second look").waitFor();
    const impression = page.getByRole("region", { name: "Impression" });
    expect(await impression.locator("del").allInnerTexts()).toContainEqual(
      expect.stringContaining("Normal."),
    );
    expect(await impression.locator("ins").allInnerTexts()).toContainEqual(expect.stringContaining("Acute"));
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole("checkbox", { name: "Mark what changed" }).uncheck();
    await impression.getByText("Acute haemorrhage.", { exact: true }).waitFor();
    await page.getByRole("button", { name: /^Open (all|the image)/ }).click();
    await page.waitForURL(/\/view$/);
    await page.locator(".vw-pane[data-state=shown]").first().waitFor();
    await page.goBack();

    const answer = page.getByRole("region", { name: "Critical finding: Acute haemorrhage" });
    const acknowledge = answer.getByRole("button", { name: "Acknowledge with read-back" });
    expect(await acknowledge.isDisabled()).toBe(true);
    await answer.getByLabel(/Read back/).fill("haemorrhage, calling neurosurgery");
    await acknowledge.click();
    await answer.waitFor({ state: "detached" });
    const [finding] = (await call("GET", "/critical-findings?status=ACKNOWLEDGED")).data;
    expect(finding.acknowledgement).toMatchObject({
      by: { id: physicianId },
      readBack: "haemorrhage, calling neurosurgery",
    });

    await page.getByRole("main").getByRole("link", { name: "Results" }).click();
    await page.getByRole("link", { name: /^New 1$/ }).waitFor();
    await page.getByRole("link", { name: /^Waiting/ }).click();
    const mine = page.getByRole("list", { name: "My orders" });
    await mine.getByText("Rask, Eve").waitFor();
    await mine.getByText("Not scheduled yet").waitFor();
    expect(await mine.getByText("Bellweather").count()).toBe(0);
    expect(await violationsOf(page)).toEqual([]);
  });
});
