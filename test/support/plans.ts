import type { Db } from "@isocenter/server/platform/index.ts";

export interface Statement {
  text: string;
  parameters: readonly unknown[];
}

/** A node of EXPLAIN's JSON. */
interface Node {
  "Node Type": string;
  "Parent Relationship"?: string;
  "Subplan Name"?: string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "CTE Name"?: string;
  "Join Type"?: string;
  "Sort Key"?: string[];
  "Scan Direction"?: string;
  "Presorted Key"?: string[];
  "Actual Rows"?: number;
  Plans?: Node[];
}

/** Tables with so few rows that reading them whole is best: they grow with the house, not with its work. */
const small = new Set([
  "facility",
  "station",
  "procedure",
  "app_user",
  "user_role",
  "user_facility",
  "reading_target",
  // What is claimed or skipped now.
  "reading_claim",
  "reading_skip",
  "journal_head",
  "reader_cursor",
  "hl7_systems",
]);

/** The plan of a statement for its parameters, as lines that say how and from which index, without costs and numbers. */
export async function planOf(
  db: Db,
  { text, parameters }: Statement,
): Promise<{ lines: string[]; wholeReads: string[] }> {
  const [row] = await db.unsafe(`explain (format json, costs off) ${text}`, parameters as never[]);
  const [{ Plan }] = row!["QUERY PLAN"] as [{ Plan: Node }];
  const lines: string[] = [];
  const wholeReads: string[] = [];
  const walk = (node: Node, depth: number) => {
    const name = node["Node Type"];
    const table = node["Relation Name"];
    const index = node["Index Name"];
    const told = [
      ...(node["Subplan Name"] ? [`${node["Subplan Name"]}:`] : []),
      name,
      ...(node["Join Type"] && node["Join Type"] !== "Inner" ? [node["Join Type"]] : []),
      ...(node["Scan Direction"] === "Backward" ? ["backward"] : []),
      ...(index ? [index] : []),
      ...(table && !index ? [table] : []),
      ...(node["CTE Name"] ? [node["CTE Name"]] : []),
      ...(node["Presorted Key"] ? ["presorted"] : []),
    ];
    lines.push(`${"  ".repeat(depth)}${told.join(" ")}`);
    if (name === "Seq Scan" && table && !small.has(table)) wholeReads.push(table);
    for (const child of node.Plans ?? []) walk(child, depth + 1);
  };
  walk(Plan, 0);
  return { lines, wholeReads };
}
