import { useLocation, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { IconButton } from "../kit/Button.tsx";
import { Icon } from "../kit/Icon.tsx";
import { everywhere, useShortcuts } from "../kit/shortcuts.ts";
import { type StudyListState, withFilter } from "../studies/list-state.ts";
import { t } from "../words/words.ts";

const debounceMs = 220;

/** The one search field: beside the study list it narrows the list, elsewhere it finds whatever the department has. */
export function SearchBox({ onSearch }: { onSearch: () => void }) {
  const pathname = useLocation({ select: (location) => location.pathname });
  return pathname === "/studies" ? <StudySearch /> : <SearchButton onSearch={onSearch} />;
}

function SearchButton({ onSearch }: { onSearch: () => void }) {
  useShortcuts(everywhere, [{ caps: ["/"], label: t("search"), on: ["/"], run: onSearch }]);
  return (
    <search>
      <button type="button" className="search" aria-keyshortcuts="/" onClick={onSearch}>
        <Icon name="search" size="s" />
        <span className="min-w-0 flex-1 truncate text-left text-12 max-md:hidden">
          {t("Patient, accession number, study")}
        </span>
        <span className="sr-only md:hidden">{t("Search")}</span>
        <kbd className="max-md:hidden">/</kbd>
      </button>
    </search>
  );
}

/** Narrows the study list as one types, and keeps its text in the address. */
function StudySearch() {
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as StudyListState;
  const inAddress = search.query ?? "";
  const [text, setText] = useState(inAddress);
  const sent = useRef(inAddress);
  const input = useRef<HTMLInputElement>(null);

  // What changed the address was somebody else: a filter cleared, a step back.
  useEffect(() => {
    if (inAddress === sent.current) return;
    sent.current = inAddress;
    setText(inAddress);
  }, [inAddress]);

  useEffect(() => {
    if (text === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text.trim() ? text : "";
      void navigate({
        to: "/studies",
        search: (now) => withFilter(now as StudyListState, { query: text }),
        replace: true,
      });
    }, debounceMs);
    return () => clearTimeout(timer);
  }, [text, navigate]);

  useShortcuts(everywhere, [
    { caps: ["/"], label: t("search"), on: ["/"], run: () => input.current?.select() },
  ]);

  return (
    <search className="search">
      <Icon name="search" size="s" />
      <input
        ref={input}
        type="search"
        value={text}
        maxLength={128}
        placeholder={t("Patient, accession number, study")}
        aria-label={t("Search studies by patient, accession number or description")}
        aria-keyshortcuts="/"
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            event.preventDefault();
            if (text) setText("");
            else input.current?.blur();
          }
          if (event.key === "Enter" || event.key === "ArrowDown") {
            event.preventDefault();
            document.getElementById("study-list")?.focus();
          }
        }}
      />
      {text ? (
        <IconButton icon="x" label={t("Clear the search")} className="size-5!" onClick={() => setText("")} />
      ) : (
        <kbd className="max-md:hidden">/</kbd>
      )}
    </search>
  );
}
