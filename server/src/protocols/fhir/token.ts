/** A value of a token parameter (R4 3.1.1.4.10): of any system, of none, or of one; null code: any code of the system. */
export interface Token {
  /** Undefined: any. Null: none. */
  system: string | null | undefined;
  code: string | null;
}

/** Splits at a separator that no backslash stands before; what is left is unescaped by `unescaped`. */
export function splitEscaped(text: string, separator: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === separator) {
      pieces.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...pieces, text.slice(from)];
}

/** `\,`, `\|`, `\$` and `\\` stand for themselves (R4 3.1.1.4.0.1). */
export const unescaped = (text: string): string => text.replace(/\\([,|$\\])/g, "$1");

export function readToken(text: string): Token {
  const [first = "", ...rest] = splitEscaped(text, "|");
  if (rest.length === 0) return { system: undefined, code: unescaped(first) };
  const code = unescaped(rest.join("|"));
  return { system: first === "" ? null : unescaped(first), code: code === "" ? null : code };
}

/**
 * Those of the values that have a code of the system which one of the tokens names.
 * @param codes the code of FHIR of each value of ours
 */
export function named<T extends string>(
  tokens: readonly Token[],
  system: string | null,
  codes: Readonly<Record<T, string>>,
  not = false,
): T[] {
  return (Object.entries<string>(codes) as [T, string][])
    .filter(
      ([, code]) =>
        tokens.some(
          (token) =>
            (token.system === undefined || token.system === system) &&
            (token.code === null || token.code.toLowerCase() === code.toLowerCase()),
        ) !== not,
    )
    .map(([value]) => value);
}

/** The codes, in capitals, that tokens name of a system or of any. */
export const codesInCapitals = (tokens: readonly Token[], system: string): string[] =>
  tokens.flatMap((token) =>
    token.code !== null && (token.system === undefined || token.system === system)
      ? [token.code.toUpperCase()]
      : [],
  );
