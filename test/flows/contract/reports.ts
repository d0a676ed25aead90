import { expect, test } from "vitest";
import { made } from "../../support/contract.ts";
import { type ContractClient, password, path } from "../../support/contract-client.ts";
import { ctInstance } from "../../support/instances.ts";

/** Reports, templates and what the reader draws. */
export function reportCalls(client: ContractClient): void {
  test("reports, templates and what the reader draws", async () => {
    const { api, facilityId, userId, upload } = client;
    const template = await made(
      api.POST("/api/v1/report-templates", {
        body: { name: "Chest", modality: "ct", sections: { findings: "Lungs: " }, facilityId },
      }),
    );
    await made(api.GET("/api/v1/report-templates"));
    await made(api.GET("/api/v1/report-templates/{id}", path(template.id)));
    await made(
      api.PATCH("/api/v1/report-templates/{id}", { ...path(template.id), body: { name: "Thorax" } }),
    );
    const macro = await made(
      api.POST("/api/v1/report-macros", { body: { name: "normal", text: "No finding." } }),
    );
    await made(api.GET("/api/v1/report-macros"));
    await made(api.GET("/api/v1/report-macros/{id}", path(macro.id)));
    await made(api.PATCH("/api/v1/report-macros/{id}", { ...path(macro.id), body: { text: "Nothing." } }));
    await made(api.DELETE("/api/v1/report-macros/{id}", path(macro.id)));

    const file = ctInstance({ PatientID: "REPORT-1" });
    const image = await upload(file);
    const study = path(image.studyId);
    await made(api.GET("/api/v1/worklist"));
    await made(api.POST("/api/v1/studies/{id}/skip", { ...study, body: { minutes: 5, reason: "lunch" } }));
    await made(api.POST("/api/v1/studies/{id}/claim", study));
    await made(api.POST("/api/v1/studies/{id}/release", study));
    await made(api.GET("/api/v1/studies/{id}/readers", study));
    await made(api.POST("/api/v1/studies/{id}/assign", { ...study, body: { userId } }));
    const targets = await made(api.GET("/api/v1/reading-targets"));
    await made(
      api.PUT("/api/v1/reading-targets", {
        body: { facilityId, minutes: { STAT: 30, URGENT: 120, ROUTINE: 1440 } },
      }),
    );
    expect(targets).toBeDefined();

    const draft = await made(
      api.POST("/api/v1/reports", {
        body: { studyId: image.studyId, findings: "Clear lungs.", impression: "Normal." },
      }),
    );
    const report = path(draft.id);
    await made(api.PATCH("/api/v1/reports/{id}", { ...report, body: { findings: "Clear." } }));
    await made(api.POST("/api/v1/reports/{id}/submit", { ...report, body: {} }));
    const preliminary = await made(api.GET("/api/v1/reports/{id}", report));
    await made(
      api.POST("/api/v1/reports/{id}/sign", {
        ...report,
        body: { expectedVersion: preliminary.version, password },
      }),
    );
    await made(
      api.POST("/api/v1/reports/{id}/discrepancy", { ...report, body: { category: "minor", note: "no" } }),
    );
    const signed = await made(api.GET("/api/v1/reports/{id}", report));
    const expectedVersion = signed.version;
    await made(
      api.POST("/api/v1/reports/{id}/amend", {
        ...report,
        body: {
          kind: "appended",
          reason: "priors came",
          password,
          expectedVersion,
          impression: "Unchanged.",
        },
      }),
    );
    await made(api.GET("/api/v1/reports/{id}/versions", report));
    await made(api.GET("/api/v1/reports/{id}/verify", report));
    await made(api.GET("/api/v1/reports/{id}/pdf", { ...report, parseAs: "arrayBuffer" }));
    await made(api.GET("/api/v1/reports/{id}/dicom", report));
    await made(api.GET("/api/v1/reports/study/{studyId}", { params: { path: { studyId: image.studyId } } }));
    await made(
      api.GET("/api/v1/reports/patient/{patientId}", { params: { path: { patientId: image.patientId } } }),
    );
    await made(
      api.GET("/api/v1/reports/radiologist/{radiologistId}", {
        params: { path: { radiologistId: userId } },
      }),
    );

    await made(
      api.PUT("/api/v1/studies/{id}/measurements", {
        ...study,
        body: {
          measurements: [
            {
              id: "m1",
              kind: "length",
              values: [{ quantity: "length", value: 12.5, unit: "mm" }],
              sopInstanceUid: file.SOPInstanceUID,
              points: [
                [1, 1],
                [4, 5],
              ],
            },
          ],
        },
      }),
    );
    await made(api.GET("/api/v1/studies/{id}/measurements", study));
    await made(
      api.PUT("/api/v1/studies/{id}/key-images", {
        ...study,
        body: { images: [{ sopInstanceUid: file.SOPInstanceUID }] },
      }),
    );
    await made(api.GET("/api/v1/studies/{id}/key-images", study));

    const share = await made(
      api.POST("/api/v1/studies/{id}/share", { ...study, body: { includeReport: true } }),
    );
    const link = { token: share.url.split("/").at(-1)! };
    await made(api.GET("/api/v1/studies/{id}/shares", study));
    const shown = await made(api.GET("/api/v1/shares/{token}", { params: { path: link } }));
    expect(shown).toBeDefined();
    const shared = { params: { path: { ...link, imageId: image.id } }, parseAs: "arrayBuffer" as const };
    await made(api.GET("/api/v1/shares/{token}/images/{imageId}/preview", shared));
    await made(api.GET("/api/v1/shares/{token}/images/{imageId}/content", shared));
    await made(api.GET("/api/v1/shares/{token}/report", { params: { path: link }, parseAs: "arrayBuffer" }));
    await made(api.DELETE("/api/v1/shares/{id}", path(share.id)));

    const amended = await made(api.GET("/api/v1/reports/{id}", report));
    await made(
      api.POST("/api/v1/reports/{id}/entered-in-error", {
        ...report,
        body: { reason: "wrong patient", password, expectedVersion: amended.version },
      }),
    );
    const other = await upload(ctInstance({ PatientID: "REPORT-2" }));
    const second = await made(
      api.POST("/api/v1/reports", {
        body: { studyId: other.studyId, findings: "Clear lungs.", impression: "Normal." },
      }),
    );
    await made(
      api.PUT("/api/v1/reports/{id}/confirm", {
        ...path(second.id),
        body: { password, expectedVersion: second.version },
      }),
    );
    const third = await upload(ctInstance({ PatientID: "REPORT-3" }));
    const unwanted = await made(api.POST("/api/v1/reports", { body: { studyId: third.studyId } }));
    await made(api.DELETE("/api/v1/reports/{id}", { ...path(unwanted.id), body: { reason: "twice" } }));
  });
}
