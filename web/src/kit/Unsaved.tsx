import { useBlocker } from "@tanstack/react-router";
import { session } from "../api/client.ts";
import { t } from "../words/words.ts";
import { ConfirmDialog } from "./ConfirmDialog.tsx";
import { forgetTyped, holdsWork } from "./typed.ts";

/** What of an address opens a record beside its list; the rest narrows the list and leaves what is open where it is. */
const opening = ["id", "finding", "order"];

/** Whoever is signed out is shown nothing any more. */
const isUnsaved = () => session.snapshot().status === "signed-in" && holdsWork(document);

/**
 * Asks whoever leaves a page, or what is open in it, over text that was not sent, whatever form holds it; so does the browser when the tab is
 * closed or loaded anew.
 */
export function Unsaved() {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => {
      const stays =
        current.pathname === next.pathname &&
        opening.every((key) => opened(current.search, key) === opened(next.search, key));
      return !stays && isUnsaved();
    },
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
      onConfirm={() => {
        // It is asked once, even where the page leads on to another.
        forgetTyped(document);
        proceed();
      }}
      onClose={reset}
    />
  );
}

const opened = (search: unknown, key: string): unknown => (search as Record<string, unknown>)[key];
