import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Roles of what a person operates. */
const controls = new Set([
  "button",
  "checkbox",
  "combobox",
  "grid",
  "link",
  "listbox",
  "menuitem",
  "menuitemcheckbox",
  "menuitemradio",
  "option",
  "radio",
  "searchbox",
  "slider",
  "spinbutton",
  "switch",
  "tab",
  "textbox",
]);

/** What of Chromium's accessibility tree is needed (Chrome DevTools Protocol, Accessibility.AXNode). */
interface AXNode {
  ignored: boolean;
  role?: { value?: unknown };
  name?: { value?: unknown };
  backendDOMNodeId?: number;
}

export interface Controls {
  /** How many controls the page has. */
  count: number;
  /** The HTML of those that say nothing to whoever does not see them. */
  unnamed: string[];
}

/** The controls of the page as the browser tells them to a screen reader. */
export async function controlsOf(page: Page): Promise<Controls> {
  const devtools = await page.context().newCDPSession(page);
  const { nodes } = (await devtools.send("Accessibility.getFullAXTree")) as { nodes: AXNode[] };
  const found = nodes.filter((node) => !node.ignored && controls.has(String(node.role?.value)));
  const unnamed: string[] = [];
  for (const node of found) {
    if (String(node.name?.value ?? "").trim() !== "" || node.backendDOMNodeId === undefined) continue;
    const { outerHTML } = await devtools.send("DOM.getOuterHTML", { backendNodeId: node.backendDOMNodeId });
    unnamed.push(outerHTML);
  }
  await devtools.detach();
  return { count: found.length, unnamed };
}

/**
 * What axe finds against WCAG 2.2 A and AA, one line for each element: rule, help, selector.
 * @param within a selector of the part that is looked at; the whole page without it
 */
export async function violationsOf(page: Page, within?: string): Promise<string[]> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  // Text, for it runs in the page; an element that fades in has another contrast for a moment.
  const { violations } = await page.evaluate<AxeResults>(`(async () => {
    await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {})));
    return await axe.run(${JSON.stringify(within ?? null)} ?? document, {
      runOnly: ${JSON.stringify(tags)}, resultTypes: ["violations"],
      // No rule of these needs the style sheets, which it would fetch and read again each time.
      preload: { assets: ["media"] },
    });
  })()`);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help} (${target.join(" ")}) ${failureSummary ?? ""}`),
  );
}
