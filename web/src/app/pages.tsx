import { type ErrorComponentProps, Link, Outlet, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { session, useSession } from "../api/client.ts";
import { Button } from "../kit/Button.tsx";
import { PageState } from "../kit/States.tsx";
import { listenForKeys } from "../kit/shortcuts.ts";
import { Toasts } from "../kit/Toasts.tsx";

const retryMs = 5_000;

export function Root() {
  useEffect(listenForKeys, []);
  return (
    <>
      <Outlet />
      <Toasts />
    </>
  );
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
  if (status === "signed-in") return <Outlet />;
  if (status === "signed-out") return null;
  return (
    <Centre>
      <PageState
        icon="alert"
        tone="urg"
        title="The server does not answer"
        action={
          <Button
            icon="retry"
            onClick={async () => {
              await session.restore();
              await router.invalidate();
            }}
          >
            Try again
          </Button>
        }
      >
        <p role="alert">
          You are still signed in; nothing is lost. Check the network, or ask whoever runs this archive.
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
        title="There is no such page"
        action={
          <Link to="/studies" search={{}} className="btn">
            Go to studies
          </Link>
        }
      >
        The address may be old or mistyped.
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
        title="This page failed"
        action={
          <>
            <Button icon="retry" onClick={reset}>
              Try again
            </Button>
            <Button variant="ghost" onClick={() => location.assign("/studies")}>
              Go to studies
            </Button>
          </>
        }
      >
        <p role="alert">What was saved is safe.</p>
        <p className="mono mt-1 text-text-3">{error instanceof Error ? error.message : String(error)}</p>
      </PageState>
    </Centre>
  );
}

function Centre({ children }: { children: React.ReactNode }) {
  return <main className="grid h-full place-items-center">{children}</main>;
}
