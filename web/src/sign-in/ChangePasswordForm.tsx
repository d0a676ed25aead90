import { type FormEvent, useState } from "react";
import { api, session } from "../api/client.ts";
import { ApiError } from "../api/problem.ts";
import { Button } from "../kit/Button.tsx";
import { Icon } from "../kit/Icon.tsx";
import { t } from "../words/words.ts";
import { checkNewPassword } from "./new-password.ts";
import { PasswordField } from "./PasswordField.tsx";

interface ChangePasswordFormProps {
  username: string;
  /** The current one, where the person has just given it: it is asked for only where it is refused. */
  given?: string | null;
  large?: boolean;
  onDone: () => void;
}

export function ChangePasswordForm({ username, given = null, large, onDone }: ChangePasswordFormProps) {
  const [current, setCurrent] = useState(given ?? "");
  const [fresh, setFresh] = useState("");
  const [repeated, setRepeated] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<ApiError | null>(null);
  const own = tried ? checkNewPassword({ current, fresh, repeated, username }) : null;
  const wrongCurrent =
    refusal !== null &&
    (refusal.status === 401 || refusal.status === 422 || /current/i.test(refusal.detail + refusal.code));

  async function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (busy || checkNewPassword({ current, fresh, repeated, username })) return;
    setBusy(true);
    setRefusal(null);
    try {
      await api.POST("/api/v1/users/me/password", {
        body: { currentPassword: current, newPassword: fresh },
      });
      // The change ends every session, maybe this one too: the new password opens it again.
      await session.refresh().catch(() => session.signIn(username, fresh));
      onDone();
    } catch (error) {
      setRefusal(error instanceof ApiError ? error : null);
    } finally {
      setBusy(false);
    }
  }

  return (
    <form className="grid gap-4" onSubmit={submit} noValidate aria-label={t("Change password")}>
      <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
      {refusal && !wrongCurrent && (
        <div className="note crit" role="alert">
          <Icon name="alert" className="text-crit" />
          <span>{[refusal.detail, ...refusal.fields.map((field) => field.message)].join(" ")}</span>
        </div>
      )}
      {(given === null || wrongCurrent) && (
        <PasswordField
          label={t("Current password")}
          large={large}
          autoComplete="current-password"
          autoFocus
          maxLength={256}
          value={current}
          error={own?.field === "current" ? own.text : wrongCurrent ? (refusal?.detail ?? null) : null}
          onChange={(event) => setCurrent(event.target.value)}
        />
      )}
      <PasswordField
        label={t("New password")}
        large={large}
        autoFocus={given !== null}
        autoComplete="new-password"
        maxLength={256}
        value={fresh}
        error={own?.field === "fresh" ? own.text : null}
        hint={t("At least 12 characters. A few words you remember are better than signs you do not.")}
        onChange={(event) => setFresh(event.target.value)}
      />
      <PasswordField
        label={t("New password again")}
        large={large}
        autoComplete="new-password"
        maxLength={256}
        value={repeated}
        error={own?.field === "repeated" ? own.text : null}
        onChange={(event) => setRepeated(event.target.value)}
      />
      <Button type="submit" variant="primary" size={large ? "xl" : "l"} busy={busy}>
        {busy ? t("Changing") : t("Change password")}
      </Button>
    </form>
  );
}
