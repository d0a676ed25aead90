import { SerializerSelector } from "@fastify/fast-json-stringify-compiler";
import { Ajv, type Options as AjvOptions, type ValidateFunction } from "ajv";
import type { DataValidateFunction, SchemaValidateFunction } from "ajv/dist/types/index.js";
import addFormats from "ajv-formats";
import type { FastifySchema } from "fastify";

interface SchemaPart {
  schema: unknown;
  httpPart?: string;
}

type Check = ((data: unknown, context?: object) => unknown) & Pick<ValidateFunction, "errors">;

const firstMoment = Date.parse("0001-01-01T00:00:00Z");
const lastMoment = Date.parse("9999-12-31T23:59:59.999Z");

/** The formats of dates and moments, as far as PostgreSQL and `Date` know them: years of four digits from 1 on, in UTC as well, and no leap seconds. */
function addDateFormats(ajv: Ajv): void {
  const known = (name: string) => {
    const format = ajv.formats[name] as { validate: (text: string) => boolean };
    return format.validate;
  };
  const [isDate, isMoment] = [known("date"), known("date-time")];
  ajv.addFormat("date", { type: "string", validate: (text) => isDate(text) && !text.startsWith("0000") });
  ajv.addFormat("date-time", {
    type: "string",
    validate: (text) => {
      const moment = isMoment(text) ? Date.parse(text) : Number.NaN;
      return moment >= firstMoment && moment <= lastMoment;
    },
  });
}

/** Enumerations are read in any case, and go on as the contract writes them. */
function readEnumerations(ajv: Ajv): void {
  ajv.removeKeyword("enum");
  ajv.addKeyword({
    keyword: "enum",
    modifying: true,
    compile(values: readonly unknown[]) {
      const written = new Map(
        values.filter((value) => typeof value === "string").map((value) => [value.toUpperCase(), value]),
      );
      const check: DataValidateFunction = (data, context) => {
        if (values.includes(data)) return true;
        const found = typeof data === "string" ? written.get(data.trim().toUpperCase()) : undefined;
        if (found !== undefined && context) {
          context.parentData[context.parentDataProperty] = found;
          return true;
        }
        check.errors = [{ keyword: "enum", params: { allowedValues: values } }];
        return false;
      };
      return check;
    },
  });
}

/** Ids go on in lower case, as the database gives them: rules and the audit trail compare texts. */
function lowerIds(ajv: Ajv): void {
  const lower: SchemaValidateFunction = (_schema, data: string, _parent, context) => {
    if (context) context.parentData[context.parentDataProperty] = data.toLowerCase();
    return true;
  };
  ajv.addKeyword({ keyword: lowerCase, type: "string", modifying: true, errors: false, validate: lower });
}

const lowerCase = "isocenter-lower-case";
/** One for each schema, so that the two prefixes of a route have one check. */
const known = new WeakMap<object, object>();
function withLowerIds(schema: object): object {
  const made =
    known.get(schema) ??
    JSON.parse(
      JSON.stringify(schema, (_key, part) =>
        typeof part === "object" && part?.format === "uuid" ? { ...part, [lowerCase]: true } : part,
      ),
    );
  known.set(schema, made);
  return made;
}

/** Making the code of a check shorter before it is compiled takes as long as making it, and each is compiled once in each process. */
const code = { optimize: false };

/**
 * JSON Schema checks. Bodies are taken as they are; parameters come as text and are read as what the schema says. Nothing
 * unknown is dropped in silence. A schema is compiled when it is first asked for: all of them together take longer than the rest of a start.
 */
export function validators(): (part: SchemaPart) => Check {
  const options: AjvOptions = {
    removeAdditional: false,
    useDefaults: true,
    allErrors: true,
    strict: false,
    code,
  };
  const make = (more: AjvOptions): Ajv => {
    const ajv = new Ajv({ ...options, ...more });
    (addFormats as unknown as (ajv: Ajv) => void)(ajv);
    addDateFormats(ajv);
    readEnumerations(ajv);
    lowerIds(ajv);
    return ajv;
  };
  const strict = make({ coerceTypes: false });
  const coercing = make({ coerceTypes: "array" });
  return ({ schema, httpPart }) => {
    const ajv = httpPart === "body" ? strict : coercing;
    let compiled: ValidateFunction | undefined;
    const check: Check = (data, context) => {
      compiled ??= ajv.compile(withLowerIds(schema as object) as FastifySchema);
      const valid = compiled(data, context as never);
      check.errors = compiled.errors ?? null;
      return valid;
    };
    return check;
  };
}

type Serialize = (document: unknown) => string;

interface Part {
  type?: unknown;
  anyOf?: readonly Part[];
}

/**
 * Texts, objects and lists that may be null, said in the serializer's own word: of alternatives it compiles a check for each and asks it at each answer.
 * Numbers stay as they are, because without a check they are rounded in silence.
 */
function withNullable(schema: object): object {
  return JSON.parse(
    JSON.stringify(schema, (_key, part: Part | null) => {
      const [one, nothing, ...others] = part?.anyOf ?? [];
      const plain = one?.type === "string" || one?.type === "object" || one?.type === "array";
      if (!plain || nothing?.type !== "null" || others.length > 0) return part;
      const { anyOf: _, ...rest } = part!;
      return { ...one, ...rest, nullable: true };
    }),
  );
}

/** Writes answers as their schema says. Compiled at the first answer, as the checks are, and once for the two prefixes of a route. */
export function serializers(): (part: SchemaPart) => Serialize {
  const compile = SerializerSelector()({}, { ajv: { code, meta: false } });
  const known = new WeakMap<object, Serialize>();
  return ({ schema }) => {
    const key = schema as object;
    return (document) => {
      let serialize = known.get(key);
      if (serialize === undefined) {
        serialize = compile({ schema: withNullable(key), method: "", url: "", httpStatus: "" });
        known.set(key, serialize);
      }
      return serialize(document);
    };
  };
}
