import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { Icon } from "../../kit/Icon.tsx";
import { problemOf } from "../../kit/run.ts";
import { t } from "../../words/words.ts";

/** What became of the last C-ECHO to a modality. */
export interface Echo {
  running: boolean;
  milliseconds?: number;
  problem?: string;
}

/** The echoes of this visit to the page; the server keeps none. */
export function useEchoes() {
  const [echoes, setEchoes] = useState<Readonly<Record<string, Echo>>>({});
  async function echo(id: string): Promise<void> {
    setEchoes((before) => ({ ...before, [id]: { ...before[id], running: true } }));
    let after: Echo;
    try {
      const answer = await answerOf(api.POST("/api/v1/modalities/{id}/echo", { params: { path: { id } } }));
      after = answer.reached
        ? { running: false, milliseconds: answer.milliseconds }
        : { running: false, problem: answer.problem ?? t("not reached") };
    } catch (error) {
      after = { running: false, problem: problemOf(error) };
    }
    setEchoes((before) => ({ ...before, [id]: after }));
  }
  return { echoes, echo };
}

const slowMs = 1000;

export function EchoResult({ echo }: { echo: Echo | undefined }) {
  return (
    <span role="status" className="text-12 font-medium">
      {echo?.running && <span className="text-text-3">{t("calling")}</span>}
      {echo && !echo.running && echo.problem !== undefined && (
        <span className="inline-flex items-center gap-1 text-crit">
          <Icon name="x" size="s" />
          {echo.problem}
        </span>
      )}
      {echo && !echo.running && echo.milliseconds !== undefined && (
        <span
          className={`inline-flex items-center gap-1 ${echo.milliseconds > slowMs ? "text-urg" : "text-ok"}`}
        >
          <Icon name={echo.milliseconds > slowMs ? "clock" : "check"} size="s" />
          {t("{milliseconds} ms", { milliseconds: echo.milliseconds })}
        </span>
      )}
    </span>
  );
}
