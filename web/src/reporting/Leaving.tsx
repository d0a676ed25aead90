import { useBlocker } from "@tanstack/react-router";
import { session } from "../api/client.ts";
import { ConfirmDialog } from "../kit/ConfirmDialog.tsx";
import { t } from "../words/words.ts";
import type { Autosave } from "./autosave.ts";

/** Keeps whoever goes to another page here until what they wrote is saved, or they say that it may be lost. */
export function Leaving({ autosave }: { autosave: Autosave }) {
  const { status, proceed, reset } = useBlocker({
    // Who is signed out is shown nothing any more.
    shouldBlockFn: async () => session.snapshot().status === "signed-in" && !(await autosave.flush()),
    // The editor asks itself when the tab is closed.
    enableBeforeUnload: false,
    withResolver: true,
  });
  if (status !== "blocked") return null;
  return (
    <ConfirmDialog
      title={t("What you wrote is not saved yet")}
      description={t(
        "The server did not take it. Stay: it is tried again every few seconds, and below the text it says when it is saved.",
      )}
      submit={t("Leave and lose it")}
      busy={false}
      problem={null}
      onConfirm={proceed}
      onClose={reset}
    />
  );
}
