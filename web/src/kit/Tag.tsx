import type { ReactNode } from "react";
import { message, t } from "../words/words.ts";
import { Icon, type IconName } from "./Icon.tsx";

export type Tone = "line" | "crit" | "urg" | "sig" | "ok" | "beam";

export function Tag({ tone, icon, children }: { tone?: Tone; icon?: IconName; children: ReactNode }) {
  return (
    <span className={`tag ${tone ?? ""}`}>
      {icon && <Icon name={icon} size="xs" />}
      <span className="min-w-0 truncate">{children}</span>
    </span>
  );
}

const severities = {
  CRITICAL: { tone: "crit", icon: "critical", word: message("Critical") },
  HIGH: { tone: "urg", icon: "urgent", word: message("High") },
  MODERATE: { tone: "sig", icon: "significant", word: message("Moderate") },
  LOW: { tone: "rtn", icon: "routine", word: message("Low") },
} as const satisfies Record<string, { tone: string; icon: IconName; word: string }>;

export type Severity = keyof typeof severities;

/** A severity, always as shape, word and colour together. `boxed` for use among other tags. */
export function SeverityTag({
  severity,
  boxed,
  word,
}: {
  severity: Severity;
  boxed?: boolean;
  word?: string;
}) {
  const look = severities[severity];
  if (boxed) {
    return (
      <Tag tone={look.tone === "rtn" ? "line" : look.tone} icon={look.icon}>
        {word ?? t(look.word)}
      </Tag>
    );
  }
  return (
    <span className={`sev ${look.tone}`}>
      <Icon name={look.icon} className="sev-mark" />
      {word ?? t(look.word)}
    </span>
  );
}

export function ModalityChip({ modality }: { modality: string }) {
  return <span className="mod">{modality}</span>;
}
