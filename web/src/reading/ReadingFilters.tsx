import { Button } from "../kit/Button.tsx";
import { priorityLooks } from "../orders/priorities.ts";
import { Choice, ModalityChoice } from "../studies/Filters.tsx";
import { membersOf } from "../studies/list-state.ts";
import { message, t } from "../words/words.ts";
import { isNarrowed, type ReadingState } from "./reading-state.ts";

const priorities = Object.entries(priorityLooks).map(([value, { word }]) => [value, word] as const);
const claims = [
  ["NONE", message("Nobody")],
  ["MINE", message("Me")],
  ["OTHERS", message("Somebody else")],
] as const;

interface ReadingFiltersProps {
  state: ReadingState;
  onChange: (change: Partial<ReadingState>) => void;
  onClear: () => void;
}

const wordsOf = (table: readonly (readonly [string, string])[], list: string | undefined) =>
  table
    .filter(([value]) => membersOf(list).includes(value))
    .map(([, word]) => t(word))
    .join(", ");

/** What narrows the reading list; all of it stands in the address. */
export function ReadingFilters({ state, onChange, onClear }: ReadingFiltersProps) {
  return (
    <fieldset
      id="reading-filters"
      className="flex flex-wrap items-center gap-1.5 border-b border-line px-4 py-1.5"
      aria-label={t("Filters")}
    >
      <ModalityChoice value={state.modality} onChange={(modality) => onChange({ modality })} />
      <Choice
        name={t("Priority")}
        value={state.priority}
        word={wordsOf(priorities, state.priority)}
        options={priorities.map(([value, word]) => ({ value, content: t(word) }))}
        onChange={(priority) => onChange({ priority })}
      />
      <Choice
        name={t("Read by")}
        value={state.claim}
        word={wordsOf(claims, state.claim)}
        options={claims.map(([value, word]) => ({ value, content: t(word) }))}
        // One of them at a time.
        onChange={(claim) => onChange({ claim: membersOf(claim).at(-1) })}
      />
      <button
        type="button"
        className={`chip ${state.late ? "on" : ""}`}
        aria-pressed={state.late === "true"}
        onClick={() => onChange({ late: state.late ? undefined : "true" })}
      >
        {t("Past target")}
      </button>
      {isNarrowed(state) && (
        <Button size="s" variant="ghost" onClick={onClear}>
          {t("Clear all")}
        </Button>
      )}
    </fieldset>
  );
}
