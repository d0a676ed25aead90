import { useRouter, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { session, useMe } from "../api/client.ts";
import { Mark } from "../kit/Icon.tsx";
import { t } from "../words/words.ts";
import { ChangePasswordForm } from "./ChangePasswordForm.tsx";
import { forgetGiven, givenBy } from "./just-given.ts";

/** Where a person goes whose password was given by somebody else. Nothing else opens until it is changed. */
export function PasswordPage() {
  const me = useMe();
  const router = useRouter();
  const { next = "/" } = useSearch({ from: "/password" });
  // Whoever comes from the form has given it a moment ago; whoever comes back later gives it again.
  const [given] = useState(() => givenBy(me?.username ?? ""));
  useEffect(() => forgetGiven, []);
  useEffect(() => {
    document.title = `${t("Choose a password")} · Isocenter`;
  }, []);
  if (!me) return null;
  return (
    <main className="grid h-dvh place-items-center overflow-auto bg-panel p-6">
      <div className="grid w-[380px] max-w-full gap-4">
        <Mark size={26} className="text-beam" />
        <h1 className="text-28 font-semibold tracking-[-0.02em]">{t("Choose your own password")}</h1>
        <p className="-mt-3 text-text-2">
          {t("{name}, the password you signed in with was given to you. Change it before you go on.", {
            name: me.fullName,
          })}
        </p>
        <ChangePasswordForm
          username={me.username}
          given={given}
          large
          onDone={() => router.history.replace(next)}
        />
        <button
          type="button"
          className="link justify-self-start text-12"
          onClick={() => void session.signOut()}
        >
          {t("Sign out")}
        </button>
      </div>
    </main>
  );
}
