import { type FormEvent, useEffect, useRef, useState } from "react";
import { session, useSession } from "../api/client.ts";
import { Button } from "../kit/Button.tsx";
import { Icon, Mark } from "../kit/Icon.tsx";
import { signInMessage } from "../sign-in/messages.ts";
import { PasswordField } from "../sign-in/PasswordField.tsx";
import { t } from "../words/words.ts";

/** Over everything until the person gives the password again: the page beneath keeps its state, cannot be seen, and cannot be reached. */
export function LockScreen() {
  const { me } = useSession();
  const dialog = useRef<HTMLDialogElement>(null);
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<ReturnType<typeof signInMessage> | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    const title = document.title;
    document.title = `${t("Locked")} · Isocenter`;
    return () => {
      shown?.close();
      document.title = title;
    };
  }, []);
  if (!me) return null;

  async function unlock(event: FormEvent) {
    event.preventDefault();
    if (busy || !me) return;
    setBusy(true);
    setProblem(null);
    try {
      await session.signIn(me.username, password);
    } catch (error) {
      setProblem(signInMessage(error));
      setPassword("");
    } finally {
      setBusy(false);
    }
  }

  return (
    <dialog
      ref={dialog}
      className="lock-screen"
      aria-label={t("The screen is locked")}
      onCancel={(event) => event.preventDefault()}
      // A second Escape closes a dialog without asking; the lock stays.
      onClose={(event) => {
        if (session.snapshot().status === "locked") event.currentTarget.showModal();
      }}
    >
      <form className="grid w-[340px] max-w-full gap-4" onSubmit={unlock}>
        <Mark size={26} className="text-beam" />
        <div>
          <h1 className="text-20 font-semibold tracking-[-0.015em]">{me.fullName}</h1>
          <p className="mt-1 flex items-center gap-1.5 text-text-2">
            <Icon name="lock" size="s" />
            {t("The screen is locked. What you were doing is kept.")}
          </p>
        </div>
        {problem && !problem.field && (
          <p className={`note ${problem.down ? "urg" : "crit"}`} role="alert">
            {problem.text}
          </p>
        )}
        <input type="text" name="username" autoComplete="username" value={me.username} readOnly hidden />
        <PasswordField
          label={t("Password")}
          large
          autoFocus
          autoComplete="current-password"
          required
          maxLength={256}
          value={password}
          error={problem?.field ? problem.text : null}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Button type="submit" variant="primary" size="xl" busy={busy} hotkey={busy ? undefined : "↵"}>
          {busy ? t("Opening") : t("Unlock")}
        </Button>
        <button
          type="button"
          className="link justify-self-start text-12"
          onClick={() => void session.signOut()}
        >
          {t("Sign in as somebody else")}
        </button>
      </form>
    </dialog>
  );
}
