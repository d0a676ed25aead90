import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { session, useSession } from "../api/client.ts";
import { Button } from "../kit/Button.tsx";
import { Field } from "../kit/Field.tsx";
import { Icon, Mark } from "../kit/Icon.tsx";
import { rich, t } from "../words/words.ts";
import { Art } from "./Art.tsx";
import { forgetGiven, keepGiven } from "./just-given.ts";
import { signInMessage } from "./messages.ts";
import { PasswordField } from "./PasswordField.tsx";

export function SignInPage() {
  useEffect(() => {
    document.title = `${t("Sign in")} · Isocenter`;
  }, []);
  return (
    <main className="grid h-dvh grid-cols-[560px_1fr] max-lg:grid-cols-1 max-lg:overflow-auto">
      <section className="flex flex-col border-r border-line bg-panel px-10 pt-7 pb-6 max-sm:px-6">
        <header className="flex items-center gap-2">
          <Mark size={26} className="text-beam" />
          <span className="text-[18px] leading-6 font-semibold tracking-[-0.015em]">Isocenter</span>
        </header>
        <SignInForm />
        <footer className="flex items-center gap-2.5 text-12 text-text-3">
          <ServerState />
          <span aria-hidden="true">·</span>
          <span>{t("Version {version}", { version: __APP_VERSION__ })}</span>
        </footer>
      </section>
      <Art />
    </main>
  );
}

function SignInForm() {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<ReturnType<typeof signInMessage> | null>(null);
  const [busy, setBusy] = useState(false);
  const [forgotten, setForgotten] = useState(false);
  const passwordInput = useRef<HTMLInputElement>(null);
  const { how } = useSession();

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      keepGiven(username.trim(), password);
      // The route sees the change and leads on to where the person was going.
      await session.signIn(username.trim(), password);
      if (!session.snapshot().me?.mustChangePassword) forgetGiven();
    } catch (error) {
      forgetGiven();
      const told = signInMessage(error);
      setProblem(told);
      if (told.field === "password") passwordInput.current?.select();
    } finally {
      setBusy(false);
    }
  }

  return (
    <form className="m-auto grid w-[360px] max-w-full gap-4 py-8" aria-label={t("Sign in")} onSubmit={submit}>
      <h1 className="text-28 font-semibold tracking-[-0.02em]">{t("Sign in")}</h1>
      <p className="-mt-3 mb-2 text-text-2">{t("Imaging department at {host}", { host: location.host })}</p>
      {how === "ended" && !problem && (
        <p className="note plain" role="status">
          {t("Your session has ended. Sign in, and you are where you were.")}
        </p>
      )}
      {problem && !problem.field && (
        <div className={`note ${problem.down ? "urg" : "crit"}`} role="alert">
          <Icon name="alert" className={problem.down ? "text-urg" : "text-crit"} />
          <span>{problem.text}</span>
        </div>
      )}
      <Field
        label={t("User name")}
        large
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        maxLength={128}
        autoFocus
        value={username}
        onChange={(event) => setUsername(event.target.value)}
      />
      <div className="grid gap-1">
        <PasswordField
          label={t("Password")}
          large
          name="password"
          autoComplete="current-password"
          required
          maxLength={256}
          value={password}
          inputRef={passwordInput}
          error={problem?.field === "password" ? problem.text : null}
          onChange={(event) => {
            setPassword(event.target.value);
            if (problem?.field === "password") setProblem(null);
          }}
          aside={
            <button
              type="button"
              className="link text-12"
              aria-expanded={forgotten}
              onClick={() => setForgotten(!forgotten)}
            >
              {t("Forgotten?")}
            </button>
          }
        />
        {forgotten && (
          <p className="note plain mt-1">
            <span>
              {rich(
                "An administrator can give you a new password. The first password of <b>admin</b> is printed once in the server’s log.",
                { b: (parts) => <b key="admin">{parts}</b> },
              )}
            </span>
          </p>
        )}
        <span className="sr-only" role="alert">
          {problem?.field === "password" ? problem.text : ""}
        </span>
      </div>
      <Button
        type="submit"
        variant="primary"
        size="xl"
        className="w-full"
        busy={busy}
        hotkey={busy ? undefined : "↵"}
      >
        {busy ? t("Signing in") : t("Sign in")}
      </Button>
      <p className="text-12 text-text-3">{t("Every look at a patient is recorded.")}</p>
    </form>
  );
}

/** Whether the server says it is well, asked without a token. */
function ServerState() {
  const { data, isError } = useQuery({
    queryKey: ["health"],
    queryFn: async ({ signal }) => {
      const response = await fetch("/health", { signal, headers: { accept: "application/json" } });
      const body = (await response.json()) as { status?: string };
      return response.ok && /^(ok|up|pass|healthy)$/i.test(body.status ?? "");
    },
    refetchInterval: 30_000,
    retry: false,
  });
  if (data === undefined && !isError) return <span>{t("Asking the server")}</span>;
  return (
    <span className="flex items-center gap-1.5" role="status">
      <i className={`live-dot ${data ? "" : "down"}`} aria-hidden="true" />
      {data
        ? t("All systems working")
        : isError
          ? t("The server does not answer")
          : t("Some systems are down")}
    </span>
  );
}
