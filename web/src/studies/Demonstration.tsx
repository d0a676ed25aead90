import type { DemoProgress, DemoStarted } from "@isocenter/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { queryClient } from "../api/live.ts";
import { ApiError } from "../api/problem.ts";
import { Button } from "../kit/Button.tsx";
import { CopyButton } from "../kit/CopyButton.tsx";
import { Icon } from "../kit/Icon.tsx";
import { roleWord } from "../kit/roles.ts";
import { useShortcuts } from "../kit/shortcuts.ts";
import { toast } from "../kit/toast.ts";
import { t } from "../words/words.ts";
import demoPictures from "./demonstration.webp";
import { useStartedDemo } from "./started-demo.ts";

const pollMs = 1500;

const useProgress = () =>
  useQuery({
    queryKey: ["demo", "progress"],
    queryFn: ({ signal }) => answerOf(api.GET("/api/v1/demo", { signal })),
    // One that was cut short is known although this browser did not begin it.
    refetchInterval: ({ state }) => (state.data?.state === "LOADING" ? pollMs : false),
  });

export function DemonstrationCard({ loaded }: { loaded: boolean }) {
  const { started, keep, leave } = useStartedDemo();
  const begin = useMutation({
    mutationFn: () => answerOf(api.POST("/api/v1/demo")),
    onSuccess: (answer) => {
      keep(answer);
      void queryClient.invalidateQueries({ queryKey: ["demo", "progress"] });
    },
  });
  const under = begin.isPending || started !== null || loaded;
  const progress = useProgress();
  const failed = progress.data?.state === "FAILED";
  const remove = useMutation({
    mutationFn: () => answerOf(api.DELETE("/api/v1/demo")),
    onSuccess: () => {
      leave();
      void queryClient.invalidateQueries({ queryKey: ["demo"] });
      void queryClient.invalidateQueries({ queryKey: ["system"] });
      toast({ title: t("The demonstration is taken away"), tone: "ok" });
    },
  });
  const start = () => {
    if (!under || failed) begin.mutate();
  };
  useShortcuts(t("First steps"), [
    { caps: ["L"], label: t("load demonstration"), on: ["l"], inBar: true, run: start },
  ]);
  return (
    <section className="card overflow-hidden" aria-labelledby="first-demo">
      <img src={demoPictures} alt="" className="h-28 w-full bg-view object-cover" />
      <div className="px-5 py-4">
        <h3 id="first-demo" className="mb-1 text-16 font-semibold">
          {started ? started.facility : t("Load the demonstration")}
        </h3>
        {!started && (
          <p className="mb-3 max-w-[76ch] text-text-2">
            {t(
              "A department at work, with two weeks behind it: orders, images, reports, findings, bills. Its people and patients are invented, its pictures drawn by a program. It has a facility of its own.",
            )}
          </p>
        )}
        {under && !failed ? (
          <Standing progress={progress.data ?? null} onOpen={started ? leave : null} />
        ) : (
          <div className="flex items-center gap-2.5">
            <Button variant="primary" size="l" icon="flask" hotkey="L" onClick={start}>
              {t("Load demonstration")}
            </Button>
            {failed && (
              <Button size="l" busy={remove.isPending} onClick={() => remove.mutate()}>
                {t("Take it away")}
              </Button>
            )}
            <span className="text-12 text-text-3" role="status">
              {failed ? t("The last one was cut short: this begins another") : t("takes about a minute")}
            </span>
          </div>
        )}
        {started && <People started={started} />}
        {remove.isError && (
          <p className="mt-2 flex items-center gap-1 text-12 text-crit" role="alert">
            <Icon name="alert" size="xs" />
            {remove.error instanceof ApiError ? remove.error.detail : t("It could not be taken away.")}
          </p>
        )}
        {begin.isError && (
          <p className="mt-2 flex items-center gap-1 text-12 text-crit" role="alert">
            <Icon name="alert" size="xs" />
            {begin.error instanceof ApiError ? begin.error.detail : t("It could not be started.")}
          </p>
        )}
      </div>
    </section>
  );
}

function People({ started }: { started: DemoStarted }) {
  return (
    <>
      <p className="mt-4 mb-2 text-text-2">
        {t("Everybody in it signs in with this password. It is shown this once: note it before you go on.")}
      </p>
      <div className="mb-2 flex h-10 items-center rounded-m border border-line-2 bg-bg pr-2 pl-4">
        <span className="cap w-20">{t("Password")}</span>
        <span className="mono flex-1 truncate text-14! select-all">{started.password}</span>
        <CopyButton text={started.password} what={t("the password")} />
      </div>
      <table className="w-full text-12">
        <thead className="sr-only">
          <tr>
            <th scope="col">{t("User name")}</th>
            <th scope="col">{t("Role")}</th>
            <th scope="col">{t("Name")}</th>
          </tr>
        </thead>
        <tbody>
          {started.people.map(({ username, role, name }) => (
            <tr key={username} className="border-line border-b last:border-0">
              <td className="mono py-0.5 text-12!">{username}</td>
              <td className="text-text-2">{roleWord(role)}</td>
              <td className="text-right text-text-3">{name}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** How far it is, and the way on when it is there. */
function Standing({ progress, onOpen }: { progress: DemoProgress | null; onOpen: (() => void) | null }) {
  if (progress?.state === "READY" && onOpen)
    return (
      <div className="flex items-center gap-2.5">
        <Button variant="primary" size="l" icon="check" onClick={onOpen}>
          {t("Open the studies")}
        </Button>
        <span className="text-12 text-ok" role="status">
          {t("The department is ready")}
        </span>
      </div>
    );
  const total = progress?.total ?? 0;
  const share = total > 0 ? Math.floor(((progress?.done ?? 0) / total) * 100) : 0;
  return (
    <div>
      <progress
        className="h-1.5 w-full"
        max={100}
        value={share}
        aria-label={t("Loading the demonstration")}
      />
      <p className="text-12 text-text-3" role="status">
        {share} %{progress?.doing ? `, ${progress.doing}` : ""}
      </p>
    </div>
  );
}
