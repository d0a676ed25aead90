import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { beforeAll, describe, expect, test } from "vitest";
import { openApiDocument } from "./openapi.ts";
import { indexJson, indexPage } from "./platform/http/openapi/api-index.ts";
import { requestExamples } from "./platform/http/openapi/examples.ts";
import { operationIdOf } from "./platform/http/openapi/names.ts";
import { referencePage } from "./platform/http/openapi/reference.ts";
import { type Document, type Operation, operationsOf, type Schema } from "./platform/http/openapi/types.ts";

let document: Document;
let operations: { name: string; method: string; path: string; operation: Operation }[];

beforeAll(async () => {
  document = JSON.parse(JSON.stringify(await openApiDocument()));
  operations = [...operationsOf(document)].map((found) => ({
    ...found,
    name: `${found.method} ${found.path}`,
  }));
});

const wrong = (isWrong: (operation: Operation, path: string, method: string) => unknown) =>
  operations
    .filter(({ operation, path, method }) => isWrong(operation, path, method))
    .map(({ name }) => name);

describe("every operation", () => {
  test("has a name of its own in camelCase, a tag and a summary", () => {
    expect(wrong(({ operationId }) => !/^[a-z][A-Za-z0-9]*$/.test(operationId ?? ""))).toEqual([]);
    const names = operations.map(({ operation }) => operation.operationId);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    expect(wrong(({ tags, summary }) => !tags?.length || !summary)).toEqual([]);
  });

  test("says who may call it: by a token, or anybody", () => {
    const open = operations.filter(({ operation }) => operation.security?.length === 0);
    expect(open.map(({ name }) => name)).toContain("POST /api/v1/users/login");
    expect(wrong(({ security, responses }) => security === undefined && !responses["401"])).toEqual([]);
    expect(document.components.securitySchemes).toHaveProperty("bearer");
  });

  test("names a success with its media type, and each refusal as a problem document", () => {
    expect(wrong(({ responses }) => !Object.keys(responses).some((status) => /^2/.test(status)))).toEqual([]);
    expect(
      wrong(({ responses }) =>
        Object.entries(responses).some(
          ([status, { content }]) => /^20[012]$/.test(status) && Object.keys(content ?? {}).length === 0,
        ),
      ),
    ).toEqual([]);
    for (const { operation, name, path } of operations) {
      if (path.startsWith("/health")) continue;
      for (const [status, answer] of Object.entries(operation.responses)) {
        if (!/^[45]/.test(status) || status === "416") continue;
        const response = answer.$ref
          ? document.components.responses?.[answer.$ref.split("/").at(-1) ?? ""]
          : answer;
        expect(Object.keys(response?.content ?? {}), `${name} ${status}`).toEqual([
          "application/problem+json",
        ]);
      }
    }
  });

  test("pages and sorts where it answers a list", () => {
    const isList = ({ responses }: Operation) =>
      /List"/.test(JSON.stringify(responses["200"]?.content ?? {})) ||
      JSON.stringify(responses["200"] ?? {}).includes("totalIsExact");
    const takes = ({ parameters = [] }: Operation, name: string) =>
      parameters.some((one) => one.name === name);
    expect(wrong((operation) => isList(operation) && !takes(operation, "limit"))).toEqual([]);
    expect(wrong((operation) => takes(operation, "offset") && !takes(operation, "sort"))).toEqual([]);
  });

  test("describes each parameter, and bounds each text and number", () => {
    const unbounded = ({ schema }: { schema: Schema }) =>
      (schema.type === "string" && !schema.maxLength && !schema.format && !schema.enum && !schema.pattern) ||
      (schema.type === "integer" && schema.maximum === undefined);
    expect(wrong(({ parameters = [] }) => parameters.some((one) => !one.description))).toEqual([]);
    expect(wrong(({ parameters = [] }) => parameters.some(unbounded))).toEqual([]);
  });
});

test("schemas of the contract have names and stand there once", () => {
  const { schemas = {} } = document.components;
  for (const name of ["Patient", "Study", "Image", "Report", "Finding", "Bill", "Problem", "PatientList"])
    expect(schemas, name).toHaveProperty(name);
  const text = JSON.stringify(document);
  const missing = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)]
    .map((match) => match[1]!)
    .filter((name) => !(name in schemas));
  expect(missing).toEqual([]);
  expect(text.length).toBeLessThan(1_000_000);
});

test("the examples are of operations that are there, and valid", () => {
  const ajv = new Ajv({ strict: false });
  (addFormats as unknown as (ajv: Ajv) => void)(ajv);
  ajv.addSchema(document, "api");
  const at = (path: string, method: string) =>
    `api#/paths/${path.replaceAll("~", "~0").replaceAll("/", "~1").replace(/[{}]/g, encodeURIComponent)}/${method}/requestBody/content/application~1json/schema`;
  for (const { operation, path, method, name } of operations) {
    const example = requestExamples[operation.operationId ?? ""];
    if (example === undefined) continue;
    const validate = ajv.getSchema(at(path, method.toLowerCase()));
    expect(validate?.(example), `${name}: ${JSON.stringify(validate?.errors)}`).toBe(true);
  }
});

test("names follow from method and path", () => {
  const names = [
    ["GET", "/api/v1/patients", true, "listPatients"],
    ["GET", "/api/v1/patients/{id}", false, "getPatient"],
    ["POST", "/api/v1/imaging-orders", false, "createImagingOrder"],
    ["PATCH", "/api/v1/routing-rules/{id}", false, "updateRoutingRule"],
    ["GET", "/api/v1/reports/study/{studyId}", true, "listReportsByStudy"],
    ["POST", "/api/v1/users/{id}/reset-password", false, "resetUserPassword"],
    ["DELETE", "/api/v1/reports/{id}", false, "deleteReport"],
    ["PUT", "/api/v1/studies/{id}/key-images", false, "replaceStudyKeyImages"],
    ["PATCH", "/api/v1/studies/{id}/status", false, "updateStudyStatus"],
    ["GET", "/api/v1/audit/verify", false, "verifyAudit"],
    ["GET", "/health/live", false, "getHealthLive"],
  ] as const;
  for (const [method, path, isList, name] of names) expect(operationIdOf(method, path, isList)).toBe(name);
});

/** With what the document says of itself. */
const described = () =>
  document as Document & { info: { title: string; version: string; description?: string } };

test("the pages to read name every operation and every shape, lead nowhere that is not there, and need no script", async () => {
  const page = referencePage(described());
  const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  for (const { operation } of operations) expect(ids).toContain(operation.operationId);
  for (const name of Object.keys(document.components.schemas ?? {})) expect(ids).toContain(`schema-${name}`);
  const links = [...page.matchAll(/ href="#([^"]+)"/g)].map(([, id]) => id);
  expect(links.filter((id) => !ids.has(id))).toEqual([]);
  expect(links.length).toBeGreaterThan(operations.length);
  expect(page).not.toMatch(/<script|https?:\/\/|javascript:/i);
  const index = indexPage(described());
  for (const [, id] of index.matchAll(/href="\/redoc#([^"]*)"/g)) expect(ids).toContain(id);
  expect(indexJson(described())).toMatchObject({ links: { openapi: "/openapi.json", reference: "/redoc" } });
});
