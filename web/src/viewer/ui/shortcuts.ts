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
    title: "Images",
    shortcuts: [
      { keys: ["↑", "↓"], what: "Previous, next image" },
      { keys: ["Home", "End"], what: "First, last image" },
      { keys: ["PgUp", "PgDn"], what: "Previous, next series" },
      { keys: ["Tab"], what: "Next viewport" },
      { keys: ["Q"], what: "Layout: one, two, four" },
      { keys: ["Y"], what: "Link viewports: images, windows" },
      { keys: ["V"], what: "Planes of the volume" },
      { keys: ["Space"], what: "Play, pause" },
      { keys: ["O"], what: "Show or hide the texts" },
    ],
  },
  {
    title: "Picture",
    shortcuts: [
      { keys: ["1", "…", "9"], what: "Windows" },
      { keys: ["I"], what: "Invert" },
      { keys: ["R"], what: "Rotate by a quarter" },
      { keys: ["H"], what: "Flip left and right" },
      { keys: ["Shift", "H"], what: "Flip top and bottom" },
      { keys: ["+", "−"], what: "Zoom in, out" },
      { keys: ["F"], what: "Fit to the viewport" },
      { keys: ["0"], what: "Reset" },
    ],
  },
  {
    title: "Tools, on the left mouse button",
    shortcuts: [
      { keys: ["W"], what: "Window and level" },
      { keys: ["Z"], what: "Zoom" },
      { keys: ["P"], what: "Pan" },
      { keys: ["S"], what: "Scroll" },
      { keys: ["X"], what: "Crosshair: the same point in all viewports" },
      { keys: ["L"], what: "Length" },
      { keys: ["N"], what: "Angle" },
      { keys: ["Shift", "N"], what: "Cobb angle of two lines" },
      { keys: ["E"], what: "Ellipse: mean and standard deviation" },
      { keys: ["Shift", "E"], what: "Rectangle: mean and standard deviation" },
      { keys: ["T"], what: "Arrow" },
      { keys: ["B"], what: "Probe: the value at a point" },
      { keys: ["Shift", "L"], what: "Freehand: length, or area of a closed line" },
      { keys: ["Del"], what: "Remove the selected or newest measurement" },
      { keys: ["Ctrl", "Z"], what: "Undo; with Shift redo" },
    ],
  },
  {
    title: "Elsewhere",
    shortcuts: [
      { keys: ["Shift", "M"], what: "Measurements and key images" },
      { keys: ["K"], what: "Key image, or no longer one" },
      { keys: ["M"], what: "Measurement into the report" },
      { keys: ["A"], what: "Attributes of the image" },
      { keys: ["F6"], what: "Between tools, series and images" },
      { keys: ["?"], what: "This help" },
      { keys: ["Esc"], what: "Close what is open, then the viewer" },
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
