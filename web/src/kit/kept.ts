/** What this browser keeps of a person's choices between visits; null where it has none of that name, or keeps nothing. */
export function kept(name: string): string | null {
  try {
    return globalThis.localStorage?.getItem(`isocenter.${name}`) ?? null;
  } catch {
    return null;
  }
}

/** @returns false where the browser keeps nothing: then the choice lasts as long as the page */
export function keep(name: string, value: string | null): boolean {
  try {
    if (value === null) localStorage.removeItem(`isocenter.${name}`);
    else localStorage.setItem(`isocenter.${name}`, value);
    return true;
  } catch {
    return false;
  }
}
