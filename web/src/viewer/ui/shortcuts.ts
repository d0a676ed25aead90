import { message } from "../../words/words.ts";

export interface Shortcut {
  keys: string[];
  what: string;
}

export interface ShortcutGroup {
  title: string;
  shortcuts: Shortcut[];
}

/** What the keyboard does, as the help shows it. */
export const shortcutGroups: ShortcutGroup[] = [
  {
    title: message("Images"),
    shortcuts: [
      { keys: ["↑", "↓"], what: message("Previous, next image") },
      { keys: ["Home", "End"], what: message("First, last image") },
      { keys: ["PgUp", "PgDn"], what: message("Previous, next series") },
      { keys: ["Tab"], what: message("Next viewport") },
      { keys: ["Q"], what: message("Layout: one, two, four") },
      { keys: ["Y"], what: message("Link viewports: images, windows") },
      { keys: ["V"], what: message("Planes of the volume") },
      { keys: ["[", "]"], what: message("Turn the other planes about the active one") },
      { keys: ["\\"], what: message("Straighten planes") },
      { keys: ["D"], what: message("Subtract the mask of a film, or no longer") },
      { keys: ["Shift", "D"], what: message("This image is the mask") },
      { keys: ["Ctrl", "↑↓←→"], what: message("Move the mask by half a pixel") },
      { keys: ["U"], what: message("Uptake, or another series, over the picture in colours") },
      { keys: ["G"], what: message("Regions of segmentations and structure sets, or none") },
      { keys: ["Shift", "G"], what: message("List of regions and structures") },
      { keys: ["Shift", "P"], what: message("Saved presentation, or as stored") },
      { keys: ["Space"], what: message("Play, pause") },
      { keys: ["O"], what: message("Show or hide the texts") },
    ],
  },
  {
    title: message("Picture"),
    shortcuts: [
      { keys: ["1", "…", "9"], what: message("Windows") },
      { keys: ["I"], what: message("Invert") },
      { keys: ["R"], what: message("Rotate by a quarter") },
      { keys: ["H"], what: message("Flip left and right") },
      { keys: ["Shift", "H"], what: message("Flip top and bottom") },
      { keys: ["+", "−"], what: message("Zoom in, out") },
      { keys: ["F"], what: message("Fit to the viewport") },
      { keys: ["0"], what: message("Reset") },
    ],
  },
  {
    title: message("Tools, on the left mouse button"),
    shortcuts: [
      { keys: ["W"], what: message("Window and level") },
      { keys: ["Z"], what: message("Zoom") },
      { keys: ["P"], what: message("Pan") },
      { keys: ["S"], what: message("Scroll") },
      { keys: ["X"], what: message("Crosshair: the same point in all viewports") },
      { keys: ["L"], what: message("Length") },
      { keys: ["N"], what: message("Angle") },
      { keys: ["Shift", "N"], what: message("Cobb angle of two lines") },
      { keys: ["E"], what: message("Ellipse: mean and standard deviation") },
      { keys: ["Shift", "E"], what: message("Rectangle: mean and standard deviation") },
      { keys: ["T"], what: message("Arrow") },
      { keys: ["B"], what: message("Probe: the value at a point") },
      { keys: ["Shift", "L"], what: message("Freehand: length, or area of a closed line") },
      { keys: ["Del"], what: message("Remove the selected or newest measurement") },
      { keys: ["Ctrl", "Z"], what: message("Undo; with Shift redo") },
    ],
  },
  {
    title: message("Elsewhere"),
    shortcuts: [
      { keys: ["Shift", "M"], what: message("Measurements and key images") },
      { keys: ["K"], what: message("Key image, or no longer one") },
      { keys: ["M"], what: message("Measurement or key image into the report") },
      { keys: ["A"], what: message("Attributes of the image") },
      { keys: ["F6"], what: message("Between tools, series, images and what is open beside them") },
      { keys: ["?"], what: message("This help") },
      {
        keys: ["Esc"],
        what: message("End a drawing, put the tool back, close what is open, then the viewer"),
      },
    ],
  },
];

/** Whether a key belongs to whoever types a text, or to an open menu. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return (
    target instanceof HTMLInputElement && !["checkbox", "radio", "range", "button"].includes(target.type)
  );
}

/** The name under which a command is registered: "w", "shift+h", "ctrl+z", "pagedown", "?". */
export function keyName(event: {
  key: string;
  shiftKey: boolean;
  ctrlKey?: boolean;
  metaKey?: boolean;
}): string {
  const key = event.key === " " ? "space" : event.key.toLowerCase();
  const shifted = event.shiftKey && /^[a-z]$/.test(key) ? `shift+${key}` : key;
  return event.ctrlKey || event.metaKey ? `ctrl+${shifted}` : shifted;
}

/** Whether it is the name of a single character, which a person who speaks to the machine may have switched off (WCAG 2.1.4). */
export const isCharacter = (key: string): boolean => key.replace(/^shift\+/, "").length === 1;
