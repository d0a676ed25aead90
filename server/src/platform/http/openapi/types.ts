/** The parts of an OpenAPI 3.1 document that are touched here. */

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json | undefined };
export type Schema = { [name: string]: Json | undefined };

export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema: Schema;
}

export type Content = Record<string, { schema: Schema; examples?: Record<string, { value: Json }> }>;

export interface Response {
  $ref?: string;
  description?: string;
  headers?: Record<string, { $ref: string }>;
  content?: Content;
}

export interface Operation {
  operationId?: string;
  tags?: string[];
  summary?: string;
  description?: string;
  security?: unknown[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Content };
  responses: Record<string, Response>;
  "x-route"?: RouteFacts;
}

/** What a route's configuration says, carried to where the document is finished. */
export interface RouteFacts {
  permission: string | null;
  public: boolean;
  idempotent: boolean;
  /** Media types of an answer that is no JSON: what the schema `produces`. */
  files: readonly string[];
}

export interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  tags?: { name: string; description?: string }[];
  components: {
    schemas?: Record<string, Schema>;
    responses?: Record<string, Response>;
    headers?: Record<string, unknown>;
    securitySchemes?: Record<string, unknown>;
  };
}

export const methods = ["get", "post", "put", "patch", "delete"] as const;

/** Every operation with its method and path. */
export function* operationsOf(
  document: Document,
): Generator<{ method: string; path: string; operation: Operation }> {
  for (const [path, item] of Object.entries(document.paths))
    for (const method of methods) {
      const operation = item[method];
      if (operation) yield { method: method.toUpperCase(), path, operation };
    }
}
