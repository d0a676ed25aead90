export type PictureType = "image/png" | "image/jpeg";

interface PictureWish {
  type: PictureType;
  /** Whether the texts over the picture, with the patient's name, are part of it. */
  texts: boolean;
}

/** What lies over a picture as text. */
const textSelector =
  ".vw-corner span, .vw-letter, .vw-prior-tag, .vw-key-image, .vw-scale span, .vw-segments-names span, .vw-presentation-tag, .vw-mask-tag, .vw-coarse-share";

/** The viewports as they stand on the screen, in its own pixels: pictures, what is drawn over them, and their texts if wanted. */
export async function pictureOf(panes: readonly HTMLElement[], { type, texts }: PictureWish): Promise<Blob> {
  const boxes = panes.map((pane) => pane.getBoundingClientRect());
  const left = Math.min(...boxes.map((box) => box.left));
  const top = Math.min(...boxes.map((box) => box.top));
  const width = Math.max(...boxes.map((box) => box.right)) - left;
  const height = Math.max(...boxes.map((box) => box.bottom)) - top;
  const ratio = devicePixelRatio || 1;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d")!;
  context.fillStyle = "#000";
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (const [index, pane] of panes.entries()) {
    const box = boxes[index]!;
    context.save();
    context.setTransform(ratio, 0, 0, ratio, (box.left - left) * ratio, (box.top - top) * ratio);
    context.beginPath();
    context.rect(0, 0, box.width, box.height);
    context.clip();
    await draw(context, pane, box, texts);
    context.restore();
  }
  return new Promise((resolve, reject) => {
    const done = (blob: Blob | null) => (blob ? resolve(blob) : reject(new Error("toBlob")));
    canvas.toBlob(done, type, 0.95);
  });
}

async function draw(
  context: CanvasRenderingContext2D,
  pane: HTMLElement,
  box: DOMRect,
  texts: boolean,
): Promise<void> {
  for (const element of pane.querySelectorAll("canvas")) {
    if (!isSeen(element) || (!texts && element.closest(".vw-scale"))) continue;
    context.save();
    const style = getComputedStyle(element);
    if (style.transform !== "none") {
      context.transform(...matrixOf(style.transform));
      context.drawImage(element, 0, 0);
    } else {
      const { left, top, width, height } = element.getBoundingClientRect();
      context.drawImage(element, left - box.left, top - box.top, width, height);
    }
    context.restore();
  }
  for (const element of pane.querySelectorAll<SVGSVGElement>(".svg-layer, .vw-space-lines, .vw-drawn")) {
    if (!isSeen(element)) continue;
    const { left, top, width, height } = element.getBoundingClientRect();
    if (width === 0 || height === 0) continue;
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standalone(element, width, height))}`;
    await image.decode();
    context.drawImage(image, left - box.left, top - box.top, width, height);
  }
  if (texts)
    for (const element of pane.querySelectorAll<HTMLElement>(textSelector)) drawText(context, element, box);
}

const isSeen = (element: Element) => element.checkVisibility({ visibilityProperty: true });

function matrixOf(transform: string): [number, number, number, number, number, number] {
  const { a, b, c, d, e, f } = new DOMMatrix(transform);
  return [a, b, c, d, e, f];
}

const kept = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font", "paint-order", "opacity"];

/** The drawing as a document of its own, in which what style sheets say stands at each line. */
function standalone(element: SVGSVGElement, width: number, height: number): string {
  const copy = element.cloneNode(true) as SVGSVGElement;
  const originals = [...element.querySelectorAll<SVGElement>("*")];
  for (const [index, each] of [...copy.querySelectorAll<SVGElement>("*")].entries()) {
    const style = getComputedStyle(originals[index]!);
    for (const name of kept) each.style.setProperty(name, style.getPropertyValue(name));
  }
  copy.removeAttribute("class");
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  return new XMLSerializer().serializeToString(copy);
}

function drawText(context: CanvasRenderingContext2D, element: HTMLElement, box: DOMRect): void {
  if (!isSeen(element)) return;
  const style = getComputedStyle(element);
  const around = element.getBoundingClientRect();
  context.fillStyle = style.backgroundColor;
  context.fillRect(around.left - box.left, around.top - box.top, around.width, around.height);
  context.font = style.font;
  context.fillStyle = style.color;
  context.textBaseline = "middle";
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    for (const { text, line } of linesOf(node as Text))
      context.fillText(text, line.left - box.left, line.top - box.top + line.height / 2);
}

/** The lines in which the browser has set a text. */
function linesOf(node: Text): { text: string; line: DOMRect }[] {
  const lines: { text: string; line: DOMRect }[] = [];
  const range = document.createRange();
  for (let at = 0; at < node.data.length; at++) {
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    const line = range.getBoundingClientRect();
    const last = lines.at(-1);
    if (last && Math.abs(last.line.top - line.top) < 2) last.text += node.data[at];
    else lines.push({ text: node.data[at]!, line });
  }
  return lines;
}
