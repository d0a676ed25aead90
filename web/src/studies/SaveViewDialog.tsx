import { useState } from "react";
import { Button } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { Field } from "../kit/Field.tsx";
import { t } from "../words/words.ts";
import { longestViewName, mostViews, type SavedView } from "./saved-views.ts";

interface SaveViewDialogProps {
  views: readonly SavedView[];
  search: SavedView["search"];
  onSave: (view: SavedView) => void;
  onClose: () => void;
}

/** Asks for the name under which filters are kept. */
export function SaveViewDialog({ views, search, onSave, onClose }: SaveViewDialogProps) {
  const [name, setName] = useState("");
  const known = views.some((view) => view.name === name.trim());
  const full = views.length >= mostViews && !known;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("Save view")}
      description={t("These filters under a name, for you alone, at every workstation.")}
    >
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (!name.trim() || full) return;
          onSave({ name: name.trim(), search });
          onClose();
        }}
      >
        <Field
          label={t("Name")}
          value={name}
          maxLength={longestViewName}
          hint={known ? t("It takes the place of the view of this name.") : undefined}
          error={full ? t("There are {count} views already: delete one first.", { count: mostViews }) : null}
          onChange={(event) => setName(event.target.value)}
        />
        <div className="flex justify-end gap-2">
          <Button variant="ghost" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button variant="primary" type="submit" disabled={!name.trim() || full}>
            {t("Save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
