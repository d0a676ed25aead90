import fs from "node:fs";
import path from "node:path";
import { IntlMessageFormat } from "intl-messageformat";
import { parseSync, Visitor } from "vite";
import { describe, expect, test } from "vitest";

const source = path.resolve(import.meta.dirname, "../../web/src");
const rooms = fs
  .readdirSync(source, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();
const filesOf = (room: string) =>
  fs
    .readdirSync(path.join(source, room), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !/\.(test|generated)\./.test(name))
    .map((name) => path.join(room, name));

/** Rooms whose words are English alone as yet. The list only shrinks. */
const untranslated: readonly string[] = [];

interface Words {
  messages: string[];
  /** What is shown without passing through `t`. */
  bare: string[];
  /** `t` outside a function: said before the language is known. */
  early: string[];
}

const shownAttributes = new Set([
  "alt",
  "aria-label",
  "description",
  "hint",
  "label",
  "placeholder",
  "safe",
  "title",
  "word",
]);
const shownProperties = new Set(["description", "hint", "label", "title", "word"]);
/** Names and keys that are the same in all languages. */
const sameEverywhere = new Set(["Alt", "Ctrl", "Esc", "Isocenter", "Tab"]);
const isWords = (text: string) => /\p{L}{2}/u.test(text) && !sameEverywhere.has(text.trim());

/** The words of one file, found in its syntax tree. */
function wordsOf(file: string): Words {
  const text = fs.readFileSync(path.join(source, file), "utf8");
  const lineOf = (offset: number) => `${file}:${text.slice(0, offset).split("\n").length}`;
  const words: Words = { messages: [], bare: [], early: [] };
  let depth = 0;
  const enter = () => {
    depth++;
  };
  const leave = () => {
    depth--;
  };
  const literals = (node: { type: string }): string[] => {
    const at = node as unknown as {
      type: string;
      value?: unknown;
      consequent?: { type: string };
      alternate?: { type: string };
    };
    if (at.type === "Literal" && typeof at.value === "string") return [at.value];
    if (at.type === "ConditionalExpression") return [...literals(at.consequent!), ...literals(at.alternate!)];
    return [];
  };
  new Visitor({
    FunctionDeclaration: enter,
    "FunctionDeclaration:exit": leave,
    FunctionExpression: enter,
    "FunctionExpression:exit": leave,
    ArrowFunctionExpression: enter,
    "ArrowFunctionExpression:exit": leave,
    CallExpression(node) {
      if (node.callee.type !== "Identifier") return;
      const { name } = node.callee;
      if (name !== "t" && name !== "rich" && name !== "message") return;
      const first = node.arguments[0];
      if (first) words.messages.push(...literals(first));
      if (name !== "message" && depth === 0) words.early.push(lineOf(node.start));
    },
    JSXText(node) {
      if (isWords(node.value)) words.bare.push(`${lineOf(node.start)}: ${node.value.trim()}`);
    },
    JSXAttribute(node) {
      const name = node.name.type === "JSXIdentifier" ? node.name.name : "";
      const value = node.value;
      const inner = value?.type === "JSXExpressionContainer" ? value.expression : value;
      if (!inner || !shownAttributes.has(name)) return;
      for (const text of literals(inner))
        if (isWords(text)) words.bare.push(`${lineOf(node.start)}: ${text}`);
    },
    Property(node) {
      const name = node.key.type === "Identifier" ? node.key.name : "";
      if (!shownProperties.has(name)) return;
      for (const text of literals(node.value))
        if (isWords(text)) words.bare.push(`${lineOf(node.start)}: ${text}`);
    },
  }).visit(parseSync(file, text).program);
  return words;
}

const found = new Map(rooms.map((room) => [room, filesOf(room).map(wordsOf)]));
const dictionaries = new Map<string, Record<string, string>>(
  rooms.flatMap((room) => {
    const file = path.join(source, room, "words.fr.json");
    return fs.existsSync(file) ? [[room, JSON.parse(fs.readFileSync(file, "utf8"))] as const] : [];
  }),
);
/** The names that a message wants filled in, and its marked parts. */
function argumentsOf(message: string): string[] {
  const names = new Set<string>();
  interface Part {
    type: number;
    value: string;
    options?: Record<string, { value: Part[] }>;
    children?: Part[];
  }
  const look = (parts: readonly Part[]) => {
    for (const part of parts) {
      // 0 is text, 7 the number sign of a plural.
      if (part.type !== 0 && part.type !== 7) names.add(part.value);
      for (const option of Object.values(part.options ?? {})) look(option.value);
      look(part.children ?? []);
    }
  };
  look(new IntlMessageFormat(message, "en").getAst() as unknown as Part[]);
  return [...names].sort();
}

describe("words on the screen", () => {
  test("every message has French, in the room or in another one", () => {
    const french = new Set([...dictionaries.values()].flatMap(Object.keys));
    const missing = [...found].flatMap(([room, files]) =>
      files.flatMap(({ messages }) =>
        messages.filter((one) => !french.has(one)).map((one) => `${room}: ${one}`),
      ),
    );
    expect([...new Set(missing)]).toEqual([]);
  });

  test("every French line says something that its room says, and a message is the same French everywhere", () => {
    const wrong: string[] = [];
    const said = new Map<string, string>();
    for (const [room, dictionary] of dictionaries) {
      const messages = new Set(found.get(room)!.flatMap((file) => file.messages));
      for (const [english, french] of Object.entries(dictionary)) {
        if (!messages.has(english)) wrong.push(`${room}: nobody says "${english}"`);
        if ((said.get(english) ?? french) !== french)
          wrong.push(`${room}: "${english}" is "${said.get(english)}" elsewhere`);
        said.set(english, french);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("French fills in what English fills in", () => {
    const wrong = [...dictionaries.values()]
      .flatMap(Object.entries)
      .filter(([english, french]) => argumentsOf(english).join() !== argumentsOf(french).join())
      .map(([english, french]) => `${english} -> ${french}`);
    expect(wrong).toEqual([]);
  });

  test("nothing is said before the language is known: no t at the top of a file, but message", () => {
    expect([...found.values()].flat().flatMap(({ early }) => early)).toEqual([]);
  });

  test("nothing is shown in English alone", () => {
    const bare = [...found]
      .filter(([room]) => !untranslated.includes(room))
      .flatMap(([, files]) => files.flatMap((file) => file.bare));
    expect(bare).toEqual([]);
  });

  test("a room that is translated leaves the list of those that are not", () => {
    const done = untranslated.filter(
      (room) => found.get(room)?.every(({ bare }) => bare.length === 0) ?? true,
    );
    expect(done).toEqual([]);
  });
});
