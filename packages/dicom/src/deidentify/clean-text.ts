import type { IdentityWords } from "./identity.ts";
import { safeWords } from "./vocabulary.ts";

/** A quantity of technique: 5mm, 1.25, 120kV, 70%, x2. Longer numbers may be dates and record numbers. */
const quantity =
  /^[x±+-]?\d{1,3}(?:[.,]\d{1,3})?(?:mm|cm|ms|s|sec|min|kv|kvp|ma|mas|t|hz|mhz|ml|fps|%|°|x\d{1,3})?$/;

/**
 * A description with only those words that say what was examined and how (`vocabulary.ts`), in their order; "" where none is left. What names the
 * patient is dropped even where it is such a word, as in "Dr. Hand".
 */
export function cleanText(text: string, identity: IdentityWords): string {
  const kept = text.split(/[\s,;:/()[\]_]+/).flatMap((word) => {
    const plain = word.toLowerCase().replace(/^[-.+]+|[-.+]+$/g, "");
    const parts = safeWords.has(plain) ? [plain] : plain.split("-");
    const known = parts.every((part) => part !== "" && (safeWords.has(part) || quantity.test(part)));
    return known && !identity.has(word) ? [word.replace(/^[-.]+|[-.]+$/g, "")] : [];
  });
  return kept.join(" ");
}
