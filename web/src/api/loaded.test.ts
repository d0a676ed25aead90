import { afterEach, expect, test, vi } from "vitest";
import { loaded } from "./loaded.ts";

/** A server that answers so: null while it cannot be reached. */
function setUp(...answers: (number | null)[]) {
  const waits: number[] = [];
  return {
    waits,
    async fetch() {
      const status = answers.shift() ?? null;
      if (status === null) throw new TypeError("Failed to fetch");
      return { status };
    },
    async wait(ms: number) {
      waits.push(ms);
    },
    styles: async () => {
      if (answers[0] === null) throw new TypeError("style.css could not be loaded");
    },
  };
}

/** Fails so often before it is there. */
function part(failures: number) {
  let left = failures;
  return async () => {
    if (left-- > 0) throw new TypeError("Failed to fetch dynamically imported module");
    return "page";
  };
}

test("a part of the program is waited for while the server is away", async () => {
  const server = setUp(null, 502, null);
  // Twice it does not come, and once its style sheet does not.
  expect(await loaded(part(2), server)).toBe("page");
  expect(server.waits).toHaveLength(3);
});

test("a part that the server does not have is not waited for", async () => {
  const server = setUp(null, 200);
  await expect(loaded(part(5), { ...server, gone: () => false })).rejects.toThrow("dynamically imported");
  expect(server.waits).toHaveLength(1);
});

test("a part that is gone breaks nothing: the page is loaded anew, or says that it should be", async () => {
  const asked = Promise.withResolvers<void>();
  const gone = () => {
    asked.resolve();
    return true;
  };
  let ended = false;
  void loaded(part(5), { ...setUp(200), gone }).finally(() => {
    ended = true;
  });
  await asked.promise;
  await new Promise(setImmediate);
  expect(ended).toBe(false);
});

test("what is opened by a click is not waited for while the server is away", async () => {
  const server = setUp(null, null);
  await expect(loaded(part(5), { ...server, patient: false })).rejects.toThrow("dynamically imported");
  expect(server.waits).toEqual([]);
});

interface Link {
  name: string;
  sheet: { cssRules: unknown[] } | null;
  onload?: () => void;
  onerror?: () => void;
  cloneNode(): Link;
  replaceWith(next: Link): void;
}

afterEach(() => vi.unstubAllGlobals());

/** A page's style sheets; those that are asked for anew come, or do not. */
function page(sheets: Readonly<Record<string, Link["sheet"]>>, comes: (name: string) => boolean) {
  const asked: string[] = [];
  const link = (name: string, sheet: Link["sheet"]): Link => ({
    name,
    sheet,
    cloneNode: () => link(name, null),
    replaceWith(next) {
      asked.push(name);
      links[links.indexOf(this)] = next;
      queueMicrotask(() => {
        if (!comes(name)) return next.onerror?.();
        next.sheet = { cssRules: [] };
        next.onload?.();
      });
    },
  });
  const links = Object.entries(sheets).map(([name, sheet]) => link(name, sheet));
  vi.stubGlobal("document", { querySelectorAll: () => links });
  return { asked, links };
}

const whole = { cssRules: [] };
const sheets = {
  "here.css": whole,
  "missing.css": null,
  "refused.css": {
    get cssRules(): unknown[] {
      throw new DOMException("no", "SecurityError");
    },
  },
};

test("with a part that did not come its style sheets are asked for again, and those that are here are not", async () => {
  const { fetch, wait } = setUp(null);
  const { asked, links } = page(sheets, () => true);
  expect(await loaded(part(1), { fetch, wait })).toBe("page");
  expect(asked).toEqual(["missing.css", "refused.css"]);
  expect(links.every(({ sheet }) => sheet !== null)).toBe(true);
});

test("a part that was warmed and did not come is not shown without its style sheets", async () => {
  const first = setUp();
  const { asked } = page(sheets, () => true);
  expect(await loaded(part(0), first)).toBe("page");
  expect(asked).toEqual([]);
  const { fetch, wait } = first;
  expect(await loaded(part(0), { fetch, wait, asked: true })).toBe("page");
  expect(asked).toEqual(["missing.css", "refused.css"]);
});

test("while a style sheet does not come the part is waited for, and it is asked for each time", async () => {
  const { fetch, wait, waits } = setUp(null, null);
  let left = 1;
  const { asked } = page({ "missing.css": null }, () => left-- <= 0);
  expect(await loaded(part(1), { fetch, wait })).toBe("page");
  expect(asked).toEqual(["missing.css", "missing.css"]);
  expect(waits).toHaveLength(2);
});
