import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { signInByForm } from "./browser.ts";
import { testPassword } from "./identity.ts";
import type { WebFlow } from "./web.ts";

export const paneOf = (page: Page, number = 1): Locator =>
  page.getByRole("region", { name: new RegExp(`^(Viewport|Vue) ${number}\\D`) });

/** Waits until the viewport says so by its data attributes. */
export const shows = (pane: Locator, attributes: Record<string, string | number>): Promise<void> =>
  expect
    .poll(async () =>
      Object.fromEntries(
        await Promise.all(
          Object.keys(attributes).map(async (name) => [name, await pane.getAttribute(`data-${name}`)]),
        ),
      ),
    )
    .toEqual(Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, String(value)])));

/** A point of the square image in a pane, in its own pixels, as a point of the page. */
export async function pointOn(pane: Locator, imageSize: number, [column, row]: readonly [number, number]) {
  const box = (await pane.boundingBox())!;
  const scale = Math.min(box.width, box.height) / imageSize;
  return {
    x: box.x + box.width / 2 + (column - imageSize / 2) * scale,
    y: box.y + box.height / 2 + (row - imageSize / 2) * scale,
  };
}

/** Draws with the left button along points of the image. */
export async function drag(page: Page, pane: Locator, imageSize: number, ...points: [number, number][]) {
  const places = [];
  for (const point of points) places.push(await pointOn(pane, imageSize, point));
  await page.mouse.move(places[0]!.x, places[0]!.y);
  await page.mouse.down();
  for (const { x, y } of places.slice(1)) await page.mouse.move(x, y, { steps: 4 });
  await page.mouse.up();
}

/** A radiologist with a password of their own, made by the administrator. */
export async function addRadiologist(flow: WebFlow, username: string): Promise<string> {
  const headers = await flow.program.login();
  const call = async (path: string, body: object, as: Record<string, string>) => {
    const answer = await fetch(`${flow.program.url}/api/v1${path}`, {
      method: "POST",
      headers: { ...as, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return text === "" ? {} : JSON.parse(text);
  };
  const password = `${testPassword} again`;
  await call(
    "/users",
    { username, fullName: "Ada Reader", roles: ["RADIOLOGIST"], password: testPassword },
    headers,
  );
  const { accessToken } = await call("/users/login", { username, password: testPassword }, {});
  const own = { authorization: `Bearer ${accessToken}` };
  await call("/users/me/password", { currentPassword: testPassword, newPassword: password }, own);
  return password;
}

/** Opens a study as somebody who is signed in by the form first. */
export async function openStudy(
  flow: WebFlow,
  study: string,
  person: { username: string; password: string },
  options: Parameters<WebFlow["open"]>[0] = {},
): Promise<{ page: Page; pane: Locator }> {
  const page = await flow.open(options);
  await signInByForm(page, person.username, person.password);
  await page.goto(`/studies/${study}/view`);
  const pane = paneOf(page);
  await shows(pane, { state: "shown" });
  return { page, pane };
}
