import { type MouseEvent, type ReactNode, useState } from "react";
import { Button } from "../../kit/Button.tsx";
import { t } from "../../words/words.ts";

const sameVersion = (one: { version: number }, other: { version: number }) => one.version === other.version;

/**
 * A form over what the server has. What came meanwhile takes the form's place as long as nothing was changed in it; afterwards it waits until the
 * person has saved or wants to see it, so that nobody's typing is lost.
 */
export function Edited<T extends { version: number }>({
  value,
  same = sameVersion,
  children,
}: {
  value: T;
  /** Whether there is nothing new for the form. */
  same?: (one: T, other: T) => boolean;
  /** `saved`: what was typed is on the server. The version to send is that of the first argument. */
  children: (kept: T, saved: () => void) => ReactNode;
}) {
  const [kept, setKept] = useState(value);
  const [touched, setTouched] = useState(false);
  const [begun, setBegun] = useState(0);
  const isNewer = !same(kept, value);
  if (isNewer && !touched) {
    setKept(value);
    setBegun(begun + 1);
  }
  // Lines are added and removed by buttons.
  const onClick = ({ target }: MouseEvent) => {
    if ((target as HTMLElement).closest("button")?.type === "button") setTouched(true);
  };
  return (
    <>
      {isNewer && touched && (
        <div className="note urg mb-3" role="alert">
          <p className="flex-1">
            {t("Somebody else has changed this meanwhile; yours is not saved over it.")}
          </p>
          <Button size="s" onClick={() => setTouched(false)}>
            {t("Show what is there now")}
          </Button>
        </div>
      )}
      {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: it only watches what is inside */}
      <div key={begun} className="contents" onChange={() => setTouched(true)} onClick={onClick}>
        {children(isNewer ? kept : value, () => setTouched(false))}
      </div>
    </>
  );
}
