import { contentFacts, profileFacts, safePrivateFacts, typeFacts } from "./confidentiality.generated.ts";

/** D: dummy value, Z: empty, X: removed, K: kept, C: cleaned, U: UIDs replaced (PS3.15 Table E.1-1a). */
export type Action = "D" | "Z" | "X" | "K" | "C" | "U";

export interface Rule {
  /** Action of the Basic Profile; several letters where the type of the attribute decides. */
  readonly basic: string;
  /** Letter of an option, its action. */
  readonly options: ReadonlyMap<string, "K" | "C">;
}

/** @param options pairs of letter and action, parted by spaces */
export const ruleFrom = (basic: string, options: string): Rule => ({
  basic,
  options: new Map(
    options
      .split(" ")
      .filter((pair) => pair !== "")
      .map((pair) => [pair[0]!, pair[1] as "K" | "C"]),
  ),
});

const suffixed = (end: string) => `1.2.840.10008.5.1.4.1.1.${end}`;

interface Tables {
  attributes: Map<number, Rule>;
  content: Map<string, Rule>;
  settled: Set<string>;
  types: Map<number, Map<string, 1 | 2>>;
  safe: Map<string, Map<number, string>>;
}

let tables: Tables | undefined;

function load(): Tables {
  const loaded: Tables = {
    attributes: new Map(),
    content: new Map(),
    settled: new Set(),
    types: new Map(),
    safe: new Map(),
  };
  for (const line of profileFacts.split("\n")) {
    const [tag, basic, options] = line.split("|") as [string, string, string];
    // Curves and overlays are asked for as their first group
    loaded.attributes.set(Number.parseInt(tag.replaceAll("X", "0"), 16), ruleFrom(basic, options));
  }
  for (const line of contentFacts.split("\n")) {
    const [code, scheme, type, basic, options] = line.split("|") as [string, string, string, string, string];
    loaded.content.set(`${code}|${scheme}|${type}`, ruleFrom(basic, options));
  }
  for (const line of typeFacts.split("\n")) {
    const [tag, type, ends] = line.split("|") as [string, string, string];
    const classes = ends === "" ? [] : ends.split(" ").map(suffixed);
    if (tag === "") {
      loaded.settled = new Set(classes);
      continue;
    }
    const key = Number.parseInt(tag, 16);
    const byClass = loaded.types.get(key) ?? new Map<string, 1 | 2>();
    for (const sopClass of classes) byClass.set(sopClass, Number(type) as 1 | 2);
    loaded.types.set(key, byClass);
  }
  for (const line of safePrivateFacts.split("\n")) {
    const bar = line.lastIndexOf("|");
    const elements = new Map<number, string>();
    for (let at = bar + 1; at + 8 <= line.length; at += 8)
      elements.set(Number.parseInt(line.slice(at, at + 6), 16), line.slice(at + 6, at + 8));
    loaded.safe.set(line.slice(0, bar), elements);
  }
  return loaded;
}

const all = (): Tables => {
  tables ??= load();
  return tables;
};

/** What Table E.1-1 says of a public attribute; undefined where it says nothing. */
export function ruleOf(tag: number): Rule | undefined {
  const group = tag >>> 16;
  if (group >= 0x5000 && group <= 0x50ff) return all().attributes.get(0x50000000);
  if (group >= 0x6000 && group <= 0x60ff) return all().attributes.get((0x60000000 + (tag & 0xffff)) >>> 0);
  return all().attributes.get(tag);
}

/** What Table E.3.4-1 says of a content item; undefined where it says nothing. */
export const contentRuleOf = (code: string, scheme: string, valueType: string): Rule | undefined =>
  all().content.get(`${code}|${scheme}|${valueType}`);

/** The type of an attribute of a composite object at its root; undefined where it is not settled. */
export function typeOf(tag: number, sopClassUid: string): 1 | 2 | 3 | undefined {
  const types = all().types.get(tag);
  if (types === undefined || !all().settled.has(sopClassUid)) return undefined;
  return types.get(sopClassUid) ?? 3;
}

/** The VR of a private attribute that is thought to be safe (Table E.3.10-1); undefined for others. */
export const safePrivateVr = (creator: string, tag: number): string | undefined =>
  all()
    .safe.get(creator)
    ?.get((tag >>> 16) * 256 + (tag & 0xff));

/**
 * The action for an attribute under the options chosen. Where its type decides and is not known, the one that keeps any object valid.
 * @param letters of the options
 */
export function actionOf(rule: Rule, letters: ReadonlySet<string>, type: 1 | 2 | 3 | undefined): Action {
  let chosen: Action | undefined;
  for (const [letter, action] of rule.options) if (letters.has(letter) && chosen !== "C") chosen = action;
  if (chosen !== undefined) return chosen;
  const { basic } = rule;
  if (basic.length === 1) return basic as Action;
  if (basic.includes("U")) return "U";
  const wanted = { 1: "DZX", 2: "ZDX", 3: "XZD" }[type ?? 1];
  return [...wanted].find((letter) => basic.includes(letter)) as Action;
}
