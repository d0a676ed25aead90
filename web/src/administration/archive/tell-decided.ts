import { queryClient } from "../../api/live.ts";
import { problemOf } from "../../kit/run.ts";
import { toast } from "../../kit/toast.ts";
import { t } from "../../words/words.ts";

interface Told {
  /** The case as the server answered it after the decision. */
  item: { actions: readonly string[] };
  /** What the decision is called. */
  word: string;
  /** The first part of the keys of the queries that are read again after the undo. */
  subject: string;
  undo: () => Promise<unknown>;
}

/** Says what was decided of a case that leaves the list with it, and offers the way back where the server has one. */
export function tellDecided({ item, word, subject, undo }: Told): void {
  const takeBack = () =>
    undo()
      .then(
        () => toast({ title: t("Taken back; the case is open again"), tone: "ok" }),
        (error: unknown) => toast({ title: t("That did not work"), detail: problemOf(error), tone: "urg" }),
      )
      .finally(() => void queryClient.invalidateQueries({ queryKey: [subject] }));
  toast({
    title: t("Decided"),
    detail: word,
    tone: "ok",
    ...(item.actions.includes("undo")
      ? { action: { label: t("Take it back"), run: () => void takeBack() } }
      : {}),
  });
}
