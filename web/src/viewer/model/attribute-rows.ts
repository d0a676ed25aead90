import { itemsOf, type JsonDataSet, type JsonElement } from "@isocenter/presentation";
import { t } from "../../words/words.ts";

/** One line of the table of attributes. */
export interface AttributeRow {
  /** Distinct within a data set: the tags and item numbers down to this element. */
  path: string;
  depth: number;
  /** "(0010,0010)"; empty for the line that opens an item. */
  tag: string;
  keyword: string;
  vr: string;
  value: string;
}

export type KeywordOf = (tag: string) => string | undefined;

const maximumDepth = 16;
const maximumValueLength = 2000;

/** A data set as lines, the items of sequences below their sequence and indented. */
export function attributeRows(dataSet: JsonDataSet, keywordOf: KeywordOf): AttributeRow[] {
  const rows: AttributeRow[] = [];
  addRows(rows, dataSet, keywordOf, "", 0);
  return rows;
}

function addRows(
  rows: AttributeRow[],
  dataSet: JsonDataSet,
  keywordOf: KeywordOf,
  path: string,
  depth: number,
): void {
  for (const tag of Object.keys(dataSet).sort()) {
    const element = dataSet[tag];
    if (!element) continue;
    const here = `${path}/${tag}`;
    const items = element.vr === "SQ" ? itemsOf(dataSet, tag) : [];
    rows.push({
      path: here,
      depth,
      tag: `(${tag.slice(0, 4)},${tag.slice(4)})`,
      keyword: keywordOf(tag) ?? (isPrivate(tag) ? t("Private") : ""),
      vr: element.vr,
      value: element.vr === "SQ" ? itemCount(items.length) : valueText(element),
    });
    if (depth >= maximumDepth) continue;
    items.forEach((item, index) => {
      const itemPath = `${here}[${index + 1}]`;
      rows.push({
        path: itemPath,
        depth: depth + 1,
        tag: "",
        keyword: t("Item {number}", { number: index + 1 }),
        vr: "",
        value: "",
      });
      addRows(rows, item, keywordOf, itemPath, depth + 1);
    });
  }
}

function isPrivate(tag: string): boolean {
  return Number.parseInt(tag.slice(3, 4), 16) % 2 === 1;
}

function itemCount(count: number): string {
  return t("{count, plural, one {# item} other {# items}}", { count });
}

function valueText(element: JsonElement): string {
  if (element.BulkDataURI !== undefined) return t("Kept apart by the archive");
  if (element.InlineBinary !== undefined) {
    const padding = element.InlineBinary.endsWith("==") ? 2 : element.InlineBinary.endsWith("=") ? 1 : 0;
    return t("{count, plural, one {# byte} other {# bytes}}", {
      count: Math.floor((element.InlineBinary.length * 3) / 4) - padding,
    });
  }
  const text = (element.Value ?? []).map(oneValue).join(" \\ ");
  return text.length > maximumValueLength ? `${text.slice(0, maximumValueLength)} …` : text;
}

function oneValue(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "object") return String(value);
  const { Alphabetic, Ideographic, Phonetic } = value as Record<string, string | undefined>;
  return [Alphabetic ?? "", Ideographic ?? "", Phonetic ?? ""].join("=").replace(/=+$/, "");
}

/**
 * The lines whose tag, keyword or value holds the text, each with the sequence and the item it lies in. Without text, all.
 */
export function searchRows(rows: readonly AttributeRow[], text: string): readonly AttributeRow[] {
  const needle = text.trim().toLowerCase();
  if (needle === "") return rows;
  const digits = needle.replace(/[(),\s]/g, "");
  const wanted = new Set<string>();
  for (const row of rows) {
    const tag = row.tag.replace(/[(),]/g, "").toLowerCase();
    const isHit =
      row.keyword.toLowerCase().includes(needle) ||
      row.value.toLowerCase().includes(needle) ||
      (digits.length > 0 && tag.startsWith(digits));
    if (!isHit) continue;
    for (
      let at = row.path.length;
      at > 0;
      at = Math.max(row.path.lastIndexOf("/", at - 1), row.path.lastIndexOf("[", at - 1))
    ) {
      wanted.add(row.path.slice(0, at));
    }
  }
  return rows.filter((row) => wanted.has(row.path));
}
