import { expect, test } from "vitest";
import { connect } from "./database.ts";
import { databaseTrouble, requireDatabase } from "./reached.ts";

const url = "postgres://isocenter:s3cret@db.example.org:5433/imaging";

test.each([
  ["28P01", "db.example.org:5433 does not let isocenter in"],
  ["3D000", "createdb imaging"],
  ["ENOTFOUND", "does not answer at db.example.org:5433 (ENOTFOUND)"],
  ["CONNECT_TIMEOUT", "Is it running"],
  ["57P03", "takes no connection (the database system is starting up)"],
])("what hinders a connection is said with what to do, and without the password: %s", (code, says) => {
  const told = databaseTrouble({ code, message: "the database system is starting up" }, url);
  expect(told).toContain(says);
  expect(told).not.toContain("s3cret");
});

test("what is none of the connection's stays the fault that it is", () => {
  expect(databaseTrouble({ code: "42P01" }, url)).toBeNull();
});

test("a server that is not there is refused in a sentence", async () => {
  const nobody = "postgres://isocenter@127.0.0.1:1/imaging";
  const db = connect({ url: nobody, max: 1 });
  await expect(requireDatabase(db, nobody)).rejects.toThrow(
    "PostgreSQL does not answer at 127.0.0.1:1 (ECONNREFUSED).",
  );
  await db.end({ timeout: 1 });
});
