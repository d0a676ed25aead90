const browsers: readonly (readonly [RegExp, string])[] = [
  [/Edg\//, "Edge"],
  [/OPR\//, "Opera"],
  [/Firefox\//, "Firefox"],
  [/(HeadlessChrome|Chrome|Chromium)\//, "Chrome"],
  [/Safari\//, "Safari"],
];
const systems: readonly (readonly [RegExp, string])[] = [
  [/Windows/, "Windows"],
  [/iPhone|iPad/, "iOS"],
  [/Android/, "Android"],
  [/Mac OS X/, "macOS"],
  [/Linux|X11/, "Linux"],
];

const firstOf = (table: typeof browsers, text: string) => table.find(([sign]) => sign.test(text))?.[1];

/** "Firefox, Linux" from a User-Agent header, its first words where it is no browser's, null without one. */
export function browserOf(userAgent: string | null): string | null {
  if (!userAgent) return null;
  const names = [firstOf(browsers, userAgent), firstOf(systems, userAgent)].filter(Boolean);
  return names.length > 0 ? names.join(", ") : userAgent.slice(0, 60);
}
