import type { ReactNode } from "react";

/** The drawings, on a grid of 16 with lines of 1.5. Filled marks take the colour of the text and cut out the page's. */
const drawings = {
  alert: <path d="M8 2.5 14 13H2zM8 6.5v3M8 11.2v.1" />,
  bell: <path d="M4 7a4 4 0 0 1 8 0c0 3.5 1.5 4 1.5 4.5h-11C2.5 11 4 10.5 4 7ZM6.5 13.5h3" />,
  bill: <path d="M3.500 14V2h9v12l-1.800-1.300L8 14l-2.700-1.300zM6 5.500h4M6 8.500h4" />,
  calendar: (
    <>
      <rect x="2.5" y="3.5" width="11" height="10" rx="1.5" />
      <path d="M2.5 6.5h11M5.5 2v3M10.5 2v3" />
    </>
  ),
  chart: <path d="M2.500 13.500h11M4.500 11V8M8 11V3.500M11.500 11V6" />,
  check: <path d="m3.5 8.5 3 3 6-7" />,
  clock: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 5v3.2l2 1.3" />
    </>
  ),
  console: (
    <>
      <rect x="2" y="3" width="12" height="8" rx="1.2" />
      <path d="M8 11v2.500M5.500 13.500h5M4.500 7h2l1-1.800 1.500 3.600 1-1.800h1.500" />
    </>
  ),
  copy: (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.2" />
      <path d="M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2" />
    </>
  ),
  critical: (
    <>
      <path d="M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3z" fill="currentColor" stroke="none" />
      <path d="M8 4.8v3.7M8 11v.1" stroke="var(--bg)" strokeWidth="1.8" />
    </>
  ),
  urgent: (
    <>
      <path d="M8 2 15 14H1z" fill="currentColor" stroke="none" />
      <path d="M8 6.5v3.2M8 11.7v.1" stroke="var(--bg)" strokeWidth="1.7" />
    </>
  ),
  significant: (
    <>
      <path d="m8 1.5 6.5 6.5L8 14.5 1.5 8z" fill="currentColor" stroke="none" />
      <path d="M8 5.2v3.2M8 10.6v.1" stroke="var(--bg)" strokeWidth="1.7" />
    </>
  ),
  routine: <circle cx="8" cy="8" r="4.5" />,
  down: <path d="m4.5 6.5 3.5 3.5 3.5-3.5" />,
  left: <path d="M9.5 4.5 6 8l3.5 3.5" />,
  right: <path d="m6.5 4.5 3.5 3.5-3.5 3.5" />,
  sortUp: <path d="M8 13V3.5M4.5 7 8 3.5 11.5 7" />,
  sortDown: <path d="M8 3v9.5M4.5 9 8 12.5 11.5 9" />,
  download: <path d="M8 2.5V10M5.2 7.5 8 10.2l2.8-2.7M3 13.5h10" />,
  ear: (
    <path d="M4.5 9a4 4 0 1 1 8-1.5c0 3-2.5 3-2.7 5A1.8 1.8 0 0 1 6.5 13M6.8 7.5a1.7 1.7 0 0 1 3.4 0c0 1.3-1.5 1.3-1.5 2.5" />
  ),
  eye: (
    <>
      <path d="M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8z" />
      <circle cx="8" cy="8" r="1.8" />
    </>
  ),
  eyeOff: (
    <path d="M6.2 4c.6-.1 1.1-.2 1.8-.2 4 0 6.5 4.2 6.5 4.2a12 12 0 0 1-1.9 2.3M4 5.2A11.6 11.6 0 0 0 1.5 8S4 12.2 8 12.2c1.2 0 2.2-.3 3.1-.8M2.5 2.5l11 11" />
  ),
  file: <path d="M4 2h5.5L12.5 5v9H4zM9.5 2v3h3" />,
  filter: <path d="M2.5 4h11M4.5 8h7M6.5 12h3" />,
  flask: <path d="M6.5 2.5h3M7 2.5v4L3.5 12a1 1 0 0 0 .9 1.5h7.2a1 1 0 0 0 .9-1.5L9 6.5v-4" />,
  folder: (
    <path d="M2 12.500V4a1 1 0 0 1 1-1h3l1.5 2H13a1 1 0 0 1 1 1v6.500a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1z" />
  ),
  gear: (
    <>
      <path d="M2.5 4.5h6M11.5 4.5h2M2.5 11.5h2M7.5 11.5h6" />
      <circle cx="10" cy="4.5" r="1.5" />
      <circle cx="6" cy="11.5" r="1.5" />
    </>
  ),
  image: (
    <>
      <rect x="2.5" y="3" width="11" height="10" rx="1" />
      <circle cx="6" cy="6.5" r="1" />
      <path d="m3 11.5 3.5-3 2.5 2 2-1.5 2.5 2" />
    </>
  ),
  key: (
    <>
      <circle cx="5.2" cy="10.8" r="2.7" />
      <path d="m7.2 8.8 5.3-5.300M10.5 5.500l2 2" />
    </>
  ),
  keyboard: (
    <>
      <rect x="1.5" y="4" width="13" height="8.5" rx="1.2" />
      <path d="M4 7h.1M6.7 7h.1M9.3 7h.1M12 7h.1M5 10h6" />
    </>
  ),
  link: (
    <path d="M6.8 9.2a2.5 2.5 0 0 0 3.5 0l2-2a2.5 2.5 0 0 0-3.5-3.5l-.8.8M9.2 6.8a2.5 2.5 0 0 0-3.5 0l-2 2a2.5 2.5 0 0 0 3.5 3.5l.8-.8" />
  ),
  list: <path d="M2.5 4h11M2.5 8h11M2.5 12h7" />,
  lock: (
    <>
      <rect x="3.5" y="7" width="9" height="6.5" rx="1.3" />
      <path d="M5.5 7V5a2.5 2.5 0 0 1 5 0v2" />
    </>
  ),
  more: <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" strokeWidth="2.4" strokeLinecap="round" />,
  person: (
    <>
      <circle cx="8" cy="5.5" r="2.5" />
      <path d="M3 13.5c.4-2.8 2.3-4 5-4s4.6 1.2 5 4" />
    </>
  ),
  plus: <path d="M8 3.5v9M3.5 8h9" />,
  retry: <path d="M13 8a5 5 0 1 1-1.7-3.8M11.5 1.8v2.7H8.8" />,
  scan: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <circle cx="8" cy="8" r="2.5" />
      <path d="M8 13.5V15M4 15h8" />
    </>
  ),
  search: (
    <>
      <circle cx="7" cy="7" r="4" />
      <path d="m10 10 3.5 3.5" />
    </>
  ),
  signOut: <path d="M6.5 13.500h-3v-11h3M10 5l3 3-3 3M13 8H6.5" />,
  upload: <path d="M8 13.5V6M5.2 8.5 8 5.8l2.8 2.7M3 2.5h10" />,
  x: <path d="m4.5 4.5 7 7M11.5 4.5l-7 7" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof drawings;

/** A drawing that says nothing by itself: the word beside it, or the label of its button, does. */
export function Icon({
  name,
  size,
  className = "",
}: {
  name: IconName;
  size?: "xs" | "s" | "l";
  className?: string;
}) {
  return (
    <svg className={`i ${size ?? ""} ${className}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {drawings[name]}
    </svg>
  );
}

/** The mark: beams that meet in one point. */
export function Mark({ size = 24, className = "" }: { size?: number; className?: string }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      aria-hidden="true"
      className={className}
    >
      <circle cx="12" cy="12" r="9.25" />
      <path d="M12 2.75v5M12 16.25v5M3.99 16.63l4.33-2.5M15.68 9.88l4.33-2.5M3.99 7.38l4.33 2.5M15.68 14.13l4.33 2.5" />
      <circle cx="12" cy="12" r="1.6" fill="currentColor" stroke="none" />
    </svg>
  );
}
