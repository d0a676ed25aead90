import { keep, kept } from "../kit/kept.ts";
import { currentLanguage } from "../words/words.ts";

/** What of the browser's SpeechRecognition is used; not every browser has it. */
interface Recognition {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  onresult: ((event: RecognitionEvent) => void) | null;
  onerror: ((event: { error: string }) => void) | null;
  onend: (() => void) | null;
  start(): void;
  stop(): void;
  abort(): void;
}
interface RecognitionEvent {
  resultIndex: number;
  results: ArrayLike<ArrayLike<{ transcript: string }> & { isFinal: boolean }>;
}

/** The browser's speech recognition; null where it has none. */
export function recognitionOfBrowser(): (new () => Recognition) | null {
  const scope = globalThis as unknown as Record<string, (new () => Recognition) | undefined>;
  return scope.SpeechRecognition ?? scope.webkitSpeechRecognition ?? null;
}

export interface DictationChoice {
  on: boolean;
  /** "comma" is written as "," and so on. */
  punctuation: boolean;
}

const choiceKey = "dictation";

/** What the person chose in this browser: off until they switch it on. */
export function readDictationChoice(): DictationChoice {
  try {
    const choice = JSON.parse(kept(choiceKey) ?? "{}");
    return { on: choice.on === true, punctuation: choice.punctuation !== false };
  } catch {
    return { on: false, punctuation: true };
  }
}

export function keepDictationChoice(choice: DictationChoice): void {
  keep(choiceKey, JSON.stringify(choice));
}

const marks: Record<string, ReadonlyArray<readonly [string, string]>> = {
  en: [
    ["new paragraph", "\n\n"],
    ["new line", "\n"],
    ["full stop", "."],
    ["period", "."],
    ["question mark", "?"],
    ["semicolon", ";"],
    ["comma", ","],
    ["colon", ":"],
    ["hyphen", "-"],
    ["open bracket", "("],
    ["close bracket", ")"],
  ],
  fr: [
    ["nouveau paragraphe", "\n\n"],
    ["à la ligne", "\n"],
    ["point d'interrogation", "?"],
    ["point-virgule", ";"],
    ["point virgule", ";"],
    ["deux-points", ":"],
    ["deux points", ":"],
    ["virgule", ","],
    ["point", "."],
    ["trait d'union", "-"],
    ["ouvrir la parenthèse", "("],
    ["fermer la parenthèse", ")"],
  ],
};

/** A spoken text with its punctuation words written as marks, and a capital after a full stop. */
export function punctuated(spoken: string, language: string = currentLanguage()): string {
  let text = spoken.replaceAll("’", "'");
  // Letters of the language are no word boundaries of regular expressions, so blanks are.
  for (const [word, mark] of marks[language] ?? [])
    text = text.replace(new RegExp(`(^|\\s)${word}(?=$|[\\s,.;:?])`, "giu"), `$1${mark}`);
  return text
    .replace(/[ \t]+([,.;:?)])/g, "$1")
    .replace(/([(\n-])[ \t]+/g, "$1")
    .replace(/[ \t]+([\n-])/g, "$1")
    .replace(/([.?]\s+|\n)(\p{Ll})/gu, (_, before: string, letter: string) => before + letter.toUpperCase());
}

export interface DictationOptions {
  /** Words that are settled. */
  onText: (text: string) => void;
  /** Words that may still change. */
  onInterim: (text: string) => void;
  /** It ended: by `stop`, by silence (null), or for a reason such as `not-allowed`. */
  onEnd: (problem: string | null) => void;
}

/** Listens until it is stopped or the browser ends it. @throws where the browser refuses to begin */
export function dictate({ onText, onInterim, onEnd }: DictationOptions): { stop: () => void } {
  const Recogniser = recognitionOfBrowser();
  if (!Recogniser) throw new Error("no speech recognition");
  const recognition = new Recogniser();
  recognition.lang = currentLanguage() === "fr" ? "fr-FR" : "en-GB";
  recognition.continuous = true;
  recognition.interimResults = true;
  let problem: string | null = null;
  recognition.onresult = (event) => {
    let interim = "";
    for (let at = event.resultIndex; at < event.results.length; at++) {
      const result = event.results[at];
      const text = result?.[0]?.transcript.trim() ?? "";
      if (result?.isFinal && text) onText(text);
      else interim += ` ${text}`;
    }
    onInterim(interim.trim());
  };
  recognition.onerror = ({ error }) => {
    // Silence and one's own stopping are no problems.
    if (error !== "no-speech" && error !== "aborted") problem = error;
  };
  recognition.onend = () => onEnd(problem);
  recognition.start();
  return { stop: () => recognition.stop() };
}
