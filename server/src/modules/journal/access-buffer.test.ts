import { testDatabase } from "@isocenter/test/support/database.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { expect, test } from "vitest";
import { type Db, systemViewer } from "../../platform/index.ts";
import { createAccessBuffer } from "./access-buffer.ts";

const database = testDatabase();
const platform = testPlatform(database);

test("with the database away what is looked at is kept, then refused, and written in order when it is back", async () => {
  let away = true;
  const db = {
    begin: (work: never) => (away ? Promise.reject(new Error("away")) : database.db.begin(work)),
  } as unknown as Db;
  const buffer = createAccessBuffer({
    ...platform,
    db,
    written: () => {},
    capacity: 2,
    roomTimeoutMs: 20,
  });
  const look = (id: string) =>
    buffer.add(systemViewer([]), { action: "study.viewed", subject: { type: "study", id } });
  await look("first");
  await look("second");
  await expect(look("third")).rejects.toMatchObject({ kind: "unavailable", code: "journal.unavailable" });
  await expect(buffer.flush()).rejects.toThrow("away");
  away = false;
  await buffer.flush();
  await look("fourth");
  await buffer.flush();
  const rows = await database.db`select subject_id as subject from access order by id`;
  expect(rows.map(({ subject }) => subject)).toEqual(["first", "second", "fourth"]);
});
