import { keep, kept } from "./kept.ts";

let areOn = kept("single-keys") !== "off";

/** Whether single letters act. A person who dictates or types by voice can switch them off (WCAG 2.1.4). */
export const areSingleKeysOn = (): boolean => areOn;

export function keepSingleKeys(on: boolean): void {
  areOn = on;
  keep("single-keys", on ? "on" : "off");
}
