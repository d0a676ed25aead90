import { examinationRequests } from "./examinations.ts";
import type { Build, Requests } from "./house.ts";
import { peopleRequests } from "./people.ts";
import { resultRequests } from "./results.ts";

const all: Requests = { ...peopleRequests, ...examinationRequests, ...resultRequests };

/** None for an operation that names nothing. */
export const requestsOf = (operationId: string): readonly Build[] => {
  const builds = all[operationId];
  return builds === undefined ? [] : typeof builds === "function" ? [builds] : builds;
};
export const operationsWithRequests = Object.keys(all);
