import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { Dialog } from "radix-ui";
import { useEffect, useId, useState } from "react";
import { answerOf } from "../api/api.ts";
import { api, useMe } from "../api/client.ts";
import { placesFor } from "../app/places.ts";
import { Icon } from "../kit/Icon.tsx";
import { Kbd } from "../kit/Kbd.tsx";
import { useRegisteredShortcuts } from "../kit/shortcuts.ts";
import { toast } from "../kit/toast.ts";
import { t } from "../words/words.ts";
import type { Early } from "./EarlyKeys.tsx";
import { actionEntries, type Entry, foundEntries, matching } from "./palette-entries.ts";
import "./palette.css";

const shortestSearch = 2;
const debounceMs = 150;

function useFound(typed: string, onLeave: () => void) {
  const router = useRouter();
  const [query, setQuery] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setQuery(typed.trim().slice(0, 128)), debounceMs);
    return () => clearTimeout(timer);
  }, [typed]);
  const search = useQuery({
    queryKey: ["search", query],
    queryFn: ({ signal }) => answerOf(api.GET("/api/v1/search", { params: { query: { query } }, signal })),
    enabled: query.length >= shortestSearch,
    placeholderData: keepPreviousData,
  });
  const leave = (path: string) => {
    onLeave();
    router.history.push(path);
  };
  const openStudy = async (id: string) => {
    try {
      const study = await answerOf(api.GET("/api/v1/studies/{id}", { params: { path: { id } } }));
      leave(`/studies/${study.studyInstanceUid}/view`);
    } catch {
      toast({ tone: "urg", title: t("The study could not be opened"), detail: t("Try again in a moment.") });
    }
  };
  const looked = typed.trim().slice(0, 128);
  const wanted = query.length >= shortestSearch && looked.length >= shortestSearch;
  const entries =
    wanted && search.data
      ? foundEntries(search.data, {
          patient: (id) => leave(`/patients/${id}`),
          order: (id) => leave(`/orders/${id}`),
          study: (id) => void openStudy(id),
        })
      : [];
  return {
    entries,
    failed: wanted && search.isError,
    // Also before anything was asked for: Enter comes as fast as the number.
    busy: looked.length >= shortestSearch && (search.isFetching || query !== looked),
  };
}

/** One field for everything: pages, what keys do here, and what the department has by this name or number. */
export function CommandPalette({ early, onClose }: { early: Early; onClose: () => void }) {
  const id = useId();
  const router = useRouter();
  const me = useMe();
  const [typed, setTyped] = useState(early.text);
  const [active, setActive] = useState(0);
  const registrations = useRegisteredShortcuts();
  const found = useFound(typed, onClose);
  const places: Entry[] = placesFor(me?.permissions ?? []).map(({ to, word, icon, key }) => ({
    id: `place-${to}`,
    group: t("Go to"),
    icon,
    text: t(word),
    caps: ["G", key.toUpperCase()],
    run: () => {
      onClose();
      router.history.push(to);
    },
  }));
  const actions = actionEntries(registrations)
    .filter(({ caps }) => caps?.[0] !== "G")
    .map((entry) => ({
      ...entry,
      run: () => {
        onClose();
        // The action finds the page as it was before the palette came.
        setTimeout(entry.run);
      },
    }));
  const entries = [...found.entries, ...matching([...places, ...actions], typed)];
  const chosen = entries[Math.min(active, entries.length - 1)];
  const groups = [...Map.groupBy(entries, ({ group }) => group)];
  // Enter after a number that was scanned or typed fast is for what it finds, not for what is still shown of the letters before.
  const [entered, setEntered] = useState(early.entered);
  useEffect(() => {
    if (!entered || found.busy) return;
    setEntered(false);
    chosen?.run();
  }, [entered, found.busy, chosen]);

  function keys(event: React.KeyboardEvent) {
    if (event.key === "ArrowDown") setActive(Math.min(entries.length - 1, active + 1));
    else if (event.key === "ArrowUp") setActive(Math.max(0, active - 1));
    else if (event.key === "Home") setActive(0);
    else if (event.key === "End") setActive(entries.length - 1);
    else if (event.key === "Enter") setEntered(true);
    else return;
    event.preventDefault();
  }

  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="scrim" />
        <Dialog.Content className="palette" aria-describedby={undefined}>
          <Dialog.Title className="sr-only">{t("Search and commands")}</Dialog.Title>
          <div className="palette-field">
            <Icon name="search" />
            <input
              role="combobox"
              aria-expanded={entries.length > 0}
              aria-controls={`${id}-list`}
              aria-activedescendant={chosen ? `${id}-${chosen.id}` : undefined}
              aria-autocomplete="list"
              aria-label={t("Search and commands")}
              placeholder={t("Patient, accession number, study, or what to do")}
              autoComplete="off"
              spellCheck={false}
              maxLength={128}
              value={typed}
              onChange={(event) => {
                setTyped(event.target.value);
                setActive(0);
                setEntered(false);
              }}
              onKeyDown={keys}
            />
            <kbd>Esc</kbd>
          </div>
          <div
            id={`${id}-list`}
            role="listbox"
            aria-label={t("Search and commands")}
            className="palette-list"
          >
            {groups.map(([group, list]) => (
              // biome-ignore lint/a11y/useSemanticElements: a group of options has no element of its own
              <div key={group} role="group" aria-label={group}>
                <div className="menu-label" aria-hidden="true">
                  {group}
                </div>
                {list.map((entry) => (
                  <Line
                    key={entry.id}
                    id={`${id}-${entry.id}`}
                    entry={entry}
                    active={entry === chosen}
                    onPoint={() => setActive(entries.indexOf(entry))}
                  />
                ))}
              </div>
            ))}
          </div>
          <p className="px-4 py-2 text-11 text-text-3" role="status">
            {found.failed
              ? t("The search failed. Pages and commands still work.")
              : found.busy
                ? t("Searching")
                : entries.length === 0
                  ? t("Nothing of this name that you may see.")
                  : t("{count, plural, one {# line} other {# lines}}", { count: entries.length })}
          </p>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Line({
  id,
  entry,
  active,
  onPoint,
}: {
  id: string;
  entry: Entry;
  active: boolean;
  onPoint: () => void;
}) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={active}
      className="menu-item"
      ref={(element) => {
        if (active) element?.scrollIntoView({ block: "nearest" });
      }}
      onPointerMove={onPoint}
      onClick={entry.run}
    >
      <Icon name={entry.icon} size="s" className="text-text-3" />
      <span className="truncate">{entry.text}</span>
      {entry.detail && <span className="min-w-0 truncate text-text-3">{entry.detail}</span>}
      <span className="flex-1" />
      {entry.caps && <Kbd keys={entry.caps} />}
    </div>
  );
}
