import { describe, expect, test } from "vitest";
import { made } from "../support/contract.ts";
import { contractClient } from "../support/contract-client.ts";
import { eachCall, repeatedCalls } from "../support/repeated-calls.ts";
import { connectionCalls } from "./contract/connections.ts";
import { everywhere } from "./contract/everywhere.ts";
import { findingAndBillCalls } from "./contract/findings-and-bills.ts";
import { houseCalls } from "./contract/house.ts";
import { imageCalls } from "./contract/images.ts";
import { orderCalls } from "./contract/patients-and-orders.ts";
import { reportCalls } from "./contract/reports.ts";

/**
 * The whole API by the generated client: each test calls the operations of one subject in a sensible order, and whatever comes back is
 * judged by the OpenAPI document. An operation that is new wants a call in the file of its subject. One program answers all of them, because the
 * last tests make every call again.
 */
const client = contractClient();
const repeated = repeatedCalls(client);

describe("a client that is generated from the document calls", () => {
  houseCalls(client);
  orderCalls(client);
  imageCalls(client);
  reportCalls(client);
  findingAndBillCalls(client);
  connectionCalls(client);
});

describe("all over the API", () => everywhere(client, repeated));

test("the demonstration is loaded: last of all, because the program draws pictures for it from then on", async () => {
  await made(client.api.POST("/api/v1/demo"));
  const load = repeated.called().filter(({ id }) => id === "loadDemonstration");
  expect(load).toHaveLength(1);
  expect(await eachCall(load, repeated.withoutToken)).toEqual([]);
  expect(await eachCall(load, repeated.withUnknownParameter)).toEqual([]);
  expect((await made(client.api.GET("/api/v1/demo"))).state).toBe("LOADING");
});

test("every answer was as the document says", () => {
  expect(client.wrong).toEqual([]);
});

/** No job gave up in a department that is one minute old, and nobody knocks from another machine; the refusals are judged all the same. */
const refusedHere = new Set(["retryJob", "letKnockingCallerIn"]);

test("every operation was called and did what it is for: write a call for what is new", () => {
  expect(
    client.contract.operations
      .map(({ id }) => id)
      .filter((id) => !client.sent.has(id) && !refusedHere.has(id)),
  ).toEqual([]);
});
