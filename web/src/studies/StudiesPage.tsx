import { useNavigate, useSearch } from "@tanstack/react-router";
import { Suspense, useCallback } from "react";
import { useMe } from "../api/client.ts";
import { lazily } from "../api/loaded.ts";
import { EmptyState } from "../kit/States.tsx";
import { t } from "../words/words.ts";
import { isFiltered, type StudyListState, withFilter } from "./list-state.ts";
import { useStudies } from "./queries.ts";
import { StudyList } from "./StudyList.tsx";
import { useStartedDemo } from "./started-demo.ts";
import "./studies.css";

const FirstRun = lazily(async () => ({ default: (await import("./FirstRun.tsx")).FirstRun }));

/** The archive's studies: the list, or what to do while there are none. */
export function StudiesPage() {
  const state = useSearch({ from: "/guarded/shell/studies" });
  const navigate = useNavigate();
  const me = useMe();
  const list = useStudies(state);
  const { started } = useStartedDemo();
  const change = useCallback(
    (filter: Partial<StudyListState>) =>
      void navigate({ to: "/studies", search: (now) => withFilter(now as StudyListState, filter) }),
    [navigate],
  );
  const open = useCallback(
    (studyInstanceUid: string) =>
      void navigate({ to: "/studies/$studyInstanceUid/view", params: { studyInstanceUid } }),
    [navigate],
  );

  if (!me?.permissions.includes("images.read")) {
    return (
      <EmptyState title={t("Images are not part of your role")} icon="lock">
        {t("Ask an administrator if you need to see studies.")}
      </EmptyState>
    );
  }
  const firstRun = (
    <Suspense>
      <FirstRun />
    </Suspense>
  );
  // The password of the demonstration stays on the screen until the person goes on.
  if (started) return firstRun;
  const everything = !isFiltered(state) && !state.offset && !state.after;
  if (everything && list.data?.data.length === 0 && !list.isPlaceholderData) {
    if (me.permissions.includes("images.upload")) return firstRun;
    return (
      <EmptyState title={t("No studies yet")}>
        {t("When there are images of patients in your care, their studies appear here by themselves.")}
      </EmptyState>
    );
  }
  return (
    <StudyList
      state={state}
      page={list.data ?? null}
      stale={list.isPlaceholderData}
      error={list.error}
      onRetry={() => void list.refetch()}
      onChange={change}
      onOpen={open}
    />
  );
}
