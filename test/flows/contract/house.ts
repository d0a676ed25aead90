import { expect, test } from "vitest";
import { made } from "../../support/contract.ts";
import { type ContractClient, password, path } from "../../support/contract-client.ts";

/** Health, sessions, people, keys, facilities, the log, the audit and notices. */
export function houseCalls(client: ContractClient): void {
  test("health, system and sessions", async () => {
    const { api, program, signIn } = client;
    await made(api.GET("/health"));
    for (const path of ["/api/health/ready", "/api/v1/health/", "/api/v1/health/live"])
      expect((await fetch(`${program.url}${path}`)).status, path).toBe(200);
    await made(api.GET("/health/live"));
    await made(api.GET("/health/ready"));
    await made(api.GET("/api/v1/system"));
    await made(api.GET("/api/v1/users/me"));
    await made(api.PUT("/api/v1/users/me/preferences", { body: { theme: "dark" } }));
    await made(api.GET("/api/v1/users/me/preferences"));
    const { refreshToken } = await made(
      api.POST("/api/v1/users/login", { body: { username: "ada", password } }),
    );
    const renewed = await made(api.POST("/api/v1/users/refresh", { body: { refreshToken } }));
    await made(api.POST("/api/v1/users/logout", { body: { refreshToken: renewed.refreshToken } }));
    await signIn("ada", password);
    const ending = (await made(api.GET("/api/v1/users/me/sessions"))).data.find(({ current }) => current)!;
    await made(api.DELETE("/api/v1/users/me/sessions"));
    await made(api.DELETE("/api/v1/users/me/sessions/{id}", path(ending.id)));
    await signIn("ada", password);
    await made(api.GET("/api/v1/jobs"));
    const refused = await api.POST("/api/v1/jobs/{id}/retry", path("1"));
    expect(refused.response.ok).toBe(false);
    const stop = new AbortController();
    const { response } = await api.GET("/api/v1/events", { parseAs: "stream", signal: stop.signal });
    expect(response.status).toBe(200);
    stop.abort();
  });

  test("users, keys, facilities, staff and on call", async () => {
    const { api, facilityId, userId } = client;
    await made(api.GET("/api/v1/users", { params: { query: { role: "radiologist" } } }));
    const user = await made(
      api.POST("/api/v1/users", {
        body: { username: "bob", fullName: "Bob", roles: ["technologist"], facilityIds: [facilityId] },
      }),
    );
    await made(api.GET("/api/v1/users/{id}", path(user.id)));
    await made(api.PATCH("/api/v1/users/{id}", { ...path(user.id), body: { fullName: "Robert" } }));
    await made(api.POST("/api/v1/users/{id}/reset-password", { ...path(user.id), body: {} }));
    await made(api.GET("/api/v1/users/{id}/sessions", path(user.id)));
    await made(api.DELETE("/api/v1/users/{id}/sessions", path(user.id)));
    await made(api.POST("/api/v1/users/{id}/deactivate", { ...path(user.id), body: {} }));
    await made(api.POST("/api/v1/users/{id}/activate", { ...path(user.id), body: {} }));

    const key = await made(
      api.POST("/api/v1/api-keys", { body: { name: "Scanner", roles: ["integration"] } }),
    );
    await made(api.GET("/api/v1/api-keys"));
    await made(api.DELETE("/api/v1/api-keys/{id}", path(key.id)));

    const facility = await made(api.POST("/api/v1/facilities", { body: { name: "North" } }));
    await made(api.GET("/api/v1/facilities"));
    await made(api.GET("/api/v1/facilities/{id}", path(facility.id)));
    await made(
      api.PATCH("/api/v1/facilities/{id}", { ...path(facility.id), body: { timeZone: "Europe/Berlin" } }),
    );

    const department = await made(
      api.POST("/api/v1/departments", { body: { name: "Radiology", facilityId } }),
    );
    await made(api.GET("/api/v1/departments"));
    await made(api.GET("/api/v1/departments/{id}", path(department.id)));
    await made(api.PATCH("/api/v1/departments/{id}", { ...path(department.id), body: { name: "Imaging" } }));
    const staff = await made(
      api.POST("/api/v1/staff", {
        body: {
          firstName: "Grace",
          lastName: "Hopper",
          profession: "RADIOLOGIST",
          department: "Imaging",
          facilityIds: [facilityId],
        },
      }),
    );
    await made(api.GET("/api/v1/staff"));
    await made(api.GET("/api/v1/staff/{id}", path(staff.id)));
    await made(api.PATCH("/api/v1/staff/{id}", { ...path(staff.id), body: { phone: "1234" } }));

    const day = { from: "2026-12-01T00:00:00Z", to: "2026-12-02T00:00:00Z" };
    await made(
      api.PUT("/api/v1/on-call", {
        body: {
          facilityId,
          service: "radiology",
          ...day,
          entries: [{ userId, startsAt: day.from, endsAt: day.to }],
        },
      }),
    );
    await made(api.GET("/api/v1/on-call"));
  });

  test("log, audit, notices and webhooks", async () => {
    const { api } = client;
    await made(api.POST("/api/v1/logs", { body: { action: "note.made", note: "for the contract" } }));
    await made(api.GET("/api/v1/logs"));
    await made(api.GET("/api/v1/audit"));
    await made(api.GET("/api/v1/audit/verify"));
    await made(api.GET("/api/v1/notifications"));
    await made(api.POST("/api/v1/notifications/read-all", { body: {} }));
    await made(api.GET("/api/v1/notifications/preferences"));
    await made(api.PUT("/api/v1/notifications/preferences", { body: { preferences: [] } }));
  });
}
