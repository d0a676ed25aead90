import { useState } from "react";
import { Button, IconButton } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { Field } from "../kit/Field.tsx";
import { t } from "../words/words.ts";
import { longestViewName, mostViews, type SavedView, sameSearch, searchOf } from "./saved-views.ts";

interface SaveViewProps {
  views: readonly SavedView[];
  state: object;
  /** Whether something narrows the list: only then there is something to keep. */
  narrowed: boolean;
  onSave: (view: SavedView) => void;
  onRemove: (name: string) => void;
}

/** Keeps the filters under a name, or lets the view that is shown go. */
export function SaveView({ views, state, narrowed, onSave, onRemove }: SaveViewProps) {
  const [asking, setAsking] = useState(false);
  const [name, setName] = useState("");
  const shown = views.find(({ search }) => sameSearch(search, state));
  if (shown)
    return (
      <IconButton
        icon="x"
        label={t("Delete the view {name}", { name: shown.name })}
        className="self-center"
        onClick={() => onRemove(shown.name)}
      />
    );
  if (!narrowed) return null;
  const known = views.some((view) => view.name === name.trim());
  const full = views.length >= mostViews && !known;
  return (
    <>
      <Button size="s" variant="ghost" icon="plus" className="self-center" onClick={() => setAsking(true)}>
        {t("Save view")}
      </Button>
      {asking && (
        <Dialog
          open
          onOpenChange={setAsking}
          title={t("Save view")}
          description={t("These filters under a name, for you alone, at every workstation.")}
        >
          <form
            className="grid gap-3"
            onSubmit={(event) => {
              event.preventDefault();
              if (!name.trim() || full) return;
              onSave({ name: name.trim(), search: searchOf(state) });
              setAsking(false);
              setName("");
            }}
          >
            <Field
              label={t("Name")}
              value={name}
              maxLength={longestViewName}
              hint={known ? t("It takes the place of the view of this name.") : undefined}
              error={
                full ? t("There are {count} views already: delete one first.", { count: mostViews }) : null
              }
              onChange={(event) => setName(event.target.value)}
            />
            <div className="flex justify-end gap-2">
              <Button variant="ghost" onClick={() => setAsking(false)}>
                {t("Cancel")}
              </Button>
              <Button variant="primary" type="submit" disabled={!name.trim() || full}>
                {t("Save")}
              </Button>
            </div>
          </form>
        </Dialog>
      )}
    </>
  );
}
