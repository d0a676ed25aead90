import type { RemoveDemoQuery } from "@isocenter/contract";
import type { Routes } from "../platform/index.ts";
import { cast } from "./department/cast.ts";
import type { DemoState } from "./state.ts";

/** Whom a newcomer signs in as. */
export interface DemoPerson {
  username: string;
  name: string;
  role: (typeof cast)[number]["role"];
}

export interface DemoAnswer {
  facility: string;
  /** Everybody's; shown this once. */
  password: string;
  people: DemoPerson[];
}

export interface Demo {
  /** How the newest loading stands; null before the first. */
  state(): Promise<DemoState | null>;
  /** Plans the loading; puts one away that was cut short. @throws Refusal `conflict` (`demo.loaded`, `demo.loading`) */
  plan(): Promise<DemoAnswer>;
  /**
   * Takes away what is there: one that was cut short as far as it came, or all of it. What happened stays recorded. Where there is none it does nothing.
   * @throws Refusal `conflict` (`demo.loading`, `demo.in-use`, `hold.placed`)
   */
  remove(options?: RemoveDemoQuery): Promise<void>;
  routes: Routes;
}

/** The people of a loading, whose user names begin with its prefix. */
export const peopleOf = (prefix: string): DemoPerson[] =>
  cast.map(({ username, firstName, lastName, role }) => ({
    username: `${prefix}-${username}`,
    name: `${firstName} ${lastName}`,
    role,
  }));
