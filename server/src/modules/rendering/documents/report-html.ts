import { type DataSet, items, numbers, Tags, text } from "@isocenter/dicom";
import { bannerOf, readableDate, readableDateTime, readableName, readableTime } from "./banner.ts";
import { markupText } from "./markup.ts";
import { contentText, meaningOf } from "./report-value.ts";

const maxDepth = 32;
const maxItems = 20_000;

const style = `
:root { color-scheme: light dark; --line: #c9ced6; --soft: #5b6472; }
@media (prefers-color-scheme: dark) { :root { --line: #38404c; --soft: #9aa4b2; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.5rem; margin: 1.5rem 0 .25rem; } h2 { font-size: 1.15rem; margin: 1.5rem 0 .4rem; }
h3, h4, h5, h6 { font-size: 1rem; margin: 1rem 0 .25rem; }
header dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .5rem 1.5rem; margin: 0;
  padding: .75rem 0; border-block: 1px solid var(--line); }
dt { font-size: .8rem; color: var(--soft); } dd { margin: 0; }
.state { color: var(--soft); margin: 0; } .name { color: var(--soft); } .name::after { content: ": "; }
ul { margin: .15rem 0; padding-left: 1.25rem; list-style: none; border-left: 1px solid var(--line); }
.items { padding-left: 0; border-left: 0; } .value { white-space: pre-wrap; overflow-wrap: anywhere; }
.number { font-weight: 600; font-variant-numeric: tabular-nums; } .reference { font-family: ui-monospace, monospace; font-size: .85em; }
footer { margin-top: 2rem; padding-top: .75rem; border-top: 1px solid var(--line); color: var(--soft); }
@media print { body { margin: 0; max-width: none; } h2, h3 { break-after: avoid; } li { break-inside: avoid; } }
`;

/** How a relationship other than CONTAINS is said (PS3.3 Table C.17.3-8). */
const relations: Readonly<Record<string, string>> = {
  "HAS OBS CONTEXT": "",
  "HAS ACQ CONTEXT": "",
  "HAS CONCEPT MOD": "",
  "HAS PROPERTIES": "",
  "INFERRED FROM": "inferred from ",
  "SELECTED FROM": "selected from ",
};

const classes: Readonly<Record<string, string>> = {
  NUM: "number",
  UIDREF: "reference",
  COMPOSITE: "reference",
  IMAGE: "reference",
  WAVEFORM: "reference",
};

interface Writing {
  items: number;
  parts: string[];
}

/** One content item and what hangs on it. Containers under the root are sections, all else stands in lists. */
function write(item: DataSet, writing: Writing, depth: number): void {
  writing.items += 1;
  if (writing.items > maxItems || depth > maxDepth) {
    if (writing.items === maxItems + 1 || depth === maxDepth + 1) writing.parts.push("<li>…</li>");
    return;
  }
  const { parts } = writing;
  const relation = text(item, Tags.RelationshipType) ?? "";
  const type = text(item, Tags.ValueType) ?? "";
  const name = `${relations[relation] ?? ""}${meaningOf(item, Tags.ConceptNameCodeSequence)}`;
  const identifier = numbers(item, Tags.ReferencedContentItemIdentifier);
  parts.push("<li>");
  if (type === "CONTAINER") {
    const level = Math.min(depth + 1, 6);
    if (name !== "") parts.push(`<h${level}>${markupText(name)}</h${level}>`);
  } else {
    if (name !== "") parts.push(`<span class="name">${markupText(name)}</span>`);
    const value = identifier.length > 0 ? `see item ${identifier.join(".")}` : contentText(item);
    parts.push(`<span class="value ${classes[type] ?? ""}">${markupText(value)}</span>`);
  }
  const children = items(item, Tags.ContentSequence);
  if (children.length > 0) {
    parts.push(type === "CONTAINER" ? '<ul class="items">' : "<ul>");
    for (const child of children) write(child, writing, depth + 1);
    parts.push("</ul>");
  }
  parts.push("</li>");
}

/** Completion and verification (PS3.3 C.17.2), and when it was written. */
function stateOf(set: DataSet): string {
  const completion = (text(set, Tags.CompletionFlag) ?? "").toLowerCase();
  const verification = (text(set, Tags.VerificationFlag) ?? "").toLowerCase();
  const written = [readableDate(text(set, Tags.ContentDate)), readableTime(text(set, Tags.ContentTime))];
  return [completion, verification, written.filter(Boolean).join(" ")].filter(Boolean).join(", ");
}

function verifiers(set: DataSet): string[] {
  return items(set, Tags.VerifyingObserverSequence).map((observer) =>
    [
      `Verified by ${readableName(observer, Tags.VerifyingObserverName)}`,
      text(observer, Tags.VerifyingOrganization) ?? "",
      readableDateTime(text(observer, Tags.VerificationDateTime)),
    ]
      .filter(Boolean)
      .join(", "),
  );
}

/**
 * A structured report or key object selection (PS3.3 A.35, C.17.3) as a page for people: whose it is, the content tree, who verified it. Without script; everything
 * of the object is escaped.
 */
export function reportHtml(set: DataSet): string {
  const title =
    meaningOf(set, Tags.ConceptNameCodeSequence) || text(set, Tags.SeriesDescription) || "Structured report";
  const writing: Writing = { items: 0, parts: [] };
  for (const item of items(set, Tags.ContentSequence)) write(item, writing, 1);
  const banner = bannerOf(set)
    .map(([label, value]) => `<div><dt>${label}</dt><dd>${markupText(value)}</dd></div>`)
    .join("");
  const footer = verifiers(set)
    .map((line) => `<p>${markupText(line)}</p>`)
    .join("");
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${markupText(title)}</title><style>${style}</style></head>
<body>
<header><dl>${banner}</dl></header>
<main><h1>${markupText(title)}</h1><p class="state">${markupText(stateOf(set))}</p><ul class="items">${writing.parts.join("")}</ul></main>
${footer === "" ? "" : `<footer>${footer}</footer>`}
</body>
</html>
`;
}
