/** What this process has just written of a study: its rows need not be looked for again with every image. */
export interface KnownStudy {
  id: string;
  facilityId: string;
  /** Whose it is now. */
  patientId: string;
  /** Whom its images name. */
  claimedId: string;
  /** How often images of it were deleted or came back: its series are others then. */
  deletions: number;
  /** Study attributes, as JSON, of which the row has everything. */
  seen: Set<string>;
  /** By series UID. */
  series: Map<string, KnownSeries>;
  /** When the fact of receiving was last recorded, by who sent it. */
  recordedAt: Map<string, number>;
  /** When the settle job was last put off; -Infinity before the first time. */
  settleJobAt: number;
}

export interface KnownSeries {
  id: string;
  seen: Set<string>;
}

export interface WriteCache {
  get(facilityId: string, studyUid: string, claimedId: string): KnownStudy | undefined;
  /** Only after the commit that made it true. */
  set(facilityId: string, studyUid: string, claimedId: string, study: KnownStudy): void;
  /** Who was found for a claim on a study, as JSON, where that is not in doubt. */
  claimed(claim: string): string | undefined;
  /** Only after the commit that made it true. */
  setClaimed(claim: string, claimedId: string): void;
  clear(): void;
}

const maxStudies = 1000;
const maxClaims = 4000;
const maxSeries = 500;
const maxSeen = 64;

/** The studies that images came for lately; the oldest go first. */
export function createWriteCache(): WriteCache {
  const studies = new Map<string, KnownStudy>();
  const claims = new Map<string, string>();
  const keyOf = (...parts: string[]) => parts.join(" ");
  return {
    get: (...key) => studies.get(keyOf(...key)),
    set(facilityId, studyUid, claimedId, study) {
      const key = keyOf(facilityId, studyUid, claimedId);
      studies.delete(key);
      studies.set(key, study);
      if (studies.size > maxStudies) studies.delete(studies.keys().next().value!);
    },
    claimed: (claim) => claims.get(claim),
    setClaimed(claim, claimedId) {
      if (claims.size >= maxClaims) claims.clear();
      claims.set(claim, claimedId);
    },
    clear() {
      studies.clear();
      claims.clear();
    },
  };
}

/** Whether more may be remembered of the study or series; what is not remembered is looked up. */
export const hasRoom = (study: KnownStudy): boolean =>
  study.series.size < maxSeries && study.seen.size < maxSeen;
export const hasSeenRoom = (series: KnownSeries): boolean => series.seen.size < maxSeen;
