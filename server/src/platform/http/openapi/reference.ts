import { STATUS_CODES } from "node:http";
import { escapeHtml, htmlPage, paragraphs, prose, slug } from "./html.ts";
import { anchorOf, meaning, members, typeOf } from "./reference-schema.ts";
import { type Content, type Document, type Operation, operationsOf, type Response } from "./types.ts";

interface Listed {
  method: string;
  path: string;
  operation: Operation;
}

const untagged = "Other";

/** The operations under their tags, in the order of the document. */
export function byTag(document: Document): Map<string, Listed[]> {
  const found = new Map<string, Listed[]>((document.tags ?? []).map(({ name }) => [name, []]));
  for (const listed of operationsOf(document)) {
    const tag = listed.operation.tags?.[0] ?? untagged;
    const list = found.get(tag) ?? [];
    found.set(tag, list);
    list.push(listed);
  }
  for (const [tag, list] of found) if (list.length === 0) found.delete(tag);
  return found;
}

export const verb = (method: string): string =>
  `<span class="verb ${method.toLowerCase()}">${escapeHtml(method)}</span>`;

const idOf = ({ method, path, operation }: Listed): string =>
  operation.operationId ?? slug(`${method} ${path}`);

function parametersOf(operation: Operation): string {
  const all = operation.parameters ?? [];
  if (all.length === 0) return "";
  const rows = all.map(
    ({ name, in: place, required, schema, description }) =>
      `<tr><th scope="row"><code>${escapeHtml(name)}</code>${required ? ` <span class="req">required</span>` : ""}</th>
<td>${escapeHtml(place)}</td><td>${typeOf(schema)}</td><td>${meaning(schema, description)}</td></tr>`,
  );
  return `<h4>Parameters</h4><table><thead><tr><th scope="col">Name</th><th scope="col">In</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

function contentOf(content: Content): string {
  return Object.entries(content)
    .map(([type, { schema, examples }]) => {
      const example = Object.values(examples ?? {})[0];
      const shown = example
        ? `<details><summary>Example</summary><pre>${escapeHtml(JSON.stringify(example.value, null, 2))}</pre></details>`
        : "";
      const named = typeof schema.$ref === "string";
      return `<p><code>${escapeHtml(type)}</code>${named ? `: ${typeOf(schema)}` : ""}</p>${named ? "" : members(schema)}${shown}`;
    })
    .join("");
}

function answersOf({ responses }: Operation, document: Document): string {
  const rows = Object.entries(responses).map(([status, given]) => {
    const name = given.$ref?.split("/").at(-1);
    const response: Response = (name ? document.components.responses?.[name] : given) ?? given;
    const body = Object.entries(response.content ?? {})
      .map(([type, { schema }]) => `<code>${escapeHtml(type)}</code> ${typeOf(schema)}`)
      .join("<br>");
    const words = response.description || STATUS_CODES[status] || "";
    return `<tr><th scope="row">${escapeHtml(status)}</th><td>${prose(words)}</td><td>${body || "no body"}</td></tr>`;
  });
  return `<details><summary>Answers</summary><table><tbody>${rows.join("")}</tbody></table></details>`;
}

function section(listed: Listed, document: Document): string {
  const { method, path, operation } = listed;
  const body = operation.requestBody;
  const required = body?.required === false ? " (may be left out)" : "";
  return `<section aria-labelledby="${idOf(listed)}">
<h3 id="${idOf(listed)}">${prose(operation.summary ?? idOf(listed))}</h3>
<p class="op">${verb(method)} <span class="path">${escapeHtml(path)}</span></p>
${operation.description ? `<p class="dim">${prose(operation.description)}</p>` : ""}
${parametersOf(operation)}
${body ? `<h4>Body${required}</h4>${contentOf(body.content)}` : ""}
${answersOf(operation, document)}
</section>`;
}

/** The whole API on one page to be read, searched and printed: every operation and every named shape. */
export function referencePage(
  document: Document & { info: { title: string; version: string; description?: string } },
): string {
  const { info } = document;
  const tags = [...byTag(document)];
  const shapes = Object.entries(document.components.schemas ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const contents = tags
    .map(
      ([tag, list]) =>
        `<details><summary>${escapeHtml(tag)}</summary><ul>${list
          .map((one) => `<li><a href="#${idOf(one)}">${prose(one.operation.summary ?? idOf(one))}</a></li>`)
          .join("")}</ul></details>`,
    )
    .join("");
  return htmlPage(
    `${info.title} API reference`,
    `<a class="skip" href="#main">Skip to the operations</a>
<div class="page">
<nav class="side" aria-label="Contents">
<p><strong>${escapeHtml(info.title)} ${escapeHtml(info.version)}</strong></p>
${contents}
<details><summary>Shapes</summary><ul>${shapes.map(([name]) => `<li><a href="#${anchorOf(name)}">${escapeHtml(name)}</a></li>`).join("")}</ul></details>
</nav>
<main id="main">
<h1>${escapeHtml(info.title)} API</h1>
<p class="dim">Version ${escapeHtml(info.version)} · <a href="/openapi.json">openapi.json</a> · <a href="/docs">try it</a> · <a href="/api">index</a></p>
${paragraphs(info.description ?? "")}
${tags.map(([tag, list]) => `<h2 id="tag-${slug(tag)}">${escapeHtml(tag)}</h2>${list.map((one) => section(one, document)).join("")}`).join("")}
<h2 id="shapes">Shapes</h2>
${shapes.map(([name, schema]) => `<section aria-labelledby="${anchorOf(name)}"><h3 id="${anchorOf(name)}">${escapeHtml(name)}</h3>${members(schema)}</section>`).join("")}
</main>
</div>`,
  );
}
