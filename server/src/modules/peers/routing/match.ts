import type { IngestDoorName, RoutingConditions, RoutingScope } from "@isocenter/contract";

/** What rules look at of a study. */
export interface RoutedStudy {
  StudyInstanceUID: string;
  /** Null where it has none. */
  description: string | null;
  bodyPart: string | null;
  /** As DICOM has it, `Family^Given`. */
  referringPhysician: string | null;
  series: readonly RoutedSeries[];
}

export interface RoutedSeries {
  SeriesInstanceUID: string;
  modality: string;
  bodyPart: string | null;
  stationName: string | null;
  sopClassUids: readonly string[];
  /** Where its instances came from; the sender of the door C_STORE is an AE title. */
  sources: readonly { door: IngestDoorName; sender: string }[];
  numberOfInstances: number;
}

/** A pattern with `*` and `?` as a test that knows no case. Linear in the text: the pattern's pieces are looked for one after the other. */
function fits(pattern: string, text: string): boolean {
  const wanted = pattern.toLowerCase();
  const given = text.toLowerCase();
  let at = 0;
  let of = 0;
  let star = -1;
  let mark = 0;
  while (of < given.length) {
    const sign = wanted[at];
    if (sign === "*") {
      star = at;
      at += 1;
      mark = of;
    } else if (sign === "?" || sign === given[of]) {
      at += 1;
      of += 1;
    } else if (star >= 0) {
      at = star + 1;
      mark += 1;
      of = mark;
    } else return false;
  }
  while (wanted[at] === "*") at += 1;
  return at === wanted.length;
}

const anyFits = (patterns: readonly string[], text: string | null): boolean =>
  text !== null && patterns.some((pattern) => fits(pattern, text));

type StudyTest = (study: RoutedStudy, values: readonly string[]) => boolean;
type SeriesTest = (series: RoutedSeries, values: readonly string[], study: RoutedStudy) => boolean;

const studyTests: Partial<Record<keyof RoutingConditions, StudyTest>> = {
  studyDescription: (study, patterns) => anyFits(patterns, study.description),
  referringPhysician: (study, patterns) => anyFits(patterns, study.referringPhysician),
};

const seriesTests: Partial<Record<keyof RoutingConditions, SeriesTest>> = {
  sourceAeTitles: ({ sources }, patterns) =>
    sources.some(({ door, sender }) => door === "C_STORE" && anyFits(patterns, sender)),
  doors: ({ sources }, doors) => sources.some(({ door }) => doors.includes(door)),
  modalities: ({ modality }, codes) => codes.includes(modality),
  stationNames: ({ stationName }, patterns) => anyFits(patterns, stationName),
  bodyParts: ({ bodyPart }, patterns, study) => anyFits(patterns, bodyPart ?? study.bodyPart),
  sopClassUids: ({ sopClassUids }, uids) => sopClassUids.some((uid) => uids.includes(uid)),
};

/** The series that meet every condition; none where the study does not. All conditions of series must hold for the same one. */
export function matchingSeries(conditions: RoutingConditions, study: RoutedStudy): RoutedSeries[] {
  const asked = Object.entries(conditions) as [keyof RoutingConditions, string[]][];
  if (asked.some(([name, values]) => studyTests[name] && !studyTests[name](study, values))) return [];
  return study.series.filter((series) =>
    asked.every(([name, values]) => seriesTests[name]?.(series, values, study) ?? true),
  );
}

export interface RuleToApply {
  conditions: RoutingConditions;
  scope: RoutingScope;
  sendBack: boolean;
}

/** Whether a series holds nothing but what the AE itself sent. */
const isAllFrom = (series: RoutedSeries, aeTitle: string): boolean =>
  series.sources.every(({ door, sender }) => door === "C_STORE" && sender === aeTitle);

/**
 * The series that the rule sends to the destination, "STUDY" for all of them, or null for nothing. What came from the destination goes
 * back only where the rule says so, and a series that it has already is not sent again.
 * @param sentOf how many instances of a series the destination has confirmed
 */
export function routed(
  rule: RuleToApply,
  study: RoutedStudy,
  destinationAeTitle: string,
  sentOf: (SeriesInstanceUID: string) => number,
): { scope: "STUDY" | readonly RoutedSeries[]; total: number } | null {
  const matching = matchingSeries(rule.conditions, study);
  if (matching.length === 0) return null;
  const chosen = rule.scope === "STUDY" ? study.series : matching;
  const due = chosen.filter(
    (series) =>
      (rule.sendBack || !isAllFrom(series, destinationAeTitle)) &&
      sentOf(series.SeriesInstanceUID) < series.numberOfInstances,
  );
  if (due.length === 0) return null;
  const total = due.reduce((sum, { numberOfInstances }) => sum + numberOfInstances, 0);
  return { scope: due.length === study.series.length ? "STUDY" : due, total };
}
