import {
  type DicomJson,
  formatTag,
  type JsonPersonName,
  matchesPersonName,
  matchesWildcard,
  parseDate,
  parseTime,
  type Tag,
  Tags,
} from "@isocenter/dicom";

/** What a key is to match (PS3.4 K.2.2.1). Dates are `YYYY-MM-DD`, times `HH:MM:SS[.ffffff]`; null is open. */
export type WorklistCondition =
  /** Any of these, with the wildcards `*` and `?`; upper and lower case differ. */
  | { kind: "text"; patterns: readonly string[] }
  | { kind: "name"; pattern: string }
  /** `single`: one value rather than a range. */
  | { kind: "date" | "time"; from: string | null; to: string | null; single: boolean }
  | { kind: "uids"; values: readonly string[] }
  | { kind: "number"; value: number };

export interface WorklistMatch {
  /** The sequences that the key stands in, then the key. */
  path: readonly Tag[];
  condition: WorklistCondition;
}

const startDate = [Tags.ScheduledProcedureStepSequence, Tags.ScheduledProcedureStepStartDate] as const;
const startTime = [Tags.ScheduledProcedureStepSequence, Tags.ScheduledProcedureStepStartTime] as const;

/** What the conditions on a key say, found by its path. */
export function conditionAt(
  matches: readonly WorklistMatch[],
  path: readonly Tag[],
): WorklistCondition | undefined {
  return matches.find(
    (match) => match.path.length === path.length && match.path.every((tag, i) => tag === path[i]),
  )?.condition;
}

type RangeCondition = Extract<WorklistCondition, { kind: "date" | "time" }>;

/**
 * The test that an entry passes. A range of start dates with a range of start times is one period, from the first time of the first day to the last time of
 * the last day (PS3.4 Table K.6-1).
 */
export function entryMatches(matches: readonly WorklistMatch[]): (entry: DicomJson) => boolean {
  const date = conditionAt(matches, startDate) as RangeCondition | undefined;
  const time = conditionAt(matches, startTime) as RangeCondition | undefined;
  if (!date || !time || date.single || time.single)
    return (entry) => matches.every((match) => matchesOne(entry, match));
  const others = matches.filter(({ condition }) => condition !== date && condition !== time);
  const from = date.from === null ? null : `${date.from}T${exact(time.from ?? "00:00:00")}`;
  const to = date.to === null ? null : `${date.to}T${time.to ?? "23:59:59.999999"}`;
  return (entry) => {
    const day = parseDate(textsAt(entry, startDate)[0] ?? "");
    const clock = parseTime(textsAt(entry, startTime)[0] ?? "");
    return (
      within(day && clock && `${day}T${exact(clock)}`, from, to) &&
      others.every((match) => matchesOne(entry, match))
    );
  };
}

/** With all six digits of the fraction, so that times compare as text. */
const exact = (time: string): string => {
  const [clock, fraction = ""] = time.split(".");
  return `${clock}.${fraction.padEnd(6, "0")}`;
};

const within = (moment: string | null, from: string | null, to: string | null): boolean =>
  moment !== null && (from === null || moment >= from) && (to === null || moment <= to);

function matchesOne(entry: DicomJson, { path, condition }: WorklistMatch): boolean {
  switch (condition.kind) {
    case "text":
      return textsAt(entry, path).some((text) =>
        condition.patterns.some((pattern) => matchesWildcard(pattern, text)),
      );
    case "name":
      return namesAt(entry, path).some((name) => matchesPersonName(condition.pattern, name));
    case "date":
      return textsAt(entry, path).some((text) => within(parseDate(text), condition.from, condition.to));
    case "time":
      return textsAt(entry, path).some((text) => {
        const time = parseTime(text);
        return within(time && exact(time), condition.from && exact(condition.from), condition.to);
      });
    case "uids":
      return textsAt(entry, path).some((uid) => condition.values.includes(uid));
    case "number":
      return textsAt(entry, path).some((text) => Number(text) === condition.value);
  }
}

function valuesAt(entry: DicomJson, path: readonly Tag[]): readonly unknown[] {
  const [tag, ...rest] = path;
  const values = entry[formatTag(tag!)]?.Value ?? [];
  return rest.length === 0 ? values : values.flatMap((item) => valuesAt(item as DicomJson, rest));
}

const textsAt = (entry: DicomJson, path: readonly Tag[]): string[] =>
  valuesAt(entry, path)
    .filter((value) => value !== null && typeof value !== "object")
    .map(String);

const namesAt = (entry: DicomJson, path: readonly Tag[]): string[] =>
  valuesAt(entry, path).map((value) => {
    const { Alphabetic = "", Ideographic = "", Phonetic = "" } = (value ?? {}) as JsonPersonName;
    return [Alphabetic, Ideographic, Phonetic].join("=").replace(/=+$/, "");
  });
