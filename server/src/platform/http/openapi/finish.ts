import { answerHeaders, completeAnswers, problemResponses } from "./answers.ts";
import { nameSchemas } from "./components.ts";
import { requestExamples } from "./examples.ts";
import { operationIdOf } from "./names.ts";
import { meaningOf } from "./parameters.ts";
import { type Document, type Operation, operationsOf, type RouteFacts, type Schema } from "./types.ts";

const noFacts: RouteFacts = { permission: null, public: false, idempotent: false, files: [] };

/** Whether the answer is a list, in the contract's shape or a bare one. */
function answersList({ responses }: Operation): boolean {
  const schema = responses["200"]?.content?.["application/json"]?.schema;
  if (!schema) return false;
  if (schema.type === "array") return true;
  const properties = schema.properties as Schema | undefined;
  const data = properties?.data as Schema | undefined;
  return data?.type === "array" && Object.keys(properties ?? {}).length <= 2;
}

/** `send-queue` → "Send queue". */
function tagOf(path: string): string {
  const segment = path.replace(/^\/api\/v1(?=\/)/, "").split("/")[1] ?? "";
  const words = segment.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `updateRoutingRule` → "Update routing rule". */
function sentenceOf(operationId: string): string {
  const words = operationId.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A body that may be left out is said so, instead of being an object or null. */
function readBody(operation: Operation): void {
  const body = operation.requestBody;
  if (!body) return;
  for (const media of Object.values(body.content)) {
    const choices = media.schema.anyOf;
    if (!Array.isArray(choices)) continue;
    const some = choices.filter((choice) => (choice as Schema).type !== "null") as Schema[];
    if (some.length === choices.length) continue;
    body.required = false;
    const { anyOf: _, ...rest } = media.schema;
    media.schema = some.length === 1 ? { ...rest, ...some[0] } : { ...rest, anyOf: some };
  }
}

function describe(operation: Operation, facts: RouteFacts): void {
  const says = [
    operation.description,
    facts.permission ? `Needs the permission \`${facts.permission}\`.` : null,
    facts.public ? "Needs no token." : null,
  ].filter((text) => text !== null && text !== undefined);
  if (says.length > 0) operation.description = says.join(" ");
  for (const parameter of operation.parameters ?? []) {
    const own = parameter.schema.description;
    parameter.description ??= typeof own === "string" ? own : meaningOf(parameter.in, parameter.name);
    delete parameter.schema.description;
  }
}

/**
 * Makes what the routes' schemas say into a document that clients are generated from: names, tags, every answer with its media type,
 * descriptions, examples. Changes the document in place.
 */
export function finishDocument(document: Document): Document {
  document.components.responses = { ...document.components.responses, ...problemResponses() };
  document.components.headers = { ...document.components.headers, ...answerHeaders };
  const tags = new Set<string>();
  for (const { method, path, operation } of operationsOf(document)) {
    const facts = operation["x-route"] ?? noFacts;
    delete operation["x-route"];
    operation.operationId ??= operationIdOf(method, path, answersList(operation));
    operation.tags ??= [tagOf(path)];
    for (const tag of operation.tags) tags.add(tag);
    operation.summary ??= sentenceOf(operation.operationId);
    readBody(operation);
    describe(operation, facts);
    completeAnswers(method, operation, facts);
    const example = requestExamples[operation.operationId];
    const json = operation.requestBody?.content["application/json"];
    if (example && json) json.examples = { example: { value: example } };
  }
  document.tags = [...tags].sort().map((name) => ({ name }));
  nameSchemas(document);
  return document;
}
