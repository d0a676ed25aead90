/** Values with commas between; a comma of a value itself cannot be written here, and stands for any sign. */
export const conditionText = (values: readonly string[] | undefined): string =>
  (values ?? []).map((value) => value.replaceAll(",", "?")).join(", ");

export const readConditionText = (text: string): string[] => [
  ...new Set(text.split(",").flatMap((value) => value.trim() || [])),
];
