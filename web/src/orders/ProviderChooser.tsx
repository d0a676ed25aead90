import type { OrderProvider } from "@isocenter/contract";
import { useState } from "react";
import { Field, Labelled } from "../kit/Field.tsx";
import { useSettled } from "../kit/settled.ts";
import { t } from "../words/words.ts";
import { useProviders } from "./queries.ts";

interface ProviderChooserProps {
  /** An id, or "" before somebody is chosen. */
  value: string;
  /** Who asked before, of what is asked for once more. */
  before?: OrderProvider | undefined;
  onChange: (id: string) => void;
}

/** Who asks for the examination: chosen from a list, which a part of the name narrows where there are more than it holds. */
export function ProviderChooser({ value, before, onChange }: ProviderChooserProps) {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<OrderProvider | null>(before ?? null);
  const providers = useProviders(useSettled(text.trim()), true);
  const found = providers.data?.data ?? [];
  const offered = chosen && !found.some(({ id }) => id === chosen.id) ? [chosen, ...found] : found;
  if (providers.data && offered.length === 0 && text === "")
    return (
      <p className="note urg">
        {t("No physician signs in here who could be named. An administrator adds them under Users.")}
      </p>
    );
  return (
    <>
      {(providers.data?.more || text !== "") && (
        <Field
          label={t("Part of the name of who asks")}
          type="search"
          autoComplete="off"
          maxLength={128}
          value={text}
          hint={
            found.length === 0
              ? t("Nobody is called so.")
              : providers.data?.more && t("There are more than the list holds.")
          }
          onChange={(event) => setText(event.target.value)}
        />
      )}
      <Labelled label={t("Asked for by")} boxed>
        <select
          required
          value={value}
          onChange={({ target }) => {
            setChosen(offered.find(({ id }) => id === target.value) ?? null);
            onChange(target.value);
          }}
        >
          <option value="" disabled>
            {providers.isPending ? t("Loading") : t("Choose")}
          </option>
          {offered.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </Labelled>
    </>
  );
}
