import { useEffect, useRef, useState } from "react";
import { apiRoot, fetchAuthorized } from "../api/client.ts";
import { errorFrom } from "../api/problem.ts";
import { Button, IconButton } from "../kit/Button.tsx";
import { Skeleton } from "../kit/Skeleton.tsx";
import { ErrorState } from "../kit/States.tsx";
import { t } from "../words/words.ts";
import { openLetter } from "./letter.ts";

interface LetterPreviewProps {
  reportId: string;
  /** Another version is another letter. */
  version: number;
  onClose: () => void;
}

/** The letter as the server makes it, beside the text: the draft too, marked as such on every page. */
export function LetterPreview({ reportId, version, onClose }: LetterPreviewProps) {
  const [url, setUrl] = useState<string | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another version or attempt is another letter
  useEffect(() => {
    const abort = new AbortController();
    let made = "";
    setError(null);
    (async () => {
      const answer = await fetchAuthorized(`${apiRoot}/reports/${reportId}/pdf`, { signal: abort.signal });
      if (!answer.ok) throw errorFrom(answer.status, await answer.text(), (name) => answer.headers.get(name));
      made = URL.createObjectURL(new Blob([await answer.arrayBuffer()], { type: "application/pdf" }));
      if (abort.signal.aborted) URL.revokeObjectURL(made);
      else setUrl(made);
    })().catch((failure: Error) => {
      if (!abort.signal.aborted) setError(failure);
    });
    return () => {
      abort.abort();
      if (made) URL.revokeObjectURL(made);
    };
  }, [reportId, version, attempt]);
  const place = useRef<HTMLElement>(null);
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    // Below the text, where there is no room beside it.
    place.current?.scrollIntoView({ block: "nearest" });
    const key = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || document.querySelector("[role=dialog]")) return;
      // Before the images, which are left by the same key.
      event.stopImmediatePropagation();
      close.current();
    };
    addEventListener("keydown", key, true);
    return () => removeEventListener("keydown", key, true);
  }, []);
  return (
    <section className="letter-preview" ref={place} aria-label={t("Letter")}>
      <header className="flex items-center gap-2 px-4 py-2">
        <h3 className="flex-1 text-12 font-semibold text-text-2">{t("Letter")}</h3>
        <Button size="s" onClick={() => void openLetter(reportId)}>
          {t("In a window of its own")}
        </Button>
        <IconButton icon="x" label={t("Close the letter")} data-closes="letter" onClick={onClose} />
      </header>
      {error ? (
        <ErrorState error={error} onRetry={() => setAttempt(attempt + 1)} />
      ) : url ? (
        <iframe title={t("Letter")} src={`${url}#toolbar=0&navpanes=0&view=FitH`} />
      ) : (
        <div className="p-4" aria-busy="true">
          <Skeleton width="60%" />
        </div>
      )}
    </section>
  );
}
