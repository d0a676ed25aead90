import { keep, kept } from "../kit/kept.ts";
import { formatted, parse } from "./format.ts";

/** The languages of the screen, each in its own name. Another one is a folder's file `words.xx.json` in each room, a line here and one in `dictionaryOf`. */
export const languages = { en: "English", fr: "Français" } as const;
export type Language = keyof typeof languages;

/** What a message may be given: numbers for plurals, text, or for `rich` what stands around a marked part. */
export type Values = Readonly<Record<string, string | number>>;

const key = "language";
let language: Language = "en";
let dictionary: Readonly<Record<string, string>> = {};
const parsed = new Map<string, ReturnType<typeof parse>>();

const known = (value: string | null | undefined): Language | null =>
  value && Object.hasOwn(languages, value) ? (value as Language) : null;

/** What the person chose, or else what the browser asks for first among ours. */
function choose(): Language {
  const chosen = known(kept(key));
  if (chosen) return chosen;
  for (const tag of globalThis.navigator?.languages ?? []) {
    const wish = known(tag.slice(0, 2).toLowerCase());
    if (wish) return wish;
  }
  return "en";
}

const dictionaryOf: Record<Language, () => Promise<Readonly<Record<string, string>>>> = {
  en: async () => ({}),
  fr: async () => (await import("./french.ts")).french,
};

/** Loads the person's language; once, before anything is drawn. */
export async function loadWords(): Promise<void> {
  await speak(choose());
  document.documentElement.lang = language;
}

/** Makes one language the language of the screen, for `loadWords` and tests. */
export async function speak(next: Language): Promise<void> {
  dictionary = await dictionaryOf[next]();
  language = next;
  parsed.clear();
}

/** Keeps the choice and draws the app anew. What was typed and not kept is lost, so it is asked for where nothing is being written. */
export function setLanguage(next: Language): void {
  if (keep(key, next)) location.reload();
}

export const currentLanguage = (): Language => language;

/** The tag by which dates and numbers are written: 24-hour clock and day before month, in both. */
export const locale = (): string => (language === "fr" ? "fr-FR" : "en-GB");

/** A message may say what it is about, where French tells apart what English does not: "Findings|report" is "Findings" in English. */
const english = (text: string): string => text.replace(/\|[a-z]+$/, "");

function fill<Node>(message: string, values: Readonly<Record<string, unknown>>): (string | Node)[] {
  let pieces = parsed.get(message);
  if (!pieces) {
    pieces = parse(dictionary[message] ?? english(message));
    parsed.set(message, pieces);
  }
  return formatted<Node>(pieces, values, locale());
}

/**
 * A sentence in the person's language. The English sentence is its own key; ICU MessageFormat, such as
 * `t("{count, plural, one {# study} other {# studies}}", { count })`. Without values the sentence is taken as it stands.
 */
export function t(message: string, values?: Values): string {
  return values ? fill(message, values).join("") : (dictionary[message] ?? english(message));
}

/** Marks a message that stands in a table and is said later, by `t(label)`: the tidy test looks for its French. */
export const message = (english: string): string => english;

type Around<Node> = (parts: Node[]) => Node;

/** A sentence with marked parts: `rich("Signed by <b>{name}</b>", { name, b: (parts) => <b>{parts}</b> })`. */
export function rich<Node>(
  message: string,
  values: Record<string, string | number | Node | Around<Node>>,
): Node[] {
  return fill<Node>(message, values) as Node[];
}
