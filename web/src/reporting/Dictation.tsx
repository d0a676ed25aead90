import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { Button, IconButton } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { t } from "../words/words.ts";
import {
  dictate,
  keepDictationChoice,
  punctuated,
  readDictationChoice,
  recognitionOfBrowser,
} from "./speech.ts";

/** Why it ended, for the person. */
function problemWords(problem: string): string {
  if (problem === "not-allowed" || problem === "service-not-allowed")
    return t("The browser does not allow the microphone here. Allow it beside the address, then try again.");
  if (problem === "audio-capture") return t("No microphone was found.");
  if (problem === "network") return t("The browser’s speech service could not be reached.");
  return t("Dictation ended: {problem}", { problem });
}

/** Dictation by the browser's speech recognition: hidden where there is none, off until the person has switched it on. Alt D begins and ends it. */
export function Dictation({ onText }: { onText: (text: string) => void }) {
  const [choice, setChoice] = useState(readDictationChoice);
  const [asking, setAsking] = useState(false);
  const [session, setSession] = useState<{ stop: () => void } | null>(null);
  const [interim, setInterim] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const latest = useRef({ onText, choice });
  latest.current = { onText, choice };
  const has = recognitionOfBrowser() !== null;

  const choose = (next: typeof choice) => {
    setChoice(next);
    keepDictationChoice(next);
  };
  const begin = () => {
    setProblem(null);
    try {
      setSession(
        dictate({
          onText: (text) =>
            latest.current.onText(latest.current.choice.punctuation ? punctuated(text) : text),
          onInterim: setInterim,
          onEnd: (reason) => {
            setSession(null);
            setInterim("");
            setProblem(reason);
          },
        }),
      );
    } catch {
      setProblem("not-allowed");
    }
  };
  const toggle = () => {
    if (session) session.stop();
    else if (choice.on) begin();
    else setAsking(true);
  };
  const onKey = useRef(toggle);
  onKey.current = toggle;
  useLayoutEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if (!event.altKey || event.ctrlKey || event.key.toLowerCase() !== "d") return;
      if (!recognitionOfBrowser() || document.querySelector("[role=dialog]")) return;
      event.preventDefault();
      onKey.current();
    };
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, []);
  // Nobody is listened to whose report is not open any more.
  useEffect(() => () => session?.stop(), [session]);

  if (!has) return null;
  return (
    <>
      <Button size="s" aria-pressed={session !== null} hotkey="Alt D" onClick={toggle}>
        {session && <span className="listening-dot" aria-hidden="true" />}
        {session ? t("Stop dictation") : t("Dictate")}
      </Button>
      {choice.on && (
        <IconButton icon="gear" label={t("Dictation settings")} onClick={() => setAsking(true)} />
      )}
      <span className="min-w-0 truncate text-12 text-text-3" role="status">
        {problem ? problemWords(problem) : session ? interim || t("Listening") : ""}
      </span>
      {asking && (
        <Dialog
          open
          onOpenChange={(open) => !open && setAsking(false)}
          title={t("Dictation by the browser")}
          description={t(
            "The browser turns speech into text. It may send the audio to its vendor’s servers, patient data in it included. Ask who answers for data protection in your department before you switch it on.",
          )}
        >
          <label className="mb-3 flex items-center gap-2">
            <input
              type="checkbox"
              checked={choice.punctuation}
              onChange={(event) => choose({ ...choice, punctuation: event.target.checked })}
            />
            {t("Write punctuation words such as “comma” and “full stop” as marks")}
          </label>
          <p className="mb-4 text-12 text-text-3">{t("The choice holds for this browser alone.")}</p>
          <div className="flex justify-end gap-2">
            <Button variant="ghost" onClick={() => setAsking(false)}>
              {t("Close")}
            </Button>
            {choice.on ? (
              <Button
                onClick={() => {
                  session?.stop();
                  choose({ ...choice, on: false });
                  setAsking(false);
                }}
              >
                {t("Switch dictation off")}
              </Button>
            ) : (
              <Button
                variant="primary"
                onClick={() => {
                  choose({ ...choice, on: true });
                  setAsking(false);
                  begin();
                }}
              >
                {t("Switch on and dictate")}
              </Button>
            )}
          </div>
        </Dialog>
      )}
    </>
  );
}
