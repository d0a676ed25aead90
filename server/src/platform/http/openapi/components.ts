import * as contract from "@isocenter/contract";
import type { Document, Json, Schema } from "./types.ts";

const isObject = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const plain = (schema: unknown): Schema => JSON.parse(JSON.stringify(schema));

/** Objects, unions and enumerations are worth a name; a UUID is not. */
const worthNaming = (schema: Schema): boolean =>
  (schema.type === "object" && isObject(schema.properties)) ||
  Array.isArray(schema.anyOf) ||
  Array.isArray(schema.enum);

/** As the generator of the document writes it, which has no `const` and no pattern for the names of members. */
function written(schema: Schema): Schema {
  const { patternProperties, const: only, ...rest } = schema;
  const patterns = isObject(patternProperties) ? Object.values(patternProperties) : [];
  return {
    ...rest,
    ...(patterns[0] === undefined ? {} : { additionalProperties: patterns[0] }),
    ...(only === undefined ? {} : { enum: [only] }),
  };
}

/** A schema's text, whatever the order of its members. */
function keyOf(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(keyOf).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? "null";
  const schema = written(value);
  const members = Object.keys(schema)
    .filter((name) => schema[name] !== undefined)
    .sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${keyOf(schema[name])}`).join(",")}}`;
}

/** The contract's exported schemas by their text. */
function namedSchemas(): Map<string, string> {
  const names = new Map<string, string>();
  for (const [name, value] of Object.entries(contract).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!/^[A-Z]/.test(name) || !isObject(value)) continue;
    const schema = plain(value);
    if (!worthNaming(schema)) continue;
    const key = keyOf(schema);
    if (!names.has(key)) names.set(key, name);
  }
  return names;
}

/** `Patient` of `#/components/schemas/Patient`. */
const referred = (schema: Json | undefined): string | null =>
  isObject(schema) && typeof schema.$ref === "string" ? (schema.$ref.split("/").at(-1) ?? null) : null;

/** `PatientList` for the list of patients, or null where a schema is no list of something named. */
function listName(schema: Schema): string | null {
  const { properties } = schema;
  if (!isObject(properties) || Object.keys(properties).sort().join() !== "data,pagination") return null;
  const item = isObject(properties.data) ? referred(properties.data.items) : null;
  return item === null ? null : `${item}List`;
}

/**
 * Gives the schemas of the contract their names: wherever one stands in the document a reference takes its place, and lists of them are
 * named too. A document without this is eight times as long, and a client generated from it has no type to call a patient.
 */
export function nameSchemas(document: Document): void {
  const names = namedSchemas();
  const schemas: Record<string, Schema> = {};

  function replaced(value: Json | undefined, at: { top: boolean }): Json | undefined {
    if (Array.isArray(value)) return value.map((item) => replaced(item, { top: false }) ?? null);
    if (!isObject(value)) return value;
    const name = !at.top && worthNaming(value) ? names.get(keyOf(value)) : undefined;
    if (name !== undefined) {
      schemas[name] ??= {};
      if (Object.keys(schemas[name]).length === 0)
        Object.assign(schemas[name], replaced(value, { top: true }) as Schema);
      return { $ref: `#/components/schemas/${name}` };
    }
    const inside: Schema = {};
    for (const [member, child] of Object.entries(value))
      inside[member] =
        member === "examples" || member === "default" ? child : replaced(child, { top: false });
    const list = at.top ? null : listName(inside);
    if (list === null) return inside;
    schemas[list] ??= inside;
    return { $ref: `#/components/schemas/${list}` };
  }

  const replaceAll = (content: Record<string, { schema: Schema }> | undefined): void => {
    for (const media of Object.values(content ?? {}))
      media.schema = replaced(media.schema, { top: false }) as Schema;
  };
  for (const response of Object.values(document.components.responses ?? {})) replaceAll(response.content);
  for (const item of Object.values(document.paths))
    for (const operation of Object.values(item)) {
      replaceAll(operation.requestBody?.content);
      for (const response of Object.values(operation.responses ?? {})) replaceAll(response.content);
    }
  document.components.schemas = Object.fromEntries(
    Object.entries({ ...document.components.schemas, ...schemas }).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
