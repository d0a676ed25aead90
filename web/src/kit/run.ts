import { useState } from "react";
import { queryClient } from "../api/live.ts";
import { ApiError } from "../api/problem.ts";
import { t } from "../words/words.ts";
import { toast } from "./toast.ts";
import { sending } from "./typed.ts";

/** What a refusal says, with what is wrong in fields where it does not say that itself. */
export function problemOf(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  // Most details are made of the message of a field already.
  const fields = error.fields
    .filter(({ message }) => !error.detail.includes(message))
    .map(({ path, message }) => `${path}: ${message}`)
    .join("; ");
  return fields ? `${error.detail} ${fields}` : error.detail || error.title;
}

/**
 * One piece of work at a time: whether it is under way, and why the last one failed.
 * @param subject the first part of the keys of the queries that are read again afterwards
 */
export function useRun(subject: string) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  /** Answers null where it failed. Without `done` it says nothing of success. */
  async function run<T>(work: () => Promise<T>, done?: string): Promise<{ answer: T } | null> {
    if (busy) return null;
    const sent = sending();
    setBusy(true);
    setProblem(null);
    try {
      const answer = await work();
      sent();
      if (done) toast({ title: done, tone: "ok" });
      return { answer };
    } catch (error) {
      setProblem(problemOf(error));
      return null;
    } finally {
      setBusy(false);
      void queryClient.invalidateQueries({ queryKey: [subject] });
    }
  }
  /** As `run`, for what has no form that could show why it failed. */
  async function act<T>(work: () => Promise<T>, done?: string): Promise<{ answer: T } | null> {
    return await run(
      () =>
        work().catch((error: unknown) => {
          toast({ title: t("That did not work"), detail: problemOf(error), tone: "urg" });
          throw error;
        }),
      done,
    );
  }
  return { busy, problem, run, act };
}
