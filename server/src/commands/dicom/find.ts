import {
  type DicomJson,
  dictionaryEntry,
  type JsonElement,
  parseTag,
  TransferSyntaxes,
} from "@isocenter/dicom";
import { openAssociation } from "@isocenter/dimse";
import { type AskedKeys, askedLevels, askedModels, findAt, modelOf } from "../../protocols/dimse/index.ts";
import type { CommandContext } from "../command.ts";
import { interruption, problemOf, readArguments, wrongly } from "./options.ts";

const options = {
  level: { type: "string" },
  key: { type: "string", short: "k", multiple: true },
  model: { type: "string" },
  limit: { type: "string" },
  json: { type: "boolean" },
} as const;

type Keys = { [key: string]: string | Keys };

/** `KEY=VALUE`, `KEY`, and `SEQUENCE.KEY=VALUE`. */
export function readKeys(given: readonly string[]): AskedKeys {
  const keys: Keys = {};
  for (const text of given) {
    const [, path = "", value = ""] = /^([^=]+)(?:=(.*))?$/s.exec(text) ?? [];
    const names = path.split(".");
    const last = names.pop();
    if (!last || names.some((name) => name === "")) throw wrongly(`${text} is no KEY=VALUE.`);
    let within = keys;
    for (const name of names) {
      const inner = within[name];
      const next = typeof inner === "object" ? inner : {};
      within[name] = next;
      within = next;
    }
    within[last] = value;
  }
  return keys;
}

function oneOf<T extends string>(values: readonly T[], text: string, option: string): T {
  const found = values.find((value) => value === text.toUpperCase());
  if (found) return found;
  throw wrongly(`${option} is one of ${values.map((value) => value.toLowerCase()).join(", ")}.`);
}

/** C-FIND. */
export async function find(args: readonly string[], { say, complain }: CommandContext): Promise<number> {
  const { values, connection, rest } = readArguments(args, options);
  if (rest.length > 0) throw wrongly(`What is ${rest[0]}? Keys are given with -k.`);
  const level = oneOf(askedLevels, values.level ?? "study", "--level");
  const model = oneOf(askedModels, values.model ?? "study", "--model");
  const limit = Number(values.limit ?? Number.POSITIVE_INFINITY);
  if (!(limit >= 1)) throw wrongly("--limit wants a number.");
  const keys = readKeys(values.key ?? []);
  const signal = interruption();
  let found = 0;
  try {
    const association = await openAssociation({
      ...connection,
      contexts: [
        {
          abstractSyntax: modelOf("find", model, level),
          transferSyntaxes: [
            TransferSyntaxes.ExplicitVRLittleEndian,
            TransferSyntaxes.ImplicitVRLittleEndian,
          ],
        },
      ],
    });
    try {
      for await (const match of findAt(association, { level, keys, model }, signal)) {
        if (!values.json && found > 0) say("");
        say(values.json ? JSON.stringify(match) : lines(match).join("\n"));
        found += 1;
        if (found >= limit) break;
      }
    } finally {
      await association.release().catch(() => {});
    }
    if (!values.json) complain(`${found} found.`);
    return 0;
  } catch (error) {
    const problem = problemOf(error);
    if (problem === null) throw error;
    complain(problem);
    return 1;
  }
}

/** `Keyword  value` for each attribute that has one, items indented. */
function lines(match: DicomJson, indent = ""): string[] {
  return Object.entries(match).flatMap(([key, element]) => {
    const tag = parseTag(key);
    const name = (tag === null ? undefined : dictionaryEntry(tag)?.keyword) || key;
    if (element.vr === "SQ" && element.Value)
      return [
        `${indent}${name}`,
        ...(element.Value as DicomJson[]).flatMap((item) => lines(item, `${indent}  `)),
      ];
    const value = wordsOf(element);
    return value === "" ? [] : [`${indent}${name.padEnd(30)} ${value}`];
  });
}

const wordsOf = ({ Value }: JsonElement): string =>
  (Value ?? [])
    .map((value) =>
      typeof value === "object" && value !== null ? Object.values(value).join("=") : String(value ?? ""),
    )
    .join("\\");
