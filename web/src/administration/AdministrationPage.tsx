import { Link, Navigate, useNavigate, useParams } from "@tanstack/react-router";
import { Suspense, useEffect, useRef } from "react";
import { useMe } from "../api/client.ts";
import { Skeleton } from "../kit/Skeleton.tsx";
import { EmptyState } from "../kit/States.tsx";
import { t } from "../words/words.ts";
import { sectionsFor } from "./sections.ts";
import "../studies/studies.css";
import "./administration.css";

/** The place itself leads to the first page that its person may use. */
export function AdministrationHome() {
  const first = sectionsFor(useMe()?.permissions ?? [])[0];
  if (!first) return <NotYours />;
  return <Navigate to="/administration/$section" params={{ section: first.id }} search={{}} replace />;
}

/** A page of administration beside what leads to the others. */
export function AdministrationPage() {
  const { section } = useParams({ from: "/guarded/shell/administration/$section" });
  const mine = sectionsFor(useMe()?.permissions ?? []);
  const shown = mine.find(({ id }) => id === section);
  const groups = [...new Set(mine.map(({ group }) => group))];
  const navigate = useNavigate();
  const nav = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page is elsewhere in the list
  useEffect(() => {
    nav.current?.querySelector("[aria-current=page]")?.scrollIntoView({ block: "center" });
  }, [section]);
  return (
    <div className="administration">
      {/* A phone has no room for the list. */}
      <select
        className="side-choice"
        aria-label={t("Page of the administration")}
        value={shown?.id ?? ""}
        onChange={({ target }) =>
          void navigate({
            to: "/administration/$section",
            params: { section: target.value },
            search: {},
          })
        }
      >
        {groups.map((group) => (
          <optgroup key={group} label={t(group)}>
            {mine
              .filter((one) => one.group === group)
              .map(({ id, word }) => (
                <option key={id} value={id}>
                  {t(word)}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
      <nav className="side" ref={nav} aria-label={t("Administration")}>
        {groups.map((group) => (
          <div key={group} className="contents">
            <span className="cap">{t(group)}</span>
            {mine
              .filter((one) => one.group === group)
              .map(({ id, word }) => (
                <Link
                  key={id}
                  to="/administration/$section"
                  params={{ section: id }}
                  search={{}}
                  activeOptions={{ includeSearch: false }}
                >
                  {t(word)}
                </Link>
              ))}
          </div>
        ))}
      </nav>
      {shown ? (
        <Suspense key={shown.id} fallback={<Skeleton width="60%" height={40} />}>
          <shown.page />
        </Suspense>
      ) : (
        <NotYours />
      )}
    </div>
  );
}

function NotYours() {
  return (
    <EmptyState title={t("Not part of your role")} icon="lock">
      {t("Ask an administrator if you need this page.")}
    </EmptyState>
  );
}
