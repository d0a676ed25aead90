import { composeHttp, composeModules, type Modules } from "@isocenter/server/compose.ts";
import { type App, prepareJobs } from "@isocenter/server/platform/index.ts";
import { afterAll, beforeAll, inject } from "vitest";
import type { DocumentedOperation } from "../contract.ts";
import { testDatabase } from "../database.ts";
import { testPlatform } from "../platform.ts";
import { form } from "../uploads.ts";
import { type Ask, buildHouse, type House } from "./house.ts";

/** The whole server without a port and without background work, and houses in it. Call at the top of the file. */
export function testHouses<Name extends string>(...names: readonly Name[]) {
  const database = testDatabase();
  const platform = testPlatform(database, { host: "127.0.0.1", dicomPort: 0 });
  const houses = {} as Record<Name, House>;
  let modules: Modules | undefined;
  let app: App | undefined;
  beforeAll(async () => {
    await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
    await platform.objects.check();
    modules = await composeModules(platform, { passwordCost: { memoryKiB: 64, passes: 1 } });
    app = await composeHttp(platform, modules, [], {
      host: "127.0.0.1",
      dicomPort: () => 0,
      hl7Port: () => 0,
    });
    await app.ready();
    // Readers of facts begin here.
    await modules.journal.drain();
    for (const name of names) houses[name] = await buildHouse({ platform, modules, app }, name);
  });
  afterAll(async () => {
    await app?.close();
    await modules?.journal.stop();
    await modules?.rendering.close();
    await modules?.imaging.close();
  });
  return {
    database,
    houses,
    async send(
      operation: Pick<DocumentedOperation, "path" | "method">,
      { path = {}, query, body, form: parts, headers }: Ask & Required<Pick<Ask, "headers">>,
    ) {
      const url = operation.path.replaceAll(/\{([^}]+)\}/g, (_all, name) =>
        encodeURIComponent(path[name] ?? ""),
      );
      const fields = Object.entries(parts ?? {}).map(([name, value]) =>
        typeof value === "string" ? { name, value } : { name, filename: "one", bytes: value },
      );
      return await app!.inject({
        method: operation.method as "GET",
        url: query ? `${url}?${new URLSearchParams(query)}` : url,
        headers: { ...headers, ...(parts ? form.headers : {}) },
        ...(body === undefined ? {} : { payload: body }),
        ...(parts ? { payload: form.body(fields) } : {}),
      });
    },
  };
}
