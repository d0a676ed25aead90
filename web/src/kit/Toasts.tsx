import { type ComponentType, useEffect, useState } from "react";
import { useToasts } from "./toast.ts";

/** After the page, when nothing else is to do, or with the first message. */
const idleMs = 1500;

/** Where short messages come and go. */
export function Toasts() {
  const messages = useToasts();
  const [Region, setRegion] = useState<ComponentType | null>(null);
  const [plain, setPlain] = useState(false);
  const wanted = messages.length > 0;
  useEffect(() => {
    if (Region) return;
    const load = () =>
      void import("./ToastRegion.tsx").then(
        ({ ToastRegion }) => setRegion(() => ToastRegion),
        () => setPlain(wanted),
      );
    if (wanted) return load();
    const timer = setTimeout(load, idleMs);
    return () => clearTimeout(timer);
  }, [Region, wanted]);
  if (Region) return <Region />;
  // Where the region could not be had, because the server is away for instance, what is said is said all the same.
  if (!plain) return null;
  return (
    <output className="toasts">
      {messages.map(({ id, title, detail }) => (
        <div key={id} className="toast">
          <div>
            <div className="font-semibold">{title}</div>
            {detail && <div className="text-text-2">{detail}</div>}
          </div>
        </div>
      ))}
    </output>
  );
}
