import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { copyText } from "../../kit/copy.ts";
import { momentIn } from "../../kit/dates.ts";
import { t } from "../../words/words.ts";
import type { SharedLink, Sharing } from "../desk.ts";
import { Icon } from "./icons.tsx";

interface ShareDialogProps {
  sharing: Sharing;
  onClose: () => void;
}

const lifetimes = [24, 72, 168, 720];

/** Makes a link that lets whoever has it look at this study until it expires, and takes links back. */
export function ShareDialog({ sharing, onClose }: ShareDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [hours, setHours] = useState(72);
  const [report, setReport] = useState(false);
  const [note, setNote] = useState("");
  const [made, setMade] = useState<{ url: string; expiresAt: string }>();
  const [links, setLinks] = useState<readonly SharedLink[]>([]);
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  useLayoutEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setError("");
    try {
      await work();
      setLinks(await sharing.links());
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
    } finally {
      setBusy(false);
    }
  };
  useEffect(() => {
    sharing.links().then(setLinks, (reason: Error) => setError(reason.message));
  }, [sharing]);
  return (
    <dialog ref={dialog} className="vw-help vw-share" aria-label={t("Share this study")} onClose={onClose}>
      <header>
        <h2>{t("Share this study")}</h2>
        <button type="button" className="vw-icon-button" aria-label={t("Close")} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <p>{t("Whoever has the link sees these images without signing in, until it expires.")}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void attempt(async () => {
            setMade(await sharing.share({ hours, report, note }));
            // It is with the link now; the next one is for something else.
            setNote("");
          });
        }}
      >
        <label>
          {t("Expires after")}
          <select value={hours} onChange={(event) => setHours(Number(event.target.value))}>
            {lifetimes.map((each) => (
              <option key={each} value={each}>
                {t("{days, plural, one {# day} other {# days}}", { days: each / 24 })}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t("What it is for")}
          <input
            value={note}
            maxLength={500}
            placeholder={t("Not shown to whoever opens it")}
            onChange={(event) => setNote(event.target.value)}
          />
        </label>
        <label className="vw-check">
          <input type="checkbox" checked={report} onChange={(event) => setReport(event.target.checked)} />
          {t("With the signed report, when there is one")}
        </label>
        <button type="submit" className="vw-button" data-primary disabled={busy}>
          {t("Make a link")}
        </button>
      </form>
      {error && <p role="alert">{error}</p>}
      {made && (
        <div className="vw-made" role="status">
          <input
            readOnly
            value={made.url}
            aria-label={t("The link")}
            onFocus={(event) => event.target.select()}
          />
          <button type="button" className="vw-button" onClick={() => void copyText(made.url)}>
            {t("Copy")}
          </button>
          <span className="vw-dim">
            {t("until {moment}", { moment: momentIn(undefined, made.expiresAt) })}
          </span>
        </div>
      )}
      {links.length > 0 && (
        <>
          <h3>{t("Links that are open")}</h3>
          <ul>
            {links.map((link) => (
              <li key={link.id}>
                <span>
                  {t("{name}, until {moment}", {
                    name: link.madeBy,
                    moment: momentIn(undefined, link.expiresAt),
                  })}
                  <small className="vw-dim">
                    {t("{count, plural, =0 {not opened} one {opened once} other {opened # times}}", {
                      count: link.opened,
                    })}
                    {link.note && ` · ${link.note}`}
                  </small>
                </span>
                <button
                  type="button"
                  className="vw-button"
                  disabled={busy}
                  onClick={() => void attempt(() => sharing.revoke(link.id))}
                >
                  {t("Take back")}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </dialog>
  );
}
