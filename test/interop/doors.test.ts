import fs from "node:fs/promises";
import path from "node:path";
import { type DicomJson, readPart10, Tags, text } from "@isocenter/dicom";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dcmtkMissing, run } from "../support/dcmtk.ts";
import { ctInstance, type MadeInstance } from "../support/instances.ts";
import { type Program, startProgram, temporaryFolder } from "../support/program.ts";

const missing = dcmtkMissing("findscu", "getscu", "storescu");

interface Said {
  PatientID: string;
  PatientName: string;
  StudyDescription: string;
}

/** What is merged, corrected and deleted is so through every door of the running program. */
describe.skipIf(missing)("every door gives the same answer", () => {
  let program: Program;
  let folder: string;
  let authorization: string;
  let count = 0;

  beforeAll(async () => {
    folder = await temporaryFolder();
    program = await startProgram({ env: { DICOM_PROCESS: "own" } });
    authorization = (await program.login()).authorization;
    const permissions = ["echo", "store", "find", "get"];
    await call("POST", "/modalities", { aeTitle: "DOORS", host: "127.0.0.1", port: 11112, permissions });
  });
  afterAll(async () => {
    await program?.stop();
    for (const place of [folder, program?.dataDir])
      if (place) await fs.rm(place, { recursive: true, force: true });
  });

  const fetchFrom = (place: string, headers: Record<string, string> = {}) =>
    fetch(`${program.url}${place}`, { headers: { authorization, ...headers } });

  async function call(method: string, place: string, body?: object) {
    const answer = await fetch(`${program.url}/api/v1${place}`, {
      method,
      headers: { authorization, ...(body ? { "content-type": "application/json" } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const content = await answer.text();
    expect(answer.ok, `${method} ${place}: ${answer.status} ${content}`).toBe(true);
    // biome-ignore lint/suspicious/noExplicitAny: what a client reads of an answer
    return (content === "" ? null : JSON.parse(content)) as any;
  }

  const peer = () => ["-aet", "DOORS", "-aec", "ISOCENTER", "127.0.0.1", String(program.dicomPort)];

  /** Sends an image by C-STORE; its ids as REST knows them. */
  async function send(attributes: object) {
    const made = ctInstance({ ...attributes });
    const file = path.join(folder, `${made.SOPInstanceUID}.dcm`);
    await fs.writeFile(file, made.bytes);
    const stored = await run("storescu", ...peer(), file);
    expect(stored.code, stored.output).toBe(0);
    const studies = await call("GET", `/studies?studyInstanceUid=${made.StudyInstanceUID}`);
    const [study] = studies.data;
    const [image] = (await call("GET", `/studies/${study.id}/images`)).data;
    return {
      made,
      studyId: study.id as string,
      imageId: image.id as string,
      patientId: study.patientId as string,
    };
  }
  type Sent = Awaited<ReturnType<typeof send>>;

  const ofFile = (file: Uint8Array): Said => {
    const { dataSet } = readPart10(file);
    const said = (tag: number) => text(dataSet, tag) ?? "";
    return {
      PatientID: said(Tags.PatientID),
      PatientName: said(Tags.PatientName),
      StudyDescription: said(Tags.StudyDescription),
    };
  };
  const ofJson = (json: DicomJson): Said => {
    const value = (key: string) => json[key]?.Value?.[0];
    return {
      PatientID: String(value("00100020") ?? ""),
      PatientName: (value("00100010") as { Alphabetic?: string } | undefined)?.Alphabetic ?? "",
      StudyDescription: String(value("00081030") ?? ""),
    };
  };

  async function getscu({ StudyInstanceUID }: MadeInstance): Promise<Buffer | null> {
    const out = await fs.mkdtemp(path.join(folder, "get-"));
    const keys = ["-k", "QueryRetrieveLevel=STUDY", "-k", `StudyInstanceUID=${StudyInstanceUID}`];
    const { output } = await run("getscu", "-S", "-od", out, ...keys, ...peer());
    const [file] = await fs.readdir(out);
    expect(output).not.toMatch(/^E: .*Peer/m);
    return file ? fs.readFile(path.join(out, file)) : null;
  }
  async function findscu({ StudyInstanceUID }: MadeInstance): Promise<Buffer | null> {
    const out = await fs.mkdtemp(path.join(folder, "find-"));
    const keys = [
      "QueryRetrieveLevel=STUDY",
      `StudyInstanceUID=${StudyInstanceUID}`,
      "PatientID",
      "PatientName",
    ];
    const asked = [...keys, "StudyDescription"].flatMap((key) => ["-k", key]);
    await run("findscu", "-S", "-X", "-od", out, ...asked, ...peer());
    const [file] = await fs.readdir(out);
    return file ? fs.readFile(path.join(out, file)) : null;
  }

  /** Every door's answer, by its name; null where the door says that there is nothing. */
  async function doors({ made, imageId, studyId }: Sent): Promise<Record<string, Said | null>> {
    const study = `/dicomweb/studies/${made.StudyInstanceUID}`;
    const instance = `${study}/series/${made.SeriesInstanceUID}/instances/${made.SOPInstanceUID}`;
    const bytes = async (answer: Response) =>
      answer.ok ? ofFile(new Uint8Array(await answer.arrayBuffer())) : null;
    const json = async (answer: Response) => {
      if (!answer.ok || answer.status === 204) return null;
      const [first] = (await answer.json()) as DicomJson[];
      return first ? ofJson(first) : null;
    };
    const dicom = { accept: "application/dicom" };
    const restStudy = await fetchFrom(`/api/v1/studies/${studyId}`);
    const rest = restStudy.ok ? ((await restStudy.json()) as Record<string, never>) : null;
    const patient = rest?.patient as unknown as { identifier: string; name: string } | undefined;
    const link = await fetchFrom(`/api/v1/images/${imageId}/url`);
    const url = link.ok ? new URL(((await link.json()) as { url: string }).url).pathname : null;
    const uid = `studyUID=${made.StudyInstanceUID}&seriesUID=${made.SeriesInstanceUID}&objectUID=${made.SOPInstanceUID}`;
    const [gotten, found] = [await getscu(made), await findscu(made)];
    return {
      rest: patient
        ? {
            PatientID: patient.identifier,
            PatientName: patient.name.replace(", ", "^"),
            StudyDescription: String(rest!.studyDescription ?? ""),
          }
        : null,
      content: await bytes(await fetchFrom(`/api/v1/images/${imageId}/content`)),
      link: url ? await bytes(await fetch(`${program.url}${url}`)) : null,
      qido: await json(
        await fetchFrom(`/dicomweb/studies?StudyInstanceUID=${made.StudyInstanceUID}&includefield=all`),
      ),
      wado: await bytes(await fetchFrom(instance, dicom)),
      metadata: await json(await fetchFrom(`${instance}/metadata`)),
      seriesMetadata: await json(await fetchFrom(`${study}/series/${made.SeriesInstanceUID}/metadata`)),
      studyMetadata: await json(await fetchFrom(`${study}/metadata`)),
      wadoUri: await bytes(await fetchFrom(`/wado?requestType=WADO&contentType=application/dicom&${uid}`)),
      hosted: await bytes(await fetchFrom(`/dicom/wado/${made.SOPInstanceUID}`)),
      cGet: gotten && ofFile(gotten),
      cFind: found && ofFile(found),
    };
  }

  /** Whether pictures and frames are given. */
  async function pictures({ made, imageId, studyId }: Sent): Promise<number[]> {
    const instance = `/dicomweb/studies/${made.StudyInstanceUID}/series/${made.SeriesInstanceUID}/instances/${made.SOPInstanceUID}`;
    const answers = await Promise.all([
      fetchFrom(`/api/v1/images/${imageId}/preview`),
      fetchFrom(`/api/v1/studies/${studyId}/thumbnail`),
      fetchFrom(`${instance}/frames/1`, { accept: "multipart/related; type=application/octet-stream" }),
      fetchFrom(`${instance}/rendered`, { accept: "image/jpeg" }),
    ]);
    return answers.map(({ status }) => status);
  }

  async function expectAll(sent: Sent, expected: Said | null): Promise<void> {
    const answers = await doors(sent);
    expect(answers).toEqual(Object.fromEntries(Object.keys(answers).map((door) => [door, expected])));
    expect(await pictures(sent)).toEqual(expected ? [200, 200, 200, 200] : [404, 404, 404, 404]);
  }

  const person = (PatientName: string) => ({ PatientID: `DOOR-${++count}`, PatientName });
  const said = (of: ReturnType<typeof person>, StudyDescription = "CT Abdomen") => ({
    ...of,
    StudyDescription,
  });

  test("of merged patients, and when the merge is undone", async () => {
    const [jane, janet] = [person("Doe^Jane"), person("Smith^Jane")];
    const [first, second] = [await send(jane), await send(janet)];
    await expectAll(first, said(jane));
    const merge = { intoPatientId: second.patientId, reason: "the same person" };
    await call("POST", `/patients/${first.patientId}/merge`, merge);
    await expectAll(first, said(janet));
    await expectAll(await send(jane), said(janet));
    const [{ id }] = (await call("GET", `/patients/${second.patientId}/merges`)).data;
    await call("POST", `/patients/merges/${id}/undo`);
    await expectAll(first, said(jane));
  });

  test("of corrected patients and studies", async () => {
    const jane = person("Doe^Jane");
    const sent = await send(jane);
    await call("PATCH", `/patients/${sent.patientId}`, { lastName: "Roe" });
    await call("PATCH", `/studies/${sent.studyId}`, { studyDescription: "CT Thorax", reason: "typed wrong" });
    await expectAll(sent, said({ ...jane, PatientName: "Roe^Jane" }, "CT Thorax"));
  });

  test("of what is deleted, and brought back", async () => {
    const jane = person("Doe^Jane");
    const sent = await send(jane);
    expect(await pictures(sent)).toEqual([200, 200, 200, 200]);
    await call("DELETE", `/images/${sent.imageId}?reason=blurred`);
    await expectAll(sent, null);
    await call("POST", `/images/${sent.imageId}/restore`);
    await expectAll(sent, said(jane));
  });
});
