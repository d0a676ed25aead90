import { expect, test } from "vitest";
import { toRem } from "../../rem.ts";

test("lengths of the design grow with the root's text; hairlines, questions of the window, names and texts do not", () => {
  expect(toRem(".a{width:32px;margin:-4px 0.5px;inset:calc(100% - 44px);border:1px solid}")).toBe(
    ".a{width:2rem;margin:-0.25rem 0.5px;inset:calc(100% - 2.75rem);border:1px solid}",
  );
  const kept = [
    "@media (width < 768px) {",
    "@container (width < 720px){",
    ".w-\\[340px\\]{}",
    '.b::before{content:"44px"}',
    "url(a-44px.png)",
    "/* 16px */",
  ];
  for (const css of kept) expect(toRem(css)).toBe(css);
  expect(toRem(".w-\\[340px\\]{width:340px}@media (width<90px){.c{top:8px}}")).toBe(
    ".w-\\[340px\\]{width:21.25rem}@media (width<90px){.c{top:0.5rem}}",
  );
});
