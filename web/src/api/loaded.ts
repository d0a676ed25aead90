import { lazy } from "react";
import { partIsGone } from "./newer-version.ts";

type Fetch = (input: string, init?: RequestInit) => Promise<Pick<Response, "status">>;

const againMs = 2_000;
/** What a proxy says in the place of a server that is away. */
const away = new Set([502, 504]);

/** Whether the server answers at all; how it is does not matter here. */
export async function serverIsThere(fetch: Fetch = globalThis.fetch): Promise<boolean> {
  const answer = await fetch("/health", { cache: "no-store" }).catch(() => null);
  return answer !== null && !away.has(answer.status);
}

/**
 * A part of the program that comes on demand. While the server is away it is waited for: what is on the screen stays, and the part opens by
 * itself when the server is back. Where the server is of a newer version that has no such part, it never comes: the page is loaded anew, or says that it should be.
 * @throws where there is no such part, or the server is away and should not be waited for
 */
export async function loaded<T>(
  load: () => Promise<T>,
  {
    fetch = globalThis.fetch,
    wait = sleep,
    styles = stylesAgain,
    asked = false,
    patient = true,
    gone = partIsGone,
  }: {
    fetch?: Fetch;
    wait?: (ms: number) => Promise<void>;
    styles?: () => Promise<void>;
    /** Whether it was asked for before, and did not come. */
    asked?: boolean;
    /** Whether it is waited for while the server is away. */
    patient?: boolean;
    /** What is done where the server has no such part; false: nothing helps. */
    gone?: () => boolean;
  } = {},
): Promise<T> {
  for (let again = asked; ; again = true) {
    try {
      if (again) await styles();
      return await load();
    } catch (error) {
      if (!(await serverIsThere(fetch))) {
        if (!patient) throw error;
        await wait(againMs);
      } else if (gone()) return new Promise(() => {});
      else throw error;
    }
  }
}

/** A component that comes on demand, as `loaded` brings it: what is typed around it stays. */
export const lazily: typeof lazy = (load) => lazy(() => loaded(load));

/** One that did not come is empty, or as another origin's: nobody may read its rules. */
function hasCome({ sheet }: HTMLLinkElement): boolean {
  try {
    return sheet !== null && sheet.cssRules.length >= 0;
  } catch {
    return false;
  }
}

/** Style sheets that did not come: whoever asked for them takes them for loaded, and asks no more. */
async function stylesAgain(): Promise<void> {
  const all = [...document.querySelectorAll<HTMLLinkElement>("link[rel=stylesheet]")];
  const missing = all.filter((link) => !hasCome(link));
  await Promise.all(
    missing.map((link) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const next = link.cloneNode() as HTMLLinkElement;
      next.onload = () => resolve();
      next.onerror = () => reject(new TypeError(`${link.href} could not be loaded`));
      link.replaceWith(next);
      return promise;
    }),
  );
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
