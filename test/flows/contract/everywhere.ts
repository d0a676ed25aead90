import { expect, test } from "vitest";
import type { ContractClient } from "../../support/contract-client.ts";
import { eachCall, elsewhere, ofApi, type RepeatedCalls, withQuery } from "../../support/repeated-calls.ts";

/** What holds for every operation, by the calls that were made before. */
export function everywhere(
  client: ContractClient,
  { called, again, withoutToken, withUnknownParameter }: RepeatedCalls,
): void {
  test("nothing is answered without a token but what is public", async () => {
    const closed = called().filter((one) => !one.public);
    expect(await eachCall(closed, withoutToken)).toEqual([]);
  });

  test("an unknown query parameter is a 400 that names it, under both prefixes, with a trailing slash and without", async () => {
    expect(await eachCall(called().filter(ofApi), withUnknownParameter)).toEqual([]);
  });

  test("the pages about the API are open to who has no token, and the index is HTML unless JSON is asked for", async () => {
    const { program } = client;
    for (const path of ["/docs", "/docs/", "/docs/static/index.html", "/redoc", "/api", "/api/v1/"]) {
      const page = await fetch(`${program.url}${path}`);
      const type = page.headers.get("content-type")?.split(";")[0];
      expect([path, page.status, type]).toEqual([path, 200, "text/html"]);
      await page.arrayBuffer();
    }
    const json = await fetch(`${program.url}/api`, { headers: { accept: "application/json" } });
    expect(json.headers.get("content-type")).toMatch(/^application\/json/);
  });

  test("lists about a study or a patient that there is not are a 404, and filters of time take a day or a moment", async () => {
    const { program, adminToken } = client;
    const nobody = "01900000-0000-7000-8000-000000000000";
    const ask = async (path: string) =>
      (await fetch(`${program.url}/api/v1${path}`, { headers: { authorization: `Bearer ${adminToken}` } }))
        .status;
    for (const path of ["reports/study", "reports/patient", "critical-findings/study", "images/patient"])
      expect([path, await ask(`/${path}/${nobody}`)]).toEqual([path, 404]);
    for (const [path, from, to] of [
      ["images", "createdFrom", "createdTo"],
      ["logs", "from", "to"],
      ["audit", "from", "to"],
      ["break-glass", "from", "to"],
    ])
      for (const [text, status] of [
        ["2026-01-01", 200],
        ["2026-01-01T00:00:00%2B02:00", 200],
        ["2026-01-01T00:00:00", 400],
        ["2026-02-30", 400],
      ])
        for (const name of [from, to])
          expect([path, name, text, await ask(`/${path}?${name}=${text}`)]).toEqual([
            path,
            name,
            text,
            status,
          ]);
  });

  test("an unknown member of a body is a 400 that names it", async () => {
    // What a person prefers is free, and files are no JSON.
    const free = new Set(["replaceMyPreferences"]);
    const json = called().filter((one) => ofApi(one) && one.method !== "GET" && one.body !== undefined);
    expect(json.length).toBeGreaterThan(80);
    expect(
      await eachCall(
        json.filter(({ id }) => !free.has(id)),
        async (one) => {
          const body = JSON.stringify({ ...JSON.parse(one.body ?? "{}"), surprise: 1 });
          const { status, json } = await again(one, { body });
          const named = json?.errors?.some(({ path }: { path: string }) => path === "body.surprise");
          return (status !== 400 || !named) && `${status} ${JSON.stringify(json)}`;
        },
      ),
    ).toEqual([]);
  });

  test("what is read is the same under both prefixes, with a trailing slash and without", async () => {
    const readable = called().filter(
      (one) => ofApi(one) && one.method === "GET" && one.id !== "followEvents",
    );
    expect(
      await eachCall(readable, async (one) => {
        const first = await again(one, {});
        for (const [prefix, end] of [
          ["/api/v1", "/"],
          ["/api", ""],
          ["/api", "/"],
        ] as const) {
          const other = await again(one, { url: elsewhere(one.url, prefix, end) });
          const shape = (answer: typeof first) => [
            answer.status,
            answer.type,
            Object.keys(answer.json ?? {}),
          ];
          if (JSON.stringify(shape(other)) !== JSON.stringify(shape(first)))
            return `${prefix}${end} ${other.status} is not ${first.status}`;
        }
        return null;
      }),
    ).toEqual([]);
  });

  test("lists have one shape: 25 where nothing is said, at most 200, and the page that was asked for", async () => {
    const lists = called().filter(({ isList }) => isList);
    expect(lists.length).toBeGreaterThan(20);
    expect(
      await eachCall(lists, async (one) => {
        const whole = await again(one, {});
        // Of something that was deleted by now.
        if (whole.status === 404) return null;
        if (whole.json.pagination.limit !== 25) return `limit ${whole.json.pagination.limit}`;
        const page = await again(one, { url: withQuery(one.url, "limit", "1") });
        const { limit, total, next } = page.json.pagination;
        if (page.json.data.length > 1 || limit !== 1) return `limit=1 gives ${page.json.data.length}`;
        if (total > 1 && typeof next !== "string") return "no next page";
        if (next) {
          const second = await again(one, { url: new URL(next, one.url) });
          if (second.status !== 200 || second.json.data.length > 1) return `next: ${second.status}`;
        }
        const many = await again(one, { url: withQuery(one.url, "limit", "201") });
        return many.status !== 400 && `limit=201 is ${many.status}`;
      }),
    ).toEqual([]);
  });

  test("enumerations in filters are read in any case, and an unknown value is a 400 that names the parameter", async () => {
    const values: Record<string, Record<string, string>> = {
      listStudies: { status: "final", modality: "mri" },
      listImages: { modality: "x-ray", format: "dicom" },
      listImagingOrders: { status: "requested", modality: "pet_ct", priority: "stat" },
      listUsers: { role: "front_desk" },
      listCriticalFindings: { status: "acknowledged", severity: "significant" },
      listPendingCriticalFindings: { severity: "urgent" },
      listBills: { status: "partially_paid" },
      listWorklist: { modality: "ultrasound", priority: "routine" },
      listProcedures: { modality: "mri" },
    };
    const complaints = await eachCall(
      called().filter(({ id }) => id in values),
      async (one) => {
        for (const [name, value] of Object.entries(values[one.id]!)) {
          if (!(name in one.query)) continue;
          for (const written of [value, value.toUpperCase()]) {
            const { status, json } = await again(one, { url: withQuery(one.url, name, written) });
            if (status !== 200) return `${name}=${written}: ${status} ${JSON.stringify(json)}`;
          }
          if (name === "modality") continue;
          const { status, json } = await again(one, { url: withQuery(one.url, name, "nonsense") });
          if (status !== 400 || !JSON.stringify(json.errors ?? json.detail).includes(name))
            return `${name}=nonsense: ${status} ${JSON.stringify(json)}`;
        }
        return null;
      },
    );
    expect(complaints).toEqual([]);
  });

  test("what creates or pays takes a key, so that asking twice does it once", () => {
    const { contract } = client;
    /** Their answers hold a secret, or they take a body that is no JSON; see docs/decisions/0007-idempotency.md. */
    const without = new Set([
      "createUser",
      "createApiKey",
      "createWebhook",
      "shareStudy",
      "login",
      "createImage",
      "uploadImages",
      "uploadDicom",
    ]);
    const creating = contract.operations.filter(({ id, answers }) => "201" in answers || id === "payBill");
    expect(creating.filter(({ id, takesKey }) => !takesKey && !without.has(id)).map(({ id }) => id)).toEqual(
      [],
    );
  });
}
