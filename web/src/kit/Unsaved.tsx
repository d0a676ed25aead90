import { useBlocker } from "@tanstack/react-router";
import { session } from "../api/client.ts";
import { t } from "../words/words.ts";
import { ConfirmDialog } from "./ConfirmDialog.tsx";

/** Asks whoever leaves a page on which something is written that was not saved; so does the browser when the tab is closed. */
export function Unsaved({ isUnsaved }: { isUnsaved: () => boolean }) {
  const { status, proceed, reset } = useBlocker({
    // Who is signed out is shown nothing any more.
    shouldBlockFn: () => session.snapshot().status === "signed-in" && isUnsaved(),
    enableBeforeUnload: isUnsaved,
    withResolver: true,
  });
  if (status !== "blocked") return null;
  return (
    <ConfirmDialog
      title={t("What you wrote is not saved yet")}
      description={t("Stay to save it.")}
      submit={t("Leave and lose it")}
      busy={false}
      problem={null}
      onConfirm={proceed}
      onClose={reset}
    />
  );
}
