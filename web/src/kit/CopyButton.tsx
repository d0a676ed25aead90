import { useEffect, useState } from "react";
import { t } from "../words/words.ts";
import { IconButton } from "./Button.tsx";
import { copyText } from "./copy.ts";

/** Copies a text, and says for a moment that it did. */
export function CopyButton({ text, what, className }: { text: string; what: string; className?: string }) {
  const [result, setResult] = useState<"copied" | "refused" | null>(null);
  useEffect(() => {
    if (!result) return;
    const timer = setTimeout(() => setResult(null), 2000);
    return () => clearTimeout(timer);
  }, [result]);
  return (
    <>
      <IconButton
        icon={result === "copied" ? "check" : result === "refused" ? "alert" : "copy"}
        label={t("Copy {what}", { what })}
        className={`${className ?? ""} ${result === "copied" ? "text-ok!" : ""}`}
        onClick={async () => setResult((await copyText(text)) ? "copied" : "refused")}
      />
      <span className="sr-only" role="status">
        {result === "copied"
          ? t("Copied {what}", { what })
          : result === "refused"
            ? t("The browser did not allow copying")
            : ""}
      </span>
    </>
  );
}
