import { Suspense, useState } from "react";
import { lazily } from "../api/loaded.ts";
import { Button, IconButton } from "../kit/Button.tsx";
import { t } from "../words/words.ts";
import { type SavedView, sameSearch, searchOf } from "./saved-views.ts";

const SaveViewDialog = lazily(async () => ({
  default: (await import("./SaveViewDialog.tsx")).SaveViewDialog,
}));

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
  return (
    <>
      <Button size="s" variant="ghost" icon="plus" className="self-center" onClick={() => setAsking(true)}>
        {t("Save view")}
      </Button>
      {asking && (
        <Suspense>
          <SaveViewDialog
            views={views}
            search={searchOf(state)}
            onSave={onSave}
            onClose={() => setAsking(false)}
          />
        </Suspense>
      )}
    </>
  );
}
