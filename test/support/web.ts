import fs from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { launchBrowser, type OpenedPage, openPage, type PageOptions } from "./browser.ts";
import { testPassword } from "./identity.ts";
import { adminPassword, type Program, type ProgramOptions, startProgram } from "./program.ts";

export interface WebFlow {
  readonly program: Program;
  /** A page of its own browser profile, open at nothing. It is closed after the test, which fails if anything went wrong in the page. */
  open(options?: Partial<PageOptions>): Promise<OpenedPage["page"]>;
  /** Stores Part 10 files by the API, as another system would. */
  store(...files: Uint8Array[]): Promise<void>;
  /**
   * Asks the REST API, as the administrator where `as` is left out.
   * @returns the answer's JSON; null where it has none
   * @throws where the answer is no success
   */
  // biome-ignore lint/suspicious/noExplicitAny: what it answers the test knows
  call(method: string, path: string, body?: object, as?: Authorization): Promise<any>;
  /** A user who has chosen a password of their own, `ownPassword`. @returns the id */
  person(username: string, fullName: string, role: string, more?: object): Promise<string>;
}

export interface Authorization {
  authorization: string;
}

/** What everybody whom `person` makes signs in with. */
export const ownPassword = `${testPassword} again`;

/** Somebody whom `person` made. */
export const own = (username: string) => ({ username, password: ownPassword });

/** A zone whose day has hours before it, so that what is booked a little later is still today. @returns an IANA name */
export function zoneWhereItIsMorning(): string {
  const hours = Math.min(new Date().getUTCHours() - 8, 12);
  return `Etc/GMT${hours < 0 ? "-" : "+"}${Math.abs(hours)}`;
}

/** The real program and a browser for the tests of a file. Call inside the file's `describe`. */
export function webFlow(options: ProgramOptions = {}): WebFlow {
  let program: Program;
  let browser: Browser;
  const opened: OpenedPage[] = [];
  let administrator: Promise<Authorization> | null = null;

  async function call(method: string, path: string, body?: object, as?: Authorization) {
    administrator ??= program.login();
    const answer = await fetch(`${program.url}/api/v1${path}`, {
      method,
      headers: { ...(as ?? (await administrator)), ...(body ? { "content-type": "application/json" } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? null : JSON.parse(text);
  }

  beforeAll(async () => {
    [program, browser] = await Promise.all([startProgram(options), launchBrowser()]);
  });
  afterEach(async () => {
    const all = opened.splice(0);
    for (const { context } of all) await context.close();
    expect(all.flatMap(({ problems }) => problems)).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await program?.stop();
    if (program) await fs.rm(program.dataDir, { recursive: true, force: true });
  });

  return {
    get program() {
      return program;
    },
    call,
    async person(username, fullName, role, more = {}) {
      const given = { username, password: testPassword };
      const { id } = await call("POST", "/users", { ...given, fullName, roles: [role], ...more });
      const { accessToken } = await call("POST", "/users/login", given);
      const change = { currentPassword: testPassword, newPassword: ownPassword };
      await call("POST", "/users/me/password", change, { authorization: `Bearer ${accessToken}` });
      return id;
    },
    async open(more = {}) {
      const one = await openPage(browser, { baseURL: program.url, ...more });
      opened.push(one);
      return one.page;
    },
    async store(...files) {
      const form = new FormData();
      for (const [index, bytes] of files.entries()) {
        form.append("file", new Blob([bytes as Uint8Array<ArrayBuffer>]), `${index + 1}.dcm`);
      }
      const headers = await program.login();
      const answer = await fetch(`${program.url}/api/v1/images`, { method: "POST", headers, body: form });
      if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
      await answer.arrayBuffer();
    },
  };
}

export const admin = { username: "admin", password: adminPassword } as const;
