import type { Report } from "@isocenter/contract";
import { useEffect, useReducer, useRef } from "react";
import { answerOf } from "../api/api.ts";
import { api, session } from "../api/client.ts";
import { ApiError } from "../api/problem.ts";
import { toast } from "../kit/toast.ts";
import { t } from "../words/words.ts";
import {
  type Autosave,
  contentOf,
  createAutosave,
  differing,
  newerIn,
  numberFields,
  textsOf,
} from "./autosave.ts";
import { keepReport } from "./queries.ts";
import { forgetUnsaved, keepUnsaved, unsavedOf } from "./unsaved.ts";

/** What is written in a report, saved to the server; what could not be saved when its page goes is kept in this one's memory. */
export function useAutosave(report: Report): Autosave {
  const personId = useRef(session.snapshot().me?.id ?? "");
  const [, render] = useReducer((count: number) => count + 1, 0);
  const ref = useRef<Autosave | null>(null);
  const one = { params: { path: { id: report.id } } };
  const numbers = numberFields(report.template);
  ref.current ??= createAutosave({
    ...(unsavedOf(personId.current, report.id) ?? { version: report.version, saved: textsOf(report) }),
    save: async (changes, version) =>
      (
        await answerOf(
          api.PATCH("/api/v1/reports/{id}", {
            ...one,
            body: { ...contentOf(changes, numbers), expectedVersion: version },
          }),
        )
      ).version,
    newerOf: (error) => (error instanceof ApiError && error.status === 409 ? newerIn(error.members) : null),
    wait(ms, run) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    notify: render,
  });
  const autosave = ref.current;
  useEffect(() => {
    const unsaved = unsavedOf(personId.current, report.id);
    if (!unsaved) return;
    forgetUnsaved();
    for (const key of differing(unsaved.saved, unsaved.texts)) autosave.edit(key, unsaved.texts[key] ?? "");
    toast({ tone: "ok", title: t("What was not saved before is here again") });
  }, [autosave, report.id]);
  useEffect(() => autosave.moved(report.version, textsOf(report)), [autosave, report]);
  const signedElsewhere = autosave.state === "signed";
  useEffect(() => {
    // The signed report takes this one's place; what is not in it goes along.
    if (signedElsewhere) void keepReport(report.studyId);
  }, [signedElsewhere, report.studyId]);
  useEffect(() => {
    // What is not saved yet is saved on the way out; the browser asks where it cannot be.
    const leaving = (event: BeforeUnloadEvent) => {
      if (autosave.state === "saved") return;
      void autosave.flush();
      event.preventDefault();
    };
    window.addEventListener("beforeunload", leaving);
    return () => {
      window.removeEventListener("beforeunload", leaving);
      void autosave.flush().then((all) => {
        const { version, saved, texts } = autosave;
        if (!all) keepUnsaved(personId.current, report.id, { version, saved, texts });
      });
      autosave.stop();
    };
  }, [autosave, report.id]);
  return autosave;
}
