import { expect, test } from "vitest";
import { made } from "../../support/contract.ts";
import { type ContractClient, fileForm, path } from "../../support/contract-client.ts";
import { ctInstance } from "../../support/instances.ts";
import { eventually } from "../../support/program.ts";

/** Studies and images, those that are registered first, the names of hosted PACS clients, and what is in doubt or deleted. */
export function imageCalls(client: ContractClient): void {
  test("studies, images and exports", async () => {
    const { api, upload } = client;
    const file = ctInstance({ PatientID: "IMG-1", AccessionNumber: "CONTRACT1" });
    const image = await upload(file);
    const study = path(image.studyId);
    const one = path(image.id);
    await made(api.GET("/api/v1/studies", { params: { query: { modality: "ct" } } }));
    await made(api.GET("/api/v1/studies/{id}", study));
    await made(
      api.GET("/api/v1/studies/accession/{accessionNumber}", {
        params: { path: { accessionNumber: "CONTRACT1" } },
      }),
    );
    await made(api.GET("/api/v1/studies/{id}/series", study));
    await made(api.GET("/api/v1/studies/{id}/images", study));
    await made(
      api.GET("/api/v1/studies/{id}/series/{seriesUID}/images", {
        params: { path: { id: image.studyId, seriesUID: file.SeriesInstanceUID } },
      }),
    );
    await made(api.GET("/api/v1/images", { params: { query: { format: "dicom" } } }));
    await made(api.GET("/api/v1/images/{id}", one));
    await made(
      api.GET("/api/v1/images/patient/{patientId}", { params: { path: { patientId: image.patientId } } }),
    );
    await made(api.GET("/api/v1/images/{id}/content", { ...one, parseAs: "arrayBuffer" }));
    await made(api.GET("/api/v1/images/{id}/preview", { ...one, parseAs: "arrayBuffer" }));
    await made(api.GET("/api/v1/studies/{id}/thumbnail", { ...study, parseAs: "arrayBuffer" }));
    const { url } = await made(api.GET("/api/v1/images/{id}/url", one));
    await made(
      api.GET("/api/v1/images/links/{token}", {
        params: { path: { token: url.split("/").at(-1)! } },
        parseAs: "arrayBuffer",
      }),
    );
    await made(
      api.POST("/api/v1/images/upload", {
        body: { file: [""] },
        bodySerializer: fileForm([ctInstance({ PatientID: "IMG-1" }), ctInstance({ PatientID: "IMG-1" })]),
      }),
    );
    await made(api.GET("/api/v1/studies/{id}/export", { ...study, parseAs: "arrayBuffer" }));
    await made(api.POST("/api/v1/exports", { body: { studyIds: [image.studyId] }, parseAs: "arrayBuffer" }));
    const later = await api.POST("/api/v1/exports", {
      body: { studyIds: [image.studyId] },
      headers: { prefer: "respond-async" },
    });
    const job = later.data as { id: string };
    expect([later.response.status, later.response.headers.get("location")]).toEqual([
      202,
      `/api/v1/jobs/${job.id}`,
    ]);
    await eventually(async () => {
      const now = await made(api.GET("/api/v1/jobs/{id}", path(job.id)));
      return now.state === "DONE";
    });
    const answer = await made(
      api.GET("/api/v1/jobs/{id}/result", { ...path(job.id), parseAs: "arrayBuffer" }),
    );
    expect(
      Buffer.from(answer as unknown as ArrayBuffer)
        .subarray(0, 2)
        .toString(),
    ).toBe("PK");
    const { data: asked } = await made(api.GET("/api/v1/exports"));
    expect(asked).toMatchObject([{ id: job.id, state: "DONE", studies: 1, deidentify: null }]);
    expect(asked[0]!.size).toBe((answer as unknown as ArrayBuffer).byteLength);
    await made(api.DELETE("/api/v1/exports/{id}", path(job.id)));
    expect((await made(api.GET("/api/v1/exports"))).data).toEqual([]);
    await made(
      api.PATCH("/api/v1/studies/{id}", { ...study, body: { studyDescription: "Chest", reason: "typo" } }),
    );
    await made(
      api.PATCH("/api/v1/images/{id}/metadata", {
        ...one,
        body: { attributes: { SeriesDescription: "Axial" }, reason: "typo" },
      }),
    );
    const versions = await made(api.GET("/api/v1/images/{id}/versions", one));
    const version = versions.data.find(({ kind }) => kind === "RECEIVED") ?? versions.data[0]!;
    await made(
      api.GET("/api/v1/images/{id}/versions/{versionId}/content", {
        params: { path: { id: image.id, versionId: version.id } },
        parseAs: "arrayBuffer",
      }),
    );
  });

  test("studies that are registered before their images", async () => {
    const { api, newPatient } = client;
    const patient = await newPatient();
    const study = await made(
      api.POST("/api/v1/studies", { body: { patientId: patient.id, modality: "mri", bodyPart: "KNEE" } }),
    );
    await made(
      api.POST("/api/v1/studies/{id}/images", {
        ...path(study.id),
        body: {
          seriesInstanceUid: `${study.studyInstanceUid}.1`.slice(0, 64),
          sopInstanceUid: `${study.studyInstanceUid}.2`.slice(0, 64),
          modality: "MR",
        },
      }),
    );
    await made(api.GET("/api/v1/studies/{id}/registered-images", path(study.id)));
    await made(api.PATCH("/api/v1/studies/{id}/status", { ...path(study.id), body: { status: "arrived" } }));
  });

  test("the names of hosted PACS clients", async () => {
    const { api, facilityId, userId } = client;
    const file = ctInstance({ PatientID: "HOSTED-1" });
    const { data } = await made(
      api.POST("/api/v1/dicom/upload", { body: { file: "" }, bodySerializer: fileForm([file]) }),
    );
    await made(
      api.GET("/api/v1/dicom/instances/{orthancInstanceId}/preview", {
        params: { path: { orthancInstanceId: data.ID } },
        parseAs: "arrayBuffer",
      }),
    );
    await made(
      api.GET("/api/v1/dicom/wado/{sopInstanceUID}", {
        params: { path: { sopInstanceUID: file.SOPInstanceUID } },
        parseAs: "arrayBuffer",
      }),
    );
    const found = await made(
      api.GET("/api/v1/studies", { params: { query: { studyInstanceUid: file.StudyInstanceUID } } }),
    );
    const order = await made(
      api.POST("/api/v1/imaging-orders", {
        body: {
          patientId: found.data[0]!.patientId,
          providerId: userId,
          facilityId,
          modality: "CT",
          bodyPart: "CHEST",
          clinicalIndication: "Cough",
        },
      }),
    );
    const exam = { params: { path: { examenID: order.id } } };
    await made(
      api.POST("/api/v1/examens-medicaux/images", {
        body: {
          examenID: order.id,
          studyInstanceUID: file.StudyInstanceUID,
          seriesInstanceUID: file.SeriesInstanceUID,
          sopInstanceUID: file.SOPInstanceUID,
          dateAcquisition: "2026-01-05",
          modalite: "CT",
          description: "Chest",
        },
      }),
    );
    await made(api.GET("/api/v1/examens-medicaux/{examenID}/images", exam));
    await made(api.GET("/api/v1/examens-medicaux/{examenID}", exam));
  });

  test("doubt, deletion and retention", async () => {
    const { api, adminToken, upload } = client;
    const file = ctInstance({ PatientID: "DOUBT-1" });
    const image = await upload(file);
    const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID } = file;
    const again = { PatientID: "DOUBT-1", StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID };
    await api.POST("/api/v1/images", {
      body: { file: [""] },
      bodySerializer: fileForm([ctInstance({ ...again, StudyDescription: "Other data" })]),
    });
    const quarantine = await made(api.GET("/api/v1/quarantine"));
    const kept = path(quarantine.data[0]!.id);
    await made(api.GET("/api/v1/quarantine/{id}", kept));
    await made(api.GET("/api/v1/quarantine/{id}/content", { ...kept, parseAs: "arrayBuffer" }));
    await made(
      api.POST("/api/v1/quarantine/{id}/resolve", { ...kept, body: { action: "keep", reason: "no" } }),
    );
    await made(api.POST("/api/v1/quarantine/{id}/undo", kept));

    await upload(
      ctInstance({ PatientID: "DOUBT-1", PatientName: "Somebody^Else", PatientBirthDate: "19010101" }),
    );
    const doubts = await made(api.GET("/api/v1/reconciliation"));
    const doubt = path(doubts.data[0]!.id);
    await made(api.GET("/api/v1/reconciliation/{id}", doubt));
    await made(
      api.POST("/api/v1/reconciliation/{id}/resolve", { ...doubt, body: { action: "accept", reason: "ok" } }),
    );
    await made(api.POST("/api/v1/reconciliation/{id}/undo", doubt));

    const hold = await made(
      api.POST("/api/v1/legal-holds", { body: { studyId: image.studyId, reason: "lawsuit" } }),
    );
    await made(api.GET("/api/v1/legal-holds"));
    await made(api.POST("/api/v1/legal-holds/{id}/lift", { ...path(hold.id), body: { reason: "settled" } }));
    const rules = await made(api.GET("/api/v1/retention-rules"));
    await made(api.PUT("/api/v1/retention-rules", { body: { data: rules.data } }));
    await made(api.DELETE("/api/v1/images/{id}", { ...path(image.id), body: { reason: "blurred" } }));
    await made(api.POST("/api/v1/images/{id}/restore", path(image.id)));
    const series = await made(api.GET("/api/v1/studies/{id}/series", path(image.studyId)));
    await made(api.DELETE("/api/v1/series/{id}", { ...path(series.data[0]!.id), body: { reason: "no" } }));
    const deletions = await made(api.GET("/api/v1/deletions"));
    const deletion = path(deletions.data[0]!.id);
    await made(api.GET("/api/v1/deletions/{id}", deletion));
    await made(api.POST("/api/v1/deletions/{id}/restore", deletion));
    await made(api.DELETE("/api/v1/studies/{id}", { ...path(image.studyId), body: { reason: "no" } }));

    // Deleted by one administrator and purged by another.
    await made(
      api.PUT("/api/v1/retention-rules", { body: { data: [{ modality: "", years: 0, untilAge: null }] } }),
    );
    const old = await upload(ctInstance({ PatientID: "PURGE-1", StudyDate: "20010101" }));
    const mine = client.become(adminToken);
    await made(api.DELETE("/api/v1/studies/{id}", { ...path(old.studyId), body: { reason: "no" } }));
    client.become(mine);
    const { data } = await made(api.GET("/api/v1/deletions"));
    await made(
      api.POST("/api/v1/deletions/{id}/purge", {
        ...path(data.find(({ studyId }) => studyId === old.studyId)!.id),
        body: { reason: "retention has ended" },
      }),
    );
    await made(api.PUT("/api/v1/retention-rules", { body: { data: rules.data } }));
  });
}
