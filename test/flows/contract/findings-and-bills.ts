import { test } from "vitest";
import { made } from "../../support/contract.ts";
import { type ContractClient, password, path } from "../../support/contract-client.ts";
import { ctInstance } from "../../support/instances.ts";
import { eventually } from "../../support/program.ts";

/** Critical findings and bills. */
export function findingAndBillCalls(client: ContractClient): void {
  test("critical findings", async () => {
    const { api, facilityId, userId, upload } = client;
    const image = await upload(ctInstance({ PatientID: "FINDING-1" }));
    const raise = (description: string) =>
      made(
        api.POST("/api/v1/critical-findings", {
          body: { studyId: image.studyId, description, severity: "urgent", recipients: [userId] },
        }),
      );
    const finding = path((await raise("Pneumothorax on the left")).id);
    await made(api.GET("/api/v1/critical-findings"));
    await made(api.GET("/api/v1/critical-findings/pending"));
    await made(
      api.GET("/api/v1/critical-findings/severity/{severity}", { params: { path: { severity: "high" } } }),
    );
    await made(
      api.GET("/api/v1/critical-findings/study/{studyId}", { params: { path: { studyId: image.studyId } } }),
    );
    await made(api.GET("/api/v1/critical-findings/{id}/alarm", finding));
    await made(api.GET("/api/v1/critical-findings/{id}", finding));
    await made(
      api.PATCH("/api/v1/critical-findings/{id}", { ...finding, body: { description: "Pneumothorax" } }),
    );
    await made(
      api.POST("/api/v1/critical-findings/{id}/acknowledge", {
        ...finding,
        body: { readBack: "Pneumothorax", method: "phone" },
      }),
    );
    await made(
      api.POST("/api/v1/critical-findings/{id}/follow-up", { ...finding, body: { action: "Drain" } }),
    );
    await made(api.POST("/api/v1/critical-findings/{id}/close", { ...finding, body: { note: "done" } }));
    await made(api.GET("/api/v1/critical-findings/{id}/history", finding));
    const mistaken = await raise("Nodule");
    await made(
      api.POST("/api/v1/critical-findings/{id}/void", { ...path(mistaken.id), body: { reason: "error" } }),
    );
    const policies = await made(api.GET("/api/v1/critical-finding-policies"));
    await made(
      api.PUT("/api/v1/critical-finding-policies", { body: { facilityId, policies: policies.policies } }),
    );
    const notices = await eventually(async () => {
      const { data } = await made(api.GET("/api/v1/notifications"));
      return data.length > 0 ? data : null;
    });
    await made(api.POST("/api/v1/notifications/{id}/read", path(notices[0]!.id)));
  });

  test("bills", async () => {
    const { api, facilityId, userId, newPatient, upload } = client;
    const patient = await newPatient();
    const bill = await made(
      api.POST("/api/v1/billing", {
        body: {
          patientId: patient.id,
          currency: "eur",
          lines: [{ code: "71250", description: "CT", quantity: 1, unitAmount: 100 }],
        },
      }),
    );
    await made(api.GET("/api/v1/billing", { params: { query: { status: "pending" } } }));
    await made(api.GET("/api/v1/billing", { params: { query: { format: "csv" } }, parseAs: "text" }));
    await made(api.GET("/api/v1/billing/{id}", path(bill.id)));
    await made(api.PATCH("/api/v1/billing/{id}", { ...path(bill.id), body: { dueDate: "2027-01-31" } }));
    await made(
      api.PUT("/api/v1/billing/{id}/pay", { ...path(bill.id), body: { amount: 40, method: "card" } }),
    );
    await made(
      api.POST("/api/v1/billing/{id}/refunds", {
        ...path(bill.id),
        body: { amount: 40, reason: "goodwill" },
      }),
    );
    await made(api.POST("/api/v1/billing/{id}/void", { ...path(bill.id), body: { reason: "mistake" } }));
    const ofPatient = { params: { path: { patientId: patient.id } } };
    await made(api.GET("/api/v1/billing/patient/{patientId}", ofPatient));
    await made(api.GET("/api/v1/billing/patient/{patientId}/total", ofPatient));
    await made(api.GET("/api/v1/billing/aging"));
    await made(api.GET("/api/v1/billing/payments"));

    const order = await made(
      api.POST("/api/v1/imaging-orders", {
        body: {
          patientId: patient.id,
          providerId: userId,
          facilityId,
          modality: "CT",
          bodyPart: "HEAD",
          clinicalIndication: "Headache",
        },
      }),
    );
    const image = await upload(
      ctInstance({
        PatientID: patient.identifiers[0]!.value,
        PatientName: `${patient.lastName}^Jane`,
        AccessionNumber: order.accessionNumber,
      }),
    );
    const report = await made(
      api.POST("/api/v1/reports", {
        body: { studyId: image.studyId, findings: "Nothing.", impression: "Normal." },
      }),
    );
    await made(
      api.POST("/api/v1/reports/{id}/sign", {
        ...path(report.id),
        body: { password, expectedVersion: report.version },
      }),
    );
    const unpriced = await eventually(async () => {
      const { data } = await made(api.GET("/api/v1/billing/without-price"));
      return data[0];
    });
    await made(
      api.DELETE("/api/v1/billing/without-price/{orderId}", {
        params: { path: { orderId: unpriced.orderId } },
      }),
    );
  });
}
