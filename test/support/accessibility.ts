import type { Page } from "playwright-core";

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
