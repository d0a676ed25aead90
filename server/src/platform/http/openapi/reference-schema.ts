import { escapeHtml, prose } from "./html.ts";
import type { Json, Schema } from "./types.ts";

const nameOf = (reference: string): string => reference.split("/").at(-1) ?? reference;
export const anchorOf = (schema: string): string => `schema-${schema}`;
const schemaOf = (value: Json | undefined): Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
const choicesOf = (schema: Schema): Schema[] =>
  [schema.anyOf, schema.oneOf, schema.allOf].flatMap((list) =>
    Array.isArray(list) ? list.map(schemaOf) : [],
  );

/** A type in a few words, with links to what has a name. */
export function typeOf(schema: Schema): string {
  if (typeof schema.$ref === "string") {
    const name = nameOf(schema.$ref);
    return `<a href="#${anchorOf(name)}">${escapeHtml(name)}</a>`;
  }
  const choices = choicesOf(schema);
  if (choices.length > 0) return choices.map(typeOf).join(" or ");
  if (Array.isArray(schema.enum))
    return schema.enum.map((one) => `<code>${escapeHtml(String(one))}</code>`).join(", ");
  if (schema.const !== undefined) return `<code>${escapeHtml(String(schema.const))}</code>`;
  if (schema.type === "array") return `list of ${typeOf(schemaOf(schema.items))}`;
  if (schema.type === "null") return "null";
  const named = [schema.type].flat().filter((one) => typeof one === "string");
  return escapeHtml([named.join(" or ") || "anything", schema.format].filter(Boolean).join(", "));
}

const limits: readonly [string, (value: string) => string][] = [
  ["minimum", (value) => `at least ${value}`],
  ["maximum", (value) => `at most ${value}`],
  ["minLength", (value) => `at least ${value} characters`],
  ["maxLength", (value) => `at most ${value} characters`],
  ["minItems", (value) => `at least ${value}`],
  ["maxItems", (value) => `at most ${value} of them`],
  ["pattern", (value) => `matches ${value}`],
  ["default", (value) => `${value} when left out`],
];

/** What bounds a value: its own limits and those of what it may be instead of null. */
export function limitsOf(schema: Schema): string {
  const own = limits.flatMap(([keyword, words]) => {
    const value = schema[keyword];
    return typeof value === "number" || typeof value === "string" ? [escapeHtml(words(String(value)))] : [];
  });
  return [...own, ...choicesOf(schema).map(limitsOf)].filter(Boolean).join("; ");
}

const descriptionOf = (schema: Schema): string =>
  [schema.description, ...choicesOf(schema).map(({ description }) => description)]
    .filter((text) => typeof text === "string")
    .map(prose)
    .join(" ");

/** What a value is, said in one cell. */
export function meaning(schema: Schema, description?: string): string {
  const said = [description === undefined ? descriptionOf(schema) : prose(description), limitsOf(schema)];
  return said.filter(Boolean).join(` <span class="dim">·</span> `);
}

const deepest = 5;

/** The members of an object in a table, those of objects within under it. */
export function members(schema: Schema, depth = 0): string {
  const properties = Object.entries(schemaOf(schema.properties));
  const required = Array.isArray(schema.required) ? schema.required : [];
  const within = (one: Schema): Schema | null => {
    if (one.properties !== undefined) return one;
    const items = schemaOf(one.items);
    if (items.properties !== undefined) return items;
    return choicesOf(one).find(({ properties: inner }) => inner !== undefined) ?? null;
  };
  const rows = properties.map(([name, value]) => {
    const one = schemaOf(value);
    const inner = depth < deepest ? within(one) : null;
    const mark = required.includes(name) ? ` <span class="req">required</span>` : "";
    const more = inner ? `<details><summary>members</summary>${members(inner, depth + 1)}</details>` : "";
    return `<tr><th scope="row"><code>${escapeHtml(name)}</code>${mark}</th><td>${typeOf(one)}</td><td>${meaning(one)}${more}</td></tr>`;
  });
  if (rows.length > 0)
    return `<table><thead><tr><th scope="col">Member</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
  const choices = choicesOf(schema).filter(({ properties: inner }) => inner !== undefined);
  if (choices.length > 0) return choices.map((choice) => members(choice, depth + 1)).join("<p>or</p>");
  return `<p>${typeOf(schema)} ${meaning(schema)}</p>`;
}
