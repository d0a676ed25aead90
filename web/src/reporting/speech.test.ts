import { expect, test } from "vitest";
import { punctuated } from "./speech.ts";

test("punctuation words become marks, and sentences begin with capitals", () => {
  expect(punctuated("no effusion full stop heart normal comma no oedema period", "en")).toBe(
    "no effusion. Heart normal, no oedema.",
  );
  expect(punctuated("liver colon normal new line spleen normal", "en")).toBe("liver: normal\nSpleen normal");
  expect(punctuated("the periodic colonic wall", "en")).toBe("the periodic colonic wall");
  expect(punctuated("pas d'épanchement point cœur normal virgule poumons clairs", "fr")).toBe(
    "pas d'épanchement. Cœur normal, poumons clairs",
  );
});
