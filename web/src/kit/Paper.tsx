import { type ReactNode, useEffect, useState } from "react";
import { createPortal, flushSync } from "react-dom";
import { t } from "../words/words.ts";
import "./paper.css";

function usePrinting(): boolean {
  const [printing, setPrinting] = useState(() => matchMedia("print").matches);
  useEffect(() => {
    const media = matchMedia("print");
    // At once: the browser takes its picture when the listeners have returned.
    const begin = () => flushSync(() => setPrinting(true));
    const change = () => flushSync(() => setPrinting(media.matches));
    const end = () => setPrinting(false);
    addEventListener("beforeprint", begin);
    addEventListener("afterprint", end);
    media.addEventListener("change", change);
    return () => {
      removeEventListener("beforeprint", begin);
      removeEventListener("afterprint", end);
      media.removeEventListener("change", change);
    };
  }, []);
  return printing;
}

/**
 * What is printed of a page: black on white and alone, in either theme. It is there only while the page is printed. Each section is a
 * sheet of its own, and says itself of which house it is.
 */
export function Paper({ house, children }: { house?: string; children: ReactNode }) {
  if (!usePrinting()) return null;
  return createPortal(
    <div className="paper">
      {house !== undefined && <PaperHouse name={house} />}
      {children}
    </div>,
    document.body,
  );
}

/** Whose paper it is, at the head of a sheet. */
export const PaperHouse = ({ name }: { name: string }) => <p className="paper-house">{name}</p>;

/** Names and what stands beside them; what is empty is left out. */
export function PaperFacts({ facts }: { facts: readonly (readonly [string, string | null | undefined])[] }) {
  return (
    <dl className="paper-facts">
      {facts.map(
        ([name, value]) =>
          value && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

/** Where a hand signs. */
export const PaperSignature = () => (
  <p className="paper-signature">
    <span>{t("Date")}</span>
    <span>{t("Signature")}</span>
  </p>
);
