/**
 * Orders: what was asked for, when and where it is to be done, and what the machines say was done.
 */
export * from "./worklist/index.ts";
