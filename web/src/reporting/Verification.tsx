import type { ReportVerification } from "@isocenter/contract";
import { useState } from "react";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { Button } from "../kit/Button.tsx";
import { Icon } from "../kit/Icon.tsx";
import { useRun } from "../kit/run.ts";
import { t } from "../words/words.ts";

/** Has every version compared with what was signed, and says what came of it. */
export function Verification({ reportId }: { reportId: string }) {
  const { busy, act } = useRun("verification");
  const [found, setFound] = useState<ReportVerification | null>(null);
  const verify = async () => {
    const answer = await act(() =>
      answerOf(api.GET("/api/v1/reports/{id}/verify", { params: { path: { id: reportId } } })),
    );
    if (answer) setFound(answer.answer);
  };
  return (
    <div className="grid justify-items-start gap-2">
      {!found?.intact && (
        <Button size="s" variant="ghost" icon="check" busy={busy} onClick={() => void verify()}>
          {t("Verify the signature")}
        </Button>
      )}
      <div role="status">
        {found?.intact && (
          <p className="flex items-center gap-1.5 text-12 text-ok">
            <Icon name="check" size="s" />
            {t(
              "{versions, plural, one {It says what was signed: # version compared} other {It says what was signed: # versions compared}}",
              { versions: found.versions },
            )}
          </p>
        )}
      </div>
      {found && !found.intact && (
        <div className="note crit" role="alert">
          <p>
            <strong>{t("This is not what was signed.")}</strong>{" "}
            {t("Do not rely on it, and tell an administrator.")}
          </p>
          <ul className="mt-1">
            {found.breaches.map(({ number, kind, detail }) => (
              <li key={`${number} ${kind}`}>
                {[number !== null && t("Version {number}", { number }), detail].filter(Boolean).join(": ")}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
