import type { Report, ReportContent } from "@isocenter/contract";
import { message, t } from "../words/words.ts";

/** The sections of a report in the order of the letter. */
export const sections = [
  { key: "technique", title: message("Technique"), rows: 2 },
  { key: "comparison", title: message("Comparison"), rows: 2 },
  { key: "findings", title: message("Findings|report"), rows: 10 },
  { key: "impression", title: message("Impression"), rows: 5 },
  { key: "recommendations", title: message("Recommendations"), rows: 2 },
] as const;
export type SectionKey = (typeof sections)[number]["key"];
/** A section, or a field of the report's template. */
export type TextKey = SectionKey | `fields.${string}`;
/** The sections always; of the fields those that the template has. */
export type Texts = Record<SectionKey, string> & { readonly [key: `fields.${string}`]: string };

/** What a part is called on the page. */
export function titleOf(key: TextKey, template: Report["template"]): string {
  const section = sections.find((one) => one.key === key);
  if (section) return t(section.title);
  return template?.fields.find((field) => `fields.${field.key}` === key)?.label ?? key;
}

/** The fields that hold numbers, for `contentOf`. */
export const numberFields = (template: Report["template"]): ReadonlySet<string> =>
  new Set(template?.fields.filter(({ type }) => type === "NUMBER").map(({ key }) => key));

export const textsOf = (
  content: Pick<ReportContent, SectionKey> & Partial<Pick<Report, "fields" | "template">>,
): Texts => ({
  technique: content.technique,
  comparison: content.comparison,
  findings: content.findings,
  impression: content.impression,
  recommendations: content.recommendations,
  ...Object.fromEntries(
    (content.template?.fields ?? []).map(({ key }) => [`fields.${key}`, String(content.fields?.[key] ?? "")]),
  ),
});

/** The texts as the API takes them; a field without a text is emptied. */
export function contentOf(texts: Partial<Texts>, numbers: ReadonlySet<string>) {
  const content: { [section: string]: unknown } = {};
  const fields: Record<string, string | number | null> = {};
  for (const [key, text = ""] of Object.entries(texts)) {
    const field = /^fields\.(.*)$/.exec(key)?.[1];
    if (field === undefined) content[key] = text;
    else fields[field] = text === "" ? null : numbers.has(field) ? Number(text) : text;
  }
  return Object.keys(fields).length > 0 ? { ...content, fields } : content;
}

/** The parts in which the two differ. */
export const differing = (one: Texts, other: Texts): TextKey[] =>
  ([...new Set([...Object.keys(one), ...Object.keys(other)])] as TextKey[]).filter(
    (key) => (one[key] ?? "") !== (other[key] ?? ""),
  );

/** 3.50 was typed, and 3.5 is what it is. */
const isSameNumber = (key: TextKey, one = "", other = ""): boolean =>
  key.startsWith("fields.") && one !== "" && other !== "" && Number(one) === Number(other);

export type SaveState = "saved" | "waiting" | "saving" | "failed" | "conflict" | "signed";

/** What the server has that was not known here. */
export interface Newer {
  texts: Texts;
  version: number;
  /** What is written from now on is no part of it any more. */
  signed: boolean;
}

export interface AutosaveOptions {
  /** Of the report as it is on the server. */
  version: number;
  saved: Texts;
  /** @returns the report's new version; rejects, with `newer` where somebody else has changed it */
  save(changes: Partial<Texts>, version: number): Promise<number>;
  /** The newer text that the server has, where the error says so. */
  newerOf(error: unknown): Newer | null;
  wait(ms: number, run: () => void): () => void;
  notify(): void;
}

const pauseMs = 800;
const retryMs = 5000;
/** Who writes or dictates without a pause is saved all the same. */
const longestMs = 5000;

/**
 * Saves what is typed a moment after the typing stops, and now and then while it does not, one request at a time, only what changed. What somebody else has written meanwhile is not written over: where
 * it is another section it joins what is here, where it is the same one the state is `conflict` until `resolve` says which text holds. Once somebody has signed the report, nothing goes
 * into it any more.
 */
