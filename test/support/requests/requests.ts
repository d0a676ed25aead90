import { examinationRequests } from "./examinations.ts";
import type { Ask, House } from "./house.ts";
import { peopleRequests } from "./people.ts";
import { resultRequests } from "./results.ts";

type Build = (house: House) => Ask | Promise<Ask>;

/** Of operations by their id: requests that do what the operation is for, on records made for them; several where what names records comes alone. */
export type Requests = Readonly<Record<string, Build | readonly Build[]>>;

const all: Requests = { ...peopleRequests, ...examinationRequests, ...resultRequests };

/** None for an operation that names nothing. */
export const requestsOf = (operationId: string): readonly Build[] => {
  const builds = all[operationId];
  return builds === undefined ? [] : typeof builds === "function" ? [builds] : builds;
};
export const operationsWithRequests = Object.keys(all);
