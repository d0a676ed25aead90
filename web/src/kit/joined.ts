/** What is known of a thing, in one line: parts that are missing leave nothing behind. */
export const joined = (...parts: readonly (string | number | false | null | undefined)[]): string =>
  parts.filter(Boolean).join(" · ");
