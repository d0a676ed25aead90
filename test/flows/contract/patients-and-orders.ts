import { test } from "vitest";
import { made } from "../../support/contract.ts";
import { type ContractClient, path } from "../../support/contract-client.ts";

/** Patients, the catalogue, stations, orders and the schedule. */
export function orderCalls(client: ContractClient): void {
  test("patients", async () => {
    const { api, facilityId, userId, newPatient } = client;
    const patient = await newPatient();
    await made(api.GET("/api/v1/patients", { params: { query: { query: "doe" } } }));
    await made(api.GET("/api/v1/patients/{id}", path(patient.id)));
    await made(api.PATCH("/api/v1/patients/{id}", { ...path(patient.id), body: { phone: "+44 1" } }));
    await made(
      api.PUT("/api/v1/patients/{id}/care-team", {
        ...path(patient.id),
        body: { facilityId, members: [{ userId, role: "REFERRING" }] },
      }),
    );
    await made(api.GET("/api/v1/patients/{id}/care-team", path(patient.id)));
    const other = await newPatient();
    await made(
      api.POST("/api/v1/patients/{id}/merge", {
        ...path(other.id),
        body: { intoPatientId: patient.id, reason: "entered twice" },
      }),
    );
    const merges = await made(api.GET("/api/v1/patients/{id}/merges", path(patient.id)));
    await made(api.POST("/api/v1/patients/merges/{id}/undo", path(merges.data[0]!.id)));
    await made(api.GET("/api/v1/patients/{id}/duplicates", path(patient.id)));
    await made(
      api.POST("/api/v1/patients/duplicates-check", {
        body: { firstName: "Jane", lastName: "Doe1", birthDate: "1970-01-02", sex: "f" },
      }),
    );
    await made(api.GET("/api/v1/patients/{id}/accesses", path(patient.id)));
    await made(api.GET("/api/v1/patients/{id}/timeline", path(patient.id)));
    await made(
      api.POST("/api/v1/break-glass", { body: { patientId: patient.id, reason: "unconscious at the door" } }),
    );
    await made(api.GET("/api/v1/break-glass"));
    await made(api.GET("/api/v1/search", { params: { query: { query: "doe" } } }));
  });

  test("catalogue, stations, orders and the schedule", async () => {
    const { api, facilityId, userId, newPatient } = client;
    const procedure = await made(
      api.POST("/api/v1/procedures", {
        body: {
          facilityId,
          code: "CTCH",
          name: "CT of the chest",
          modality: "ct",
          durationMinutes: 20,
          price: 18_000,
          currency: "EUR",
        },
      }),
    );
    await made(api.GET("/api/v1/procedures"));
    await made(api.GET("/api/v1/procedures/{id}", path(procedure.id)));
    await made(
      api.PATCH("/api/v1/procedures/{id}", { ...path(procedure.id), body: { preparation: "None" } }),
    );
    const station = await made(
      api.POST("/api/v1/stations", { body: { facilityId, aeTitle: "CT01", modalities: ["CT"] } }),
    );
    await made(api.GET("/api/v1/stations"));
    await made(api.GET("/api/v1/stations/{id}", path(station.id)));
    await made(api.PATCH("/api/v1/stations/{id}", { ...path(station.id), body: { name: "Room 1" } }));
    const date = "2026-12-07";
    await made(
      api.GET("/api/v1/stations/{id}/slots", {
        params: { path: { id: station.id }, query: { date, procedureCode: "CTCH" } },
      }),
    );
    const patient = await newPatient();
    const order = await made(
      api.POST("/api/v1/imaging-orders", {
        body: {
          patientId: patient.id,
          providerId: userId,
          facilityId,
          modality: "ct",
          bodyPart: "CHEST",
          procedureCode: "CTCH",
          clinicalIndication: "Cough",
          priority: "urgent",
        },
      }),
    );
    await made(api.GET("/api/v1/imaging-orders", { params: { query: { status: "requested" } } }));
    await made(api.GET("/api/v1/imaging-orders/{id}", path(order.id)));
    await made(api.GET("/api/v1/imaging-orders/providers", { params: { query: { facilityId } } }));
    await made(
      api.GET("/api/v1/imaging-orders/patient/{patientId}", {
        params: { path: { patientId: patient.id } },
      }),
    );
    await made(api.PATCH("/api/v1/imaging-orders/{id}", { ...path(order.id), body: { notes: "none" } }));
    await made(api.GET("/api/v1/imaging-orders/{id}/steps", path(order.id)));
    await made(api.GET("/api/v1/schedule", { params: { query: { date } } }));
    await made(api.DELETE("/api/v1/imaging-orders/{id}", { ...path(order.id), body: { reason: "moved" } }));
  });
}
