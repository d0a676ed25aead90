import fs from "node:fs";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads values one by one and gathers what is wrong with them. */
export function createConfigReader(environment: Environment) {
  const mistakes: string[] = [];
  const raw = (name: string): string | undefined => {
    const value = environment[name]?.trim();
    return value === "" ? undefined : value;
  };
  const secret = (name: string): string | null => {
    const direct = raw(name);
    const file = raw(`${name}_FILE`);
    if (direct !== undefined && file !== undefined)
      mistakes.push(`${name}: give either ${name} or ${name}_FILE, not both.`);
    if (direct !== undefined || file === undefined) return direct ?? null;
    try {
      return fs.readFileSync(file, "utf8").trim();
    } catch (error) {
      mistakes.push(
        `${name}_FILE: cannot read ${file} (${(error as NodeJS.ErrnoException).code ?? "error"}).`,
      );
      return null;
    }
  };
  const integer = (name: string, fallback: number, min: number, max: number): number => {
    const text = raw(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
    mistakes.push(`${name}: expected a whole number from ${min} to ${max}, found "${text}".`);
    return fallback;
  };
  const oneOf = <T extends string>(name: string, values: readonly T[], fallback: T): T => {
    const text = raw(name);
    if (text === undefined) return fallback;
    const found = values.find((value) => value === text.toLowerCase());
    if (found !== undefined) return found;
    mistakes.push(`${name}: expected one of ${values.join(", ")}, found "${text}".`);
    return fallback;
  };
  const url = (name: string, protocols: readonly string[], text = raw(name)): string | null => {
    if (text === undefined) return null;
    const parsed = URL.parse(text);
    if (parsed && protocols.includes(parsed.protocol)) return text.replace(/\/+$/, "");
    mistakes.push(`${name}: expected a URL that starts with ${protocols.map((p) => `${p}//`).join(" or ")}.`);
    return null;
  };
  return { mistakes, raw, secret, integer, oneOf, url };
}

/** The values of an environment, and the mistakes found so far. */
export type ConfigValues = ReturnType<typeof createConfigReader>;
