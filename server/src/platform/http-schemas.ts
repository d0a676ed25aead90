import { SerializerSelector } from "@fastify/fast-json-stringify-compiler";
import { Ajv, type Options as AjvOptions, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import type { FastifySchema } from "fastify";

interface SchemaPart {
  schema: unknown;
  httpPart?: string;
}

type Check = ((data: unknown, context?: object) => unknown) & Pick<ValidateFunction, "errors">;

/**
 * JSON Schema checks. Bodies are taken as they are; parameters come as text and are read as what the schema says. Nothing
 * unknown is dropped in silence. A schema is compiled when it is first asked for: all of them together take longer than the rest of a start.
 */
export function validators(): (part: SchemaPart) => Check {
  const options: AjvOptions = { removeAdditional: false, useDefaults: true, allErrors: true, strict: false };
  const make = (more: AjvOptions): Ajv => {
    const ajv = new Ajv({ ...options, ...more });
    (addFormats as unknown as (ajv: Ajv) => void)(ajv);
    return ajv;
  };
  const strict = make({ coerceTypes: false });
  const coercing = make({ coerceTypes: "array" });
  return ({ schema, httpPart }) => {
    const ajv = httpPart === "body" ? strict : coercing;
    let compiled: ValidateFunction | undefined;
    const check: Check = (data, context) => {
      compiled ??= ajv.compile(schema as FastifySchema);
      const valid = compiled(data, context as never);
      check.errors = compiled.errors ?? null;
      return valid;
    };
    return check;
  };
}

type Serialize = (document: unknown) => string;

/** Writes answers as their schema says. Compiled at the first answer, as the checks are, and once for the two prefixes of a route. */
export function serializers(): (part: SchemaPart) => Serialize {
  const compile = SerializerSelector()({}, {});
  const known = new WeakMap<object, Serialize>();
  return ({ schema }) => {
    const key = schema as object;
    return (document) => {
      let serialize = known.get(key);
      if (serialize === undefined) {
        serialize = compile({ schema, method: "", url: "", httpStatus: "" });
        known.set(key, serialize);
      }
      return serialize(document);
    };
  };
}
