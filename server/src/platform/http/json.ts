import { Refusal } from "../refusal.ts";
import type { App } from "./app.ts";

const longestPath = 256;

/** After the last character of the string that begins at `from`. */
function endOfString(text: string, from: number): number {
  for (let at = from + 1; ; at++) {
    const character = text[at];
    if (character === '"' || character === undefined) return at + 1;
    if (character === "\\") at++;
  }
}

const nameOf = (literal: string): string =>
  literal.includes("\\") ? (JSON.parse(literal) as string) : literal.slice(1, -1);

/** An object or list that is not closed yet: its names so far, or null for a list; and where in it we are. */
interface Open {
  names: Set<string> | null;
  name: string;
  index: number;
}

const step = ({ names, name, index }: Open): string => (names === null ? String(index) : name);

/**
 * The path of the first member that an object says twice (`lines.0.code`), or null.
 * @param text JSON that can be parsed
 */
export function repeatedMember(text: string): string | null {
  const open: Open[] = [];
  let wantsName = false;
  for (let at = 0; at < text.length; ) {
    const character = text[at]!;
    const inside = open.at(-1);
    if (character === '"') {
      const end = endOfString(text, at);
      if (wantsName && inside?.names) {
        inside.name = nameOf(text.slice(at, end));
        if (inside.names.has(inside.name)) return open.map(step).join(".");
        inside.names.add(inside.name);
        wantsName = false;
      }
      at = end;
      continue;
    }
    if (character === "{" || character === "[") {
      open.push({ names: character === "{" ? new Set() : null, name: "", index: 0 });
      wantsName = character === "{";
    } else if (character === "}" || character === "]") {
      open.pop();
      wantsName = false;
    } else if (character === "," && inside) {
      inside.index++;
      wantsName = inside.names !== null;
    }
    at++;
  }
  return null;
}

const needsNoBody = (schema: unknown): boolean =>
  schema === undefined ||
  (schema as { anyOf?: { type?: string }[] }).anyOf?.some(({ type }) => type === "null") === true;

/**
 * JSON bodies as Fastify reads them, but for what says a member twice: one reader takes the first, another the last, and whoever checks a request on its
 * way may see another than we do (RFC 8259 section 4). @throws Refusal `invalid` (`json.repeated`)
 */
export function installJson(app: App, type = "application/json"): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser(type, { parseAs: "string" }, (request, text, done) => {
    // Many clients name the type of a body that they do not send; where none is needed that is none.
    if (text === "" && needsNoBody(request.routeOptions.schema?.body)) return done(null, undefined);
    void parse(request, text as string, (error, value) => {
      if (error) return done(error);
      const twice = repeatedMember(text as string);
      if (twice === null) return done(null, value);
      const path = `body.${twice}`.slice(0, longestPath);
      const message = "This member is said twice.";
      done(new Refusal("invalid", "json.repeated", `${path}: ${message}`, { errors: [{ path, message }] }));
    });
  });
}