export function createAutosave({ save, newerOf, wait, notify, ...start }: AutosaveOptions) {
  let saved = start.saved;
  let texts = start.saved;
  let version = start.version;
  let state: SaveState = "saved";
  let error: unknown = null;
  let newer: Newer | null = null;
  let contested: TextKey[] = [];
  let joined: TextKey[] = [];
  let cancel: (() => void) | null = null;
  let cancelLongest: (() => void) | null = null;
  let running: Promise<void> | null = null;
  let stopped = false;

  function become(next: SaveState): void {
    state = next;
    notify();
  }

  function cancelTimers(): void {
    cancel?.();
    cancelLongest?.();
    cancel = null;
    cancelLongest = null;
  }

  function plan(ms: number): void {
    cancel?.();
    if (stopped) return;
    cancel = wait(ms, () => {
      cancel = null;
      void flush();
    });
  }

  const withTheirs = (keys: readonly TextKey[], theirs: Texts): Texts => ({
    ...texts,
    ...Object.fromEntries(keys.map((key) => [key, theirs[key] ?? ""])),
  });

  /** Takes what somebody else wrote where nothing was written here; the same section in two versions is for a person. */
  function meet(other: Newer): void {
    if (other.signed) {
      become("signed");
      return;
    }
    const changed = differing(saved, other.texts);
    const untouched = changed.filter((key) => (texts[key] ?? "") === (saved[key] ?? ""));
    texts = withTheirs(untouched, other.texts);
    joined = [...new Set([...joined, ...untouched])];
    contested = changed.filter((key) => (texts[key] ?? "") !== (other.texts[key] ?? ""));
    if (contested.length > 0) {
      become("conflict");
      return;
    }
    saved = other.texts;
    version = other.version;
    newer = null;
    error = null;
    become(differing(saved, texts).length > 0 ? "waiting" : "saved");
  }

  async function run(): Promise<void> {
    while (differing(saved, texts).length > 0 && state !== "conflict" && state !== "signed") {
      const sent = texts;
      const changes = Object.fromEntries(differing(saved, sent).map((key) => [key, sent[key]]));
      become("saving");
      try {
        version = await save(changes, version);
        saved = sent;
        error = null;
        become(differing(saved, texts).length > 0 ? "waiting" : "saved");
      } catch (failure) {
        error = failure;
        newer = newerOf(failure);
        if (!newer) {
          become("failed");
          plan(retryMs);
          return;
        }
        meet(newer);
      }
    }
  }

  /** Saves what is not saved yet. @returns whether all is saved */
  async function flush(): Promise<boolean> {
    cancelTimers();
    running ??= run().finally(() => {
      running = null;
    });
    await running;
    return differing(saved, texts).length === 0;
  }

  return {
    get state() {
      return state;
    },
    get texts() {
      return texts;
    },
    get version() {
      return version;
    },
    /** What the server has of it. */
    get saved() {
      return saved;
    },
    get error() {
      return error;
    },
    get newer() {
      return newer;
    },
    /** The sections that both have changed, while the state is `conflict`. */
    get contested(): readonly TextKey[] {
      return contested;
    },
    /** The sections that somebody else changed and that stand here now, until they were seen. */
    get joined(): readonly TextKey[] {
      return joined;
    },
    seen(): void {
      joined = [];
      notify();
    },
    edit(key: TextKey, text: string): void {
      stopped = false;
      texts = { ...texts, [key]: text };
      if (state === "conflict" || state === "signed") {
        notify();
        return;
      }
      become("waiting");
      plan(pauseMs);
      cancelLongest ??= wait(longestMs, () => {
        cancelLongest = null;
        void flush();
      });
    },
    flush,
    /** The report is at a later version, by a step such as submitting it; what is not saved yet stays and meets it as a conflict. */
    moved(to: number, now: Texts): void {
      if (to <= version || state !== "saved" || running) return;
      const changed = differing(texts, now).filter((key) => !isSameNumber(key, texts[key], now[key]));
      joined = [...new Set([...joined, ...changed])];
      version = to;
      saved = now;
      texts = now;
      notify();
    },
    /** Goes on from the newer version, in the contested sections with one's own texts or with the other's. */
    async resolve(whose: "mine" | "theirs"): Promise<void> {
      if (!newer) return;
      saved = newer.texts;
      version = newer.version;
      if (whose === "theirs") texts = withTheirs(contested, newer.texts);
      newer = null;
      contested = [];
      error = null;
      become("waiting");
      if (await flush()) become("saved");
    },
    /** What is under way is still sent; nothing is tried again. */
    stop(): void {
      stopped = true;
      cancelTimers();
    },
  };
}
export type Autosave = ReturnType<typeof createAutosave>;

/** The newer report in a version conflict's problem document. */
export function newerIn(members: Readonly<Record<string, unknown>> | undefined): Newer | null {
  const current = members?.current as Report | undefined;
  return current
    ? { texts: textsOf(current), version: current.version, signed: current.signedAt !== null }
    : null;
}
