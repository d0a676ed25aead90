import type { ReactNode } from "react";

/** The viewer's drawings, on a grid of 16 with lines of 1.5. */
const drawings = {
  angle: <path d="M13.5 12.5h-11L10 4M8 12.5a5 5 0 0 0-1.7-4" />,
  arrow: <path d="M13 3 3.5 12.5M3.5 7v5.5H9" />,
  back: <path d="M9.5 4.5 6 8l3.5 3.5" />,
  cobb: <path d="m2.5 5.5 11-3M2.5 10.5l11 3M5 5v5.9M11 3.2v9.6" />,
  clock: (
    <>
      <circle cx="8" cy="8" r="5.500" />
      <path d="M8 5v3.200l2 1.300" />
    </>
  ),
  crosshair: <path d="M8 1.500v5M8 9.500v5M1.500 8h5M9.500 8h5" />,
  close: <path d="m4 4 8 8M12 4l-8 8" />,
  document: <path d="M4 2h5.5L12.5 5v9H4zM9.5 2v3h3M6 8.5h4.5M6 11h4.5" />,
  download: <path d="M8 2v8M4.500 7 8 10.500 11.500 7M2.500 13.500h11" />,
  ellipse: (
    <>
      <ellipse cx="8" cy="8" rx="5.5" ry="4" strokeDasharray="2.4 1.8" />
      <circle cx="8" cy="8" r=".6" fill="currentColor" />
    </>
  ),
  eye: (
    <>
      <path d="M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8z" />
      <circle cx="8" cy="8" r="1.8" />
    </>
  ),
  fit: <path d="M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10" />,
  flip: <path d="M8 2v12M6 4.5 2 11.5h4zM10 4.5l4 7h-4z" />,
  freehand: <path d="M3 10c-1-4 3-7.5 6-6.5s4.500 4 3 6.500-5 3.500-7 2c-1.500-1.200-.5-3 1-2.500" />,
  fusion: (
    <>
      <circle cx="6" cy="8" r="4" />
      <circle cx="10" cy="8" r="4" fill="currentColor" fillOpacity=".35" />
    </>
  ),
  regionList: (
    <path d="M2.500 3.500h2v2h-2zM2.500 10.500h2v2h-2zM7 4.500h6.500M7 11.500h6.500M7 8h6.500M2.500 7h2v2h-2z" />
  ),
  regions: (
    <path
      d="M3 5.500C4 2.500 9 1.800 11.500 4s2 7-1 8.500-6-.5-6.500-2.500S2 8 3 5.500z"
      fill="currentColor"
      fillOpacity=".35"
    />
  ),
  help: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M6.3 6.4a1.8 1.8 0 1 1 2.5 1.7c-.6.3-.8.6-.8 1.2M8 11.2v.1" />
    </>
  ),
  invert: (
    <>
      <rect x="2.5" y="2.5" width="11" height="11" rx="1" />
      <path d="M2.5 13.5 13.5 2.5v10a1 1 0 0 1-1 1z" fill="currentColor" />
    </>
  ),
  list: <path d="M6 4h7.5M6 8h7.5M6 12h7.5M2.500 4h.6M2.500 8h.6M2.500 12h.6" />,
  link: (
    <path d="M6.800 9.200a2.800 2.800 0 0 0 4 0l2-2a2.800 2.800 0 0 0-4-4l-1 1M9.200 6.800a2.800 2.800 0 0 0-4 0l-2 2a2.800 2.800 0 0 0 4 4l1-1" />
  ),
  mask: <path d="M2.500 2.500h8v8h-8zM5.500 10.500v3h8v-8h-3M5 6.500h3M9.500 12h2.500" />,
  planes: <path d="M8 1.800 13.500 5v6L8 14.200 2.500 11V5zM2.500 5 8 8.200 13.500 5M8 8.200v6" />,
  layout1: <rect x="2.5" y="2.5" width="11" height="11" rx="1" />,
  layout2: (
    <>
      <rect x="2.5" y="2.5" width="11" height="11" rx="1" />
      <path d="M8 2.5v11" />
    </>
  ),
  layout4: (
    <>
      <rect x="2.5" y="2.5" width="11" height="11" rx="1" />
      <path d="M8 2.5v11M2.5 8h11" />
    </>
  ),
  length: <path d="m2.5 10.5 8-8 3 3-8 8zM5 8l1.5 1.5M7.2 5.8l1.5 1.5M9.4 3.6" />,
  mark: (
    <>
      <circle cx="8" cy="8" r="6.2" />
      <path d="M8 1.8v3.4M8 10.8v3.4M2.6 11.1l3-1.7M10.4 6.6l3-1.7M2.6 4.9l3 1.7M10.4 9.4l3 1.7" />
    </>
  ),
  pan: (
    <path d="M8 2v12M2 8h12M6.3 3.7 8 2l1.7 1.7M6.3 12.3 8 14l1.7-1.7M3.7 6.3 2 8l1.7 1.7M12.3 6.3 14 8l-1.7 1.7" />
  ),
  pause: <path d="M5.5 3.5v9M10.5 3.5v9" />,
  play: <path d="M5 3.5v9l7.5-4.5z" />,
  print: <path d="M4.500 6V2.500h7V6M4.500 11.500h-2V6h11v5.500h-2M4.500 9.500h7v4h-7z" />,
  probe: (
    <>
      <circle cx="8" cy="8" r="1.5" />
      <path d="M8 2v3M8 11v3M2 8h3M11 8h3" />
    </>
  ),
  rectangle: <rect x="2.5" y="4" width="11" height="8" strokeDasharray="2.4 1.8" />,
  more: (
    <>
      <circle cx="3.500" cy="8" r=".8" fill="currentColor" />
      <circle cx="8" cy="8" r=".8" fill="currentColor" />
      <circle cx="12.500" cy="8" r=".8" fill="currentColor" />
    </>
  ),
  redo: <path d="M10.500 3 13.500 6l-3 3M13.500 6h-7a4 4 0 0 0 0 8h2" />,
  rename: <path d="M9.500 4 12 6.500M3 13l.6-3L11 2.600 13.400 5 6 12.400z" />,
  report: <path d="M4 2h5.5L12.5 5v9H4zM9.500 2v3h3M8.200 7v5M5.800 9.500h4.800" />,
  reset: <path d="M5.5 3 2.5 6l3 3M2.5 6h7a4 4 0 0 1 0 8H6" />,
  retry: <path d="M13 8a5 5 0 1 1-1.5-3.5L13 6M13 2.8V6H9.8" />,
  rotate: <path d="M13 8a5 5 0 1 1-1.7-3.8M11.5 1.8v2.7H8.8" />,
  scroll: <path d="M2.5 4h11M2.5 8h11M2.5 12h7" />,
  search: (
    <>
      <circle cx="7" cy="7" r="4" />
      <path d="m10 10 3.5 3.5" />
    </>
  ),
  share: <path d="M8 9.5V2M5 4.5 8 2l3 2.5M4.5 7H3v6.500h10V7h-1.500" />,
  star: (
    <path d="m8 2 1.800 3.900 4.200.5-3.100 2.900.8 4.200L8 11.400l-3.700 2.100.8-4.200L2 6.400l4.200-.5z" />
  ),
  tags: <path d="M2.5 3.5h11v9h-11zM2.5 6.5h11M6.5 6.5v6M2.5 9.5h11" />,
  trash: <path d="M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9" />,
  undo: <path d="M5.500 3 2.500 6l3 3M2.500 6h7a4 4 0 0 1 0 8h-2" />,
  warning: <path d="M8 2.5 14 13H2zM8 6.5v3M8 11.2v.1" />,
  window: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 2.5a5.5 5.5 0 0 1 0 11z" fill="currentColor" />
    </>
  ),
  zoom: (
    <>
      <circle cx="7" cy="7" r="4" />
      <path d="m10 10 3.5 3.5M7 5.3v3.4M5.3 7h3.4" />
    </>
  ),
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof drawings;

/** @param size in pixels of the design: it grows as the text beside it does */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  const side = `${size / 16}rem`;
  return (
    <svg className="vw-icon" style={{ width: side, height: side }} viewBox="0 0 16 16" aria-hidden="true">
      {drawings[name]}
    </svg>
  );
}
