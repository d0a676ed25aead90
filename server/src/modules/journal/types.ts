import type { EntryNames } from "@isocenter/contract";
import type { Tx, Viewer } from "../../platform/index.ts";

export interface Subject {
  /** Singular noun: `study`, `patient`, `user`. */
  type: string;
  /** An id of ours, or another stable name; at most 128 characters. */
  id: string;
}

/** `refused`: the rules said no. `failed`: it was allowed and did not work. */
export type Outcome = "success" | "refused" | "failed";

/** What happened; one per batch and per series or study, never one per instance. */
export interface Fact {
  /** `<noun>.<past tense>`: `study.received`, `report.signed`. */
  type: string;
  subject: Subject;
  /** Null where it is about no facility's records. */
  facilityId: string | null;
  patientId?: string | null;
  /** Users whom it concerns; the live feed shows it to them although they may only see what is in their care. */
  people?: readonly string[];
  /** `success` when left out. */
  outcome?: Outcome;
  /** Ids, counts, states. No clinical text, no names of patients. At most 16 KiB as JSON. */
  data?: Readonly<Record<string, unknown>>;
}

/** Who looked at what, or was not let to. */
export interface Access {
  /** `<noun>.<verb in the past tense>`: `study.viewed`, `image.exported`. */
  action: string;
  subject: Subject;
  patientId?: string | null;
  /** The viewer's home facility when left out. */
  facilityId?: string | null;
  outcome?: Outcome;
  data?: Readonly<Record<string, unknown>>;
  /** The same viewer, action and subject count once in this time; for frames and pages. */
  onceInSeconds?: number;
}

export interface Actor {
  kind: Viewer["kind"];
  id: string;
  name: string;
}

/** A fact as readers get it: committed, with its place in the chain. */
export interface SealedFact {
  id: string;
  /** 1 is the first. Readers and the live feed resume by it. */
  position: number;
  type: string;
  actor: Actor;
  requestId: string;
  facilityId: string | null;
  patientId: string | null;
  subject: Subject;
  people: readonly string[];
  outcome: Outcome;
  data: Readonly<Record<string, unknown>>;
  recordedAt: Date;
}

/**
 * Acts on facts after they are sealed, in order, at least once. `handle` gets a transaction of its own, in which the cursor moves as well,
 * so what it writes to the database happens exactly once. When it throws, the same facts come again after a growing delay;
 * other readers go on.
 */
export interface FactReader {
  /** Stable: names the cursor. */
  name: string;
  /** The types it takes; null: all. */
  types: readonly string[] | null;
  handle(tx: Tx, facts: readonly SealedFact[]): Promise<void>;
  /** Where a reader begins that never ran here; `beginning` when left out. */
  startAt?: "beginning" | "now";
  /** At most so many facts at once; 200 when left out. */
  batch?: number;
}

export type ChainName = "fact" | "access";

/** One thing that is wrong with the journal, and where. */
export interface Breach {
  chain: ChainName | "seal";
  /** Of the entry or number of the seal; null where there is none. */
  position: number | null;
  entryId: string | null;
  kind: "changed" | "removed" | "added" | "reordered" | "cut" | "forged-seal" | "missing-copy";
  /** A sentence for a person. */
  detail: string;
}

export interface Verification {
  intact: boolean;
  facts: number;
  accesses: number;
  seals: number;
  /** Entries that wait for the sealer: they are not protected yet. */
  unsealed: number;
  /** The first 100. */
  breaches: readonly Breach[];
}

/**
 * What people call what entries are about, in the order of the entries: a room that knows the others' tables answers it.
 * What the viewer may not see it leaves out.
 */
export type NameEntries = (
  viewer: Viewer,
  entries: readonly { subject: Subject; patientId: string | null }[],
) => Promise<readonly EntryNames[]>;

/** The journal's door. */
export interface Journal {
  /** One insert in the caller's transaction. @returns what the entry is known by */
  record(tx: Tx, viewer: Viewer, fact: Fact): Promise<{ id: string; recordedAt: Date }>;
  /** The same for many, still one insert. */
  recordMany(tx: Tx, viewer: Viewer, facts: readonly Fact[]): Promise<void>;
  /**
   * Written with others within a second. Resolves at once, unless the buffer is full: then when there is room again.
   * @throws Refusal `unavailable` (`journal.unavailable`) where no room comes: nothing is shown that cannot be recorded
   */
  access(viewer: Viewer, access: Access): Promise<void>;
  /** Before `start`. */
  registerReader(reader: FactReader): void;
  /** Told of every sealed fact in this process, in order, from now on; for the live feed. Must not throw. @returns the way to stop it */
  follow(listener: (facts: readonly SealedFact[]) => void): () => void;
  /** Sealed facts after a position, in order; for whoever resumes. */
  factsAfter(position: number, limit: number): Promise<SealedFact[]>;
  /** The position of the newest sealed fact; 0 before the first. */
  position(): Promise<number>;
  /** @param reading whether the readers read in this process; not where another one of the program has nothing else to do */
  start(options?: { reading?: boolean }): Promise<void>;
  /** Writes what is buffered, seals, and ends. */
  stop(): Promise<void>;
  /** For tests: writes, seals and lets every reader read, until nothing is left. @throws AggregateError where readers failed */
  drain(): Promise<void>;
  /** Reads everything and compares: chains, seals, and the seals' copies in the object store. */
  verify(): Promise<Verification>;
}
