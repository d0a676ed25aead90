import { escapeHtml, htmlPage, prose, slug } from "./html.ts";
import { byTag, verb } from "./reference.ts";
import { type Document, operationsOf } from "./types.ts";

type Described = Document & { info: { title: string; version: string } };

/** Where to go from here; also what stands beside the REST API. */
const places = [
  { href: "/openapi.json", name: "openapi", about: "The OpenAPI 3.1 document" },
  { href: "/docs", name: "docs", about: "Pages to try the operations" },
  { href: "/redoc", name: "reference", about: "Pages to read" },
  {
    href: "/dicomweb/studies",
    name: "dicomweb",
    about: "DICOMweb: QIDO-RS, WADO-RS, STOW-RS, WADO-URI (PS3.18)",
  },
  { href: "/health", name: "health", about: "Whether everything works" },
  { href: "/metrics", name: "metrics", about: "Figures for Prometheus" },
] as const;

/** `GET /api` for programs. */
export function indexJson(document: Described): object {
  return {
    name: document.info.title,
    version: document.info.version,
    links: Object.fromEntries(places.map(({ name, href }) => [name, href])),
    operations: [...operationsOf(document)].map(({ method, path, operation }) => ({
      method,
      path,
      summary: operation.summary ?? null,
      operationId: operation.operationId ?? null,
      tag: operation.tags?.[0] ?? null,
    })),
  };
}

/** `GET /api` for people: everything that is offered. */
export function indexPage(document: Described): string {
  const { title, version } = document.info;
  const lists = [...byTag(document)].map(
    ([tag, list]) =>
      `<h2 id="${slug(tag)}">${escapeHtml(tag)}</h2><ul>${list
        .map(
          ({ method, path, operation }) =>
            `<li>${verb(method)} <a class="path" href="/redoc#${operation.operationId ?? ""}">${escapeHtml(path)}</a> <span class="dim">${prose(operation.summary ?? "")}</span></li>`,
        )
        .join("")}</ul>`,
  );
  return htmlPage(
    `${title} API`,
    `<main class="index">
<h1>${escapeHtml(title)} API</h1>
<p class="dim">Version ${escapeHtml(version)}. Every path answers under <code>/api/v1</code> and <code>/api</code>.</p>
<ul>${places.map(({ href, about }) => `<li><a href="${href}">${escapeHtml(href)}</a> <span class="dim">${prose(about)}</span></li>`).join("")}</ul>
${lists.join("")}
</main>`,
  );
}
