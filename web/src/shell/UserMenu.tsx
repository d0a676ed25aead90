import { useMe } from "../api/client.ts";
import { OnDemand } from "../kit/OnDemand.tsx";
import { t } from "../words/words.ts";

const load = async () => (await import("./AccountMenu.tsx")).AccountMenu;

function initialsOf(fullName: string): string {
  const words = fullName.split(/[\s,]+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters
    .map((word) => [...(word ?? "")][0] ?? "")
    .join("")
    .toUpperCase();
}

export function UserMenu({ onHelp }: { onHelp: () => void }) {
  const me = useMe();
  if (!me) return null;
  return (
    <OnDemand
      popup="menu"
      load={load}
      props={{ onHelp }}
      button={
        <button
          type="button"
          className="account rounded-full"
          aria-label={t("{name}: your account", { name: me.fullName })}
          title={me.fullName}
        >
          {/* Drawn, not said: the name is the button's. */}
          <span className="avatar" aria-hidden="true" data-initials={initialsOf(me.fullName)} />
        </button>
      }
    />
  );
}
