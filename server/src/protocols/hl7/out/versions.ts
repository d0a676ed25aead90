const numbersOf = (version: string): number[] => version.split(".").map(Number);

/** Whether a version of HL7 (`2.3.1`) came before another. */
export function olderThan(version: string, other: string): boolean {
  const [mine, theirs] = [numbersOf(version), numbersOf(other)];
  for (let index = 0; index < 3; index++) {
    const difference = (mine[index] ?? 0) - (theirs[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
