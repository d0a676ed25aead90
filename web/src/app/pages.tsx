import { type ErrorComponentProps, Link, Outlet, useRouter, useRouterState } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { session, useSession } from "../api/client.ts";
import { Button } from "../kit/Button.tsx";
import { PageState } from "../kit/States.tsx";
import { listenForKeys } from "../kit/shortcuts.ts";
import { Toasts } from "../kit/Toasts.tsx";
import { Unsaved } from "../kit/Unsaved.tsx";
import { Lock } from "../lock/Lock.tsx";
import { t } from "../words/words.ts";
import { NewerVersion } from "./NewerVersion.tsx";

const retryMs = 5_000;

export function Root() {
  useEffect(listenForKeys, []);
  return (
    <>
      <Coming />
      <Outlet />
      <Toasts />
      <NewerVersion />
    </>
  );
}

/** A page that is there sooner says nothing. */
const comingMs = 250;

/** A line at the upper edge while the next page is on its way. */
function Coming() {
  const loading = useRouterState({ select: ({ isLoading }) => isLoading });
  const [shown, setShown] = useState(false);
  useEffect(() => {
    setShown(false);
    if (!loading) return;
    const timer = setTimeout(() => setShown(true), comingMs);
    return () => clearTimeout(timer);
  }, [loading]);
  return shown ? <div className="coming" aria-hidden="true" /> : null;
}

/** Pages for people who are signed in. Where the server could not be asked who that is, it says so. */
export function Guarded() {
  const { status } = useSession();
  const router = useRouter();
  useEffect(() => {
    if (status !== "unreached") return;
    const timer = setInterval(() => void session.restore(), retryMs);
    return () => clearInterval(timer);
  }, [status]);
  if (status === "signed-in" || status === "locked") {
    return (
      <>
        <Outlet />
        <Unsaved />
        <Lock />
      </>
    );
  }
  if (status === "signed-out") return null;
  return (
    <Centre>
      <PageState
        icon="alert"
        tone="urg"
        title={t("The server does not answer")}
        action={
          <Button
            icon="retry"
            onClick={async () => {
              await session.restore();
              await router.invalidate();
            }}
          >
            {t("Try again")}
          </Button>
        }
      >
        <p role="alert">
          {t(
            "You are still signed in; nothing is lost. Check the network, or ask whoever runs this department’s server.",
          )}
        </p>
      </PageState>
    </Centre>
  );
}

export function NotFound() {
  return (
    <Centre>
      <PageState
        icon="search"
        title={t("There is no such page")}
        action={
          <Link to="/" className="btn">
            {t("Go to your start page")}
          </Link>
        }
      >
        {t("The address may be old or mistyped.")}
      </PageState>
    </Centre>
  );
}

export function Failed({ error, reset }: ErrorComponentProps) {
  return (
    <Centre>
      <PageState
        icon="alert"
        tone="urg"
        title={t("This page failed")}
        action={
          <>
            <Button icon="retry" onClick={reset}>
              {t("Try again")}
            </Button>
            <Button variant="ghost" onClick={() => location.assign("/")}>
              {t("Go to your start page")}
            </Button>
          </>
        }
      >
        <p role="alert">{t("What was saved is safe.")}</p>
        <p className="mono mt-1 text-text-3">{error instanceof Error ? error.message : String(error)}</p>
      </PageState>
    </Centre>
  );
}

function Centre({ children }: { children: React.ReactNode }) {
  return <main className="grid h-full place-items-center">{children}</main>;
}
