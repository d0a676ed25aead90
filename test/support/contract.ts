import fs from "node:fs";
import path from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import createClient, { type Client } from "openapi-fetch";
import type { paths } from "../../web/src/api/schema.generated.ts";

export type Api = Client<paths>;

/** A call that succeeded, to be sent again in other ways. */
export interface Sent {
  url: string;
  /** The text of a JSON body, null where there was none, undefined where it was no JSON. */
  body: string | null | undefined;
}

export interface DocumentedOperation {
  id: string;
  method: string;
  path: string;
  public: boolean;
  /** Query parameters by name. */
  query: Record<string, { enum?: string[] }>;
  takesKey: boolean;
  isList: boolean;
  hasBody: boolean;
  /** Of a JSON body, with all that it refers to; null where there is none. */
  body: JsonSchema | null;
  /** Of all parameters. */
  parameters: readonly { in: string; name: string; schema: JsonSchema }[];
  /** Of statuses to media types; none where the answer has no body. */
  answers: Record<string, string[]>;
}

/** What the document uses of JSON Schema. */
export interface JsonSchema {
  type?: string | string[];
  format?: string;
  pattern?: string;
  enum?: unknown[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
}

interface RawOperation {
  operationId: string;
  security?: unknown[];
  parameters?: { in: string; name: string; schema: JsonSchema & { enum?: string[] } }[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, RawResponse>;
}
interface RawResponse {
  $ref?: string;
  content?: Record<string, { schema: { $ref?: string } }>;
}
interface RawDocument {
  paths: Record<string, Record<string, RawOperation>>;
  components: { schemas: Record<string, { properties?: object }>; responses: Record<string, RawResponse> };
}

const escaped = (text: string): string =>
  text.replaceAll("~", "~0").replaceAll("/", "~1").replace(/[{}]/g, encodeURIComponent);

/** A schema with what it refers to in its place. None of ours refers to itself. */
function inlined(
  schema: JsonSchema & { $ref?: string },
  schemas: RawDocument["components"]["schemas"],
): JsonSchema {
  const name = schema.$ref?.split("/").at(-1);
  const { properties, items, anyOf, additionalProperties, ...rest } = name
    ? (schemas[name] as JsonSchema)
    : schema;
  const of = (one: JsonSchema) => inlined(one, schemas);
  return {
    ...rest,
    ...(properties
      ? { properties: Object.fromEntries(Object.entries(properties).map(([key, one]) => [key, of(one)])) }
      : {}),
    ...(items ? { items: of(items) } : {}),
    ...(anyOf ? { anyOf: anyOf.map(of) } : {}),
    ...(typeof additionalProperties === "object"
      ? { additionalProperties: of(additionalProperties) }
      : additionalProperties === undefined
        ? {}
        : { additionalProperties }),
  };
}

/** The committed OpenAPI document as the tests ask it. */
export function readContract() {
  const file = path.resolve(import.meta.dirname, "../../docs/openapi.json");
  const document = JSON.parse(fs.readFileSync(file, "utf8")) as RawDocument;
  const ajv = new Ajv({ strict: false, validateFormats: true });
  (addFormats as unknown as (ajv: Ajv) => void)(ajv);
  ajv.addSchema(document, "api");

  const resolved = (response: RawResponse): { response: RawResponse; at: string | null } => {
    const name = response.$ref?.split("/").at(-1);
    return name === undefined
      ? { response, at: null }
      : { response: document.components.responses[name]!, at: `components/responses/${name}` };
  };
  const isListSchema = (schema: { $ref?: string } | undefined): boolean => {
    const name = schema?.$ref?.split("/").at(-1);
    const { properties = {} } = name
      ? document.components.schemas[name]!
      : (schema as { properties?: object });
    return "data" in properties && "pagination" in properties;
  };

  const operations: DocumentedOperation[] = [];
  const validators = new Map<string, ValidateFunction>();
  for (const [url, item] of Object.entries(document.paths))
    for (const [method, raw] of Object.entries(item)) {
      const answers: Record<string, string[]> = {};
      for (const [status, declared] of Object.entries(raw.responses)) {
        const { response, at } = resolved(declared);
        answers[status] = Object.keys(response.content ?? {});
        const place = at ?? `paths/${escaped(url)}/${method}/responses/${status}`;
        for (const type of answers[status].filter((one) => one.endsWith("json")))
          validators.set(
            `${raw.operationId} ${status} ${type}`,
            ajv.getSchema(`api#/${place}/content/${escaped(type)}/schema`)!,
          );
      }
      const json = raw.requestBody?.content["application/json"]?.schema;
      const ok = raw.responses["200"]?.content?.["application/json"]?.schema;
      operations.push({
        id: raw.operationId,
        method: method.toUpperCase(),
        path: url,
        public: raw.security?.length === 0,
        query: Object.fromEntries(
          (raw.parameters ?? []).filter((one) => one.in === "query").map((one) => [one.name, one.schema]),
        ),
        takesKey: raw.parameters?.some((one) => one.name === "Idempotency-Key") === true,
        isList: ok !== undefined && isListSchema(ok),
        hasBody: raw.requestBody !== undefined,
        body: json ? inlined(json, document.components.schemas) : null,
        parameters: raw.parameters ?? [],
        answers,
      });
    }
  return { operations, validators };
}

export type Contract = ReturnType<typeof readContract>;

/** What the answer to a call has against the document: nothing, or what is wrong. */
export function judge(
  { validators }: Contract,
  operation: DocumentedOperation,
  answer: { status: number; type: string; body: string | null },
): string[] {
  const { id, answers } = operation;
  const status = answers[answer.status] ? String(answer.status) : `${String(answer.status)[0]}XX`;
  const types = answers[status];
  if (!types) return [`${id}: ${answer.status} is not declared: ${answer.body?.slice(0, 300)}`];
  if (types.length === 0) return answer.body ? [`${id}: ${answer.status} has a body`] : [];
  if (!types.includes(answer.type))
    return [`${id}: ${answer.status} is ${answer.type}, not ${types.join(", ")}`];
  const validate = validators.get(`${id} ${status} ${answer.type}`);
  if (!validate || answer.body === null || validate(JSON.parse(answer.body))) return [];
  return [`${id}: ${answer.status} ${JSON.stringify(validate.errors)}: ${answer.body.slice(0, 400)}`];
}

/**
 * The generated client on a running program, which judges every answer by the document and keeps what succeeded.
 * @param wrong gets what is wrong
 * @param sent gets the first successful call of each operation
 */
export function judgingClient(
  contract: Contract,
  {
    baseUrl,
    token,
    wrong,
    sent,
  }: {
    baseUrl: string;
    token: () => string | null;
    wrong: string[];
    sent: Map<string, Sent>;
  },
): Api {
  const bodies = new WeakMap<Request, Sent["body"]>();
  let calls = 0;
  const api = createClient<paths>({ baseUrl });
  api.use({
    async onRequest({ request }) {
      const bearer = token();
      if (bearer) request.headers.set("authorization", `Bearer ${bearer}`);
      request.headers.set("x-request-id", `contract-${++calls}`);
      const type = request.headers.get("content-type") ?? "";
      const text = type.startsWith("application/json") ? await request.clone().text() : undefined;
      bodies.set(request, type === "" ? null : text);
    },
    async onResponse({ request, response, schemaPath }) {
      const operation = contract.operations.find(
        (one) => one.path === schemaPath && one.method === request.method,
      )!;
      const type = (response.headers.get("content-type") ?? "").split(";")[0]!.trim();
      const isText = type.endsWith("json");
      const body = isText ? await response.clone().text() : null;
      wrong.push(...judge(contract, operation, { status: response.status, type, body }));
      if (response.headers.get("x-request-id") !== request.headers.get("x-request-id"))
        wrong.push(`${operation.id}: X-Request-Id is not the client's`);
      const item = contract.operations.find(
        (one) => one.method === "GET" && one.path === `${operation.path}/{id}`,
      );
      const id = response.status === 201 && item && body ? JSON.parse(body).id : undefined;
      if (typeof id === "string" && !response.headers.get("location")?.endsWith(`/${id}`))
        wrong.push(`${operation.id}: Location is not where ${operation.path}/{id} is`);
      if (response.ok && !sent.has(operation.id))
        sent.set(operation.id, { url: request.url, body: bodies.get(request) });
    },
  });
  return api;
}

/** The data of a call that has to succeed. */
export async function made<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw new Error(`${response.status} ${response.url}: ${JSON.stringify(error)}`);
  return data as T;
}
