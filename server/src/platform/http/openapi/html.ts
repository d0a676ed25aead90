/** Text as HTML. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);

/** A sentence with `code` in it. */
export const prose = (text: string): string =>
  escapeHtml(text).replace(/`([^`]+)`/g, (_all, code: string) => `<code>${code}</code>`);

/** Paragraphs and lists, as the introduction of the document has them; nothing else of Markdown. */
export function paragraphs(text: string): string {
  const blocks = text.split(/\n{2,}/).map((block) => {
    const items = block.split(/^- /m).slice(1);
    return items.length > 0
      ? `<ul>${items.map((item) => `<li>${prose(item.trim())}</li>`).join("")}</ul>`
      : `<p>${prose(block)}</p>`;
  });
  return blocks.join("");
}

export const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");

const style = `
:root { color-scheme: light dark; --bg: #fff; --panel: #f4f5f6; --text: #14181b; --dim: #56616b; --line: #d9dee2; --link: #0b6b7f;
  --get: #0b6b7f; --post: #2c7a4b; --put: #8a5a00; --patch: #8a5a00; --delete: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --bg: #0a0c0e; --panel: #101316; --text: #e7eaed; --dim: #abb4bc; --line: #2c343b; --link: #62c9dd;
  --get: #62c9dd; --post: #5cc99c; --put: #f3b04c; --patch: #f3b04c; --delete: #ff7276; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 16px; }
body { margin: 0; background: var(--bg); color: var(--text); font: 15px/1.55 "Inter Variable", system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; }
a { color: var(--link); text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
code, .mono, .path { font-family: ui-monospace, "SF Mono", "Cascadia Mono", "Noto Sans Mono", monospace; font-size: 0.92em; overflow-wrap: anywhere; }
pre { margin: 8px 0 0; padding: 12px; border: 1px solid var(--line); border-radius: 6px; background: var(--panel); overflow-x: auto; font-size: 13px; line-height: 1.5; }
.skip { position: absolute; left: -9999px; } .skip:focus { left: 16px; top: 8px; background: var(--bg); padding: 4px 8px; }
.page { display: grid; grid-template-columns: 300px minmax(0, 1fr); }
nav.side { position: sticky; top: 0; align-self: start; height: 100vh; overflow-y: auto; padding: 24px 16px; border-right: 1px solid var(--line); background: var(--panel); font-size: 13px; }
nav.side ul { margin: 4px 0 12px; padding: 0; list-style: none; } nav.side li a { display: block; padding: 2px 6px; color: var(--dim); text-decoration: none; }
nav.side li a:hover { color: var(--text); text-decoration: underline; } nav.side summary { cursor: pointer; font-weight: 600; padding: 2px 0; }
main { max-width: 1080px; padding: 32px 40px 96px; }
h1 { margin: 0 0 4px; font-size: 28px; line-height: 1.2; } h2 { margin: 56px 0 8px; padding-top: 12px; border-top: 1px solid var(--line); font-size: 22px; } h3 { margin: 36px 0 4px; font-size: 17px; } h4 { margin: 18px 0 4px; font-size: 13px; color: var(--dim); }
p { margin: 8px 0; } .dim { color: var(--dim); }
.op { margin: 4px 0 0; padding: 6px 10px; border: 1px solid var(--line); border-radius: 6px; background: var(--panel); }
.verb { display: inline-block; min-width: 62px; font-weight: 700; font-size: 12px; } .get { color: var(--get); } .post { color: var(--post); } .put, .patch { color: var(--put); } .delete { color: var(--delete); }
table { width: 100%; border-collapse: collapse; font-size: 14px; } th, td { padding: 6px 12px 6px 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; } th { font-weight: 600; white-space: nowrap; } thead th { color: var(--dim); font-size: 12px; border-top: 0; }
.req { color: var(--delete); font-size: 12px; font-weight: 400; }
details > summary { cursor: pointer; }
.index { max-width: 1000px; margin: 0 auto; padding: 40px 24px 80px; } .index li { margin: 2px 0; }
@media (max-width: 860px) { .page { grid-template-columns: 1fr; } nav.side { position: static; height: auto; max-height: 40vh; } main { padding: 24px 16px; } }
@media print { nav.side { display: none; } .page { display: block; } }
`;

/** A page of its own, without a script: it needs nothing that is not in it. */
export const htmlPage = (title: string, body: string): string =>
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
${body}
</body>
</html>
`;
