import { implementationClassUid } from "@isocenter/dicom";
import { implicitVrLittleEndian, openAssociation, verificationSopClass } from "@isocenter/dimse";
import { expect, onTestFinished, test } from "vitest";
import { made } from "../../support/contract.ts";
import { type ContractClient, path } from "../../support/contract-client.ts";
import { hl7Receiver } from "../../support/hl7-receiver.ts";
import { ctInstance } from "../../support/instances.ts";
import { eventually } from "../../support/program.ts";

/** Webhooks, figures, HL7, modalities, routing and sending. */
export function connectionCalls(client: ContractClient): void {
  test("webhooks, of something that happens", async () => {
    const { api, facilityId, newPatient } = client;
    const hook = await made(
      api.POST("/api/v1/webhooks", {
        body: { url: "https://hooks.invalid/isocenter", events: ["patient.created"], facilityId },
      }),
    );
    const one = path(hook.id);
    await made(api.GET("/api/v1/webhooks"));
    await made(api.GET("/api/v1/webhooks/{id}", one));
    await made(api.PATCH("/api/v1/webhooks/{id}", { ...one, body: { description: "ours" } }));
    await made(api.POST("/api/v1/webhooks/{id}/rotate-secret", one));
    await made(api.POST("/api/v1/webhooks/{id}/test", one));
    await newPatient();
    const delivery = await eventually(async () => {
      const { data } = await made(api.GET("/api/v1/webhooks/{id}/deliveries", one));
      return data.find(({ event }) => event === "patient.created");
    });
    await made(
      api.POST("/api/v1/webhooks/{id}/deliveries/{deliveryId}/redeliver", {
        params: { path: { id: hook.id, deliveryId: delivery.id } },
      }),
    );
    await made(api.DELETE("/api/v1/webhooks/{id}", one));
  });

  test("analytics", async () => {
    const { api } = client;
    const query = { from: "2026-01-01", to: "2026-12-31" };
    await made(api.GET("/api/v1/analytics/turnaround", { params: { query } }));
    await made(api.GET("/api/v1/analytics/volumes", { params: { query } }));
    await made(api.GET("/api/v1/analytics/productivity", { params: { query } }));
    await made(api.GET("/api/v1/analytics/critical-findings", { params: { query } }));
    await made(api.GET("/api/v1/analytics/utilization", { params: { query } }));
    await made(api.GET("/api/v1/analytics/quality", { params: { query } }));
    await made(api.GET("/api/v1/analytics/revenue", { params: { query } }));
  });

  test("HL7 systems and messages", async () => {
    const { api, facilityId, userId, tell, newPatient } = client;
    const system = await made(
      api.POST("/api/v1/hl7/systems", {
        body: { name: "Hospital", application: "HIS", receives: ["ADT", "ORDERS"], facilityId },
      }),
    );
    const his = path(system.id);
    await made(api.GET("/api/v1/hl7/systems"));
    await made(api.GET("/api/v1/hl7/systems/{id}", his));
    const receiver = await hl7Receiver();
    onTestFinished(() => receiver.shut());
    receiver.reply = () => ({ code: "AE", text: "No such patient" });
    const { port } = receiver;
    await made(
      api.PATCH("/api/v1/hl7/systems/{id}", {
        ...his,
        body: { host: "127.0.0.1", port, sends: ["ORDER_STATUS"] },
      }),
    );
    await made(api.POST("/api/v1/hl7/systems/{id}/test", his));
    await made(
      api.POST("/api/v1/imaging-orders", {
        body: {
          patientId: (await newPatient()).id,
          providerId: userId,
          facilityId,
          modality: "MR",
          bodyPart: "KNEE",
          clinicalIndication: "Pain",
        },
      }),
    );
    const refused = () =>
      eventually(async () => {
        const query = { systemId: system.id, status: "REFUSED" };
        return (await made(api.GET("/api/v1/hl7/messages", { params: { query } }))).data[0] ?? null;
      });
    const one = path((await refused()).id);
    await made(api.GET("/api/v1/hl7/messages/{id}", one));
    await made(api.POST("/api/v1/hl7/messages/{id}/retry", one));
    await refused();
    expect(receiver.got).toHaveLength(2);
    await made(api.POST("/api/v1/hl7/messages/{id}/dismiss", { ...one, body: { reason: "A test" } }));
    const control = "MSH|^~\\&|HIS|NORTH|ISOCENTER|RAD|||ADT^A04|7|P|2.5.1";
    const patient = "PID|1||HL7-1^^^HIS||DOE^JANE||19700203|F";
    expect(await tell(`${control}\r${patient}`)).toContain("MSA|AA|7");
    await made(api.PATCH("/api/v1/hl7/systems/{id}", { ...his, body: { receives: ["ORDERS"] } }));
    expect(await tell(`${control.replace("|7|", "|8|")}\r${patient}`)).toContain("MSA|AR|8");
    await made(api.PATCH("/api/v1/hl7/systems/{id}", { ...his, body: { receives: ["ADT"] } }));
    const { data } = await made(
      api.GET("/api/v1/hl7/messages", { params: { query: { status: "rejected" } } }),
    );
    const message = path(data[0]!.id);
    await made(api.GET("/api/v1/hl7/messages/{id}", message));
    expect((await made(api.POST("/api/v1/hl7/messages/{id}/retry", message))).status).toBe("ACCEPTED");
    expect(await tell("no HL7")).toContain("MSA|AR");
    const { data: left } = await made(
      api.GET("/api/v1/hl7/messages", { params: { query: { status: "rejected" } } }),
    );
    const body = { reason: "Nobody knows who that was" };
    await made(api.POST("/api/v1/hl7/messages/{id}/dismiss", { ...path(left[0]!.id), body }));
    await made(api.DELETE("/api/v1/hl7/systems/{id}", his));
  });

  test("modalities, routing and sending", async () => {
    const { api, program, facilityId, upload } = client;
    // Known, but calling somebody else: they are refused, and knock.
    for (const aeTitle of ["STRANGER", "DISMISSED"]) {
      const body = { aeTitle, host: "127.0.0.1", port: 104, permissions: ["echo"], facilityId };
      await made(api.POST("/api/v1/modalities", { body }));
      const calling = openAssociation({
        host: "127.0.0.1",
        port: program.dicomPort,
        callingAeTitle: aeTitle,
        calledAeTitle: "SOMEBODY",
        implementation: { classUid: implementationClassUid, versionName: "CONTRACT" },
        contexts: [{ abstractSyntax: verificationSopClass, transferSyntaxes: [implicitVrLittleEndian] }],
      });
      await expect(calling).rejects.toThrow();
    }
    const knocking = await eventually(async () => {
      const { data } = await made(api.GET("/api/v1/modalities/knocking"));
      return data.length === 2 ? data : null;
    });
    await made(api.DELETE("/api/v1/modalities/knocking/{id}", path(knocking[0]!.id)));
    const letIn = await api.POST("/api/v1/modalities/knocking/{id}/let-in", {
      ...path(knocking[1]!.id),
      body: {},
    });
    expect(letIn.error).toMatchObject({ code: "knock.mend-at-modality" });

    const self = await made(
      api.POST("/api/v1/modalities", {
        body: {
          aeTitle: "ISOCENTER",
          host: "127.0.0.1",
          port: program.dicomPort,
          permissions: ["echo", "store", "find", "move", "get"],
          facilityId,
        },
      }),
    );
    const modality = path(self.id);
    await made(api.GET("/api/v1/modalities"));
    await made(api.GET("/api/v1/modalities/{id}", modality));
    await made(api.PATCH("/api/v1/modalities/{id}", { ...modality, body: { description: "ourselves" } }));
    await made(api.POST("/api/v1/modalities/{id}/echo", modality));
    await made(api.POST("/api/v1/modalities/{id}/find", { ...modality, body: { level: "study" } }));
    const image = await upload(ctInstance({ PatientID: "SEND-1" }));
    const study = await made(api.GET("/api/v1/studies/{id}", path(image.studyId)));
    await made(
      api.POST("/api/v1/modalities/{id}/move", {
        ...modality,
        body: { studyInstanceUids: [study.studyInstanceUid] },
      }),
    );
    const fetched = await made(
      api.POST("/api/v1/modalities/{id}/get", {
        ...modality,
        body: { studyInstanceUids: [study.studyInstanceUid] },
      }),
    );
    expect(fetched).toMatchObject({ outcome: "DONE", completed: 1 });
    const away = await made(
      api.POST("/api/v1/modalities", {
        body: { aeTitle: "AWAY", host: "127.0.0.1", port: 1, permissions: ["store"], facilityId },
      }),
    );
    await made(
      api.POST("/api/v1/modalities/{id}/send", { ...path(away.id), body: { studies: [image.studyId] } }),
    );
    const item = (await made(api.GET("/api/v1/send-queue"))).data[0]!;
    await made(api.GET("/api/v1/send-queue/destinations"));
    await made(api.GET("/api/v1/send-queue/{id}", path(item.id)));
    await made(api.POST("/api/v1/send-queue/{id}/cancel", path(item.id)));
    // Once the attempt that is under way has ended.
    await eventually(
      async () => (await api.POST("/api/v1/send-queue/{id}/retry", path(item.id))).response.ok,
    );
    const rule = await made(
      api.POST("/api/v1/routing-rules", { body: { name: "CT away", destinationId: away.id, facilityId } }),
    );
    await made(api.GET("/api/v1/routing-rules"));
    await made(api.GET("/api/v1/routing-rules/{id}", path(rule.id)));
    await made(api.PATCH("/api/v1/routing-rules/{id}", { ...path(rule.id), body: { enabled: false } }));
    await made(api.DELETE("/api/v1/routing-rules/{id}", path(rule.id)));
    await made(api.DELETE("/api/v1/modalities/{id}", modality));
    await made(api.DELETE("/api/v1/demo", {}));
    await made(api.GET("/api/v1/demo"));
  });
}
