import { keep, kept } from "../../kit/kept.ts";
import { createStore } from "./store.ts";

const key = "screen-pitch";

/** A pixel of the page where nobody has measured, by the definition of CSS: 96 to an inch. */
const nominal = 25.4 / 96;

function measured(): number {
  const found = Number(kept(key));
  return found > 0.02 && found < 2 ? found : 0;
}

/** Millimetres of this screen from one pixel of the page to the next, as somebody measured them; 0 where nobody has. */
export const screenPitch = createStore(measured());

export const pitchOrNominal = (): number => screenPitch.get() || nominal;

/** Keeps it for this browser, whose screen it is. */
export function keepScreenPitch(millimetres: number): void {
  screenPitch.set(millimetres);
  keep(key, String(millimetres));
}
