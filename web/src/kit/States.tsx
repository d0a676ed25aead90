import type { ReactNode } from "react";
import { ApiError } from "../api/problem.ts";
import { t } from "../words/words.ts";
import { Button } from "./Button.tsx";
import { Icon, type IconName } from "./Icon.tsx";

interface PageStateProps {
  icon: IconName;
  tone?: "ok" | "urg";
  title: string;
  children: ReactNode;
  action?: ReactNode;
}

/** Why a page shows nothing, and what to do next. */
export function PageState({ icon, tone, title, children, action }: PageStateProps) {
  const colour = tone === "ok" ? "text-ok" : tone === "urg" ? "text-urg" : "text-text-3";
  return (
    <div className="grid justify-items-start content-center gap-1 p-8 max-w-[64ch]">
      <Icon name={icon} size="l" className={colour} />
      <h2 className="mt-1 text-16 font-semibold">{title}</h2>
      <div className="text-text-2">{children}</div>
      {action && <div className="mt-2 flex items-center gap-2">{action}</div>}
    </div>
  );
}

interface EmptyStateProps {
  title: string;
  children: ReactNode;
  action?: ReactNode;
}

export function NoMatch(props: EmptyStateProps) {
  return <PageState icon="filter" {...props} />;
}

export function EmptyState({ icon, ...props }: EmptyStateProps & { icon?: IconName }) {
  return icon ? <PageState icon={icon} {...props} /> : <PageState icon="check" tone="ok" {...props} />;
}

/** What happened, what is safe, try again, and the request id for whoever looks into it. */
export function ErrorState({
  error,
  onRetry,
  safe,
}: {
  error: unknown;
  onRetry?: () => void;
  safe?: string;
}) {
  const problem = error instanceof ApiError ? error : null;
  if (problem?.status === 403) {
    return (
      <PageState icon="lock" title={t("Not for your role")}>
        {/* What permissions are called is said where roles are. */}
        {problem.code !== "forbidden" && `${problem.detail} `}
        {t("Ask an administrator if you need it.")}
      </PageState>
    );
  }
  return (
    <PageState
      icon="alert"
      tone="urg"
      title={problem?.title ?? t("This page failed")}
      action={
        <>
          {onRetry && (
            <Button onClick={onRetry} icon="retry">
              {t("Try again")}
            </Button>
          )}
          {problem?.requestId && (
            <span className="mono text-text-3 select-all">
              {t("request {id}", { id: problem.requestId })}
            </span>
          )}
        </>
      }
    >
      <p role="alert">
        {problem?.detail ?? t("Something went wrong in this page.")} {safe}
      </p>
    </PageState>
  );
}
